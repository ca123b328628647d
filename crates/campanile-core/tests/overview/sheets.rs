//! The sheet shows what differs, how it was obtained, and never takes silence for disagreement.

use std::collections::BTreeMap;

use campanile_core::comparison::csv;
use campanile_core::comparison::sheet::{
    Block, Cell, Entry, Field, Row, Sheet, Spread, Voice, sheet,
};
use campanile_core::model::advisory::{
    Advisory, Identifier, Issuer, Rating, Value, Vulnerability, scheme,
};
use campanile_core::model::moment::Moment;
use campanile_core::model::time::Timestamp;

fn advisory(issuer: &str, number: &str, day: &str, ratings: Vec<Rating>) -> Advisory {
    Advisory {
        issuer: Issuer { name: issuer.into(), ..Issuer::default() },
        number: number.into(),
        version: "1.0".into(),
        published_at: Some(Moment::parse(&format!("{day}T12:00:00Z")).unwrap()),
        vulnerabilities: vec![Vulnerability {
            ids: vec![Identifier::cve("CAN-2003-0252").unwrap()],
            ratings,
            ..Vulnerability::default()
        }],
        ..Advisory::default()
    }
}

fn eispp(rater: &str, risk: &str, impact: &[&str], skill: &str, requirements: &str) -> Rating {
    let one = |token: &str| vec![token.to_owned()];
    let criteria = BTreeMap::from([
        ("risk".to_owned(), one(risk)),
        ("impact".to_owned(), impact.iter().map(|token| (*token).to_owned()).collect()),
        ("attack_skill".to_owned(), one(skill)),
        ("attack_requirements".to_owned(), one(requirements)),
    ]);
    Rating::stated(rater, scheme::EISPP_1_2, Value::Criteria(criteria))
}

/// The three advisories about the hole in NFS that the model of CEISNE quotes [§4.3.1], rated as
/// these teams rated in those weeks.
fn nfs() -> Vec<Advisory> {
    let standard = "remote_no_account_standard_service";
    let siemens = eispp("Siemens-CERT", "low", &["DoS"], "not_rated", "not_rated");
    let escert = eispp("EsCERT-UPC", "medium", &["get_access"], "expert", standard);
    let ist = eispp("CERT-IST", "medium", &["get_access", "disrupt_service"], "skilled", standard);
    vec![
        advisory("Siemens-CERT", "UNIX 103/03", "2003-07-15", vec![siemens]),
        advisory("EsCERT-UPC", "ALTAIR-307-00399", "2003-07-17", vec![escert]),
        advisory("CERT-IST", "CERT-IST/AV-2003.219", "2003-07-16", vec![ist]),
    ]
}

fn entry(advisory: &Advisory, is_own: bool) -> Entry<'_> {
    Entry { advisory, versions: 1, voice: Voice::Member, is_own, hidden: BTreeMap::new() }
}

fn laid_out(advisories: &[Advisory]) -> Sheet {
    let entries: Vec<_> = advisories.iter().map(|one| entry(one, false)).collect();
    sheet(&entries, &[], false)
}

fn row<'a>(sheet: &'a Sheet, rater: &str) -> &'a Row {
    sheet.rows.iter().find(|row| row.rater == rater).unwrap()
}

fn differs(sheet: &Sheet, rater: &str, field: Field) -> bool {
    row(sheet, rater).cells[&field].differs()
}

#[test]
fn nfs_hole_of_2003_is_laid_out_with_what_differs() {
    let sheet = laid_out(&nfs());
    assert_eq!(sheet.rows.len(), 3);
    assert!(differs(&sheet, "Siemens-CERT", Field::Risk));
    assert!(!differs(&sheet, "CERT-IST", Field::Risk));
    assert!(!differs(&sheet, "CERT-IST", Field::Identifiers));
    // `not_rated` says nothing, so it disagrees with nobody.
    assert_eq!(row(&sheet, "Siemens-CERT").cells[&Field::Skill], Cell::NoStatement);
    assert!(
        differs(&sheet, "CERT-IST", Field::Skill) && differs(&sheet, "EsCERT-UPC", Field::Skill)
    );
    assert_eq!(row(&sheet, "EsCERT-UPC").delay_seconds, Some(2 * 86_400));
    let risk = sheet.columns.iter().find(|column| column.field == Field::Risk).unwrap();
    assert!(risk.differs && risk.block == Block::Constituency);
    assert_eq!(sheet.spread.words(), "differs: 3 fields");
}

#[test]
fn cell_is_heard_without_head_or_colour() {
    let sheet = laid_out(&nfs());
    let siemens = row(&sheet, "Siemens-CERT");
    assert_eq!(
        sheet.label(siemens, Field::Risk),
        "Siemens-CERT, Risk: low, mapped by rule: EISPP risk; differs from the others"
    );
    assert_eq!(sheet.label(siemens, Field::Urgency), "Siemens-CERT, Urgency: no statement");
}

#[test]
fn local_word_is_compared_as_the_token_for_which_it_stands() {
    let mut all = nfs();
    all[1].vulnerabilities[0].ratings =
        vec![eispp("EsCERT-UPC", "low", &["disrupt_service"], "not_rated", "not_rated")];
    all.truncate(2);
    let sheet = laid_out(&all);
    assert!(!differs(&sheet, "Siemens-CERT", Field::Impact));
    assert_eq!(sheet.spread, Spread::Agree);
}

