//! What is written is valid after its schema, and reads back equal.

use std::path::{Path, PathBuf};
use std::process::Command;

use campanile_core::formats::Severity;
use campanile_core::formats::iodef::{Encoding, WriteContext, detect, read, write};
use campanile_core::model::alert::follow_up::{Acknowledgement, Channel, Response};

use crate::{NOW, data, generator, repository};

const ALERTS: u64 = 400;

/// The documents of all alerts in an encoding; every second has a link and a history.
fn documents(encoding: Encoding) -> Vec<Vec<u8>> {
    let acknowledgements = [
        Acknowledgement {
            alert: "DFN-CERT-1".parse().unwrap(),
            team: "PRE-CERT".parse().unwrap(),
            person: Some("A. <b> & C.".into()),
            at: NOW,
            channel: Channel::Mail,
            response: Response::Working,
            remark: "we look <into> it".into(),
        },
        Acknowledgement {
            alert: "DFN-CERT-1".parse().unwrap(),
            team: "CERT-IST".parse().unwrap(),
            person: None,
            at: NOW,
            channel: Channel::Phone,
            response: Response::Received,
            remark: String::new(),
        },
    ];
    let sent = WriteContext {
        acknowledge_url: Some("https://alerts.example.net/ack/0123456789abcdef"),
        generated_at: NOW,
        acknowledgements: &acknowledgements,
    };
    let context = |number: u64| match number.is_multiple_of(2) {
        true => sent.clone(),
        false => WriteContext::plain(NOW),
    };
    (0..ALERTS).map(|n| write(&generator::alert(n), encoding, &context(n))).collect()
}

#[test]
fn alerts_read_back_equal_in_every_encoding() {
    for encoding in Encoding::ALL {
        for (number, document) in documents(*encoding).iter().enumerate() {
            let alert = generator::alert(u64::try_from(number).unwrap());
            let text = String::from_utf8_lossy(document);
            let (read, findings) = read(document, NOW).unwrap_or_else(|e| panic!("{e}\n{text}"));
            assert_eq!(read, alert, "{encoding}\n{text}");
            let errors = findings.iter().filter(|f| f.severity == Severity::Error);
            let errors: Vec<_> = errors.filter(|f| !f.what.contains("who named it")).collect();
            assert!(errors.is_empty(), "{encoding} {errors:?}\n{text}");
            assert_eq!(detect(document), Some(*encoding));
        }
    }
}

#[test]
fn documents_of_2_00_are_valid() {
    let schema = repository().join("testdata/iodef/iodef-2.0.errata.xsd");
    validate(Encoding::V2, "--schema", &schema);
    if let Some(folder) = data("iodef/v2/bundle") {
        validate(Encoding::V2, "--schema", &folder.join("iodef-2.0.errata.xsd"));
    }
}

#[test]
fn documents_of_1_00_are_valid() {
    if let Some(folder) = data("iodef/v1") {
        validate(Encoding::V1, "--schema", &folder.join("iodef-1.0.rfc5070.xsd"));
    }
}

#[test]
fn documents_of_2003_are_valid() {
    if let Some(folder) = data("iodef/draft2003") {
        validate(Encoding::V2003, "--dtdvalid", &folder.join("iodef-wp5-profile.dtd"));
    }
}

fn validate(encoding: Encoding, how: &str, schema: &Path) {
    if Command::new("xmllint").arg("--version").output().is_err() {
        println!("skipped: needs xmllint");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<PathBuf> = documents(encoding)
        .iter()
        .enumerate()
        .map(|(number, document)| {
            let file = folder.path().join(format!("{number}.xml"));
            std::fs::write(&file, document).unwrap();
            file
        })
        .collect();
    let mut run = Command::new("xmllint");
    let output = run.args(["--nonet", "--noout", how]).arg(schema).args(&files).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let faults: Vec<_> = said.lines().filter(|line| !line.ends_with(" validates")).collect();
    // The content models of Node and Service are ambiguous in the draft itself.
    let known = |line: &&&str| line.contains("is not determinist") || !line.contains("error");
    let faults: Vec<_> = faults.iter().filter(|line| !known(line)).collect();
    assert!(faults.is_empty(), "{encoding}: {faults:#?}\n{said}");
    assert!(output.status.success() || how == "--dtdvalid", "{said}");
}
