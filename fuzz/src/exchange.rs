//! Advisories: what is read can be written in every format and read again.

use campanile_core::formats::{advisory, csaf, cvrf, eispp, rendering};
use campanile_core::model::advisory::Advisory;
use campanile_core::model::time::Timestamp;

/// 2026-11-21T18:40:00Z: every run sees the same time.
const NOW: Timestamp = Timestamp::from_seconds(1_795_286_400);

/// Reading ends; what is read can be written and read again.
pub fn csaf_json(data: &[u8]) {
    if let Ok((advisory, _)) = csaf::read(data) {
        written(&advisory);
    }
}

/// As [`csaf_json`].
pub fn cvrf_xml(data: &[u8]) {
    if let Ok((advisory, _)) = cvrf::read(data) {
        written(&advisory);
    }
}

/// As [`csaf_json`].
pub fn eispp_xml(data: &[u8]) {
    if let Ok((advisory, _)) = eispp::read(data) {
        written(&advisory);
    }
}

fn written(advisory: &Advisory) {
    let documents = [
        csaf::write(advisory, csaf::Version::V2_0, NOW),
        csaf::write(advisory, csaf::Version::V2_1, NOW),
        cvrf::write(advisory, NOW),
        eispp::write(advisory, NOW),
    ];
    for document in documents {
        let (again, _) = advisory::read(&document).expect("what we wrote reads");
        assert!(!again.number.is_empty());
    }
    let page = rendering::html(advisory);
    assert!(!page.contains("<script"));
    let _ = rendering::plain(advisory);
}
