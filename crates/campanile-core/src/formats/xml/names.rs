//! Names and namespaces.

use std::sync::Arc;

use crate::model::limits::DOCUMENT_NAME_BYTES_MAX;

/// Whether a text is a name with at most one prefix [XML 1.0 §2.3, Namespaces §4].
pub fn is_name(text: &str) -> bool {
    let mut parts = text.split(':');
    let first = parts.next().is_some_and(is_part);
    text.len() <= DOCUMENT_NAME_BYTES_MAX
        && first
        && parts.next().is_none_or(is_part)
        && parts.next().is_none()
}

fn is_part(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(is_start) && chars.all(|c| {
        is_start(c)
            || c.is_ascii_digit()
            || matches!(c, '-' | '.' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
    })
}

fn is_start(c: char) -> bool {
    matches!(c, 'A'..='Z' | 'a'..='z' | '_' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}'
        | '\u{f8}'..='\u{2ff}' | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}'
        | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}'
        | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

/// Whether a character may stand in a document [XML 1.0 §2.2].
pub fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}'
        | '\u{10000}'..)
}

/// Prefix and local part.
pub fn split(name: &str) -> (&str, &str) {
    name.split_once(':').unwrap_or(("", name))
}

/// The declarations in force, innermost last.
pub struct Scopes {
    declared: Vec<(usize, String, Arc<str>)>,
}

impl Scopes {
    /// Nothing but the prefix that is always there.
    pub fn new() -> Self {
        let xml = "http://www.w3.org/XML/1998/namespace";
        Self { declared: vec![(0, "xml".into(), Arc::from(xml))] }
    }

    /// Adds a declaration of the element at `depth`.
    pub fn declare(&mut self, depth: usize, prefix: &str, uri: &str) {
        self.declared.push((depth, prefix.to_owned(), Arc::from(uri)));
    }

    /// Forgets what the element at `depth` declared.
    pub fn leave(&mut self, depth: usize) {
        while self.declared.last().is_some_and(|(at, ..)| *at >= depth) {
            self.declared.pop();
        }
    }

    /// How many are in force.
    pub fn len(&self) -> usize {
        self.declared.len()
    }

    /// The namespace of a prefix.
    ///
    /// Programs of 2003 left their prefix to the DTD, so an undeclared one is no error.
    pub fn of(&self, prefix: &str) -> Arc<str> {
        let found = self.declared.iter().rev().find(|(_, declared, _)| declared == prefix);
        match found {
            Some((.., uri)) => Arc::clone(uri),
            None if prefix.is_empty() => Arc::from(""),
            None => Arc::from(format!("undeclared:{prefix}")),
        }
    }
}
