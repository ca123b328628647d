//! Documents of others: every sample of the test data is read, and what is odd is found.

use std::path::{Path, PathBuf};

use campanile_core::formats::iodef::{Encoding, detect, read};
use campanile_core::formats::{Finding, ReadError, Severity};
use campanile_core::model::alert::{Alert, ExpectedAction, ImpactType, Level, Origin, Purpose};
use campanile_core::model::tlp::Tlp;

use crate::{NOW, data};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files(&path, found),
            false => found.push(path),
        }
    }
}

fn sample(folder: &Path, name: &str) -> (Alert, Vec<Finding>) {
    let octets = std::fs::read(folder.join(name)).unwrap();
    read(&octets, NOW).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn errors(findings: &[Finding]) -> Vec<&str> {
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| finding.what.as_str()).collect()
}

#[test]
fn every_sample_is_read() {
    let Some(folder) = data("iodef/examples") else { return };
    let mut all = Vec::new();
    files(&folder, &mut all);
    assert!(all.len() >= 19, "{} samples", all.len());
    for file in all {
        let octets = std::fs::read(&file).unwrap();
        assert!(detect(&octets).is_some(), "{}", file.display());
        if file.ends_with("code-red-as-published.txt") {
            // Its creator has two roles: no reader of XML takes that, so it is mended here.
            let error = read(&octets, NOW).unwrap_err();
            assert!(matches!(error, ReadError::Syntax(_, "an attribute is there twice")));
            let text = String::from_utf8(octets).unwrap();
            let mended = text.replace("role=\"creator\" role=\"irt\"", "role=\"irt\"");
            let (alert, _) = read(mended.as_bytes(), NOW).unwrap();
            assert_eq!(alert.id.as_str(), "CERT-FOR-OUR-DOMAIN.PL-189");
            assert_eq!(alert.alternative_ids, ["CERT-FOR-OUR-DOMAIN.PL#189"]);
            continue;
        }
        let (alert, findings) =
            read(&octets, NOW).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        println!("{}: {} {findings:#?}", file.display(), alert.id);
    }
}

#[test]
fn invalid_samples_have_findings_and_valid_ones_have_none_of_weight() {
    let Some(folder) = data("iodef/examples") else { return };
    for name in ["rfc7970/section7.2-campaign-INVALID.xml", "mantis/scan.xml", "mantis/worm.xml"] {
        let (_, findings) = sample(&folder, name);
        assert!(!errors(&findings).is_empty(), "{name}: {findings:#?}");
    }
    for name in [
        "rfc5070/section7-1.xml",
        "rfc5070/section7-2.xml",
        "rfc5070/section7-3.xml",
        "rfc5070/section7-4.xml",
        "rfc7970/section7.1-minimal.xml",
        "rfc8274-draft11/B3-spear-phishing.xml",
        "rfc8727-draft14/figure4-minimal.json",
        "rfc8727-draft14/figure6-campaign.json",
        "mantis/botnet.xml",
        "constructed-wp5/alert-2003.xml",
        "constructed-wp5/alert-5070.xml",
        "constructed-wp5/alert-7970.xml",
        "constructed-wp5/alert-8727.json",
    ] {
        let (_, findings) = sample(&folder, name);
        assert!(errors(&findings).is_empty(), "{name}: {findings:#?}");
    }
}

#[test]
fn one_alert_in_four_encodings_is_one_alert() {
    let Some(folder) = data("iodef/examples/constructed-wp5") else { return };
    let names = ["alert-2003.xml", "alert-5070.xml", "alert-7970.xml", "alert-8727.json"];
    for (name, encoding) in names.iter().zip(Encoding::ALL) {
        let octets = std::fs::read(folder.join(name)).unwrap();
        assert_eq!(detect(&octets), Some(*encoding));
        let (alert, findings) = sample(&folder, name);
        assert_eq!(alert.id.as_str(), "DFN-CERT-0816", "{findings:?}");
        assert_eq!((alert.purpose, alert.tlp), (Purpose::Warning, Tlp::Amber), "{name}");
        assert!(alert.description.starts_with("A buffer overrun"), "{name}");
        assert_eq!(alert.affected.systems, ["Windows 2000", "Windows XP"], "{name}");
        assert_eq!(alert.affected.software, ["RPC DCOM interface"], "{name}");
        assert_eq!(alert.assessment.impact, ImpactType::Admin, "{name}");
        assert_eq!(alert.assessment.severity, Some(Level::High), "{name}");
        let reference = &alert.method.references[0];
        assert_eq!(reference.origin, Some(Origin::Cve), "{name}");
        assert!(reference.name.ends_with("-2003-0352"), "{name}");
        assert!(alert.recommendation.starts_with("Block TCP port 135"), "{name}");
        assert_eq!(alert.expectation.actions, [ExpectedAction::InformConstituency], "{name}");
        assert_eq!(alert.expectation.description, "Forward to system administrators today.");
        assert!(alert.event.description.starts_with("A worm is scanning"), "{name}");
        assert_eq!(alert.event.started_at.unwrap().text, "2003-08-11T16:00:00+00:00", "{name}");
        assert_eq!(alert.contact.handle, "PRE-CERT", "{name}");
        assert_eq!(alert.contact.emails, ["precert@pre-secure.de"], "{name}");
        assert_eq!(alert.additional, ["No further remarks."], "{name}");
        assert_eq!(alert.reported_at.text, "2003-08-28T13:35:00+00:00", "{name}");
    }
}

#[test]
fn what_an_alert_has_no_field_for_is_carried_as_text() {
    let Some(folder) = data("iodef/examples") else { return };
    let (alert, _) = sample(&folder, "rfc7970/section7.2-campaign-INVALID.xml");
    let text = alert.additional.join("\n");
    assert!(text.contains("oimireik79msd.example.org"), "{text}");
    let (alert, _) = sample(&folder, "rfc5070/section7-1.xml");
    let text = alert.additional.join("\n");
    assert!(text.contains("192.0.2.200") && text.contains("/default.ida?"), "{text}");
    assert_eq!(alert.expectation.actions, [ExpectedAction::Unlisted("block-host".into())]);
}
