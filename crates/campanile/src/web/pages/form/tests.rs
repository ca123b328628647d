use campanile_core::model::alert::{Contact, ExpectedAction, Level, Origin, Purpose, Restriction};
use campanile_core::model::time::Timestamp;
use campanile_core::model::tlp::Tlp;

use super::*;

const WHOLE: &str = "id=0816&exercise=yes&restriction=need-to-know&tlp=TLP%3ARED&\
    description=A+worm%0D%0Aspreads&system=Microsoft+Windows+Server&system=&system=OS%2F2&\
    other_systems=old+ones&software=IIS&other_software=5.0&impact=admin&severity=high&\
    confidence=low&ref_origin=cve&ref_name=CVE-2003-0352&ref_url=https%3A%2F%2Fcve.example%2F1&\
    ref_origin=&ref_name=&ref_url=&ref_origin=vendor&ref_name=MS03-026&ref_url=&method=overflow&\
    recommendation=patch&action=inform-constituency&action=other&expectation=patch+now&\
    event=port+135&started=2003-08-28+13%3A35&zone=%2B02%3A00&stopped=2003-08-29T13%3A35Z&\
    detected=&until=2003-08-30+12%3A00&additional=more&related=PRE-CERT-1%2C+PRE-CERT-2&alternative_ids=T1&draft=d1&\
    list=alert&audience=all";

fn read(body: &str) -> Result<Alert, Faults> {
    let typed = Typed::decode(body);
    let handle = "DFN-CERT".parse().unwrap();
    let contact = Contact { handle: "DFN-CERT".into(), ..Contact::default() };
    Read { handle: &handle, contact, now: Timestamp::from_seconds(1_787_623_200) }.alert(&typed)
}

/// The whole form with some fields replaced.
fn with(changes: &[(&str, &str)]) -> Result<Alert, Faults> {
    let mut typed = Typed::decode(WHOLE);
    for (name, value) in changes {
        typed.set(name, *value);
    }
    read(&typed.encode())
}

#[test]
fn every_field_of_the_form_is_read() {
    let alert = read(WHOLE).unwrap();
    assert_eq!(alert.id.as_str(), "DFN-CERT-0816");
    assert!(alert.exercise);
    assert_eq!((alert.restriction, alert.tlp), (Restriction::NeedToKnow, Tlp::Red));
    assert_eq!(alert.description, "A worm\nspreads");
    assert_eq!(alert.affected.systems, ["Microsoft Windows Server", "OS/2"]);
    assert_eq!(alert.affected.software, ["IIS"]);
    assert_eq!(
        (&*alert.affected.other_systems, &*alert.affected.other_software),
        ("old ones", "5.0")
    );
    assert_eq!(alert.assessment.severity, Some(Level::High));
    assert_eq!(alert.assessment.confidence, Some(Level::Low));
    let references: Vec<_> =
        alert.method.references.iter().map(|r| (r.origin.clone(), &*r.name, &*r.url)).collect();
    let expected = [
        (Some(Origin::Cve), "CVE-2003-0352", "https://cve.example/1"),
        (Some(Origin::Vendor), "MS03-026", ""),
    ];
    assert_eq!(references, expected);
    assert_eq!((&*alert.method.description, &*alert.recommendation), ("overflow", "patch"));
    let actions = [ExpectedAction::InformConstituency, ExpectedAction::Other];
    assert_eq!(alert.expectation.actions, actions);
    assert_eq!(alert.expectation.description, "patch now");
    let until = alert.expectation.until.map(|until| until.at.to_string());
    assert_eq!(until.as_deref(), Some("2003-08-30T10:00:00Z"));
    let times = [&alert.event.started_at, &alert.event.stopped_at, &alert.event.detected_at];
    let times = times.map(|time| time.as_ref().map(|time| time.at.to_string()));
    let expected = [Some("2003-08-28T11:35:00Z".into()), Some("2003-08-29T13:35:00Z".into()), None];
    assert_eq!(times, expected);
    assert_eq!((&*alert.event.description, &*alert.additional), ("port 135", &["more".into()][..]));
    assert_eq!(alert.related, ["PRE-CERT-1", "PRE-CERT-2"]);
    assert_eq!(alert.alternative_ids, ["T1"]);
}

#[test]
fn every_fault_is_told_at_its_field_and_all_at_once() {
    let cases = [
        ("id", "", "id"),
        ("id", "a b", "id"),
        ("description", "  ", "description"),
        ("tlp", "TLP:BLUE", "tlp"),
        ("ref_url", "javascript:alert(1)", "ref_url"),
        ("ref_url", "cve.example", "ref_url"),
        ("started", "yesterday", "started"),
        ("stopped", "2003-08-01T00:00Z", "stopped"),
        ("action", "", "action"),
        ("system", &"x".repeat(501), "system"),
        ("event", &"x".repeat(20_001), "event"),
    ];
    for (field, value, at) in cases {
        let mut changes = vec![(field, value)];
        if field == "ref_url" {
            changes.extend([("ref_name", "n"), ("ref_origin", "")]);
        }
        let faults = with(&changes).unwrap_err();
        assert!(!faults.of(at).is_empty(), "{field}={value}: {faults:?}");
        assert_eq!(faults.all().count(), 1, "{field}={value}: {faults:?}");
    }
    let faults = with(&[("id", ""), ("description", ""), ("detected", "x")]).unwrap_err();
    let fields: Vec<_> = faults.all().map(|(field, _)| field).collect();
    assert_eq!(fields, ["description", "detected", "id"]);
}

#[test]
fn reference_without_a_name_is_told() {
    let changes = [("ref_name", ""), ("ref_origin", ""), ("ref_url", "https://cve.example/1")];
    assert!(!with(&changes).unwrap_err().of("ref_name").is_empty());
}

#[test]
fn what_was_typed_is_kept_letter_by_letter() {
    let odd = " <b>&\"'\u{1F514}\n\n\ttext ";
    let typed = Typed::decode(&serde_urlencoded::to_string([("description", odd)]).unwrap());
    assert_eq!(typed.get("description"), odd);
    assert_eq!(Typed::decode(&typed.encode()), typed);
}

#[test]
fn button_is_not_part_of_the_draft() {
    let typed = Typed::decode("id=1&add=system&save=draft&confirmed=yes");
    assert_eq!(typed.encode(), "id=1");
}

#[test]
fn form_of_an_alert_reads_back_the_same_alert() {
    let alert = read(WHOLE).unwrap();
    let again = read(&Typed::of_alert(&alert).encode()).unwrap();
    assert_eq!(again, alert);
}

#[test]
fn what_the_form_does_not_ask_for_survives_a_copy() {
    for purpose in [Purpose::Statistics, Purpose::Unlisted("drill".into())] {
        let additional = vec!["more".to_owned(), "and more".to_owned()];
        let alternative_ids = vec!["T1".to_owned(), "VU#568148".to_owned()];
        let language = "de-CH".to_owned();
        let whole = read(WHOLE).unwrap();
        let alert = Alert { purpose, language, additional, alternative_ids, ..whole };
        let mut typed = Typed::of_alert(&alert);
        // What browsers make of fields of one line.
        for field in ["alternative_ids", "related", "purpose", "language"] {
            typed.set(field, typed.get(field).replace('\n', ""));
        }
        assert_eq!(read(&typed.encode()).unwrap(), alert);
    }
}
