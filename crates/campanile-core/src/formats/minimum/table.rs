//! Tables of minimum records: comma-separated values [RFC 4180] as spreadsheets save them.

use super::Fields;
use crate::formats::{Finding, Place, ReadError, Severity, WriteError};
use crate::model::advisory::Advisory;
use crate::model::limits::{DOCUMENT_BYTES_MAX, FINDINGS_MAX, TABLE_ROWS_MAX};

/// One column: how it is written, the other names it is known by, and its field.
type Column = (&'static str, &'static [&'static str], fn(&mut Fields) -> &mut String);

const COLUMNS: [Column; 13] = [
    ("issuer", &["cert", "publisher"], |fields| &mut fields.issuer),
    ("number", &["refnum", "reference_number", "id"], |fields| &mut fields.number),
    ("version", &[], |fields| &mut fields.version),
    ("date", &["published", "date_as_scanned"], |fields| &mut fields.date),
    ("title", &["group_title_as_scanned"], |fields| &mut fields.title),
    ("risk", &["severity"], |fields| &mut fields.risk),
    ("scheme", &["risk_scheme"], |fields| &mut fields.scheme),
    ("impact", &[], |fields| &mut fields.impact),
    ("skill", &["attack_skill"], |fields| &mut fields.skill),
    ("requirements", &["attack_requirements"], |fields| &mut fields.requirements),
    ("identifiers", &["references", "cve", "ref_as_scanned"], |fields| &mut fields.identifiers),
    ("url", &["link"], |fields| &mut fields.url),
    ("tlp", &[], |fields| &mut fields.tlp),
];
/// What a table must have to be one of minimum records.
const NEEDED: [&str; 3] = ["issuer", "number", "title"];
/// What makes a spreadsheet compute: a cell that begins so is written with an apostrophe.
const FORMULA: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\''];

/// Whether a document looks like such a table.
pub fn fits(octets: &[u8]) -> bool {
    let octets = octets.strip_prefix(b"\xef\xbb\xbf").unwrap_or(octets);
    let first = octets.split(|octet| *octet == b'\n').next().unwrap_or_default();
    let Ok(first) = std::str::from_utf8(first.get(..first.len().min(4096)).unwrap_or_default())
    else {
        return false;
    };
    let names: Vec<_> = first.split([',', ';', '\t']).map(|name| column(unquoted(name))).collect();
    NEEDED.iter().all(|needed| names.iter().flatten().any(|(name, ..)| name == needed))
}

/// Reads a table of one record.
///
/// # Errors
/// As [`read_all`], and for several rows: each is an advisory of its own.
pub fn read(octets: &[u8]) -> Result<(Advisory, Vec<Finding>), ReadError> {
    let (mut all, found) = read_all(octets)?;
    match all.len() {
        0 => Err(ReadError::Missing(Place::Line(2, 1), "complete row")),
        1 => Ok((all.remove(0), found)),
        _ => {
            Err(ReadError::Syntax(Place::Line(3, 1), "several rows: each is a document of its own"))
        }
    }
}

/// Reads every row. A row without number, issuer or title is left out with a finding.
///
/// # Errors
/// Characters, limits, or when the columns are not those of minimum records.
pub fn read_all(octets: &[u8]) -> Result<(Vec<Advisory>, Vec<Finding>), ReadError> {
    if octets.len() > DOCUMENT_BYTES_MAX {
        return Err(ReadError::Limit(Place::default(), "octets"));
    }
    let octets = octets.strip_prefix(b"\xef\xbb\xbf").unwrap_or(octets);
    let text = std::str::from_utf8(octets).map_err(|_| ReadError::Characters)?;
    if !fits(octets) {
        return Err(ReadError::Foreign("minimum record"));
    }
    let mut table = csv::ReaderBuilder::new()
        .delimiter(delimiter(text))
        .flexible(true)
        .from_reader(text.as_bytes());
    let unreadable = |_| ReadError::Syntax(Place::Line(1, 1), "this is no table");
    let columns: Vec<_> = table.headers().map_err(unreadable)?.iter().map(column).collect();
    let (mut all, mut found) = (Vec::new(), Vec::new());
    for (at, row) in table.records().enumerate() {
        let row = row.map_err(unreadable)?;
        // The number that a spreadsheet shows: cells may have several lines.
        let line = at.saturating_add(2);
        if all.len() >= TABLE_ROWS_MAX {
            return Err(ReadError::Limit(Place::Line(line, 1), "rows"));
        }
        let mut fields = Fields::default();
        for (cell, column) in row.iter().zip(&columns) {
            if let Some((.., field)) = column {
                *field(&mut fields) = unneutral(cell).to_owned();
            }
        }
        let (advisory, findings) = fields.check();
        if advisory.is_none() {
            let what = "a row without number, issuer or title is left out".to_owned();
            let place = Place::Line(line, 1).to_string();
            push(&mut found, Finding { place, what, severity: Severity::Error });
        }
        for finding in findings {
            let place = format!("{} {}", Place::Line(line, 1), finding.place);
            push(&mut found, Finding { place, ..finding });
        }
        all.extend(advisory);
    }
    Ok((all, found))
}

fn push(found: &mut Vec<Finding>, finding: Finding) {
    if found.len() < FINDINGS_MAX {
        found.push(finding);
    }
}

/// Writes one advisory as a table.
///
/// # Errors
/// As [`write_all`].
pub fn write(advisory: &Advisory) -> Result<Vec<u8>, WriteError> {
    write_all(std::slice::from_ref(advisory))
}

/// Writes advisories as a table, as much of each as a minimum record holds.
///
/// # Errors
/// Without number, issuer or title.
pub fn write_all(advisories: &[Advisory]) -> Result<Vec<u8>, WriteError> {
    let mut out = String::new();
    line(&mut out, COLUMNS.iter().map(|(name, ..)| (*name).to_owned()));
    for advisory in advisories {
        let mut fields = Fields::of(advisory);
        let needed =
            [("issuer", &fields.issuer), ("number", &fields.number), ("title", &fields.title)];
        if let Some((what, _)) = needed.iter().find(|(_, text)| text.is_empty()) {
            return Err(WriteError::Missing(what));
        }
        line(&mut out, COLUMNS.iter().map(|(.., field)| neutral(field(&mut fields))));
    }
    Ok(out.into_bytes())
}

/// One line; every cell in quotes, which every program takes.
fn line(out: &mut String, cells: impl Iterator<Item = String>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push('"');
        out.push_str(&cell.replace('"', "\"\""));
        out.push('"');
    }
    out.push_str("\r\n");
}

fn neutral(cell: &str) -> String {
    if cell.starts_with(FORMULA) { format!("'{cell}") } else { cell.to_owned() }
}

fn unneutral(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(FORMULA) => rest,
        _ => cell,
    }
}

fn column(name: &str) -> Option<&'static Column> {
    let name = name.trim().to_ascii_lowercase().replace(' ', "_");
    COLUMNS.iter().find(|(own, others, _)| *own == name || others.contains(&name.as_str()))
}

fn unquoted(name: &str) -> &str {
    name.trim().trim_matches('"')
}

/// What stands between the columns of the first line most often.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default().as_bytes();
    let count = |mark: &u8| first.iter().filter(|octet| *octet == mark).count();
    *[b',', b';', b'\t'].iter().max_by_key(|mark| (count(mark), **mark == b',')).unwrap_or(&b',')
}
