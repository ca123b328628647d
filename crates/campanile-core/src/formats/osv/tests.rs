//! What a record says, and that what is written reads back equal.

use proptest::prelude::*;

use super::*;
use crate::formats::{ReadError, parts};
use crate::model::advisory::{
    Advisory, Identifier, Issuer, Kind, Markup, Names, Product, ProductStatus, Reference, Section,
    SectionKind, Status, scheme,
};
use crate::model::moment::Moment;
use crate::model::time::Timestamp;

fn numbers(advisory: &Advisory) -> Vec<Vec<String>> {
    let of = |ids: &[Identifier]| ids.iter().map(Identifier::to_string).collect();
    advisory.vulnerabilities.iter().map(|one| of(&one.ids)).collect()
}

fn read_text(text: &str) -> Advisory {
    read(text.as_bytes()).unwrap().0
}

#[test]
fn aliases_are_one_vulnerability_unless_they_are_two_numbers_of_cve() {
    let one = r#"{"id": "GO-2022-0177", "modified": "2022-08-09T17:31:35Z",
        "aliases": ["CVE-2017-15041", "GHSA-wh98-p28r-vrc9"], "related": ["CVE-2017-1"]}"#;
    let one = read_text(one);
    assert_eq!(numbers(&one), [["CVE-2017-15041", "GO-2022-0177", "GHSA-wh98-p28r-vrc9"]]);
    assert_eq!((one.kind, one.issuer.name.as_str()), (Kind::Record, "Go"));
    let two = r#"{"id": "GO-2022-0177", "modified": "x", "aliases": ["CVE-2017-15041",
        "CVE-2017-15042"]}"#;
    let (two, found) = read(two.as_bytes()).unwrap();
    assert_eq!(numbers(&two), [["CVE-2017-15041"], ["CVE-2017-15042"]]);
    assert_eq!(found[0].place, "");
    assert_eq!(two.changed_at, None);
}

#[test]
fn an_advisory_of_a_distribution_is_about_what_it_names_as_related() {
    let text = r#"{"id": "ALSA-2022:0350", "modified": "2022-01-01T00:00:00Z",
        "related": ["CVE-2022-0001", "CVE-2022-0002", "RHSA-2022:0350"]}"#;
    let read = read_text(text);
    assert_eq!(numbers(&read), [["CVE-2022-0001"], ["CVE-2022-0002"]]);
    assert_eq!(read.related, [Identifier::new("redhat", "RHSA-2022:0350")]);
    assert_eq!((read.kind, read.issuer.name.as_str()), (Kind::Advisory, "AlmaLinux"));
}

#[test]
fn yaml_is_read_as_json_is() {
    let yaml = "id: PYSEC-2022-1\nmodified: 2022-01-01T00:00:00Z\naliases:\n- CVE-2022-0001\n\
        affected:\n- package: {ecosystem: PyPI, name: aiohttp}\n  versions: ['0.10', 1.0]\n";
    let read = read_text(yaml);
    assert_eq!(read.products[0].version, "VERSIONS 0.10 1.0");
    assert_eq!(read.vulnerabilities[0].affected.len(), 1);
}

#[test]
fn members_of_another_type_are_left_out_with_their_place() {
    let text = r#"{"id": "GO-2022-0177", "modified": "2022-01-01T00:00:00Z", "summary": [],
        "severity": [{"type": "CVSS_V3", "score": 9}], "affected": "all"}"#;
    let (_, found) = read(text.as_bytes()).unwrap();
    let places: Vec<_> = found.iter().map(|one| one.place.as_str()).collect();
    assert_eq!(places, ["/summary", "/affected", "/severity/0/score"]);
}

#[test]
fn what_is_no_record_is_refused() {
    assert_eq!(read(b"{}"), Err(ReadError::Foreign("OSV")));
    assert_eq!(read(b"id"), Err(ReadError::Foreign("OSV")));
    assert!(matches!(read(b"{\"modified\": \"x\"}"), Err(ReadError::Missing(..))));
    assert!(matches!(read(b"{\"id\": \"A\", \"id\": \"B\"}"), Err(ReadError::Syntax(..))));
}

#[test]
fn a_product_in_no_ecosystem_is_left_out_of_what_is_written() {
    let mut advisory = read_text("{\"id\": \"X-1\", \"modified\": \"2022-01-01T00:00:00Z\"}");
    let product = |vendor: &str| Product {
        id: "p1".to_owned(),
        vendor: vendor.to_owned(),
        name: "S7".to_owned(),
        ..Product::default()
    };
    advisory.products = vec![product("Siemens"), product("Debian:12")];
    let written = read(&write(&advisory).unwrap()).unwrap().0;
    assert_eq!(written.products, [product("Debian:12")]);
    assert!(write(&Advisory::default()).is_err());
}

