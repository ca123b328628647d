//! YAML: a bounded reader of the part of it that advisories use, into the values of JSON.
//!
//! Scalars stay texts: `0.10` is a version and no number, `2022-23633` half an identifier. Aliases
//! are never followed, since nine lines of them unfold to gigabytes; tags mean nothing here.

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::json::Json;
use super::{Place, ReadError};
use crate::model::limits::{
    DOCUMENT_DEPTH_MAX, DOCUMENT_ELEMENTS_MAX, DOCUMENT_NAME_BYTES_MAX, YAML_BYTES_MAX,
};

/// Reads the one document of a file.
///
/// # Errors
/// Whatever is not well-formed UTF-8 and YAML 1.2, beyond a limit, there twice, or an alias.
pub fn read(octets: &[u8]) -> Result<Json, ReadError> {
    if octets.len() > YAML_BYTES_MAX {
        return Err(ReadError::Limit(Place::default(), "octets"));
    }
    let octets = octets.strip_prefix(b"\xef\xbb\xbf").unwrap_or(octets);
    let text = std::str::from_utf8(octets).map_err(|_| ReadError::Characters)?;
    let mut reading = Reading::default();
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| {
            let at = error.marker();
            ReadError::Syntax(Place::Line(at.line(), at.col()), "this is no YAML")
        })?;
        reading.take(event, place(&span))?;
    }
    reading.root.ok_or(ReadError::Syntax(Place::default(), "there is no document"))
}

fn place(span: &Span) -> Place {
    Place::Line(span.start.line(), span.start.col().saturating_add(1))
}

/// A list or an object that is not at its end yet.
enum Open {
    List(Vec<Json>),
    /// With the name of the member whose value comes next.
    Object(Vec<(String, Json)>, Option<String>),
}

#[derive(Default)]
struct Reading {
    open: Vec<Open>,
    values: usize,
    root: Option<Json>,
}

impl Reading {
    fn take(&mut self, event: Event<'_>, place: Place) -> Result<(), ReadError> {
        match event {
            Event::Alias(_) => {
                Err(ReadError::Syntax(place, "aliases are never followed; write the value itself"))
            }
            Event::Scalar(text, style, ..) => {
                let plain = matches!(style, ScalarStyle::Plain);
                self.scalar(&text, plain, place)
            }
            Event::SequenceStart(..) => self.enter(Open::List(Vec::new()), place),
            Event::MappingStart(..) => self.enter(Open::Object(Vec::new(), None), place),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open::List(list)) => self.value(Json::List(list), place),
                Some(Open::Object(members, _)) => self.value(Json::Object(members), place),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn enter(&mut self, open: Open, place: Place) -> Result<(), ReadError> {
        if self.open.len() >= DOCUMENT_DEPTH_MAX {
            return Err(ReadError::Limit(place, "levels"));
        }
        if let Some(Open::Object(_, None)) = self.open.last() {
            return Err(ReadError::Syntax(place, "a name of a member is no text"));
        }
        self.open.push(open);
        Ok(())
    }

    fn scalar(&mut self, text: &str, plain: bool, place: Place) -> Result<(), ReadError> {
        if let Some(Open::Object(members, next @ None)) = self.open.last_mut() {
            if text.len() > DOCUMENT_NAME_BYTES_MAX {
                return Err(ReadError::Limit(place, "characters of a name"));
            }
            if members.iter().any(|(name, _)| name == text) {
                return Err(ReadError::Syntax(place, "a member is there twice"));
            }
            *next = Some(text.to_owned());
            return Ok(());
        }
        let value = match text {
            "" | "~" | "null" | "Null" | "NULL" if plain => Json::Null,
            _ => Json::Text(text.to_owned()),
        };
        self.value(value, place)
    }

    fn value(&mut self, value: Json, place: Place) -> Result<(), ReadError> {
        self.values = self.values.saturating_add(1);
        if self.values > DOCUMENT_ELEMENTS_MAX {
            return Err(ReadError::Limit(place, "values"));
        }
        match self.open.last_mut() {
            Some(Open::List(list)) => list.push(value),
            Some(Open::Object(members, next)) => {
                members.push((next.take().unwrap_or_default(), value));
                if members.len() > YAML_MEMBERS_MAX {
                    return Err(ReadError::Limit(place, "members"));
                }
            }
            None if self.root.is_some() => {
                return Err(ReadError::Syntax(place, "there is more than one document"));
            }
            None => self.root = Some(value),
        }
        Ok(())
    }
}

/// Most members of one object: comparing them for duplicates costs their square.
const YAML_MEMBERS_MAX: usize = 5_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::json;

    #[test]
    fn scalars_stay_what_is_written() {
        let yaml =
            "---\nid: 0.10\ncve: 2022-23633\nnone:\nlist: ['', \"a\\nb\"]\ntext: |\n  # A\n  b\n";
        let json = r##"{"id": "0.10", "cve": "2022-23633", "none": null, "list": ["", "a\nb"],
            "text": "# A\nb\n"}"##;
        assert_eq!(read(yaml.as_bytes()), json::read(json.as_bytes()));
    }

    #[test]
    fn aliases_are_refused_before_they_unfold() {
        let mut bomb = String::from("a0: &a0 [x, x]\n");
        for at in 1..40 {
            bomb.push_str(&format!("a{at}: &a{at} [*a{0}, *a{0}]\n", at - 1));
        }
        let read = read(bomb.as_bytes());
        assert!(matches!(read, Err(ReadError::Syntax(_, what)) if what.starts_with("aliases")));
    }

    #[test]
    fn depth_size_names_and_repeats_are_limited() {
        let depth = read("[".repeat(200).as_bytes());
        assert!(matches!(depth, Err(ReadError::Limit(_, "levels"))), "{depth:?}");
        let large = read(" ".repeat(YAML_BYTES_MAX + 1).as_bytes());
        assert!(matches!(large, Err(ReadError::Limit(_, "octets"))));
        let name = read(format!("{}: 1", "x".repeat(300)).as_bytes());
        assert!(matches!(name, Err(ReadError::Limit(_, "characters of a name"))), "{name:?}");
        let twice = read(b"a: 1\na: 2\n");
        assert!(matches!(twice, Err(ReadError::Syntax(_, "a member is there twice"))));
        let two = read(b"a: 1\n---\nb: 2\n");
        assert!(matches!(two, Err(ReadError::Syntax(_, "there is more than one document"))));
    }

    #[test]
    fn what_is_no_yaml_is_refused() {
        let bad: [&[u8]; 5] = [b"", b"a: [1", b"a: \"b", b"? [1]\n: 2", b"\xff"];
        for text in bad {
            let read = read(text);
            assert!(read.is_err(), "{text:?}: {read:?}");
        }
    }
}
