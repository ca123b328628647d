//! Directories of teams: the `teams.json` of Trusted Introducer and the Global-IRT of FIRST.
//!
//! Read tolerantly: what cannot be understood is left out and found fault with; only what is no
//! list of teams at all is an error. Written strictly. What the files say is a claim: a
//! fingerprint in them makes no key trusted, an address in them redirects no mail.

mod first;
mod record;
mod ti;
mod wire;

pub use record::{Email, KeyClaim, Record};

use serde::Serialize;
use serde_json::Value;

use super::Finding;

/// Largest file, in bytes: the whole directory of Trusted Introducer has about two megabytes.
pub const FILE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most teams in a file: both directories together have fewer than 2,000.
pub const TEAMS_MAX: usize = 10_000;

/// Which directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Trusted Introducer, `teams.json`.
    Ti,
    /// FIRST, Global-IRT 1.0.1 and its successor with version 2.
    First,
}

impl std::str::FromStr for Format {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "ti" => Ok(Self::Ti),
            "first" => Ok(Self::First),
            _ => Err(format!("`{text}` is no format of directories: one of ti, first")),
        }
    }
}

/// A file that is no directory.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Larger than [`FILE_BYTES_MAX`].
    #[error("it is larger than 16 MiB")]
    TooLarge,
    /// More than [`TEAMS_MAX`] teams.
    #[error("it has more than 10,000 teams")]
    TooMany,
    /// No JSON.
    #[error("it is no JSON: line {line}")]
    NoJson {
        /// Where reading ended.
        line: usize,
    },
    /// JSON, but no list of teams.
    #[error("it is JSON, but no list of teams")]
    NoList,
}

/// The teams of a file, and what was found wrong with it. Without `format` it is found out.
///
/// # Errors
/// [`Refused`], when it is no directory at all.
pub fn read(
    bytes: &[u8],
    format: Option<Format>,
) -> Result<(Format, Vec<Record>, Vec<Finding>), Refused> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(Refused::TooLarge);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let value: Value =
        serde_json::from_slice(bytes).map_err(|fault| Refused::NoJson { line: fault.line() })?;
    let entries = entries(&value).ok_or(Refused::NoList)?;
    if entries.len() > TEAMS_MAX {
        return Err(Refused::TooMany);
    }
    let format = format.unwrap_or_else(|| detect(entries));
    let mut findings = Vec::new();
    let mut records = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let mut view = wire::View::of(entry, at, &mut findings);
        let record = match format {
            Format::Ti => ti::read(&mut view),
            Format::First => first::read(&mut view),
        };
        records.extend(record);
    }
    Ok((format, records, findings))
}

/// A directory as a file, sorted as given.
pub fn write(records: &[Record], format: Format, source: &str) -> Vec<u8> {
    let teams: Vec<Value> = match format {
        Format::Ti => records.iter().map(ti::write).collect(),
        Format::First => records.iter().map(|record| first::write(record, source)).collect(),
    };
    // A `Value` can always be written.
    let mut bytes = serde_json::to_vec_pretty(&teams).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// The list of teams: the document, the `data` of an envelope, or one team alone.
fn entries(value: &Value) -> Option<&[Value]> {
    match value {
        Value::Array(all) => Some(all),
        Value::Object(fields) => match fields.get("data").or_else(|| fields.get("teams")) {
            Some(Value::Array(all)) => Some(all),
            _ if fields.contains_key("short-team-name") => Some(std::slice::from_ref(value)),
            _ if fields.contains_key("short_name") => Some(std::slice::from_ref(value)),
            _ => None,
        },
        _ => None,
    }
}

/// FIRST writes its names with hyphens.
fn detect(entries: &[Value]) -> Format {
    let hyphens = |entry: &Value| {
        entry.get("short-team-name").is_some() || entry.get("official-team-name").is_some()
    };
    if entries.iter().any(hyphens) { Format::First } else { Format::Ti }
}

#[cfg(test)]
mod tests;
