//! JSON: a bounded reader that refuses what means different things to different programs.
//!
//! Members that are there twice are the classic: one program takes the first, another the last.

mod node;

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};

use super::{Place, ReadError};
pub use node::{Findings, Node};

use crate::model::limits::{
    DOCUMENT_BYTES_MAX, DOCUMENT_DEPTH_MAX, DOCUMENT_ELEMENTS_MAX, DOCUMENT_NAME_BYTES_MAX,
    LISTING_BYTES_MAX, LISTING_VALUES_MAX,
};

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number, as a text.
    Number(String),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object, in the order of the document; no name twice.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The text that it is.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Reads a whole document; a byte order mark in front of it is passed over.
///
/// # Errors
/// Whatever is not well-formed UTF-8 and JSON [RFC 8259], beyond a limit, or there twice.
pub fn read(octets: &[u8]) -> Result<Json, ReadError> {
    within(octets, DOCUMENT_BYTES_MAX, DOCUMENT_ELEMENTS_MAX)
}

/// Reads a list of what a provider has, which may be longer than any document.
///
/// # Errors
/// As [`read`].
pub fn read_listing(octets: &[u8]) -> Result<Json, ReadError> {
    within(octets, LISTING_BYTES_MAX, LISTING_VALUES_MAX)
}

fn within(octets: &[u8], bytes_max: usize, values_max: usize) -> Result<Json, ReadError> {
    if octets.len() > bytes_max {
        return Err(ReadError::Limit(Place::default(), "octets"));
    }
    let octets = octets.strip_prefix(b"\xef\xbb\xbf").unwrap_or(octets);
    let left = Cell::new(values_max);
    let mut from = serde_json::Deserializer::from_slice(octets);
    let value = Seed { depth: 0, left: &left }.deserialize(&mut from);
    let value = value.and_then(|value| from.end().map(|()| value));
    value.map_err(|error| {
        let place = Place::Line(error.line(), error.column());
        match error.to_string() {
            text if text.starts_with(TOO_MANY) => ReadError::Limit(place, "values"),
            text if text.starts_with(TOO_DEEP) => ReadError::Limit(place, "levels"),
            text if text.starts_with(TOO_LONG) => ReadError::Limit(place, "characters of a name"),
            text if text.starts_with(TWICE) => ReadError::Syntax(place, "a member is there twice"),
            _ => ReadError::Syntax(place, "this is no JSON"),
        }
    })
}

const TOO_MANY: &str = "too many values";
const TOO_DEEP: &str = "too deep";
const TOO_LONG: &str = "too long";
const TWICE: &str = "twice";

struct Seed<'a> {
    depth: usize,
    left: &'a Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Json;
    fn deserialize<D: de::Deserializer<'de>>(self, from: D) -> Result<Json, D::Error> {
        match self.left.get().checked_sub(1) {
            Some(left) => self.left.set(left),
            None => return Err(de::Error::custom(TOO_MANY)),
        }
        from.deserialize_any(self)
    }
}

impl Seed<'_> {
    fn inner<E: de::Error>(&self) -> Result<Self, E> {
        match self.depth < DOCUMENT_DEPTH_MAX {
            true => Ok(Self { depth: self.depth + 1, left: self.left }),
            false => Err(E::custom(TOO_DEEP)),
        }
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Number(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.inner()?)? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut object = Vec::new();
        let mut names = HashSet::new();
        while let Some(name) = members.next_key::<String>()? {
            if name.len() > DOCUMENT_NAME_BYTES_MAX {
                return Err(de::Error::custom(TOO_LONG));
            }
            if !names.insert(name.clone()) {
                return Err(de::Error::custom(TWICE));
            }
            object.push((name, members.next_value_seed(self.inner()?)?));
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_in_order() {
        let read = read(b"\xef\xbb\xbf {\"b\": [1, -2.5, null], \"a\": true}\r\n").unwrap();
        let Json::Object(members) = read else { panic!("no object") };
        assert_eq!(members[0].0, "b");
        let numbers = vec![Json::Number("1".into()), Json::Number("-2.5".into()), Json::Null];
        assert_eq!(members[0].1, Json::List(numbers));
    }

    #[test]
    fn what_is_no_json_is_refused() {
        let bad: [&[u8]; 12] = [
            b"",
            b"{} x",
            b"{\"a\": NaN}",
            b"{\"a\": 1,}",
            b"{} // x",
            b"\"a\nb\"",
            b"\"\xff\"",
            b"\"\\ud800\"",
            b"1e999",
            b"\xff\xfe{\0}\0",
            b"[",
            b"{'a': 1}",
        ];
        for text in bad {
            let read = read(text);
            assert!(matches!(read, Err(ReadError::Syntax(..))), "{text:?}: {read:?}");
        }
    }

    #[test]
    fn members_that_are_there_twice_are_refused() {
        let twice = |text: &str| match read(text.as_bytes()) {
            Err(ReadError::Syntax(_, what)) => what,
            other => panic!("{other:?}"),
        };
        assert_eq!(twice("{\"a\": 1, \"a\": 1}"), "a member is there twice");
        assert_eq!(twice("[{\"x\": {\"a\": 1, \"\\u0061\": 2}}]"), "a member is there twice");
    }

    #[test]
    fn depth_count_and_names_are_limited() {
        let limit = |text: String| match read(text.as_bytes()) {
            Err(ReadError::Limit(_, what)) => what,
            other => panic!("{other:?}"),
        };
        assert_eq!(limit("[".repeat(100)), "levels");
        assert_eq!(limit(format!("[{}1]", "1,".repeat(DOCUMENT_ELEMENTS_MAX))), "values");
        assert_eq!(limit(format!("{{\"{}\": 1}}", "x".repeat(300))), "characters of a name");
        assert_eq!(limit(" ".repeat(DOCUMENT_BYTES_MAX + 1)), "octets");
    }
}
