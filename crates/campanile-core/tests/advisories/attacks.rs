//! The hostile documents of the set `attacks`, as its manifest says: what is refused there is
//! refused here, whatever format it pretends to be in.

use std::io::Read;
use std::time::{Duration, Instant};

use campanile_core::formats::{ReadError, advisory, csaf, cvrf, eispp};
use serde_json::Value;

use crate::data;

#[test]
fn documents_are_taken_and_refused_as_the_manifest_says() {
    let Some(folder) = data("attacks") else { return };
    let manifest = std::fs::read_to_string(folder.join("dev/manifest.jsonl")).unwrap();
    let cases = manifest.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let cases: Vec<_> =
        cases.filter(|case| case["kind"] == "xml" || case["kind"] == "json").collect();
    assert!(cases.len() > 50);
    for case in cases {
        let (id, expect) = (case["id"].as_str().unwrap(), case["expect"].as_str().unwrap());
        let octets = std::fs::read(folder.join(case["file"].as_str().unwrap())).unwrap();
        let octets = match case["file_encoding"] == "gzip" {
            true => {
                let mut plain = Vec::new();
                flate2::read::GzDecoder::new(octets.as_slice()).read_to_end(&mut plain).unwrap();
                plain
            }
            false => octets,
        };
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
