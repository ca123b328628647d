//! A JSON document that borrows its texts from the octets: what all tests look at.
//!
//! The limits of [`crate::formats::json`], but deeper; without its copies, because a validator
//! looks at everything and keeps nothing.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};

use crate::formats::{Place, ReadError};
use crate::model::limits::{
    DOCUMENT_BYTES_MAX, DOCUMENT_ELEMENTS_MAX, DOCUMENT_NAME_BYTES_MAX, VALIDATION_DEPTH_MAX,
};

/// Up to this many members are compared one by one, which is quicker than to hash them.
const MEMBERS_COMPARED_MAX: usize = 24;

/// A value.
#[derive(Debug, PartialEq)]
pub(super) enum Node<'a> {
    Null,
    Bool(bool),
    Number(f64),
    Text(Cow<'a, str>),
    List(Vec<Node<'a>>),
    /// In the order of the document; no name twice.
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
}

impl<'a> Node<'a> {
    /// The member of an object.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        self.members().iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The member of a member, as deep as there are names.
    pub(super) fn at(&self, names: &[&str]) -> Option<&Self> {
        names.iter().try_fold(self, |node, name| node.get(name))
    }

    /// The text of a member.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Self::as_text)
    }

    /// The items of a member that is an array; none when it is something else.
    pub(super) fn list(&self, name: &str) -> &[Self] {
        self.get(name).map_or(&[], Self::items)
    }

    /// The value as a text.
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value as a number.
    pub(super) fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The items of an array; none when it is something else.
    pub(super) fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// The members of an object; none when it is something else.
    pub(super) fn members(&self) -> &[(Cow<'a, str>, Self)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }
}

/// Reads a whole document; a byte order mark in front of it is passed over.
///
/// # Errors
/// Whatever is not well-formed UTF-8 and JSON [RFC 8259], beyond a limit, or there twice.
pub(super) fn read(octets: &[u8]) -> Result<Node<'_>, ReadError> {
    if octets.len() > DOCUMENT_BYTES_MAX {
        return Err(ReadError::Limit(Place::default(), "octets"));
    }
    let octets = octets.strip_prefix(b"\xef\xbb\xbf").unwrap_or(octets);
    let left = Cell::new(DOCUMENT_ELEMENTS_MAX);
    let refused = Cell::new(None);
    // Checked once: the parser would check every text by itself.
    let Ok(text) = std::str::from_utf8(octets) else {
        return Err(ReadError::Characters);
    };
    let mut from = serde_json::Deserializer::from_str(text);
    let value = Seed { depth: 0, left: &left, refused: &refused }.deserialize(&mut from);
    let value = value.and_then(|value| from.end().map(|()| value));
    value.map_err(|error| {
        let place = Place::Line(error.line(), error.column());
        match refused.get() {
            Some(Refused::Limit(what)) => ReadError::Limit(place, what),
            Some(Refused::Twice) => ReadError::Syntax(place, "a member is there twice"),
            None => ReadError::Syntax(place, "this is no JSON"),
        }
    })
}

/// Why the reader stopped by itself.
#[derive(Clone, Copy)]
enum Refused {
    Limit(&'static str),
    Twice,
}

#[derive(Clone, Copy)]
struct Seed<'s> {
    depth: usize,
    left: &'s Cell<usize>,
    refused: &'s Cell<Option<Refused>>,
}

impl Seed<'_> {
    fn refuse<T, E: de::Error>(self, why: Refused) -> Result<T, E> {
        self.refused.set(Some(why));
        Err(E::custom("refused"))
    }

    fn inner<E: de::Error>(self) -> Result<Self, E> {
        match self.depth < VALIDATION_DEPTH_MAX {
            true => Ok(Self { depth: self.depth + 1, ..self }),
            false => self.refuse(Refused::Limit("levels")),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Node<'de>;
    fn deserialize<D: de::Deserializer<'de>>(self, from: D) -> Result<Node<'de>, D::Error> {
        match self.left.get().checked_sub(1) {
            Some(left) => self.left.set(left),
            None => return self.refuse(Refused::Limit("values")),
        }
        from.deserialize_any(self)
    }
}

#[allow(clippy::cast_precision_loss, reason = "no number of the format has 53 bits")]
impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node<'de>, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node<'de>, E> {
        Ok(Node::Number(value as f64))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node<'de>, E> {
        Ok(Node::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node<'de>, E> {
        Ok(Node::Number(value))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.inner()?)? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Node<'de>, A::Error> {
        let mut object: Vec<(Cow<'de, str>, Node<'de>)> = Vec::with_capacity(4);
        let mut names = HashSet::new();
        while let Some(Name(name)) = members.next_key()? {
            if name.len() > DOCUMENT_NAME_BYTES_MAX {
                return self.refuse(Refused::Limit("characters of a name"));
            }
            let twice = match object.len() {
                ..MEMBERS_COMPARED_MAX => object.iter().any(|(known, _)| *known == name),
                MEMBERS_COMPARED_MAX => {
                    names.extend(object.iter().map(|(known, _)| known.clone()));
                    !names.insert(name.clone())
                }
                _ => !names.insert(name.clone()),
            };
            if twice {
                return self.refuse(Refused::Twice);
            }
            object.push((name, members.next_value_seed(self.inner()?)?));
        }
        Ok(Node::Object(object))
    }
}

/// The name of a member; borrowed where it has no escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de> de::Deserialize<'de> for Name<'de> {
    fn deserialize<D: de::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(value)))
            }

            fn visit_str<E>(self, value: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(value.to_owned())))
            }
        }
        from.deserialize_str(Names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_without_escapes_are_borrowed() {
        let read = read(b"{\"a\": [\"x\", \"\\u0079\"], \"b\": 2.5}").unwrap();
        assert!(matches!(read.list("a")[0], Node::Text(Cow::Borrowed("x"))));
        assert_eq!(read.list("a")[1].as_text(), Some("y"));
        assert_eq!(read.get("b").and_then(Node::as_number), Some(2.5));
    }

    #[test]
    fn what_is_there_twice_or_beyond_a_limit_is_refused() {
        let twice = read(b"{\"a\": 1, \"\\u0061\": 1}");
        assert!(matches!(twice, Err(ReadError::Syntax(_, "a member is there twice"))));
        let many: Vec<_> = (0..100).map(|n| format!("\"{}\": 1", n % 99)).collect();
        let twice = format!("{{{}}}", many.join(","));
        assert!(matches!(read(twice.as_bytes()), Err(ReadError::Syntax(..))));
        let deep = "[".repeat(VALIDATION_DEPTH_MAX + 2);
        assert!(matches!(read(deep.as_bytes()), Err(ReadError::Limit(_, "levels"))));
        assert!(matches!(read(b"\xff"), Err(ReadError::Characters)));
    }
}
