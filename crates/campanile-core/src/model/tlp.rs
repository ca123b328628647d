//! Labels of the Traffic Light Protocol, version 2.0 [FIRST TLP 2.0].
//!
//! A label says how far a reader may pass on what it has read. It is no rule about encryption and
//! none about who gets a copy: that is the audience.

use serde::{Deserialize, Serialize};

use super::team::named;

/// A label, ordered from the widest to the narrowest.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Tlp {
    /// No limit. Version 1 called it WHITE.
    #[serde(rename = "TLP:CLEAR")]
    Clear,
    /// The community of the reader, not public channels.
    #[serde(rename = "TLP:GREEN")]
    Green,
    /// The organisation of the reader and its clients, as far as they need to know.
    #[default]
    #[serde(rename = "TLP:AMBER")]
    Amber,
    /// The organisation of the reader only, as far as it needs to know.
    #[serde(rename = "TLP:AMBER+STRICT")]
    AmberStrict,
    /// The persons addressed, nobody else.
    #[serde(rename = "TLP:RED")]
    Red,
}

named!(
    Tlp,
    "TLP label",
    Clear = "TLP:CLEAR",
    Green = "TLP:GREEN",
    Amber = "TLP:AMBER",
    AmberStrict = "TLP:AMBER+STRICT",
    Red = "TLP:RED"
);

impl Tlp {
    /// What the label allows, in one sentence for people.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Clear => "may be passed on without limit",
            Self::Green => "within the community, not over public channels",
            Self::Amber => "own organisation and its clients, need to know",
            Self::AmberStrict => "own organisation only, need to know",
            Self::Red => "for the persons addressed only",
        }
    }
}
