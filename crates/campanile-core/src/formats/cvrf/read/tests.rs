//! What is read, in XML and in JSON.

use super::*;
use crate::formats::Place;

const JSON: &str = r##"{"cvrf:cvrfdoc": {"@xmlns:cvrf": "x", "cvrf:DocumentTitle": "T",
    "cvrf:DocumentPublisher": {"@Type": "Vendor", "cvrf:ContactDetails": "Maker PSIRT Contact:\n x"},
    "cvrf:DocumentTracking": {"cvrf:Identification": {"cvrf:ID": "M-1"}, "cvrf:Status": "Final",
      "cvrf:Version": "1", "cvrf:InitialReleaseDate": "2022-04-05T00:00:00"},
    "cvrf:DocumentNotes": {"cvrf:Note": [
      {"#text": "second", "@Ordinal": "2", "@Type": "General", "@Title": "B"},
      {"#text": "first", "@Ordinal": "1", "@Type": "Summary", "@Title": "A"}]},
    "Vulnerability": {"cvrf:CVE": ["CVE-2022-1000", "CVE-2022-1001"],
      "CVSSScoreSets": {"ScoreSetV3": {"BaseScoreV3": "4.0",
        "VectorV3": "CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:N/I:N/A:H"}}}}}"##;

#[test]
fn rendering_in_json_is_read_like_the_document_itself() {
    let (advisory, findings) = read(JSON.as_bytes()).unwrap();
    assert_eq!((advisory.number.as_str(), advisory.issuer.name.as_str()), ("M-1", "Maker PSIRT"));
    let titles: Vec<_> = advisory.sections.iter().map(|s| s.title.as_str()).collect();
    assert_eq!(titles, ["A", "B"]);
    assert_eq!(advisory.published_at.unwrap().at.to_string(), "2022-04-05T00:00:00Z");
    assert!(findings.iter().any(|f| f.place.contains("cvrf:InitialReleaseDate")));
}

#[test]
fn several_cves_in_one_element_are_several_vulnerabilities() {
    let (advisory, _) = read(JSON.as_bytes()).unwrap();
    let ids: Vec<_> = advisory.vulnerability_ids().iter().map(|id| id.to_string()).collect();
    assert_eq!(ids, ["CVE-2022-1000", "CVE-2022-1001"]);
    assert!(advisory.vulnerabilities.iter().all(|one| one.ratings.len() == 1));
}

#[test]
fn other_documents_are_refused() {
    assert_eq!(read(b"<a/>"), Err(ReadError::Foreign("CVRF")));
    assert_eq!(read(b"<cvrfdoc xmlns='urn:x'/>"), Err(ReadError::Foreign("CVRF")));
    assert_eq!(read(b"{}"), Err(ReadError::Foreign("CVRF")));
    let doctype = b"<!DOCTYPE cvrfdoc SYSTEM 'http://x.example/'><cvrfdoc/>";
    assert_eq!(read(doctype), Err(ReadError::Doctype(Place::Line(1, 1))));
}