#[test]
fn vectors_stand_metric_by_metric_and_versions_are_not_mixed() {
    let vector = |rater: &str, text: &str| {
        let scheme = if text.starts_with("CVSS:3.1") { scheme::CVSS_3_1 } else { scheme::CVSS_2 };
        Rating::stated(rater, scheme, Value::Vector(text.into()))
    };
    let a = vector("A", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");
    let b = vector("B", "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H");
    let c = vector("C", "AV:N/AC:L/Au:N/C:C/I:C/A:C");
    let all = [
        advisory("A", "1", "2026-01-01", vec![a]),
        advisory("B", "2", "2026-01-01", vec![b]),
        advisory("C", "3", "2026-01-01", vec![c]),
    ];
    let sheet = laid_out(&all);
    let versions: Vec<_> = sheet.grids.iter().map(|grid| grid.version.as_str()).collect();
    assert_eq!(versions, ["CVSS 3.1", "CVSS 2.0"]);
    let differing = sheet.grids[0].metrics.iter().filter(|metric| metric.differs);
    assert_eq!(differing.map(|metric| metric.abbr.as_str()).collect::<Vec<_>>(), ["PR"]);
    assert!(!differs(&sheet, "C", Field::Cvss2));
    assert!(!differs(&sheet, "C", Field::Prerequisites));
    let only = sheet.only_differing();
    assert_eq!(only.grids[0].metrics.len(), 1);
    assert!(only.columns.iter().all(|column| column.differs));
}

#[test]
fn score_that_its_vector_does_not_give_is_named() {
    let text = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    let mut rating = Rating::stated("A", scheme::CVSS_3_1, Value::Vector(text.into()));
    rating.score = Some("8.8".into());
    let sheet = laid_out(&[advisory("A", "1", "2026-01-01", vec![rating])]);
    let Cell::Said { text, .. } = &sheet.rows[0].cells[&Field::Cvss31] else { panic!() };
    assert!(text.ends_with("(states 8.8, the vector gives 9.8)"), "{text}");
}

#[test]
fn hidden_part_is_restricted_and_nothing_of_it_is_anywhere() {
    let all = nfs();
    let mut entries: Vec<_> = all.iter().map(|one| entry(one, false)).collect();
    let until = Timestamp::parse("2026-06-01T12:00:00Z").unwrap();
    entries[0].hidden.insert(Field::Risk, Some(until));
    entries[0].hidden.insert(Field::Impact, None);
    let sheet = sheet(&entries, &[], false);
    let siemens = row(&sheet, "Siemens-CERT");
    assert_eq!(
        sheet.label(siemens, Field::Risk),
        "Siemens-CERT, Risk: restricted until 2026-06-01T12:00:00Z"
    );
    assert!(!differs(&sheet, "CERT-IST", Field::Risk));
    assert!(!serde_json::to_string(&sheet).unwrap().contains("DoS"));
    assert!(csv::write(&sheet).contains("restricted until 2026-06-01T12:00:00Z"));
}

#[test]
fn rater_who_is_quoted_has_a_row_of_its_own() {
    let own = Rating::stated("Vendor", scheme::WORD, Value::Word("Important".into()));
    let quoted = Rating::stated("CISA-ADP", scheme::WORD, Value::Word("critical".into()));
    let sheet = laid_out(&[advisory("Vendor", "1", "2026-01-01", vec![own, quoted])]);
    let cisa = row(&sheet, "CISA-ADP");
    assert_eq!((cisa.published_by.as_deref(), cisa.voice), (Some("Vendor"), Voice::Other));
    assert!(differs(&sheet, "CISA-ADP", Field::Risk));
    assert_eq!(cisa.cells[&Field::Identifiers], Cell::NoStatement);
}

#[test]
fn collective_bulletin_is_looked_at_for_the_group_only() {
    let mut all = nfs();
    let other = Identifier::cve("CVE-2003-0001").unwrap();
    all[0].vulnerabilities.push(Vulnerability { ids: vec![other], ..Vulnerability::default() });
    let entries: Vec<_> = all.iter().map(|one| entry(one, false)).collect();
    let focus = [Identifier::cve("CVE-2003-0252").unwrap()];
    let sheet = sheet(&entries, &focus, false);
    assert!(!differs(&sheet, "Siemens-CERT", Field::Identifiers));
}

#[test]
fn spread_tells_who_is_missing() {
    let all = nfs();
    let of = |own: usize| {
        let entries: Vec<_> =
            all.iter().enumerate().map(|(at, one)| entry(one, at == own)).collect();
        sheet(&entries, &[], true).spread
    };
    assert_eq!(of(9), Spread::OthersNotUs);
    assert_eq!(of(0), Spread::Differs { fields: 3 });
    assert_eq!(sheet(&[entry(&all[0], true)], &[], true).spread, Spread::OnlyUs);
}

#[test]
fn formula_in_a_cell_stays_text() {
    let mut all = nfs();
    all[0].number = "=HYPERLINK(\"x\")".into();
    assert!(csv::write(&laid_out(&all)).contains("\"'=HYPERLINK(\"\"x\"\")\""));
}
