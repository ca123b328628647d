//! The encodings of IODEF that teams use; how they are read and written is in `formats/iodef`.

use serde::{Deserialize, Serialize};

use crate::model::team::named;

/// An encoding of IODEF.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Encoding {
    /// The profile of 2003: draft-ietf-inch-iodef-01 with the spellings of XML::IODEF.
    #[serde(rename = "iodef-2003")]
    V2003,
    /// IODEF 1.00 [RFC 5070].
    #[serde(rename = "iodef-1")]
    V1,
    /// IODEF 2.00 [RFC 7970 with errata 5544 and 5583].
    #[default]
    #[serde(rename = "iodef-2")]
    V2,
    /// IODEF 2.00 in JSON [RFC 8727].
    #[serde(rename = "iodef-json")]
    Json,
}

named!(
    Encoding,
    "IODEF encoding",
    V2003 = "iodef-2003",
    V1 = "iodef-1",
    V2 = "iodef-2",
    Json = "iodef-json"
);

impl Encoding {
    /// The media type of a document.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::V2003 | Self::V1 | Self::V2 => "application/xml",
            Self::Json => "application/json",
        }
    }

    /// What the name of a file ends with, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::V2003 | Self::V1 | Self::V2 => "xml",
            Self::Json => "json",
        }
    }
}
