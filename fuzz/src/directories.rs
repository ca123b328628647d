//! Directories of teams.

use campanile_core::formats::registry::{Format, read, write};

/// The Global-IRT of FIRST.
pub fn registry_first(data: &[u8]) {
    directory(data, Format::First);
}

/// The `teams.json` of Trusted Introducer.
pub fn registry_ti(data: &[u8]) {
    directory(data, Format::Ti);
}

/// What is written of a directory that was read has every team, and nothing in it is odd.
fn directory(data: &[u8], format: Format) {
    let Ok((_, records, _)) = read(data, Some(format)) else { return };
    let written = write(&records, format, "toy");
    let (_, again, findings) = read(&written, Some(format)).expect("it was written by us");
    assert_eq!(again.len(), records.len());
    assert_eq!(findings, []);
}
