//! The Common Advisory Format of EISPP and DAF, as far as it can be rebuilt.
//!
//! Neither the EISPP documents nor the DTD of DAF are to be had; `docs/formats/eispp.md` tells what
//! is known of them and what is reconstruction. The sets of values are data, as they were in DAF:
//! a rating scheme is `schemes.json` and no code.

mod read;
pub mod schemes;
mod write;

pub use read::read;
pub use write::write;

use crate::model::advisory::SectionKind;

/// The parts of `Description`, in the order of the format.
const PARTS: [(&str, SectionKind); 5] = [
    ("publication_context", SectionKind::Summary),
    ("technical_context", SectionKind::TechnicalContext),
    ("description", SectionKind::Description),
    ("technical_description", SectionKind::TechnicalDescription),
    ("diagnostic", SectionKind::Diagnostic),
];

/// The criterion that says that a rating holds for the issuer's own constituency.
const ADJUSTED: &str = "constituency_adjusted";
/// The heading of free text on systems.
const SYSTEMS: &str = "Systems";
/// Between a piece of software and its platforms.
const ON: &str = " on ";
/// The type of references to numbers of vulnerabilities.
const NUMBER: &str = "vulnerability_id";
/// The resource of references that are an address only.
const ADDRESS: &str = "URL";
