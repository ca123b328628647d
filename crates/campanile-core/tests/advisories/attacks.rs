//! The hostile documents of the set `attacks`, as its manifest says: what is refused there is
//! refused here, whatever format it pretends to be in.

use std::io::Read;
use std::time::{Duration, Instant};

use campanile_core::formats::csaf::validate::{Profile, validate};
use campanile_core::formats::{ReadError, advisory, csaf, cvrf, eispp};
use serde_json::Value;

use crate::data;

/// The cases of some kinds with their octets, unpacked.
fn cases(kinds: &[&str]) -> Vec<(Value, Vec<u8>)> {
    let Some(folder) = data("attacks") else { return Vec::new() };
    let manifest = std::fs::read_to_string(folder.join("dev/manifest.jsonl")).unwrap();
    let cases = manifest.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let cases = cases.filter(|case| kinds.iter().any(|kind| case["kind"] == **kind));
    let octets = |case: &Value| {
        let octets = std::fs::read(folder.join(case["file"].as_str().unwrap())).unwrap();
        if case["file_encoding"] != "gzip" {
            return octets;
        }
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(octets.as_slice()).read_to_end(&mut plain).unwrap();
        plain
    };
    cases.map(|case| (octets(&case), case)).map(|(octets, case)| (case, octets)).collect()
}

#[test]
fn documents_are_taken_and_refused_as_the_manifest_says() {
    let cases = cases(&["xml", "json"]);
    assert!(cases.is_empty() || cases.len() > 50);
    for (case, octets) in cases {
        let (id, expect) = (case["id"].as_str().unwrap(), case["expect"].as_str().unwrap());
        let ours = ["csaf2.0", "cvrf"].iter().any(|format| case["format"] == **format);
        for read in [advisory::read, csaf::read, cvrf::read, eispp::read] {
            let start = Instant::now();
            let read = read(&octets);
            let took = start.elapsed();
            assert!(took < Duration::from_secs(5), "{id}: {took:?}");
            assert!(expect != "reject" || read.is_err(), "{id}");
        }
        let read = advisory::read(&octets);
        assert!(expect != "accept" || !ours || read.is_ok(), "{id}: {:?}", read.err());
        // What is hostile in its syntax is refused for that, not for being another document.
        if ours && expect == "reject" && !octets.is_empty() && case["class"] != "json-parser" {
            assert!(!matches!(read, Err(ReadError::Foreign(_))), "{id}");
        }
    }
}

/// What is refused is not read by the validator, or has errors for it; it is quick all the same.
#[test]
fn hostile_json_is_not_valid_where_the_manifest_refuses_it() {
    let (mut refused, mut looked_at) = (0, 0);
    let cases = cases(&["json"]);
    let some = !cases.is_empty();
    for (case, octets) in cases {
        let (id, expect) = (case["id"].as_str().unwrap(), case["expect"].as_str().unwrap());
        for profile in Profile::ALL {
            let start = Instant::now();
            let report = validate(&octets, profile);
            let took = start.elapsed();
            assert!(took < Duration::from_secs(10), "{id} {profile}: {took:?}");
            let valid = report.as_ref().is_ok_and(|report| report.is_valid());
            assert!(expect != "reject" || !valid, "{id} {profile}");
            assert!(expect != "accept" || report.is_ok(), "{id}: {:?}", report.err());
            refused += usize::from(expect == "reject");
            looked_at += usize::from(report.is_ok());
        }
    }
    assert!(!some || refused > 30 && looked_at > 0, "{refused} {looked_at}");
}
