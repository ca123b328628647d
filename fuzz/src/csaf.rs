//! Documents of advisories.

use campanile_core::formats::csaf::validate::{Profile, validate};

/// A CSAF document through all tests: twice the same report, and a larger profile finds what the
/// smaller one has found.
pub fn csaf_validate(data: &[u8]) {
    let Ok(report) = validate(data, Profile::Full) else { return };
    assert_eq!(validate(data, Profile::Full), Ok(report.clone()));
    let basic = validate(data, Profile::Basic).expect("it was read before");
    assert_eq!(basic.is_valid(), report.is_valid());
    assert!(report.findings.starts_with(&basic.findings));
}
