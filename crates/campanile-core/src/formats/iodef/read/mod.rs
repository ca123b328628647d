//! Alerts out of IODEF documents, tolerantly.
//!
//! Order, spelling variants of the years 2001 to 2004 and unknown tokens are no obstacle. What an
//! alert has no field for is carried along as text, so that a person sees it. All four encodings
//! are read by the same rules: a document in one may use the ways of another.

mod additional;
mod assessment;
mod contact;
mod event;
mod expectation;
mod identity;
mod incident;
mod json;
mod method;
mod order;
mod reading;
mod times;

use super::{Encoding, names};
use crate::formats::xml::Document;
use crate::formats::{Element, Finding, Place, ReadError, Severity, json as wire, xml};
use crate::model::alert::Alert;
use crate::model::time::Timestamp;
use reading::Reading;

const SPACE_V2: &str = "urn:ietf:params:xml:ns:iodef-2.0";
const SPACE_V1: &str = "urn:ietf:params:xml:ns:iodef-1.0";
const SPACE_ENUM: &str = "urn:ietf:params:xml:ns:iodef-enum-1.0";
/// What the draft fixed for its prefix; nobody ever wrote it as the default.
const SPACE_2003: &str = "urn:iana:xml:ns:iodef";

/// Reads a document; `now` stands for the report time of one that has no time at all.
///
/// The first incident becomes the alert. Its identifier is not yet that of the team.
///
/// # Errors
/// Syntax, limits, things that are never done, other kinds of documents, and times that cannot
/// be times: guessing when an attack began is worse than asking again.
pub fn read(octets: &[u8], now: Timestamp) -> Result<(Alert, Vec<Finding>), ReadError> {
    let (root, doctype) = elements(octets)?;
    let (encoding, odd) = encoding_of(&root)?;
    let mut reading = Reading::new(encoding, now);
    if let Some(odd) = odd {
        reading.find(&root.place, Severity::Warning, odd);
    }
    if let Some(place) = doctype {
        if encoding != Encoding::V2003 {
            return Err(ReadError::Doctype(place));
        }
        reading.find(&place, Severity::Note, "the DOCTYPE was not followed");
    }
    incident::document(&root, reading)
}

/// The encoding that a document seems to have, whether it can be read or not; `None` for what
/// does not look like IODEF at all.
pub fn detect(octets: &[u8]) -> Option<Encoding> {
    // UTF-16 is ASCII with zeros between, for this purpose.
    let head: Vec<u8> = octets.iter().copied().filter(|b| *b != 0).take(64 * 1024).collect();
    let has = |text: &str| memchr::memmem::find(&head, text.as_bytes()).is_some();
    let first = head.iter().copied().find(|b| b.is_ascii_graphic());
    match () {
        () if has("IODEF-Document") || has("IODEF-Message") => match () {
            () if has(SPACE_V2) => Some(Encoding::V2),
            () if has(SPACE_V1) => Some(Encoding::V1),
            () => Some(Encoding::V2003),
        },
        () if first == Some(b'{') && has("\"Incident\"") && has("\"IncidentID\"") => {
            Some(Encoding::Json)
        }
        () => None,
    }
}

fn elements(octets: &[u8]) -> Result<(Element, Option<Place>), ReadError> {
    let bare = octets.strip_prefix(b"\xef\xbb\xbf").unwrap_or(octets);
    match bare.trim_ascii_start().first() {
        Some(b'{' | b'[') => Ok((json::root(wire::read(octets)?)?, None)),
        _ => {
            let Document { root, doctype } = xml::read(octets)?;
            Ok((root, doctype))
        }
    }
}

/// The encoding, and what is odd about how the document says so.
fn encoding_of(root: &Element) -> Result<(Encoding, Option<String>), ReadError> {
    let version = root.attribute("version").unwrap_or_default();
    let named = ["IODEF-Document", "IODEF-Message"].contains(&root.name.as_str());
    let encoding = match (&*root.space, version) {
        _ if !named => return Err(ReadError::Foreign("IODEF")),
        (json::SPACE, _) => Encoding::Json,
        (SPACE_V2, _) => Encoding::V2,
        (SPACE_V1, _) => Encoding::V1,
        ("" | SPACE_2003 | "undeclared:iodef", _) => Encoding::V2003,
        // Another namespace is another language, whatever its words look like.
        _ => return Err(ReadError::Foreign("IODEF")),
    };
    let expected: &[&str] = match encoding {
        Encoding::V2003 => &["1.0", "0.10", "0.20", "v1.0"],
        Encoding::V1 => &["1.00", "1.0"],
        Encoding::V2 | Encoding::Json => &["2.00", "2.0"],
    };
    match expected.contains(&version) {
        true => Ok((encoding, None)),
        false if encoding == Encoding::V2003 && version.starts_with('2') => {
            Ok((Encoding::V2, Some(no_namespace(version))))
        }
        false if encoding == Encoding::V2003 && version == "1.00" => {
            Ok((Encoding::V1, Some(no_namespace(version))))
        }
        false => {
            Ok((encoding, Some(format!("version `{version}` is read as {}", encoding.name()))))
        }
    }
}

fn no_namespace(version: &str) -> String {
    format!("version {version} has a namespace, and this document does not name it")
}

#[cfg(test)]
mod tests;
