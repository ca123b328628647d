//! What is written from every real advisory is valid CSAF: by the schema and all mandatory tests
//! of both versions.

use std::collections::BTreeMap;

use campanile_core::formats::csaf::validate::{Profile, validate};
use campanile_core::formats::{advisory, csaf};
use campanile_core::model::time::Timestamp;
use serde_json::Value as Json;

use crate::data;

/// 2026-11-21T18:40:00Z.
const NOW: Timestamp = Timestamp::from_seconds(1_795_286_400);

#[test]
fn csaf_written_from_every_advisory_is_valid() {
    let Some(folder) = data("advisories/dev") else { return };
    let manifest = std::fs::read_to_string(folder.join("MANIFEST.jsonl")).unwrap();
    let mut faults = BTreeMap::<String, (usize, String)>::new();
    let mut count = 0;
    for line in manifest.lines() {
        let row: Json = serde_json::from_str(line).unwrap();
        let path = row["path"].as_str().unwrap();
        let octets = std::fs::read(folder.join(path)).unwrap();
        let (advisory, _) = advisory::read(&octets).unwrap_or_else(|e| panic!("{path}: {e}"));
        for version in [csaf::Version::V2_0, csaf::Version::V2_1] {
            let written = csaf::write(&advisory, version, NOW);
            let report = validate(&written, Profile::Basic).unwrap();
            count += 1;
            for finding in report.findings {
                let kind = format!("{} {}", version.name(), finding.test);
                let example = format!("{path} {} {}", finding.pointer, finding.message);
                faults.entry(kind).or_insert((0, example)).0 += 1;
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(count > 10_000, "{count}");
}
