//! Advisories in the formats in which they go out.

use campanile_core::formats::csaf::{self, Version};
use campanile_core::formats::{cvrf, eispp, rendering};
use campanile_core::model::time::Timestamp;

use super::OpenVersion;
use crate::error::{Error, Result};

/// A document that goes out.
pub struct Written {
    /// Its octets.
    pub octets: Vec<u8>,
    /// Its media type.
    pub media_type: &'static str,
    /// How the name of a file with it ends.
    pub extension: &'static str,
}

/// The names of the formats, each with what people call it.
pub const FORMATS: [(&str, &str); 7] = [
    ("csaf-2.0", "CSAF 2.0"),
    ("csaf-2.1", "CSAF 2.1"),
    ("eispp", "EISPP"),
    ("cvrf-1.2", "CVRF 1.2"),
    ("text", "text"),
    ("html", "HTML"),
    ("original", "as it came"),
];

/// A version in a format, with as much in it as its viewer sees.
///
/// # Errors
/// There is no such format, or the document as it came holds parts that are withheld.
pub fn written(version: &OpenVersion, format: &str, now: Timestamp) -> Result<Written> {
    let advisory = &version.advisory;
    let (octets, media_type, extension) = match format {
        "csaf-2.0" => (csaf::write(advisory, Version::V2_0, now), "application/json", "json"),
        "csaf-2.1" => (csaf::write(advisory, Version::V2_1, now), "application/json", "json"),
        "eispp" => (eispp::write(advisory, now), "application/xml", "xml"),
        "cvrf-1.2" => (cvrf::write(advisory, now), "application/xml", "xml"),
        "text" => (rendering::plain(advisory).into(), "text/plain; charset=utf-8", "txt"),
        "html" => (rendering::html(advisory).into(), "text/html; charset=utf-8", "html"),
        "original" => {
            let document = version.document.clone().ok_or_else(|| {
                Error::denied("parts of this advisory are withheld from you")
                    .hint("export it in another format: that holds what you may see")
            })?;
            // Never shown as a page: it is somebody else's.
            (document, "application/octet-stream", "bin")
        }
        other => {
            let names: Vec<_> = FORMATS.iter().map(|(name, _)| *name).collect();
            return Err(Error::invalid(format!("`{other}` is no format that is written"))
                .hint(format!("one of {}", names.join(", "))));
        }
    };
    Ok(Written { octets, media_type, extension })
}
