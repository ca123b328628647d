//! The Common Vulnerability Reporting Framework: 1.2 is written, 1.1 is read as well, and so is
//! the JSON that Fortinet makes of it.
//!
//! Its publishers have no name and no address of their own, and its ratings are always the
//! publisher's; `docs/formats/cvrf.md` has the tables. [CSAF CVRF 1.2, CVRF 1.1]

mod json;
mod read;

pub use read::read;

const SPACES: [&str; 2] =
    ["http://docs.oasis-open.org/csaf/ns/csaf-cvrf/v1.2/", "http://www.icasi.org/CVRF/schema/"];
