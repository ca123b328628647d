//! What a record says, and that what is written reads back equal.

use proptest::prelude::*;

use super::*;
use crate::formats::{ReadError, WriteError, parts};
use crate::model::advisory::{
    Advisory, Affected, Identifier, Issuer, Kind, Obtained, Product, ProductStatus, Rating,
    Reference, Revision, Section, SectionKind, Solution, Value, Vulnerability, scheme,
};
use crate::model::moment::Moment;
use crate::model::time::Timestamp;

const ORGANISATION: &str = "urn:uuid:74b3a70d-cca6-4d34-9789-e83b222ae3be";

fn read_text(text: &str) -> Advisory {
    read(text.as_bytes()).unwrap().0
}

fn record(containers: &str) -> String {
    format!(
        r#"{{"dataType": "CVE_RECORD", "cveMetadata": {{"cveId": "CVE-2022-0778", "state":
        "PUBLISHED", "assignerShortName": "openssl"}}, "containers": {containers}}}"#
    )
}

#[test]
fn each_container_is_a_rater_of_its_own() {
    let read = read_text(&record(
        r#"{"cna": {"providerMetadata": {"shortName": "openssl"}, "metrics": [{"other":
        {"type": "x", "content": {"text": "High"}}}]}, "adp": [{"providerMetadata":
        {"shortName": "CISA-ADP"}, "metrics": [{"cvssV3_1": {"baseScore": 7.5, "vectorString":
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}}, {"other": {"type": "ssvc", "content":
        {"options": [{"Exploitation": "poc"}]}}}, {"other": {"type": "kev", "content":
        {"dateAdded": "2024-06-26"}}}]}]}"#,
    ));
    let ratings = read.vulnerabilities[0].ratings.iter();
    let ratings: Vec<_> = ratings
        .map(|one| (one.rater.as_str(), one.scheme.as_str(), one.score.as_deref()))
        .collect();
    let cisa = "CISA-ADP";
    assert_eq!(
        ratings,
        [
            ("openssl", scheme::WORD, None),
            (cisa, scheme::CVSS_3_1, Some("7.5")),
            (cisa, scheme::SSVC, None),
            (cisa, scheme::KEV, None),
        ]
    );
}

#[test]
fn versions_are_put_together_by_their_state() {
    let read = read_text(&record(
        r#"{"cna": {"affected": [{"vendor": "a", "product": "b", "versions": [
        {"version": "1.0", "status": "affected", "lessThan": "1.4"},
        {"version": "2.0", "status": "affected"}, {"version": "3.0", "status": "unaffected"}]},
        {"vendor": "a", "packageName": "c", "defaultStatus": "affected"}]}}"#,
    ));
    let products: Vec<_> =
        read.products.iter().map(|one| (one.name.as_str(), one.version.as_str())).collect();
    assert_eq!(products, [("b", ">=1.0 <1.4 || 2.0"), ("b", "3.0"), ("c", "")]);
    let states: Vec<_> =
        read.vulnerabilities[0].affected.iter().map(|one| one.status.clone()).collect();
    let affected = ProductStatus::KnownAffected;
    assert_eq!(states, [affected.clone(), ProductStatus::KnownNotAffected, affected]);
}

#[test]
fn texts_in_english_go_first_and_others_keep_their_language() {
    let read = read_text(&record(
        r#"{"cna": {"descriptions": [{"lang": "es", "value": "uno"}, {"lang": "en-US", "value":
        "one"}]}}"#,
    ));
    let texts: Vec<_> =
        read.sections.iter().map(|one| (one.title.as_str(), one.text.as_str())).collect();
    assert_eq!(texts, [("", "one"), ("es", "uno")]);
}

#[test]
fn what_is_no_record_is_refused() {
    assert_eq!(read(b"{}"), Err(ReadError::Foreign("CVE")));
    let number = record("{}").replace("CVE-2022-0778", "CVE-2022-X");
    assert!(matches!(read(number.as_bytes()), Err(ReadError::Missing(..))));
    let (_, found) = read(record("{}").as_bytes()).unwrap();
    assert_eq!(found[0].place, "/containers");
}

#[test]
fn what_the_schema_asks_for_is_asked_for() {
    let missing = |advisory: &Advisory| write(advisory).unwrap_err();
    let mut advisory = read_text(&record("{\"cna\": {}}"));
    assert_eq!(missing(&advisory), WriteError::Missing("organisation of the CVE program"));
    advisory.issuer.namespace = ORGANISATION.to_owned();
    assert_eq!(missing(&advisory), WriteError::Missing("description"));
    advisory.vulnerabilities.clear();
    assert_eq!(missing(&advisory), WriteError::Missing("single vulnerability"));
}

prop_compose! {
    fn text()(text in "[ -~äß漢\n]{4,40}") -> String {
        let text = text.trim();
        if text.is_empty() { "x".to_owned() } else { text.to_owned() }
    }
}

