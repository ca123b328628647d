//! The one place where XML is written.
//!
//! Texts are cleaned of what XML 1.0 cannot carry when they come in, and escaped when they go
//! out, so that no value can end its element early. Elements that hold a text stand on one line
//! with it: white space in a text is content.

use std::fmt::Write;

/// An element to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Name with its prefix.
    pub name: &'static str,
    /// Attributes in order.
    pub attributes: Vec<(&'static str, String)>,
    /// The text; empty in an element of elements.
    pub text: String,
    /// Inner elements in order; empty in an element of text.
    pub inner: Vec<Tag>,
}

impl Tag {
    /// An element without anything in it.
    pub const fn new(name: &'static str) -> Self {
        Self { name, attributes: Vec::new(), text: String::new(), inner: Vec::new() }
    }

    /// An element that holds a text.
    pub fn text(name: &'static str, text: &str) -> Self {
        Self { text: carried(text), ..Self::new(name) }
    }

    /// With an attribute.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.attributes.push((name, carried(value)));
        self
    }

    /// With an attribute if there is a value for it.
    #[must_use]
    pub fn with_some(self, name: &'static str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// With inner elements behind those that are there.
    #[must_use]
    pub fn holding(mut self, inner: impl IntoIterator<Item = Self>) -> Self {
        self.inner.extend(inner);
        self
    }

    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| *n == name).map(|(_, value)| value.as_str())
    }
}

/// A text as XML 1.0 can carry it: line ends as LF, no white space around it, and U+FFFD for
/// characters that must not stand in a document, not even escaped [XML 1.0 §2.2].
pub fn carried(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let allowed = |c: char| match c {
        '\t' | '\n' => c,
        '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        _ => c,
    };
    lines.trim().chars().map(allowed).collect()
}

/// A whole document in UTF-8.
pub fn document(root: &Tag) -> Vec<u8> {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    element(root, 0, &mut out);
    out.into_bytes()
}

fn element(tag: &Tag, depth: usize, out: &mut String) {
    // Writing to a string cannot fail.
    let _ = write!(out, "{:1$}<{2}", "", depth * 2, tag.name);
    for (name, value) in &tag.attributes {
        let _ = write!(out, " {name}=\"{}\"", escaped(value, true));
    }
    if tag.inner.is_empty() {
        match tag.text.is_empty() {
            true => out.push_str("/>\n"),
            false => {
                let _ = writeln!(out, ">{}</{}>", escaped(&tag.text, false), tag.name);
            }
        }
        return;
    }
    out.push_str(">\n");
    tag.inner.iter().for_each(|inner| element(inner, depth + 1, out));
    let _ = writeln!(out, "{:1$}</{2}>", "", depth * 2, tag.name);
}

fn escaped(text: &str, attribute: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if attribute => out.push_str("&quot;"),
            // Readers turn white space in attributes into blanks [XML 1.0 §3.3.3].
            '\t' | '\n' if attribute => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_leave_their_place() {
        let tag = Tag::text("a", "x</a>&<b>\u{1}]]>").with("n", "\"><c>\n\t'");
        let text = String::from_utf8(document(&tag)).unwrap();
        assert_eq!(
            text.lines().nth(1).unwrap(),
            "<a n=\"&quot;&gt;&lt;c&gt;&#10;&#9;'\">x&lt;/a&gt;&amp;&lt;b&gt;\u{fffd}]]&gt;</a>"
        );
    }

    #[test]
    fn line_ends_are_those_that_a_reader_gives_back() {
        assert_eq!(Tag::text("a", " x\r\ny\rz ").text, "x\ny\nz");
    }
}
