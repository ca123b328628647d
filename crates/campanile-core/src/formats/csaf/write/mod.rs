//! From an advisory to a CSAF document that is valid by the schema and the mandatory tests.
//!
//! What would make the document invalid is written in another place (a note, a history with
//! numbers of its own) or left out; `docs/formats/csaf.md` lists what is lost.

mod document;
mod form;
mod history;
mod products;
mod profile;
mod ranges;
mod ratings;
mod remediations;
mod vulnerability;

use serde_json::{Map, Value};

use super::{Version, validate};
use crate::model::advisory::{Advisory, Status};
use crate::model::time::Timestamp;
use products::Tree;

const SCHEMA_2_1: &str = "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json";

/// A JSON object that is being filled.
type Object = Map<String, Value>;

/// Writes an advisory; `now` is the time of writing, and stands for dates that it does not have.
pub fn write(advisory: &Advisory, version: Version, now: Timestamp) -> Vec<u8> {
    let tree = Tree::of(advisory);
    let withdrawn = advisory.status == Status::Withdrawn && version == Version::V2_1;
    let vulnerabilities = match withdrawn {
        // A withdrawn document of 2.1 says why, and nothing else. [CSAF 2.1 §4.6]
        true => Vec::new(),
        false => vulnerability::all(advisory, version, &tree, now),
    };
    let mut root = Object::new();
    if version == Version::V2_1 {
        root.insert("$schema".into(), SCHEMA_2_1.into());
    }
    let category = profile::category(advisory, version, &vulnerabilities);
    let document = document::write(advisory, version, category, now);
    root.insert("document".into(), document.into());
    if !withdrawn {
        set_object(&mut root, "product_tree", tree.write(version));
    }
    set_list(&mut root, "vulnerabilities", vulnerabilities);
    let out = octets(&root);
    let is_advisory = version == Version::V2_1 && category == profile::SECURITY_ADVISORY;
    if !is_advisory || validate::is_security_advisory_of_2_1(&out) {
        return out;
    }
    let document = root.get_mut("document").and_then(Value::as_object_mut);
    if let Some(document) = document {
        document.insert("category".into(), profile::SECURITY_ADVISORY_OF_2_0.into());
    }
    octets(&root)
}

fn octets(root: &Object) -> Vec<u8> {
    let mut out = serde_json::to_vec_pretty(root).unwrap_or_default();
    out.push(b'\n');
    out
}

/// A member that is a text, if it is not empty.
fn set_text(object: &mut Object, name: &str, text: &str) {
    if !text.is_empty() {
        object.insert(name.into(), text.into());
    }
}

/// A member that is a list, if it is not empty.
fn set_list<T: Into<Value>>(object: &mut Object, name: &str, list: Vec<T>) {
    if !list.is_empty() {
        object.insert(name.into(), list.into());
    }
}

/// A member that is an object, if it is not empty.
fn set_object(object: &mut Object, name: &str, inner: Object) {
    if !inner.is_empty() {
        object.insert(name.into(), inner.into());
    }
}

#[cfg(test)]
mod tests;
