//! The Common Vulnerability Reporting Framework: 1.2 is written, 1.1 is read as well, and so is
//! the JSON that Fortinet makes of it.
//!
//! Its publishers have no name and no address of their own, and its ratings are always the
//! publisher's; `docs/formats/cvrf.md` has the tables. [CSAF CVRF 1.2, CVRF 1.1]

mod json;
mod read;
mod write;

use crate::model::advisory::ProductStatus;

pub use read::read;
pub use write::write;

const SPACES: [&str; 2] =
    ["http://docs.oasis-open.org/csaf/ns/csaf-cvrf/v1.2/", "http://www.icasi.org/CVRF/schema/"];

/// The states of products.
const STATES: [(&str, ProductStatus); 7] = [
    ("First Affected", ProductStatus::FirstAffected),
    ("Known Affected", ProductStatus::KnownAffected),
    ("Last Affected", ProductStatus::LastAffected),
    ("First Fixed", ProductStatus::FirstFixed),
    ("Fixed", ProductStatus::Fixed),
    ("Known Not Affected", ProductStatus::KnownNotAffected),
    ("Recommended", ProductStatus::Recommended),
];

/// Kinds of remedies as written, and as an advisory has them.
const REMEDIES: [(&str, &str); 5] = [
    ("Workaround", "workaround"),
    ("Mitigation", "mitigation"),
    ("Vendor Fix", "vendor_fix"),
    ("None Available", "none_available"),
    ("Will Not Fix", "no_fix_planned"),
];
