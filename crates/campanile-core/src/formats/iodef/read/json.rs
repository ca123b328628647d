//! JSON as elements: members with capital letters are elements, the others attributes.

use std::sync::Arc;

use crate::formats::json::Json;
use crate::formats::{Element, Place, ReadError};

/// What elements from JSON have for a namespace.
pub const SPACE: &str = "json";

/// The document as the element that it would be in XML.
///
/// # Errors
/// When it is no object with incidents.
pub fn root(json: Json) -> Result<Element, ReadError> {
    let Json::Object(members) = json else {
        return Err(ReadError::Foreign("IODEF"));
    };
    if !members.iter().any(|(name, _)| name == "Incident") {
        return Err(ReadError::Foreign("IODEF"));
    }
    let space = Arc::from(SPACE);
    Ok(object("IODEF-Document", members, &space, ""))
}

fn object(name: &str, members: Vec<(String, Json)>, space: &Arc<str>, pointer: &str) -> Element {
    let mut element = Element {
        name: name.to_owned(),
        space: Arc::clone(space),
        place: Place::Pointer(pointer.to_owned()),
        ..Element::default()
    };
    for (member, value) in members {
        let escaped = member.replace('~', "~0").replace('/', "~1");
        let pointer = format!("{pointer}/{escaped}");
        let is_text = ["value", "id", "handle"].contains(&member.as_str());
        match scalar(&value) {
            Some(text) if is_text => element.text = text,
            Some(text) if !member.starts_with(|c: char| c.is_ascii_uppercase()) => {
                element.attributes.push((member, text));
            }
            // `Impact` is a list of objects with one member each.
            _ if member == "Impact" => wrapped(value, space, &pointer, &mut element.inner),
            _ => values(&member, value, space, &pointer, &mut element.inner),
        }
    }
    element
}

fn values(name: &str, value: Json, space: &Arc<str>, pointer: &str, out: &mut Vec<Element>) {
    match value {
        Json::List(items) => {
            for (at, item) in items.into_iter().enumerate() {
                values(name, item, space, &format!("{pointer}/{at}"), out);
            }
        }
        Json::Object(members) => out.push(object(name, members, space, pointer)),
        Json::Null => {}
        other => out.push(Element {
            name: name.to_owned(),
            space: Arc::clone(space),
            text: scalar(&other).unwrap_or_default(),
            place: Place::Pointer(pointer.to_owned()),
            ..Element::default()
        }),
    }
}

fn wrapped(value: Json, space: &Arc<str>, pointer: &str, out: &mut Vec<Element>) {
    let items = match value {
        Json::List(items) => items,
        one => vec![one],
    };
    for (at, item) in items.into_iter().enumerate() {
        if let Json::Object(members) = item {
            for (name, value) in members {
                values(&name, value, space, &format!("{pointer}/{at}/{name}"), out);
            }
        }
    }
}

/// A value that stands in a text; characters that XML cannot carry as U+FFFD there as here.
fn scalar(value: &Json) -> Option<String> {
    let allowed = |c: char| if c < ' ' && !"\t\n\r".contains(c) { '\u{fffd}' } else { c };
    match value {
        Json::Text(text) => Some(text.chars().map(allowed).collect()),
        Json::Number(number) => Some(number.clone()),
        Json::Bool(value) => Some(value.to_string()),
        Json::Null => Some(String::new()),
        Json::List(_) | Json::Object(_) => None,
    }
}
