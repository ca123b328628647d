//! The `teams.json` of Trusted Introducer.

use serde_json::{Map, Value, json};

use super::wire::View;
use super::{Email, Record};
use crate::model::membership::{
    Constituency, Directory, Evidence, EvidenceKind, ExternalIds, Phone, PhoneUsage,
};

/// Reads one entry; `None` when it names no team.
pub(super) fn read(entry: &mut View<'_>) -> Option<Record> {
    if !entry.is_object() {
        return None;
    }
    let (short_name, name) = (entry.text("short_name"), entry.text("official_name"));
    if short_name.is_empty() && name.is_empty() {
        entry.find("short_name", "the team has no name, and is left out");
        return None;
    }
    let emails = entry.objects("emails", |email| {
        let address = email.text("address");
        let usage = email.texts("usage");
        (!address.is_empty()).then_some(Email { address, usage })
    });
    let keys = entry.objects("pgp_keys", |key| {
        let (text, expires) = (key.text("fingerprint"), key.day("expires"));
        key.claim("fingerprint", &text, expires)
    });
    let evidence = entry.object("classification", classification).into_iter().collect();
    let directory = directory(entry, &short_name);
    Some(Record { short_name, name, emails, keys, evidence, directory, changed_at: None })
}

fn classification(class: &mut View<'_>) -> Option<Evidence> {
    let code = class.text("code").to_ascii_lowercase();
    let kind = match code.as_str() {
        "l" => EvidenceKind::TiListed,
        "a" => EvidenceKind::TiAccredited,
        "c" => EvidenceKind::TiCertified,
        _ => {
            class.find("code", "it is none of l, a, c; left out");
            return None;
        }
    };
    let reference = "Trusted Introducer, teams.json".into();
    Some(Evidence { kind, since: class.day("since"), reference })
}

fn directory(entry: &mut View<'_>, short_name: &str) -> Directory {
    let phones = entry.objects("phones", |phone| {
        let read = Phone {
            number: phone.text("number"),
            usage: phone.all_parsed::<PhoneUsage>("usage"),
            time_zone: phone.text("timezone"),
            remark: phone.text("comments"),
        };
        (!read.number.is_empty()).then_some(read)
    });
    Directory {
        host_organisation: entry.text("host_organisation"),
        country: entry.country("country"),
        established: entry.day("established"),
        postal_address: entry.text("postal_address"),
        constituency: entry.object("constituency", constituency),
        business_hours: entry.text("business_hours"),
        time_zone: entry.text("business_hours_timezone"),
        phones,
        ids: ExternalIds {
            ti: short_name.to_owned(),
            first: String::new(),
            misp: entry.object("misp", |misp| misp.text("org_uuid")),
        },
        ..Directory::default()
    }
}

fn constituency(entry: &mut View<'_>) -> Constituency {
    Constituency {
        types: entry.texts("types"),
        description: entry.text("description"),
        domains: entry.texts("domains"),
        asns: entry.all_parsed("asns"),
        ip_ranges: entry.texts("ipranges"),
        countries: entry.objects("countries", |country| country.parsed("code")),
    }
}

/// Writes one entry.
pub(super) fn write(record: &Record) -> Value {
    let directory = &record.directory;
    let mut out = Map::new();
    let mut put = |name: &str, value: Value| {
        out.insert(name.into(), value);
    };
    put("official_name", json!(record.name));
    put("short_name", json!(record.short_name));
    put("country", json!(directory.country.as_ref().map(|code| json!({ "code": code }))));
    put("established", json!(directory.established));
    put("host_organisation", json!(directory.host_organisation));
    put("classification", classified(record));
    put("postal_address", json!(directory.postal_address));
    put("constituency", served(&directory.constituency));
    put("business_hours", json!(directory.business_hours));
    put("business_hours_timezone", json!(directory.time_zone));
    let keys = record.keys.iter();
    let keys = keys.map(|key| json!({ "fingerprint": key.fingerprint, "expires": key.expires }));
    put("pgp_keys", keys.collect());
    put("phones", directory.phones.iter().map(phone).collect());
    let emails = record.emails.iter();
    let emails = emails.map(|email| json!({ "address": email.address, "usage": email.usage }));
    put("emails", emails.collect());
    if !directory.ids.misp.is_empty() {
        put("misp", json!({ "org_uuid": directory.ids.misp }));
    }
    Value::Object(out)
}

fn classified(record: &Record) -> Value {
    let steps = [
        ("c", "Certified", EvidenceKind::TiCertified),
        ("a", "Accredited", EvidenceKind::TiAccredited),
        ("l", "Listed", EvidenceKind::TiListed),
    ];
    // The highest step counts.
    for (code, name, kind) in steps {
        if let Some(evidence) = record.evidence.iter().find(|evidence| evidence.kind == kind) {
            return json!({ "code": code, "name": name, "since": evidence.since });
        }
    }
    Value::Null
}

fn served(constituency: &Constituency) -> Value {
    let countries: Value =
        constituency.countries.iter().map(|code| json!({ "code": code })).collect();
    let mut out = json!({
        "types": constituency.types,
        "asns": constituency.asns,
        "domains": constituency.domains,
        "ipranges": constituency.ip_ranges,
        "countries": countries,
    });
    if let (Some(out), false) = (out.as_object_mut(), constituency.description.is_empty()) {
        out.insert("description".into(), json!(constituency.description));
    }
    out
}

fn phone(phone: &Phone) -> Value {
    let usage: Vec<_> = phone.usage.iter().map(|usage| usage.name()).collect();
    let mut out = json!({ "usage": usage, "number": phone.number, "timezone": phone.time_zone });
    if let (Some(out), false) = (out.as_object_mut(), phone.remark.is_empty()) {
        out.insert("comments".into(), json!(phone.remark));
    }
    out
}
