//! JSON [RFC 8727]: the elements of 2.00, renamed and grouped as the standard says.

use serde_json::{Map, Value};

use crate::formats::xml::Tag;

/// Elements that are there at most once, wherever they stand.
const SINGLE: [&str; 15] = [
    "AlternativeID",
    "GenerationTime",
    "ReportTime",
    "DetectTime",
    "StartTime",
    "EndTime",
    "DateTime",
    "History",
    "EmailTo",
    "TelephoneNumber",
    "ReferenceName",
    "ID",
    "Confidence",
    "IncidentID",
    "Incident",
];

/// Elements in a language.
const WORDS: [&str; 2] = ["Description", "ContactName"];

/// A whole document out of that of 2.00.
pub fn document(root: &Tag) -> Vec<u8> {
    let mut members = Map::new();
    members.insert("version".into(), "2.0".into());
    let language = root.attribute("xml:lang");
    if let Some(language) = language {
        members.insert("lang".into(), language.into());
    }
    // A text without a language is English [RFC 8727 §2.2.5].
    let language = language.filter(|language| *language != "en");
    let incidents = root.inner.iter().map(|incident| object(incident, language)).collect();
    members.insert("Incident".into(), Value::Array(incidents));
    let mut text = serde_json::to_vec_pretty(&Value::Object(members)).unwrap_or_default();
    text.push(b'\n');
    text
}

/// An element as a member's value.
fn value(tag: &Tag, language: Option<&str>) -> Value {
    let name = local(tag);
    let leaf = tag.inner.is_empty() && tag.attributes.is_empty();
    let text = tag.text.as_str();
    match (name, language) {
        ("IncidentID" | "RegistryHandle" | "AdditionalData" | "Confidence", _) => {
            object(tag, language)
        }
        (_, Some(language)) if WORDS.contains(&name) => {
            let members = [("value", text), ("lang", language)];
            Value::Object(members.into_iter().map(|(n, v)| (n.to_owned(), v.into())).collect())
        }
        _ if leaf => text.into(),
        _ => object(tag, language),
    }
}

fn object(tag: &Tag, language: Option<&str>) -> Value {
    let mut members = Map::new();
    for (name, value) in &tag.attributes {
        let value = match *name {
            "specIndex" => value.parse::<i64>().map_or_else(|_| value.as_str().into(), Value::from),
            _ => value.as_str().into(),
        };
        members.insert(name.strip_prefix("xml:").unwrap_or(name).into(), value);
    }
    match local(tag) {
        "IncidentID" => drop(members.insert("id".into(), tag.text.as_str().into())),
        "RegistryHandle" => drop(members.insert("handle".into(), tag.text.as_str().into())),
        "AdditionalData" => drop(members.insert("value".into(), tag.text.as_str().into())),
        "Confidence" => drop(members.insert("value".into(), middle(tag).into())),
        _ => {}
    }
    for inner in &tag.inner {
        let name = local(inner);
        match (local(tag), name) {
            ("Assessment", "SystemImpact") => {
                let wrapped = Map::from_iter([(name.to_owned(), value(inner, language))]);
                push(&mut members, "Impact", Value::Object(wrapped));
            }
            ("HistoryItem", "Contact") => drop(members.insert(name.into(), value(inner, language))),
            ("AlternativeID" | "RelatedActivity", _) => {
                push(&mut members, name, value(inner, language))
            }
            _ if SINGLE.contains(&name) => {
                drop(members.insert(name.into(), value(inner, language)))
            }
            _ => push(&mut members, name, value(inner, language)),
        }
    }
    Value::Object(members)
}

fn push(members: &mut Map<String, Value>, name: &str, value: Value) {
    match members.get_mut(name) {
        Some(Value::Array(values)) => values.push(value),
        _ => drop(members.insert(name.into(), Value::Array(vec![value]))),
    }
}

fn local(tag: &Tag) -> &str {
    tag.name.split_once(':').map_or(tag.name, |(_, name)| name)
}

/// The standard asks for a number with every confidence, also where the rating is a word and
/// the number says nothing [RFC 8727 §6, `Confidence`]: the middle of that third.
fn middle(tag: &Tag) -> f64 {
    match tag.attribute("rating") {
        Some("high") => 0.75,
        Some("low") => 0.25,
        _ => 0.5,
    }
}