fn section(kind: SectionKind, text: String) -> Section {
    Section { kind, title: String::new(), text }
}

fn ratings(mask: u8) -> Vec<Rating> {
    let vector =
        |vector: &str, score: &str| parts::by_vector("openssl", vector, Some(score.to_owned()));
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let ssvc = [("Exploitation".to_owned(), words(&["poc"]))].into();
    let all = [
        vector("CVSS:4.0/AV:N/AC:L/AT:N", "9.3"),
        vector("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", "7.5"),
        vector("AV:N/AC:L/Au:N/C:P/I:P/A:P", "7.5"),
        Rating::stated("openssl", scheme::WORD, Value::Word("High".to_owned())),
        Rating::stated("CISA-ADP", scheme::SSVC, Value::Criteria(ssvc)),
        Rating::stated("CISA-ADP", scheme::KEV, Value::Word("2024-06-26".to_owned())),
    ];
    let chosen = all.into_iter().enumerate().filter(|(at, _)| mask & (1 << at) != 0);
    chosen.map(|(_, rating)| rating).collect()
}

prop_compose! {
    /// As much of an advisory as a record holds.
    fn held()(
        (title, description, fix, around) in (text(), text(), text(), text()),
        (context, impact) in (text(), text()),
        mask in 0..64_u8,
        version in prop::sample::select(vec!["", "1.0", ">=1.0 <1.4 || 2.0", ">=0 <=3"]),
        weaknesses in prop::collection::btree_set("CWE-[1-9][0-9]{1,3}", 0..3),
        credits in prop::collection::vec(text(), 0..3),
        (moment, happened) in (any::<bool>(), text()),
    ) -> Advisory {
        let at = Moment::of(Timestamp::from_seconds(1_700_000_000));
        let solution =
            |kind: &str, text| Solution { kind: kind.into(), text, ..Solution::default() };
        let url = "https://www.openssl.org/news/secadv/20220315.txt".to_owned();
        Advisory {
            kind: Kind::Record,
            issuer: Issuer {
                name: "openssl".to_owned(),
                namespace: ORGANISATION.to_owned(),
                ..Issuer::default()
            },
            number: "CVE-2022-0778".to_owned(),
            title,
            published_at: moment.then(|| at.clone()),
            changed_at: Some(at.clone()),
            revisions: vec![Revision {
                version: String::new(),
                at: Some(at.clone()),
                summary: happened,
            }],
            sections: vec![section(SectionKind::Description, description)],
            products: vec![Product {
                id: "p1".to_owned(),
                vendor: "OpenSSL".to_owned(),
                name: "OpenSSL".to_owned(),
                version: version.to_owned(),
                purl: "pkg:generic/openssl".to_owned(),
                cpe: "cpe:2.3:a:openssl:openssl:*:*:*:*:*:*:*:*".to_owned(),
            }],
            references: vec![Reference {
                identifier: Identifier::from_url(&url),
                kind: "vendor-advisory patch".to_owned(),
                title: "the text".to_owned(),
                url,
            }],
            vulnerabilities: vec![Vulnerability {
                ids: vec![Identifier::new("cve", "CVE-2022-0778")],
                sections: vec![
                    section(SectionKind::TechnicalContext, context),
                    section(SectionKind::Impact, impact),
                ],
                weaknesses: weaknesses.into_iter().collect(),
                ratings: ratings(mask),
                affected: vec![Affected {
                    product: "p1".to_owned(),
                    status: ProductStatus::KnownAffected,
                }],
                solutions: vec![solution("vendor_fix", fix), solution("workaround", around)],
                disclosed_at: Some(at),
                ..Vulnerability::default()
            }],
            credits,
            ..Advisory::default()
        }
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
    fn whatever_comes_is_read_or_refused(text in "[\\[\\]{}:,\"a-z0-9 ]{0,100}") {
        let _ = read(text.as_bytes());
        let _ = read(record(&text).as_bytes());
    }
}

#[test]
fn a_rating_of_somebody_without_an_organisation_is_left_out_of_what_is_written() {
    let mut advisory = read_text(&record(
        r#"{"cna": {"descriptions": [{"lang": "en", "value": "x"}], "affected": [{"vendor": "a",
        "product": "b", "defaultStatus": "affected"}], "references": [{"url": "https://a.example"}]}}"#,
    ));
    advisory.issuer.namespace = ORGANISATION.to_owned();
    let own = Rating::stated("openssl", scheme::WORD, Value::Word("High".to_owned()));
    let other = Rating { rater: "VulDB".to_owned(), obtained: Obtained::Stated, ..own.clone() };
    advisory.vulnerabilities[0].ratings = vec![own.clone(), other];
    let again = read(&write(&advisory).unwrap()).unwrap().0;
    assert_eq!(again.vulnerabilities[0].ratings, [own]);
}
