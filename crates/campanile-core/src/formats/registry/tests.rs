use proptest::prelude::*;

use super::*;
use crate::model::key::Fingerprint;
use crate::model::membership::{
    Constituency, Directory, Evidence, EvidenceKind, ExternalIds, Phone, PhoneUsage,
};

const TI: &str = include_str!("../../../../../testdata/registry/teams.json");

const FIRST: &str = include_str!("../../../../../testdata/registry/global-irt.json");

#[test]
fn entry_of_trusted_introducer_is_read_with_findings() {
    let (format, records, findings) = read(TI.as_bytes(), None).unwrap();
    assert_eq!(format, Format::Ti);
    let [record] = records.as_slice() else { panic!("one team") };
    assert_eq!(record.keys.len(), 1);
    assert_eq!(record.evidence[0].kind, EvidenceKind::TiAccredited);
    assert_eq!(record.evidence[0].since.as_ref().unwrap().as_str(), "2010-02-03");
    assert_eq!(record.directory.country.as_ref().unwrap().as_str(), "DE");
    assert_eq!(record.directory.postal_address, "Street 1\n12345 Town");
    assert_eq!(record.directory.constituency.asns, [64500]);
    assert_eq!(record.directory.phones[0].usage, [PhoneUsage::Voice, PhoneUsage::Emergency]);
    let places: Vec<_> = findings.iter().map(|finding| finding.place.as_str()).collect();
    let expected = [
        "[0] EX-CERT: pgp_keys: fingerprint",
        "[0] EX-CERT: phones: usage",
        "[1] ",
        "[2] : short_name",
    ];
    assert_eq!(places, expected);
}

#[test]
fn entry_of_first_is_read_out_of_its_envelope() {
    let (format, records, findings) = read(FIRST.as_bytes(), None).unwrap();
    assert_eq!(format, Format::First);
    let [record] = records.as_slice() else { panic!("one team") };
    assert_eq!(record.handle().unwrap().as_str(), "EX-CERT");
    assert_eq!(record.emails[0].address, "cert@ex.example");
    assert_eq!(record.evidence[0].kind, EvidenceKind::FirstMember);
    assert_eq!(record.directory.constituency.types, ["Government"]);
    assert_eq!(record.changed_at.unwrap().to_string(), "2015-06-03T14:05:27Z");
    assert_eq!(findings.len(), 2);
}

#[test]
fn version_2_of_first_is_read_too() {
    let text = r#"[{"short-team-name": "X", "country-code": ["FR"],
        "operating-hours": {"mon_1_open": "09:00"}, "operating-hours-freetext": "mornings",
        "languages": ["fre", "eng"], "cert-type": ["national"]}]"#;
    let (_, records, findings) = read(text.as_bytes(), None).unwrap();
    let directory = &records[0].directory;
    assert_eq!(directory.business_hours, "mornings");
    assert_eq!(directory.country.as_ref().unwrap().as_str(), "FR");
    assert_eq!(directory.languages, ["fre", "eng"]);
    assert_eq!(findings, []);
}

#[test]
fn short_form_of_a_fingerprint_is_no_claim() {
    let (_, records, _) = read(FIRST.as_bytes(), None).unwrap();
    let all: Vec<_> = records[0].keys.iter().map(|key| key.fingerprint.as_str()).collect();
    assert_eq!(all, ["0000111122223333444455556666777788889999"]);
}

#[test]
fn text_that_hides_text_is_cleaned() {
    let text = r#"[{"short_name": "a\u202eb\u001b[2J", "official_name": "x\ny"}]"#;
    let (_, records, findings) = read(text.as_bytes(), None).unwrap();
    assert_eq!(records[0].short_name, "ab[2J");
    assert_eq!(findings.len(), 1);
}

#[test]
fn what_is_no_directory_is_refused_for_that_reason() {
    let refused = |text: &str| read(text.as_bytes(), None).unwrap_err();
    assert_eq!(refused("[\n{]"), Refused::NoJson { line: 2 });
    assert_eq!(refused("7"), Refused::NoList);
    assert_eq!(refused("{}"), Refused::NoList);
    assert_eq!(refused(&"[".repeat(500)), Refused::NoJson { line: 1 });
    let many = format!("[{}1]", "1,".repeat(TEAMS_MAX));
    assert_eq!(refused(&many), Refused::TooMany);
    let large = vec![b' '; FILE_BYTES_MAX + 1];
    assert_eq!(read(&large, None).unwrap_err(), Refused::TooLarge);
}

