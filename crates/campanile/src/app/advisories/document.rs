//! Documents of advisories: in the database and out of it, and what they say.

use std::cell::RefCell;
use std::io::Read as _;

use campanile_core::formats::{Finding, Severity, advisory, minimum};
use campanile_core::model::advisory::Advisory;
use campanile_core::model::limits::DOCUMENT_BYTES_MAX;
use flate2::read::DeflateDecoder;
use flate2::{Compress, Compression, FlushCompress, Status};

use crate::error::{Error, Result};

thread_local! {
    /// Its tables have 300 kB: making them takes longer than a document does.
    static DEFLATE: RefCell<Compress> = RefCell::new(Compress::new(Compression::fast(), false));
}

/// Octets as a column has them.
///
/// # Errors
/// There is no memory left.
pub fn deflate(octets: &[u8]) -> Result<Vec<u8>> {
    DEFLATE.with_borrow_mut(|deflate| {
        deflate.reset();
        let mut column = Vec::with_capacity(octets.len() / 3 + 64);
        loop {
            let rest = usize::try_from(deflate.total_in()).ok().and_then(|read| octets.get(read..));
            let rest = rest.unwrap_or_default();
            let status = deflate.compress_vec(rest, &mut column, FlushCompress::Finish);
            let failed = |source| Error::internal("a document cannot be stored").source(source);
            match status.map_err(failed)? {
                Status::StreamEnd => return Ok(column),
                _ => column.reserve(octets.len() / 2 + 64),
            }
        }
    })
}

/// Octets as they came.
///
/// # Errors
/// The column was changed by a foreign hand.
pub fn inflate(column: &[u8]) -> Result<Vec<u8>> {
    let mut octets = Vec::new();
    let limit = u64::try_from(DOCUMENT_BYTES_MAX).unwrap_or(u64::MAX);
    let read = DeflateDecoder::new(column).take(limit).read_to_end(&mut octets);
    read.map_err(|source| Error::internal("a stored document is damaged").source(source))?;
    Ok(octets)
}

/// Findings and deflated octets, to be sealed as one.
pub fn pack(findings: &str, column: &[u8]) -> Vec<u8> {
    // JSON on one line has no line end inside.
    [findings.as_bytes(), b"\n", column].concat()
}

/// What [`pack`] was given.
///
/// # Errors
/// A newer version wrote it.
pub fn unpack(packed: &[u8]) -> Result<(String, Vec<u8>)> {
    let at = memchr::memchr(b'\n', packed).ok_or_else(unreadable)?;
    let (findings, column) = packed.split_at_checked(at).ok_or_else(unreadable)?;
    let findings = std::str::from_utf8(findings).map_err(|_| unreadable())?;
    Ok((findings.to_owned(), column.get(1..).unwrap_or_default().to_vec()))
}

/// What a document says, under the name that was given to an issuer that it does not name.
///
/// # Errors
/// It is no document that is read.
pub fn read(octets: &[u8], issuer_given: &str) -> Result<(Advisory, Vec<Finding>)> {
    let read = advisory::read(octets);
    let (mut advisory, findings) = read.map_err(|source| {
        Error::invalid(source.to_string())
            .hint("CSAF, CVRF, EISPP, OSV, CVE and the minimum record are read")
    })?;
    if advisory.issuer.name.trim().is_empty() {
        issuer_given.trim().clone_into(&mut advisory.issuer.name);
    }
    Ok((advisory, findings))
}

/// The documents in a file: a table of minimum records has one in every row; everything else is
/// one as it is. What is wrong with a table is told when it is taken in.
pub fn documents(file: Vec<u8>) -> Vec<Vec<u8>> {
    if !minimum::fits(&file) {
        return vec![file];
    }
    // A row that is left out must be told: the table is refused as a whole.
    let rows = match minimum::read_all(&file) {
        Ok((rows, findings)) if findings.iter().all(|one| one.severity != Severity::Error) => rows,
        _ => return vec![file],
    };
    match rows.iter().map(minimum::write).collect::<std::result::Result<Vec<_>, _>>() {
        Ok(documents) if documents.len() > 1 => documents,
        _ => vec![file],
    }
}

fn unreadable() -> Error {
    Error::internal("a stored document cannot be read")
        .hint("was the database written by a newer version?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_as_many_documents_as_it_has_rows() {
        let table = b"issuer,number,title\nALPHA,A-1,one\nALPHA,A-2,two\n".to_vec();
        let found = documents(table);
        let numbers: Vec<_> =
            found.iter().map(|one| read(one, "").unwrap().0.number.clone()).collect();
        assert_eq!(numbers, ["A-1", "A-2"]);
        let other = b"{\"a\": 1}".to_vec();
        assert_eq!(documents(other.clone()), [other]);
    }

    #[test]
    fn what_is_packed_and_deflated_comes_out_as_it_was() {
        let octets = b"{\"a\": 1}\n\n\x00\xff";
        let packed = pack("[]", &deflate(octets).unwrap());
        let (findings, column) = unpack(&packed).unwrap();
        assert_eq!((findings.as_str(), inflate(&column).unwrap()), ("[]", octets.to_vec()));
    }
}
