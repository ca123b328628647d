//! Tables of people, the week of 2003, and that what is written reads back equal.

use proptest::prelude::*;

use super::*;
use crate::formats::ReadError;
use crate::model::advisory::{
    Advisory, Identifier, Issuer, Kind, Rating, Reference, Value, Vulnerability, scheme,
};
use crate::model::moment::Moment;
use crate::model::time::Timestamp;
use crate::model::tlp::Tlp;

#[test]
fn the_table_of_2003_is_read_by_its_own_columns() {
    let table = "group,group_title_as_scanned,cert,refnum,version,date_as_scanned,risk,impact,skill,\
        requirements,ref_as_scanned,ocr_note\n\
        172,Cumulative Patch,CERT-IST,CERT-IST/AV-2003.267,1.0,21/08/2003,medium,\"get_access; x\",\
        expert,remote_no_account,\"(Microsoft; Q822925) (CVE; CAN-2003-0252)\",\n\
        172,,Siemens-CERT,PC 050/03,1.0,21/08/2003?,high,,,,,\n";
    let (all, found) = read_all(table.as_bytes()).unwrap();
    let [one] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!(one.published_at.as_ref().unwrap().at.to_string(), "2003-08-21T00:00:00Z");
    assert_eq!(one.vulnerabilities[0].ids, [Identifier::new("cve", "CVE-2003-0252")]);
    assert_eq!(one.references[0].identifier, Some(Identifier::new("microsoft-kb", "KB822925")));
    let Value::Criteria(criteria) = &one.ratings[0].value else { panic!("{:?}", one.ratings) };
    assert_eq!(criteria["impact"], ["get_access", "x"]);
    assert_eq!(one.ratings[0].scheme, scheme::EISPP_1_2);
    assert!(found.iter().any(|one| one.what.starts_with("a row without")), "{found:?}");
}

#[test]
fn semicolons_and_other_names_are_columns_too() {
    let table = "\u{feff}ID;Publisher;Title;CVE;Severity;TLP\r\nA-1;BSI;Loch;CVE-2022-0778, x;hoch;purple\r\n";
    let (one, found) = read(table.as_bytes()).unwrap();
    assert_eq!(one.ratings, [Rating::stated("BSI", scheme::WORD, Value::Word("hoch".into()))]);
    assert_eq!(one.tlp, Some(Tlp::Red));
    let places: Vec<_> = found.iter().map(|one| one.place.as_str()).collect();
    assert_eq!(places, ["2:1 tlp", "2:1 identifiers"]);
}

#[test]
fn what_is_no_table_of_records_is_refused() {
    assert_eq!(read(b"a,b\n1,2\n"), Err(ReadError::Foreign("minimum record")));
    assert_eq!(read(b"\xff\xfe"), Err(ReadError::Characters));
    let two = b"issuer,number,title\na,1,x\na,2,y\n";
    assert!(matches!(read(two), Err(ReadError::Syntax(..))));
    assert_eq!(read_all(two).unwrap().0.len(), 2);
    assert!(matches!(read(b"issuer,number,title\na,1,\n"), Err(ReadError::Missing(..))));
}

#[test]
fn cells_that_would_be_formulas_are_written_as_texts() {
    let mut fields = Fields { issuer: "=1+1".into(), number: "@x".into(), ..Fields::default() };
    fields.title = "'=a".into();
    let written = write(&fields.check().0.unwrap()).unwrap();
    let text = String::from_utf8(written.clone()).unwrap();
    assert!(text.contains("\"'=1+1\",\"'@x\""), "{text}");
    let again = read(&written).unwrap().0;
    assert_eq!((again.issuer.name.as_str(), again.title.as_str()), ("=1+1", "'=a"));
}

prop_compose! {
    fn text()(text in "[ -~äß漢\n]{1,30}") -> String {
        let text = text.trim();
        if text.is_empty() { "x".to_owned() } else { text.to_owned() }
    }
}

prop_compose! {
    /// As much of an advisory as a minimum record holds.
    fn held()(
        (issuer, number, title) in (text(), text(), text()),
        cve in prop::collection::btree_set(1000..1010_u32, 0..3),
        points in any::<bool>(),
        rated in 0..4_u8,
        (published, url, labelled) in (any::<bool>(), any::<bool>(), any::<bool>()),
    ) -> Advisory {
        let ids = cve.iter().map(|at| Identifier::new("cve", &format!("CVE-2022-{at}")));
        let stated = |scheme, value| Rating::stated(&issuer, scheme, value);
        let of = |id| Vulnerability { ids: vec![id], ..Vulnerability::default() };
        let criteria = [("risk", "low"), ("impact", "disrupt_service"), ("attack_skill", "expert")];
        let criteria = criteria.map(|(name, token)| (name.to_owned(), vec![token.to_owned()]));
        let vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H".to_owned();
        let mut references = Vec::new();
        if points {
            for (system, number) in [("redhat", "RHSA-2003:206"), ("example", "No. 7")] {
                let identifier = Some(Identifier::new(system, number));
                references.push(Reference { identifier, ..Reference::default() });
            }
        }
        if url {
            let (kind, url) = ("self".to_owned(), "https://a.example/1".to_owned());
            references.push(Reference { kind, url, ..Reference::default() });
        }
        Advisory {
            kind: Kind::Minimum,
            number,
            title,
            tlp: labelled.then_some(Tlp::AmberStrict),
            published_at: published.then(|| Moment::of(Timestamp::from_seconds(1_700_000_000))),
            references,
            vulnerabilities: ids.map(of).collect(),
            ratings: match rated {
                0 => Vec::new(),
                1 => vec![stated(scheme::WORD, Value::Word("high".to_owned()))],
                2 => vec![stated(scheme::CVSS_3_1, Value::Vector(vector))],
                _ => vec![stated(scheme::EISPP_1_2, Value::Criteria(criteria.into()))],
            },
            issuer: Issuer { name: issuer, ..Issuer::default() },
            ..Advisory::default()
        }
    }
}

proptest! {
    #[test]
    fn what_a_record_holds_reads_back_equal(all in prop::collection::vec(held(), 1..4)) {
        let written = write_all(&all).unwrap();
        let (read, found) = read_all(&written).unwrap();
        prop_assert_eq!(read, all, "{}", String::from_utf8_lossy(&written));
        prop_assert_eq!(found, Vec::new());
    }

    #[test]
    fn whatever_comes_is_read_or_refused(text in "\\PC{0,100}") {
        let _ = read_all(format!("issuer,number,title,identifiers\n{text}").as_bytes());
    }
}
