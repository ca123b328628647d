//! What documents are read into: elements with their texts, and where they stood.

use std::fmt;

/// An element of an XML document, or a member of a JSON document that is read as one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// Name without its prefix.
    pub name: String,
    /// Namespace; empty when there is none, `undeclared:PREFIX` for a prefix nobody declared.
    pub space: std::sync::Arc<str>,
    /// Attributes without their prefixes, but not the namespace declarations.
    pub attributes: Vec<(String, String)>,
    /// The text directly inside, references resolved.
    pub text: String,
    /// Inner elements in order.
    pub inner: Vec<Element>,
    /// Where it begins.
    pub place: Place,
}

impl Element {
    /// The value of an attribute, without white space around it.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, value)| value.trim())
    }

    /// All text inside, without white space around it.
    pub fn whole_text(&self) -> String {
        let mut out = String::new();
        self.collect(&mut out);
        out.trim().replace("\r\n", "\n").replace('\r', "\n")
    }

    fn collect(&self, out: &mut String) {
        out.push_str(&self.text);
        for inner in &self.inner {
            out.push(' ');
            inner.collect(out);
        }
    }
}

/// A place in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Line and column in characters, from 1.
    Line(usize, usize),
    /// A pointer into JSON [RFC 6901].
    Pointer(String),
}

impl Default for Place {
    fn default() -> Self {
        Self::Line(1, 1)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line, column) => write!(f, "{line}:{column}"),
            Self::Pointer(pointer) if pointer.is_empty() => f.write_str("/"),
            Self::Pointer(pointer) => f.write_str(pointer),
        }
    }
}