const RANGES: [&str; 5] = [
    "",
    "SEMVER >=0 <1.8.4 || >=1.9.0-0 <1.9.1",
    "ECOSYSTEM >=0 <=2:2.0.26-1.module_el8",
    "GIT https://git.example/a >=0 <58dc; ECOSYSTEM >=1",
    "VERSIONS 0.10 1.0",
];

prop_compose! {
    fn text()(text in "[ -~äß漢\n]{1,40}") -> String {
        let text = text.trim();
        if text.is_empty() { "x".to_owned() } else { text.to_owned() }
    }
}

prop_compose! {
    /// As much of an advisory as a record holds.
    fn held()(
        own in prop::sample::select(vec!["GO-2022-0177", "PYSEC-2022-7", "X-1", "ALSA-2022:0350"]),
        cve in prop::collection::btree_set(1000..1010_u32, 0..3),
        ghsa in any::<bool>(),
        (title, details) in (text(), text()),
        vectors in prop::collection::btree_set(0..2_usize, 0..2),
        products in prop::collection::vec((0..RANGES.len(), text()), 0..3),
        urls in prop::collection::vec("https://[a-z]{1,9}\\.example/(CVE-2022-1234|x)", 0..3),
        credits in prop::collection::vec(text(), 0..3),
        (published, withdrawn) in (any::<bool>(), any::<bool>()),
    ) -> Advisory {
        let id = Identifier::recognise(own).unwrap_or_else(|| Identifier::new("osv", own));
        let issuer = id.owner().unwrap_or("X").to_owned();
        let mut others: Vec<_> =
            cve.iter().map(|at| Identifier::new("cve", &format!("CVE-2022-{at}"))).collect();
        if ghsa && id.names() != Some(Names::Advisory) {
            others.push(Identifier::new("ghsa", "GHSA-wh98-p28r-vrc9"));
        }
        let at = Moment::of(Timestamp::from_seconds(1_700_000_000));
        let mut advisory = Advisory {
            kind: match id.names() {
                Some(Names::Advisory) => Kind::Advisory,
                _ => Kind::Record,
            },
            issuer: Issuer { name: issuer.clone(), ..Issuer::default() },
            number: own.to_owned(),
            title,
            markup: Markup::Markdown,
            status: if withdrawn { Status::Withdrawn } else { Status::Final },
            published_at: published.then(|| at.clone()),
            changed_at: Some(at.clone()),
            sections: vec![Section {
                kind: SectionKind::Description,
                title: String::new(),
                text: details,
            }],
            vulnerabilities: parts::about(&id, Vec::new(), others),
            references: urls.into_iter().map(|url| Reference {
                identifier: Identifier::from_url(&url),
                kind: "FIX".to_owned(),
                title: String::new(),
                url,
            }).collect(),
            credits,
            ..Advisory::default()
        };
        if withdrawn {
            advisory.revisions.push(crate::model::advisory::Revision {
                at: Some(at),
                summary: "withdrawn".to_owned(),
                ..Default::default()
            });
        }
        let products = products.into_iter().map(|(range, name)| (Product {
            vendor: "PyPI".to_owned(),
            name,
            version: RANGES[range].to_owned(),
            ..Product::default()
        }, ProductStatus::KnownAffected)).collect();
        let found = crate::formats::json::Findings::default();
        let json = crate::formats::json::Json::Null;
        parts::affect(&crate::formats::json::Node::root(&json, &found), &mut advisory, products);
        let known = ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:4.0/AV:N/AC:L/AT:N"];
        let rated = vectors.iter().map(|at| parts::by_vector(&issuer, known[*at], None)).collect();
        parts::rate(&mut advisory, rated);
        advisory
    }
}

proptest! {
    #[test]
    fn what_a_record_holds_reads_back_equal(advisory in held()) {
        let written = write(&advisory).unwrap();
        let (read, found) = read(&written).unwrap();
        prop_assert_eq!(&read, &advisory, "{}", String::from_utf8_lossy(&written));
        prop_assert_eq!(found, Vec::new());
    }

    #[test]
    fn whatever_comes_is_read_or_refused(octets in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&octets);
    }
}

#[test]
fn a_word_of_severity_and_weaknesses_are_kept() {
    let text = r#"{"id": "GHSA-wh98-p28r-vrc9", "modified": "2022-01-01T00:00:00Z",
        "database_specific": {"severity": "HIGH", "cwe_ids": ["CWE-79"]}}"#;
    let read = read_text(text);
    let one = &read.vulnerabilities[0];
    assert_eq!((one.ratings[0].scheme.as_str(), one.weaknesses.len()), (scheme::WORD, 1));
    let again = read_text(&String::from_utf8(write(&read).unwrap()).unwrap());
    assert_eq!(again, read);
}
