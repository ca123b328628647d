//! What is read, and what is noted or refused.

use super::*;
use crate::model::advisory::{Kind, ProductStatus, Status, Value};
use crate::model::tlp::Tlp;

/// A small advisory; `{…}` in the middle of it are vulnerabilities.
fn document(version: &str, vulnerabilities: &str) -> String {
    format!(
        r#"{{"document": {{"category": "csaf_security_advisory", "csaf_version": "{version}",
        "title": "T", "distribution": {{"tlp": {{"label": "WHITE"}}}},
        "publisher": {{"category": "vendor", "name": "V", "namespace": "https://v.example"}},
        "tracking": {{"id": "V-1", "version": "2", "status": "final",
          "initial_release_date": "2026-01-01T00:00:00Z",
          "current_release_date": "2026-01-02T00:00:00Z",
          "revision_history": [
            {{"number": "1", "date": "2026-01-01T00:00:00Z", "summary": "first"}},
            {{"number": "2", "legacy_version": "1.1", "date": "yesterday", "summary": "x"}}]}}}},
        "product_tree": {{"branches": [{{"category": "vendor", "name": "V", "branches": [
          {{"category": "product_name", "name": "P", "branches": [
            {{"category": "product_version", "name": "1", "product": {{
              "name": "V P 1", "product_id": "p1"}}}}]}}]}}],
          "product_groups": [{{"group_id": "g", "product_ids": ["p1"]}}]}},
        "vulnerabilities": [{vulnerabilities}]}}"#
    )
}

#[test]
fn advisory_is_read_with_what_its_history_calls_the_version() {
    let (advisory, findings) = read(document("2.0", "").as_bytes()).unwrap();
    assert_eq!((advisory.number.as_str(), advisory.version.as_str()), ("V-1", "1.1"));
    assert_eq!((advisory.kind, advisory.status), (Kind::Advisory, Status::Final));
    assert_eq!(advisory.tlp, Some(Tlp::Clear));
    let product = &advisory.products[0];
    assert_eq!([&product.vendor, &product.name, &product.version], ["V", "P", "1"]);
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].place, "/document/tracking/revision_history/1");
}

#[test]
fn raters_of_metrics_are_told_apart() {
    let vulnerability = r#"{"cve": "CVE-2026-1000",
        "product_status": {"known_affected": ["p1"]},
        "metrics": [
          {"products": ["p1"], "content": {"cvss_v3": {"version": "3.1", "baseScore": 7,
            "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}}},
          {"products": ["p1"], "source": "https://v.example#rater=Red%20Hat",
            "content": {"qualitative_severity_rating": "low"}}],
        "threats": [{"category": "impact", "details": "Important", "group_ids": ["g"]},
          {"category": "impact", "details": "Attackers run code of their own on it."}]}"#;
    let (advisory, findings) = read(document("2.1", vulnerability).as_bytes()).unwrap();
    let vulnerability = &advisory.vulnerabilities[0];
    let raters: Vec<_> = vulnerability.ratings.iter().map(|r| r.rater.as_str()).collect();
    assert_eq!(raters, ["V", "Red Hat", "V"]);
    assert_eq!(vulnerability.ratings[0].score.as_deref(), Some("7.0"));
    assert_eq!(vulnerability.ratings[2].value, Value::Word("Important".into()));
    assert_eq!(vulnerability.ratings[2].products, ["p1"]);
    assert_eq!(vulnerability.affected[0].status, ProductStatus::KnownAffected);
    assert_eq!(vulnerability.sections.len(), 1);
    assert_eq!(findings.len(), 1);
}

#[test]
fn labels_that_are_none_are_read_as_the_narrowest() {
    let document = document("2.0", "").replace("WHITE", "PURPLE");
    assert_eq!(read(document.as_bytes()).unwrap().0.tlp, Some(Tlp::Red));
}

#[test]
fn versions_that_are_not_known_and_documents_without_number_are_refused() {
    assert!(matches!(read(document("9.9", "").as_bytes()), Err(ReadError::Missing(..))));
    let without = document("2.0", "").replace("V-1", " ");
    assert!(matches!(read(without.as_bytes()), Err(ReadError::Missing(_, "id"))));
    assert_eq!(read(b"{\"a\": 1}"), Err(ReadError::Foreign("CSAF")));
}

#[test]
fn groups_that_unfold_to_more_than_memory_holds_are_left_out() {
    let ids = vec!["\"p1\""; 20_000].join(",");
    let group = format!("\"group_id\": \"g\", \"product_ids\": [{ids}]");
    let remediation = "{\"category\": \"mitigation\", \"details\": \"d\", \"group_ids\": [\"g\"]}";
    let many = vec![remediation; 20_000].join(",");
    let document = document("2.0", &format!("{{\"remediations\": [{many}]}}"));
    let document = document.replace("\"group_id\": \"g\", \"product_ids\": [\"p1\"]", &group);
    let (advisory, findings) = read(document.as_bytes()).unwrap();
    assert_eq!(advisory.vulnerabilities[0].solutions.len(), 20_000);
    assert!(findings.iter().any(|finding| finding.what.contains("too often")));
}
