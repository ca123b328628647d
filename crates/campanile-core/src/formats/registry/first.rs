//! The Global-IRT of FIRST: 1.0.1, and what is known of version 2.

use serde_json::{Map, Value, json};

use super::wire::View;
use super::{Email, Record};
use crate::model::membership::{
    Constituency, Directory, Evidence, EvidenceKind, ExternalIds, Phone,
};
use crate::model::time::Timestamp;

/// Reads one entry; `None` when it names no team. People of the team (version 2) are passed over:
/// nobody has asked them.
pub(super) fn read(entry: &mut View<'_>) -> Option<Record> {
    if !entry.is_object() {
        return None;
    }
    let (short_name, name) = (entry.text("short-team-name"), entry.text("official-team-name"));
    if short_name.is_empty() && name.is_empty() {
        entry.find("short-team-name", "the team has no name, and is left out");
        return None;
    }
    let email = |address| Email { address, usage: vec!["contact".into()] };
    let emails = entry.texts("email").into_iter().map(email).collect();
    let mut keys = Vec::new();
    for text in entry.texts("enckeys") {
        keys.extend(entry.claim("enckeys", &text, None));
    }
    let evidence = member_type(entry).into_iter().collect();
    let changed_at = changed_at(entry);
    let directory = directory(entry, &short_name);
    Some(Record { short_name, name, emails, keys, evidence, directory, changed_at })
}

fn member_type(entry: &mut View<'_>) -> Option<Evidence> {
    let text = entry.text("-first-member-type");
    let kind = match text.to_ascii_lowercase().as_str() {
        "full member" => EvidenceKind::FirstMember,
        "liaison" => EvidenceKind::FirstLiaison,
        "" => return None,
        _ => {
            entry.find("-first-member-type", "it is no kind of membership; left out");
            return None;
        }
    };
    Some(Evidence { kind, since: None, reference: "FIRST, Global-IRT".into() })
}

fn changed_at(entry: &mut View<'_>) -> Option<Timestamp> {
    let text = entry.text("last-modified");
    if text.is_empty() {
        return None;
    }
    let at = Timestamp::parse(&text).ok();
    if at.is_none() {
        entry.find("last-modified", "it is no date and time; left out");
    }
    at
}

fn directory(entry: &mut View<'_>, short_name: &str) -> Directory {
    let phones = entry.texts("phone-numbers");
    let phone = |number| Phone { number, ..Phone::default() };
    let mut types = entry.texts("cert-type");
    types.extend(Some(entry.text("constituency")).filter(|text| !text.is_empty()));
    let mut hours = entry.text("operating-hours-freetext");
    if hours.is_empty() && entry.value("operating-hours").is_some_and(Value::is_string) {
        hours = entry.text("operating-hours");
    }
    Directory {
        host_organisation: entry.text("host"),
        country: entry.country("country-code"),
        established: entry.day("establishment"),
        postal_address: entry.text("postal-address"),
        constituency: Constituency {
            types,
            description: entry.text("constituency-description"),
            countries: entry.all_parsed("additional-country-code"),
            ..Constituency::default()
        },
        business_hours: hours,
        languages: entry.texts("languages"),
        websites: entry.texts("website"),
        phones: phones.into_iter().map(phone).collect(),
        ids: ExternalIds { first: short_name.to_owned(), ..ExternalIds::default() },
        ..Directory::default()
    }
}

/// Writes one entry, in version 1.0.1: empty values are left out. `source` is who exports.
pub(super) fn write(record: &Record, source: &str) -> Value {
    let directory = &record.directory;
    let constituency = &directory.constituency;
    let mut out = Map::new();
    let mut put = |name: &str, value: Value| {
        let empty = match &value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(all) => all.is_empty(),
            _ => false,
        };
        if !empty {
            out.insert(name.into(), value);
        }
    };
    put("short-team-name", json!(record.short_name));
    put("official-team-name", json!(record.name));
    put("postal-address", json!(directory.postal_address));
    put("country-code", json!(directory.country));
    put("additional-country-code", json!(constituency.countries));
    put("website", json!(directory.websites));
    put("email", json!(record.emails.first().map(|email| &email.address)));
    put("host", json!(directory.host_organisation));
    put("establishment", json!(directory.established));
    let phones: Vec<_> = directory.phones.iter().map(|phone| &phone.number).collect();
    put("phone-numbers", json!(phones));
    let keys: Vec<_> = record.keys.iter().map(|key| format!("0x{}", key.fingerprint)).collect();
    put("enckeys", json!(keys));
    put("operating-hours", json!(directory.business_hours));
    put("languages", json!(directory.languages));
    // One text, as long as the longest that is read.
    let types: String = constituency.types.join(", ").chars().take(4_000).collect();
    put("constituency", json!(types.trim()));
    put("constituency-description", json!(constituency.description));
    put("source-name", json!(source));
    let of = |kind| record.evidence.iter().any(|evidence| evidence.kind == kind);
    if of(EvidenceKind::FirstMember) {
        put("-first-member-type", json!("Full Member"));
    } else if of(EvidenceKind::FirstLiaison) {
        put("-first-member-type", json!("Liaison"));
    }
    put("last-modified", json!(record.changed_at));
    Value::Object(out)
}