fn text() -> impl Strategy<Value = String> {
    "[A-Za-z0-9äöü&./-]{1,12}( [A-Za-z0-9äöü&./-]{1,12}){0,2}"
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(text(), 0..3)
}

prop_compose! {
    fn common()(
        short_name in text(), name in text(), address in "[a-z]{1,8}@[a-z]{1,8}\\.example",
        key in prop::option::of("[0-9A-F]{40}"), country in prop::option::of("[A-Z]{2}"),
        host_organisation in text(), postal_address in text(), business_hours in text(),
        types in prop::collection::vec("[A-Za-z]{3,8}", 0..2), description in text(),
        numbers in prop::collection::vec("\\+[0-9]{1,12}", 0..3),
        countries in prop::collection::vec("[A-Z]{2}", 0..3),
        established in prop::option::of("(19|20)[0-9]{2}-0[1-9]-1[0-9]"),
    ) -> Record {
        let phone = |number| Phone { number, ..Phone::default() };
        Record {
            short_name,
            name,
            emails: vec![Email { address, usage: vec!["contact".into()] }],
            keys: key
                .and_then(|key| Fingerprint::parse(&key))
                .map(|fingerprint| KeyClaim { fingerprint, expires: None })
                .into_iter()
                .collect(),
            evidence: Vec::new(),
            directory: Directory {
                host_organisation,
                country: country.map(|code| code.parse().unwrap()),
                established: established.map(|day| day.parse().unwrap()),
                postal_address,
                business_hours,
                constituency: Constituency {
                    types,
                    description,
                    countries: countries.iter().map(|code| code.parse().unwrap()).collect(),
                    ..Constituency::default()
                },
                phones: numbers.into_iter().map(phone).collect(),
                ..Directory::default()
            },
            changed_at: None,
        }
    }
}

proptest! {
    #[test]
    fn file_of_trusted_introducer_reads_back_equal(
        mut record in common(), domains in texts(), asn in any::<u32>(), class in 0usize..3,
    ) {
        record.directory.constituency.domains = domains;
        record.directory.constituency.asns = vec![asn];
        record.directory.ids = ExternalIds { ti: record.short_name.clone(), ..Default::default() };
        let kinds =
            [EvidenceKind::TiListed, EvidenceKind::TiAccredited, EvidenceKind::TiCertified];
        record.evidence = vec![Evidence {
            kind: kinds[class],
            since: Some("2020-01-01".parse().unwrap()),
            reference: "Trusted Introducer, teams.json".into(),
        }];
        let bytes = write(std::slice::from_ref(&record), Format::Ti, "toy");
        let (format, records, findings) = read(&bytes, None).unwrap();
        prop_assert_eq!(format, Format::Ti);
        prop_assert_eq!(findings, vec![]);
        prop_assert_eq!(records, vec![record]);
    }

    #[test]
    fn file_of_first_reads_back_equal(
        mut record in common(), websites in texts(), languages in texts(), member in any::<bool>(),
    ) {
        // One kind of constituency is all that the format has room for.
        record.directory.constituency.types.truncate(1);
        record.directory.websites = websites;
        record.directory.languages = languages;
        record.directory.ids =
            ExternalIds { first: record.short_name.clone(), ..Default::default() };
        if member {
            record.evidence = vec![Evidence {
                kind: EvidenceKind::FirstMember,
                since: None,
                reference: "FIRST, Global-IRT".into(),
            }];
        }
        record.changed_at = Some(crate::model::time::Timestamp::from_seconds(1_787_623_200));
        let bytes = write(std::slice::from_ref(&record), Format::First, "toy");
        let (format, records, findings) = read(&bytes, None).unwrap();
        prop_assert_eq!(format, Format::First);
        prop_assert_eq!(findings, vec![]);
        prop_assert_eq!(records, vec![record]);
    }

    #[test]
    fn any_json_gives_records_or_a_refusal(text in "[\\[\\]{}\":,a-z0-9_-]{0,200}") {
        let _ = read(text.as_bytes(), None);
    }
}
