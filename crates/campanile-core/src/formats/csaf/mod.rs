//! The Common Security Advisory Framework, versions 2.0 and 2.1.
//!
//! What an advisory has no field for is in the bytes that came, which are kept; the tables of what
//! is read and what is lost are in `docs/formats/csaf.md`. [CSAF 2.0, CSAF 2.1]

mod catalogue;
mod rater;
mod read;
pub mod validate;
mod write;

use crate::model::advisory::ProductStatus;

pub use read::read;
pub use write::write;

/// A version of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Version {
    /// The OASIS Standard of 2022, with its errata.
    V2_0,
    /// The draft of July 2026.
    V2_1,
}

impl Version {
    /// As it stands in `/document/csaf_version`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::V2_0 => "2.0",
            Self::V2_1 => "2.1",
        }
    }

    fn of(text: &str) -> Option<Self> {
        [Self::V2_0, Self::V2_1].into_iter().find(|version| version.name() == text)
    }
}

/// The heading of a text that stands in `/document/distribution/text`.
const DISTRIBUTION: &str = "Distribution";
/// Says in a text of 2.0 what its labels cannot.
const STRICT: &str = "TLP:AMBER+STRICT";
/// The namespace of a severity that is the risk of EISPP; all of that rating stands in a note.
const EISPP: &str = "https://www.cert-ist.com/eispp";

/// The names of states of products in both versions.
const STATES: [(&str, ProductStatus); 8] = [
    ("first_affected", ProductStatus::FirstAffected),
    ("known_affected", ProductStatus::KnownAffected),
    ("last_affected", ProductStatus::LastAffected),
    ("first_fixed", ProductStatus::FirstFixed),
    ("fixed", ProductStatus::Fixed),
    ("known_not_affected", ProductStatus::KnownNotAffected),
    ("recommended", ProductStatus::Recommended),
    ("under_investigation", ProductStatus::UnderInvestigation),
];
