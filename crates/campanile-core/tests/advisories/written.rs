//! What is written from real advisories: valid by the official schemas, and without further loss
//! when it is read and written again.

use std::path::Path;
use std::process::Command;

use campanile_core::formats::{advisory, csaf, cvrf, eispp};
use campanile_core::model::advisory::Advisory;
use campanile_core::model::time::Timestamp;

use crate::{data, lists};

/// 2026-11-21T18:40:00Z.
const NOW: Timestamp = Timestamp::from_seconds(1_795_286_400);

type Write = fn(&Advisory) -> Vec<u8>;

const WRITERS: [(&str, Write); 4] = [
    ("csaf-2.0", |advisory| csaf::write(advisory, csaf::Version::V2_0, NOW)),
    ("csaf-2.1", |advisory| csaf::write(advisory, csaf::Version::V2_1, NOW)),
    ("cvrf-1.2", |advisory| cvrf::write(advisory, NOW)),
    ("eispp", |advisory| eispp::write(advisory, NOW)),
];

/// Advisories of every issuer of the three formats, a few of each, and the official examples.
fn advisories() -> Vec<(String, Advisory)> {
    let mut all = Vec::new();
    for issuer in ["cisa", "ctrliq", "ni", "nvidia", "redhat-csaf", "fortinet"] {
        let documents = lists::documents(issuer);
        let step = documents.len() / 12 + 1;
        for listed in documents.into_iter().step_by(step) {
            if listed.octets.len() < 500_000 {
                all.push((listed.path, advisory::read(&listed.octets).unwrap().0));
            }
        }
    }
    all.extend(examples());
    all
}

/// The official examples of CSAF and CVRF, and the sample of EISPP.
fn examples() -> Vec<(String, Advisory)> {
    let mut all = Vec::new();
    let folders = [
        "csaf/csaf_2.0/examples/csaf",
        "csaf/csaf_2.0/examples/csaf/csaf_vex",
        "csaf/csaf_2.1/examples/csaf",
        "csaf/csaf_2.1/examples/csaf/csaf_vex",
        "csaf/csaf_2.1/examples/csaf/appendix",
        "csaf/cvrf_1.2/examples",
        "csaf/cvrf_1.2/contributions/cvrf1.1/example",
        "eispp",
    ];
    for folder in folders {
        let Some(folder) = data(folder) else { continue };
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let octets = std::fs::read(&path).unwrap_or_default();
            let name = path.display().to_string();
            let ours = name.ends_with(".json") || name.ends_with(".xml");
            if !ours || name.ends_with("schemes.json") {
                continue;
            }
            let (advisory, _) = advisory::read(&octets).unwrap_or_else(|e| panic!("{name}: {e}"));
            all.push((name, advisory));
        }
    }
    all
}

#[test]
fn official_examples_are_read() {
    let count = examples().len();
    assert!(count == 0 || count > 40, "{count}");
}

#[test]
fn what_is_written_loses_nothing_more_when_it_is_read_and_written_again() {
    for (name, advisory) in advisories() {
        for (format, write) in WRITERS {
            let octets = write(&advisory);
            let read = |octets: &[u8]| {
                let text = String::from_utf8_lossy(octets).into_owned();
                advisory::read(octets).unwrap_or_else(|e| panic!("{name} {format} {e}\n{text}")).0
            };
            let once = read(&octets);
            assert_eq!(read(&write(&once)), once, "{name} {format}");
            assert_eq!(once.number, advisory.number, "{name} {format}");
            let ids = |advisory: &Advisory| -> Vec<String> {
                let ids = advisory.vulnerability_ids().into_iter().filter(|id| id.is_cve());
                ids.map(|id| id.number.clone()).collect()
            };
            assert_eq!(ids(&once), ids(&advisory), "{name} {format}");
        }
    }
}

/// Checks documents of CSAF; schemas are found by their `$id`, nothing is fetched.
const CHECK: &str = r#"
import json, sys, pathlib
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
DRAFT = 'https://json-schema.org/draft/2020-12/schema'
schemas, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
registry = Registry()
for path in list(schemas.rglob('*.json')):
    if 'schema' not in str(path) or 'test' in path.parts: continue
    content = json.loads(path.read_text())
    key = content.get('$id') or content.get('id') if isinstance(content, dict) else None
    if key and path.name not in ('meta.json', 'extension-metaschema.json'):
        content['$schema'] = DRAFT
        registry = registry.with_resource(key.split('?')[0], Resource.from_contents(content))
main = next(p for p in [schemas/'json_schema/csaf_json_schema.json', schemas/'json_schema/csaf.json'] if p.exists())
schema = json.loads(main.read_text())
schema['$schema'] = DRAFT
validator = Draft202012Validator(schema, registry=registry, format_checker=FormatChecker())
bad = 0
for path in sorted(folder.iterdir()):
    for error in validator.iter_errors(json.loads(path.read_text())):
        print(path.name, error.json_path, error.message[:200]); bad += 1
sys.exit(1 if bad else 0)
"#;

fn valid_csaf(format: &str, schemas: &str, write: Write) {
    let Some(schemas) = data(schemas) else { return };
    let python = Command::new("python3").args(["-c", "import jsonschema, referencing"]).output();
    if !python.is_ok_and(|output| output.status.success()) {
        println!("skipped: no python3 with jsonschema");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    write_all(folder.path(), "json", write);
    let mut check = Command::new("python3");
    let output = check.arg("-c").arg(CHECK).arg(schemas).arg(folder.path()).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let failed = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{format}\n{told:.4000}\n{failed:.2000}");
}

fn write_all(folder: &Path, ending: &str, write: Write) {
    for (number, (_, advisory)) in advisories().iter().enumerate() {
        let path = folder.join(format!("{number}.{ending}"));
        std::fs::write(path, write(advisory)).unwrap();
    }
}

#[test]
fn csaf_2_0_is_valid_by_the_official_schema() {
    valid_csaf("2.0", "csaf/csaf_2.0", WRITERS[0].1);
}

#[test]
fn csaf_2_1_is_valid_by_the_official_schema() {
    valid_csaf("2.1", "csaf/csaf_2.1", WRITERS[1].1);
}

#[test]
fn eispp_is_valid_by_the_reconstruction() {
    let Some(schema) = data("eispp/eispp-reconstruction.xsd") else { return };
    let folder = tempfile::tempdir().unwrap();
    write_all(folder.path(), "xml", WRITERS[3].1);
    let mut files: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    let week = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/eispp/week36");
    let week = std::fs::read_dir(week).unwrap().map(|entry| entry.unwrap().path());
    files.extend(week.filter(|path| path.extension().is_some_and(|one| one == "xml")));
    let mut check = Command::new("xmllint");
    check.args(["--noout", "--nonet", "--schema"]).arg(schema).args(&files);
    let Ok(output) = check.output() else {
        println!("skipped: no xmllint");
        return;
    };
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let told: Vec<_> = told.lines().filter(|line| !line.ends_with("validates")).take(20).collect();
    assert!(output.status.success(), "{told:#?}");
}
