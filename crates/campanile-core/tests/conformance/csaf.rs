//! The test documents of the CSAF standard, test by test.

use std::collections::BTreeMap;
use std::path::Path;

use campanile_core::formats::csaf::validate::{Profile, Report, Status, validate};
use serde_json::Value;

use crate::table::{Table, data};

const ABOUT: &str = "\
The test documents of the standard's own repository (`csaf_2.0/test/validator`,
`csaf_2.1/test/validator`), each against the test it was made for: the group is version and test.
The group `valid` has the documents that are made to be valid, against the schema and all mandatory
tests: nothing else may be found in them. The group `places` has the documents that come with the
places where something is wrong: each has to be among those that we tell.";

/// A test document with what it is made for.
struct Sample {
    version: &'static str,
    test: String,
    /// Whether the test is made to pass.
    good: bool,
    /// Whether the document passes the schema and all mandatory tests.
    valid: bool,
    name: String,
    places: Option<Vec<String>>,
    report: Report,
}

#[test]
fn official_test_documents_get_their_verdict() {
    let Some(folder) = data("csaf") else { return };
    let mut table = Table::new("csaf");
    let mut samples = samples_of(&folder, "2.0");
    samples.extend(samples_of(&folder, "2.1"));
    let mut whole = BTreeMap::new();
    for sample in &samples {
        let Sample { version, test, good, valid, name, places, report } = sample;
        let asked = if *good { "pass" } else { "fail" };
        let found = match report.status(test) {
            Some(Status::Passed) => "pass",
            Some(Status::Failed) => "fail",
            Some(Status::NotRun(_)) => "not run",
            None => "unknown test",
        };
        table.row(&format!("{version} {test}"), name, asked, found);
        if *valid {
            whole.insert((version, name), report);
        }
        if let Some(places) = places {
            let told = |place: &String| {
                report.findings.iter().any(|finding| {
                    finding.test == test && finding.pointer.starts_with(place.as_str())
                })
            };
            let missing: Vec<_> = places.iter().filter(|place| !told(place)).cloned().collect();
            let found = if missing.is_empty() { "all".into() } else { missing.join(" ") };
            table.row(&format!("{version} places"), name, "all", &found);
        }
    }
    for ((version, name), report) in whole {
        let mut errors: Vec<_> = report
            .findings
            .iter()
            .filter(|finding| finding.severity.name() == "error")
            .map(|finding| finding.test)
            .collect();
        errors.dedup();
        let found = if report.is_valid() { "valid".into() } else { errors.join(" ") };
        table.row(&format!("{version} valid"), name, "valid", &found);
    }
    table.hold("Conformance: CSAF", ABOUT);
}

fn samples_of(folder: &Path, version: &'static str) -> Vec<Sample> {
    let folder = folder.join(format!("csaf_{version}/test/validator/data"));
    let list = json(&folder.join("testcases.json"));
    let mut samples = Vec::new();
    for test in list["tests"].as_array().unwrap() {
        for kind in ["failures", "valid"] {
            for case in test[kind].as_array().into_iter().flatten() {
                let name = case["name"].as_str().unwrap();
                let octets = std::fs::read(folder.join(name)).unwrap();
                let places = case["result"].as_str().map(|result| places(&folder.join(result)));
                samples.push(Sample {
                    version,
                    test: test["id"].as_str().unwrap().into(),
                    good: kind == "valid",
                    valid: case["valid"].as_bool().unwrap(),
                    name: name.rsplit('/').next().unwrap().trim_end_matches(".json").into(),
                    places,
                    report: validate(&octets, Profile::Full).unwrap(),
                });
            }
        }
    }
    samples
}

fn json(file: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

/// The places of a result file, of all its kinds of findings.
fn places(file: &Path) -> Vec<String> {
    let result = json(file);
    ["errors", "warnings", "infos"]
        .iter()
        .flat_map(|kind| result["primary_result"][kind].as_array().cloned().unwrap_or_default())
        .filter_map(|error| error["instance_path"].as_str().map(str::to_owned))
        .collect()
}
