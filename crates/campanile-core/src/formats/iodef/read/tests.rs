//! What is read, guessed and refused of documents.

use super::*;
use crate::model::alert::{ImpactType, Purpose, Restriction};
use crate::model::tlp::Tlp;

const NOW: Timestamp = Timestamp::from_seconds(1_795_286_400);

/// A document of 2.00 with something in its incident.
fn v2(attributes: &str, inside: &str) -> String {
    format!(
        "<IODEF-Document version=\"2.00\" xmlns=\"{SPACE_V2}\"><Incident purpose=\"watch\" \
         {attributes}><IncidentID name=\"cert.example\">7</IncidentID>{inside}</Incident>\
         </IODEF-Document>"
    )
}

const TIME: &str = "<GenerationTime>2026-08-24T09:00:00+00:00</GenerationTime>";

fn taken(text: &str) -> (Alert, Vec<Finding>) {
    read(text.as_bytes(), NOW).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn refused(text: &str) -> ReadError {
    read(text.as_bytes(), NOW).map(|(alert, _)| panic!("{alert:?}")).unwrap_err()
}

fn says(findings: &[Finding], what: &str) -> bool {
    findings.iter().any(|finding| finding.what.contains(what))
}

#[test]
fn only_documents_of_2003_may_have_a_doctype() {
    let old = "<!DOCTYPE IODEF-Document SYSTEM \"http://x.invalid/a.dtd\">\
               <IODEF-Document version=\"1.0\"><Incident purpose=\"warning\">\
               <IncidentID name=\"X\">1</IncidentID></Incident></IODEF-Document>";
    assert!(says(&taken(old).1, "the DOCTYPE was not followed"));
    let new =
        format!("<!DOCTYPE IODEF-Document SYSTEM \"http://x.invalid/a.dtd\">{}", v2("", TIME));
    assert!(matches!(refused(&new), ReadError::Doctype(_)));
}

#[test]
fn other_languages_are_no_alerts() {
    for text in [
        "<a/>",
        "<cvrfdoc xmlns=\"http://docs.oasis-open.org/csaf/ns/csaf-cvrf/v1.2/cvrf\"/>",
        "<IODEF-Document version=\"2.00\" xmlns=\"urn:evil\"/>",
        "{}",
        "[]",
        "{\"document\": {\"csaf_version\": \"2.0\"}}",
    ] {
        assert_eq!(refused(text), ReadError::Foreign("IODEF"), "{text}");
    }
}

#[test]
fn alert_without_incident_or_identifier_is_none() {
    let empty = format!("<IODEF-Document version=\"2.00\" xmlns=\"{SPACE_V2}\"/>");
    assert!(matches!(refused(&empty), ReadError::Missing(_, "Incident")));
    let text = v2("", TIME).replace(">7<", "><");
    assert!(matches!(refused(&text), ReadError::Missing(_, "IncidentID")));
    let text = v2("", TIME).replace(">7<", ">///<");
    assert!(matches!(refused(&text), ReadError::Missing(_, "IncidentID")));
}

#[test]
fn identifier_is_made_one_and_the_given_one_kept() {
    let (alert, findings) = taken(&v2("", TIME).replace(">7<", ">../etc/pass wd<"));
    assert_eq!(alert.id.as_str(), "etc-pass-wd");
    assert_eq!(alert.alternative_ids, ["../etc/pass wd"]);
    assert!(says(&findings, "the IncidentID is read as etc-pass-wd"));
}

#[test]
fn times_that_cannot_be_are_refused_and_others_mended() {
    for bad in ["99999999999-13-45T99:99:99+99:99", "yesterday", "1969-12-31T23:59:59Z"] {
        let text = v2("", &format!("<GenerationTime>{bad}</GenerationTime>"));
        assert!(matches!(refused(&text), ReadError::Time(_)), "{bad}");
        let text = v2("", &format!("{TIME}<EventData><StartTime>{bad}</StartTime></EventData>"));
        assert!(matches!(refused(&text), ReadError::Time(_)), "{bad}");
    }
    for (given, read) in
        [("2026-08-24", "2026-08-24T00:00:00Z"), ("2026-08-24T09:00", "2026-08-24T09:00:00Z")]
    {
        let text = v2("", &format!("<GenerationTime>{given}</GenerationTime>"));
        let (alert, findings) = taken(&text);
        assert_eq!(alert.reported_at.at.to_string(), read);
        assert!(says(&findings, "no offset"), "{findings:?}");
    }
    let (alert, findings) = taken(&v2("", "<Description>x</Description>"));
    assert_eq!(alert.reported_at.at, NOW);
    assert!(says(&findings, "now stands for it"));
}

#[test]
fn tokens_are_mapped_and_unknown_ones_kept() {
    let inside = format!(
        "{TIME}<Assessment><SystemImpact type=\"availability-data\"/></Assessment>\
         <EventData><Expectation action=\"honeypot\"/></EventData>"
    );
    let (alert, findings) = taken(&v2("restriction=\"ext-value\" ext-restriction=\"x\"", &inside));
    assert_eq!((alert.purpose, alert.assessment.impact), (Purpose::Warning, ImpactType::Dos));
    assert_eq!(alert.restriction, Restriction::Unlisted("x".into()));
    assert_eq!(alert.expectation.actions[0].name(), "honeypot");
    assert!(says(&findings, "the purpose `watch` is read as `warning`"));
    assert!(alert.additional.contains(&"Impact type: availability-data".to_owned()));
    let read = |attributes| {
        let alert = taken(&v2(attributes, TIME)).0;
        (alert.restriction, alert.tlp)
    };
    assert_eq!(read(""), (Restriction::Private, Tlp::Red), "as the standard has it");
    assert_eq!(read("restriction=\"green\""), (Restriction::Participants, Tlp::Green));
    assert_eq!(read("restriction=\"need-to-know\""), (Restriction::NeedToKnow, Tlp::AmberStrict));
}

#[test]
fn elements_of_other_languages_never_pass_for_ours() {
    let inside = format!("{TIME}<x:Description xmlns:x=\"urn:x\">forged</x:Description>");
    let (alert, _) = taken(&v2("", &inside));
    assert_eq!(alert.description, "");
    assert_eq!(alert.additional[1..], ["Description: forged"]);
}

#[test]
fn only_the_first_incident_counts() {
    let text = v2("", TIME);
    let second = text.split_once("<Incident ").unwrap().1.replace(">7<", ">8<");
    let both = text.replace("</IODEF-Document>", &format!("<Incident {second}"));
    let (alert, findings) = taken(&both);
    assert_eq!(alert.id.as_str(), "7");
    assert!(says(&findings, "only the first incident is read"));
}

#[test]
fn detection_needs_no_sound_document() {
    assert_eq!(detect(b"<IODEF-Document"), Some(Encoding::V2003));
    assert_eq!(detect(v2("", "").as_bytes()), Some(Encoding::V2));
    assert_eq!(detect(b"{\"Incident\": [{\"IncidentID\""), Some(Encoding::Json));
    let utf16: Vec<u8> = v2("", "").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(detect(&utf16), Some(Encoding::V2));
    assert_eq!(detect(b"<html/>"), None);
    assert_eq!(detect(b""), None);
}
