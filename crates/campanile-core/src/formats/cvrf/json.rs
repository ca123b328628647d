//! The JSON rendering: attributes are members with `@`, texts are `#text`, an element that is there
//! more than once is a list.

use crate::formats::json::Json;
use crate::formats::{Element, Place};

/// The document element, if it is one of CVRF.
pub fn root(value: Json) -> Option<Element> {
    let Json::Object(members) = value else { return None };
    let (name, inside) = members.into_iter().find(|(name, _)| local(name) == "cvrfdoc")?;
    Some(element(&name, inside, ""))
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

fn element(name: &str, value: Json, outer: &str) -> Element {
    let pointer = format!("{outer}/{name}");
    let mut element = Element { name: local(name).to_owned(), ..Element::default() };
    match value {
        Json::Object(members) => {
            for (name, value) in members {
                member(&mut element, &name, value, &pointer);
            }
        }
        Json::Text(text) | Json::Number(text) => element.text = text,
        // The renderings seen have neither; a list here is a list in a list.
        Json::Bool(_) | Json::Null | Json::List(_) => {}
    }
    element.place = Place::Pointer(pointer);
    element
}

fn member(element: &mut Element, name: &str, value: Json, pointer: &str) {
    match (name, value) {
        ("#text", Json::Text(text) | Json::Number(text)) => element.text = text,
        (_, Json::Text(text)) if name.starts_with('@') => {
            let name = local(name.trim_start_matches('@'));
            element.attributes.push((name.to_owned(), text));
        }
        (_, Json::List(items)) => {
            let items = items.into_iter();
            element.inner.extend(items.map(|item| self::element(name, item, pointer)));
        }
        (_, value) => element.inner.push(self::element(name, value, pointer)),
    }
}
