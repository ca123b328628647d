//! `index.txt` and `changes.csv` of a folder [CSAF 2.0 §7.1.12, §7.1.13].

use super::{Entries, Entry};
use crate::formats::{Finding, Place, ReadError, Severity};
use crate::model::limits::{
    FINDINGS_MAX, LISTING_BYTES_MAX, LISTING_DOCUMENTS_MAX, LISTING_URL_BYTES_MAX,
};

/// Reads `index.txt`: a path in each line.
///
/// # Errors
/// It is too large, or no text.
pub fn index(octets: &[u8]) -> Result<Entries, ReadError> {
    lines(octets, |line| (line, ""))
}

/// Reads `changes.csv`: path and time in each line, between quotes in 2.0 and without in 2.1.
///
/// # Errors
/// It is too large, or no text.
pub fn changes(octets: &[u8]) -> Result<Entries, ReadError> {
    lines(octets, |line| line.rsplit_once(',').unwrap_or((line, "")))
}

fn lines<'t>(
    octets: &'t [u8],
    parts: impl Fn(&'t str) -> (&'t str, &'t str),
) -> Result<Entries, ReadError> {
    if octets.len() > LISTING_BYTES_MAX {
        return Err(ReadError::Limit(Place::default(), "octets"));
    }
    let octets = octets.strip_prefix(b"\xef\xbb\xbf").unwrap_or(octets);
    let text = std::str::from_utf8(octets).map_err(|_| ReadError::Characters)?;
    let (mut entries, mut findings) = (Vec::new(), Vec::new());
    for (number, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        if entries.len() >= LISTING_DOCUMENTS_MAX {
            return Err(ReadError::Limit(Place::Line(number, 1), "documents"));
        }
        let (path, updated) = parts(line);
        let (path, updated) = (unquoted(path), unquoted(updated));
        if is_path(path) {
            let (url, updated) = (path.to_owned(), updated.to_owned());
            entries.push(Entry { url, updated, ..Entry::default() });
        } else if findings.len() < FINDINGS_MAX {
            let (place, what) =
                (format!("{}:1", number.saturating_add(1)), "no path to a document");
            let what = format!("this is {what}; it is left out");
            findings.push(Finding { place, what, severity: Severity::Error });
        }
    }
    Ok((entries, findings))
}

fn unquoted(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

/// A path below the folder: nothing that leads out of it.
fn is_path(text: &str) -> bool {
    let fits = text.len() <= LISTING_URL_BYTES_MAX && text.ends_with(".json");
    let odd = |c: char| c.is_control() || c.is_whitespace() || "\\\"%?#:".contains(c);
    fits && !text.starts_with('/')
        && !text.contains(odd)
        && text.split('/').all(|part| part != "..")
}
