//! What is written instead of what would be invalid.

use serde_json::Value;

use super::write;
use crate::formats::csaf::validate::{Profile, validate};
use crate::formats::csaf::{Version, read};
use crate::model::advisory::{
    Advisory, Affected, Identifier, Product, ProductStatus, Rating, Revision, Section, SectionKind,
    Status, Value as Rated, Vulnerability, scheme,
};
use crate::model::moment::Moment;
use crate::model::time::Timestamp;
use crate::model::tlp::Tlp;

const NOW: Timestamp = Timestamp::from_seconds(1_795_286_400);

fn advisory() -> Advisory {
    let mut advisory = Advisory { number: "A-1".into(), title: "T".into(), ..Advisory::default() };
    advisory.issuer.name = "DFN-CERT".into();
    advisory.issuer.namespace = "https://dfn-cert.example".into();
    advisory.published_at = Moment::parse("2026-01-01T00:00:00Z").ok();
    advisory
}

fn json(advisory: &Advisory, version: Version) -> Value {
    serde_json::from_slice(&write(advisory, version, NOW)).unwrap()
}

#[test]
fn versions_of_two_parts_are_numbered_anew_and_read_back() {
    let mut advisory = advisory();
    advisory.version = "1.1".into();
    let revision = |version: &str, at| Revision {
        version: version.into(),
        at: Moment::parse(at).ok(),
        summary: "s".into(),
    };
    advisory.revisions =
        vec![revision("1.0", "2026-01-01T00:00:00Z"), revision("1.1", "2026-01-02T00:00:00Z")];
    let tracking = &json(&advisory, Version::V2_0)["document"]["tracking"];
    assert_eq!(tracking["version"], "2");
    assert_eq!(tracking["revision_history"][1]["legacy_version"], "1.1");
    let read = read(&write(&advisory, Version::V2_0, NOW)).unwrap().0;
    assert_eq!((&read.version, &read.revisions), (&advisory.version, &advisory.revisions));
}

#[test]
fn label_is_never_written_wider_than_it_is() {
    let mut advisory = advisory();
    advisory.tlp = Some(Tlp::AmberStrict);
    let written = json(&advisory, Version::V2_0);
    assert_eq!(written["document"]["distribution"]["tlp"]["label"], "RED");
    let read = read(&write(&advisory, Version::V2_0, NOW)).unwrap().0;
    assert_eq!(read.tlp, Some(Tlp::AmberStrict));
    advisory.tlp = None;
    let written = json(&advisory, Version::V2_1);
    assert_eq!(written["document"]["distribution"]["tlp"]["label"], "AMBER");
}

#[test]
fn scores_are_those_that_the_vector_gives_and_second_ones_go_to_a_note() {
    let mut advisory = advisory();
    advisory.products.push(Product { id: "p".into(), name: "P".into(), ..Product::default() });
    let vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H";
    let rated = |rater: &str| Rating {
        score: Some("1.0".into()),
        products: vec!["p".into()],
        ..Rating::stated(rater, scheme::CVSS_3_1, Rated::Vector(vector.into()))
    };
    advisory.vulnerabilities.push(Vulnerability {
        ids: vec![Identifier::new("cve", "CVE-2026-1000")],
        ratings: vec![rated("DFN-CERT"), rated("DFN-CERT"), rated("NVD")],
        affected: vec![Affected { product: "p".into(), status: ProductStatus::KnownAffected }],
        ..Vulnerability::default()
    });
    let one = &json(&advisory, Version::V2_0)["vulnerabilities"][0];
    assert_eq!(one["scores"].as_array().unwrap().len(), 1);
    assert_eq!(one["scores"][0]["cvss_v3"]["baseScore"], 7.5);
    assert_eq!(one["notes"][0]["text"].as_str().unwrap().lines().count(), 2);
    let two = &json(&advisory, Version::V2_1)["vulnerabilities"][0]["metrics"];
    assert_eq!(two[1]["source"], "https://dfn-cert.example#rater=NVD");
}

#[test]
fn withdrawn_advisory_of_2_1_says_why_and_nothing_else() {
    let mut advisory = advisory();
    advisory.status = Status::Withdrawn;
    advisory.vulnerabilities.push(Vulnerability { title: "x".into(), ..Vulnerability::default() });
    let written = json(&advisory, Version::V2_1);
    assert_eq!(written["document"]["category"], "csaf_withdrawn");
    assert_eq!(written.get("vulnerabilities"), None);
    assert_eq!(json(&advisory, Version::V2_0)["document"]["category"], "withdrawal");
}

#[test]
fn links_are_only_such_that_every_reader_takes() {
    let mut advisory = advisory();
    advisory.references.push(crate::model::advisory::Reference {
        url: "javascript:alert(1)".into(),
        ..Default::default()
    });
    let text = SectionKind::Other;
    advisory.sections.push(Section { kind: text, title: String::new(), text: "x".into() });
    let written = json(&advisory, Version::V2_0);
    assert_eq!(written["document"].get("references"), None);
}

#[test]
fn advisory_of_2_1_says_what_is_affected_or_has_the_profile_of_2_0() {
    let product = |id: &str, name: &str, version: &str| Product {
        id: id.into(),
        vendor: "V".into(),
        name: name.into(),
        version: version.into(),
        ..Product::default()
    };
    let mut advisory = advisory();
    advisory.products =
        vec![product("a", "P", "1"), product("b", "P", "2"), product("c", "other", "2")];
    let category = |states: &[(&str, ProductStatus)], version| {
        let affected = states
            .iter()
            .map(|(id, status)| Affected { product: (*id).into(), status: status.clone() });
        let note =
            Section { kind: SectionKind::Description, title: String::new(), text: "x".into() };
        let vulnerability = Vulnerability {
            ids: vec![Identifier::new("cve", "CVE-2026-0001")],
            affected: affected.collect(),
            sections: vec![note],
            ..Vulnerability::default()
        };
        let advisory = Advisory { vulnerabilities: vec![vulnerability], ..advisory.clone() };
        let written = write(&advisory, version, NOW);
        assert!(validate(&written, Profile::Basic).unwrap().is_valid());
        let written: Value = serde_json::from_slice(&written).unwrap();
        written["document"]["category"].as_str().unwrap().to_owned()
    };
    use ProductStatus::{FirstAffected, Fixed, KnownAffected};
    let (new, old) = ("csaf_security_advisory", "csaf_deprecated_security_advisory");
    for (states, expected) in [
        (vec![("a", KnownAffected)], new),
        (vec![("a", KnownAffected), ("b", Fixed)], new),
        (vec![("a", KnownAffected), ("c", Fixed)], old),
        (vec![("a", FirstAffected)], old),
        (vec![("b", Fixed)], old),
    ] {
        assert_eq!(category(&states, Version::V2_1), expected, "{states:?}");
        assert_eq!(category(&states, Version::V2_0), new, "{states:?}");
    }
}
