//! The syntax of opam files, as far as advisories use it, into the values of JSON.
//!
//! Texts and words stay texts, `[ … ]` is a list. What filters a value, `{< "1.0"}`, is carried as
//! the object of `value` and `filter`, the filter as it is written. Groups, operators and sections
//! outside of filters are refused [opam manual, §Common file format].

use crate::formats::json::Json;
use crate::formats::{Place, ReadError};
use crate::model::limits::{DOCUMENT_DEPTH_MAX, DOCUMENT_NAME_BYTES_MAX};

/// Most members: comparing them for repeats costs their square.
const MEMBERS_MAX: usize = 500;

/// Reads the members of a file, whose first line is this one of a document.
///
/// # Errors
/// Its syntax, a limit, or a member that is there twice.
pub(super) fn read(text: &str, line: usize) -> Result<Json, ReadError> {
    let mut reading = Reading { rest: text, line };
    let mut members: Vec<(String, Json)> = Vec::new();
    while reading.next().is_some() {
        let name = reading.word("this is no name of a member")?;
        if name.len() > DOCUMENT_NAME_BYTES_MAX || members.len() >= MEMBERS_MAX {
            return Err(ReadError::Limit(reading.place(), "members"));
        }
        if members.iter().any(|(known, _)| *known == name) {
            return Err(reading.wrong("a member is there twice"));
        }
        reading.expect(':', "there is no `:` behind a name")?;
        members.push((name, reading.value(0)?));
    }
    Ok(Json::Object(members))
}

struct Reading<'t> {
    rest: &'t str,
    line: usize,
}

impl<'t> Reading<'t> {
    const fn place(&self) -> Place {
        Place::Line(self.line, 1)
    }

    const fn wrong(&self, what: &'static str) -> ReadError {
        ReadError::Syntax(self.place(), what)
    }

    /// Takes as much of the rest.
    fn take(&mut self, bytes: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.line = self.line.saturating_add(taken.bytes().filter(|one| *one == b'\n').count());
        self.rest = rest;
        taken
    }

    /// The next character behind white space and comments.
    fn next(&mut self) -> Option<char> {
        loop {
            let blank = self.rest.len().saturating_sub(self.rest.trim_start().len());
            self.take(blank);
            if !self.rest.starts_with('#') {
                return self.rest.chars().next();
            }
            self.take(self.rest.find('\n').unwrap_or(self.rest.len()));
        }
    }

    fn expect(&mut self, wanted: char, what: &'static str) -> Result<(), ReadError> {
        if self.next() != Some(wanted) {
            return Err(self.wrong(what));
        }
        self.take(wanted.len_utf8());
        Ok(())
    }

    /// A word without quotes: `CWE-269`, `reporter`.
    fn word(&mut self, what: &'static str) -> Result<String, ReadError> {
        let is_end = |c: char| !(c.is_alphanumeric() || "-_+.".contains(c));
        let end = self.rest.find(is_end).unwrap_or(self.rest.len());
        match end {
            0 => Err(self.wrong(what)),
            _ => Ok(self.take(end).to_owned()),
        }
    }

    fn value(&mut self, depth: usize) -> Result<Json, ReadError> {
        if depth >= DOCUMENT_DEPTH_MAX {
            return Err(ReadError::Limit(self.place(), "levels"));
        }
        let value = match self.next() {
            Some('"') => Json::Text(self.quoted()?),
            Some('[') => self.list(depth)?,
            _ => Json::Text(self.word("this is no value")?),
        };
        if self.next() != Some('{') {
            return Ok(value);
        }
        let filter = Json::Text(self.filter()?);
        Ok(Json::Object(vec![("value".to_owned(), value), ("filter".to_owned(), filter)]))
    }

    fn list(&mut self, depth: usize) -> Result<Json, ReadError> {
        self.take(1);
        let mut list = Vec::new();
        while self.next() != Some(']') {
            list.push(self.value(depth.saturating_add(1))?);
        }
        self.take(1);
        Ok(Json::List(list))
    }

    /// A text in quotes, or in three of them.
    fn quoted(&mut self) -> Result<String, ReadError> {
        let mark = if self.rest.starts_with("\"\"\"") { "\"\"\"" } else { "\"" };
        let start = self.rest.get(mark.len()..).unwrap_or_default();
        let end = end_of_text(start, mark).ok_or_else(|| self.wrong("a text does not end"))?;
        let text = start.get(..end).unwrap_or_default();
        self.take(mark.len().saturating_mul(2).saturating_add(end));
        Ok(without_escapes(text))
    }

    /// What stands between `{` and `}`; texts inside may hold either.
    fn filter(&mut self) -> Result<String, ReadError> {
        let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
        for (at, c) in self.rest.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = quoted,
                '"' => quoted = !quoted,
                '{' if !quoted => depth = depth.saturating_add(1),
                '}' if !quoted => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                let whole = self.take(at.saturating_add(1));
                let inside = whole.strip_prefix('{').and_then(|one| one.strip_suffix('}'));
                return Ok(inside.unwrap_or_default().trim().to_owned());
            }
        }
        Err(self.wrong("a filter does not end"))
    }
}

/// Where the mark stands that ends a text.
fn end_of_text(text: &str, mark: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' if text.get(at..).is_some_and(|rest| rest.starts_with(mark)) => return Some(at),
            _ => {}
        }
    }
    None
}

fn without_escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => match characters.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('r') => out.push('\r'),
                Some(other) => out.push(other),
                None => {}
            },
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::json;

    #[test]
    fn values_become_those_of_json() {
        let text = "# c\nid: OSEC-2026-01\naliases: [ CVE-2026-1 \"a\\\"b\" ]\n\
            affected: \"ocaml\" {< \"4.14\" | (>= \"5}\")}\nevents: [[fixed \"\"\"x \"y\"\"\"]]";
        let wanted = r#"{"id": "OSEC-2026-01", "aliases": ["CVE-2026-1", "a\"b"],
            "affected": {"value": "ocaml", "filter": "< \"4.14\" | (>= \"5}\")"},
            "events": [["fixed", "x \"y"]]}"#;
        assert_eq!(read(text, 1), json::read(wanted.as_bytes()));
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        let wrong = [
            ("id: a\nid: b", 2),
            ("id: a\n\nb", 3),
            ("a: [\n", 2),
            ("a: \"\n", 1),
            ("a: b {\n", 1),
            ("a: (b)", 1),
            ("a:", 1),
            ("\n: b", 2),
        ];
        for (text, line) in wrong {
            let read = read(text, 1);
            let Err(ReadError::Syntax(Place::Line(at, _), _)) = read else {
                panic!("{text:?}: {read:?}")
            };
            assert_eq!(at, line, "{text:?}");
        }
        let deep = read(&format!("a: {}", "[".repeat(500)), 1);
        assert!(matches!(deep, Err(ReadError::Limit(_, "levels"))), "{deep:?}");
    }
}
