//! Documents with a head and a text: values between two lines that mark them, Markdown below.

use crate::formats::json::{Json, Node};
use crate::formats::{Place, ReadError, parts};
use crate::model::advisory::{Advisory, Identifier, Issuer, Kind, Markup, SectionKind, Status};
use crate::model::limits::{DOCUMENT_DEPTH_MAX, YAML_BYTES_MAX};

use super::markdown::marked;
use super::{identifiers, section};

/// How the head of a TOML document begins.
pub(super) const TOML: &str = "```toml";

/// Its characters, with lines that end as those of Unix do.
///
/// # Errors
/// A limit, or its characters.
pub(super) fn text_of(octets: &[u8]) -> Result<String, ReadError> {
    if octets.len() > YAML_BYTES_MAX {
        return Err(ReadError::Limit(Place::default(), "octets"));
    }
    let octets = octets.strip_prefix(b"\xef\xbb\xbf").unwrap_or(octets);
    let text = std::str::from_utf8(octets).map_err(|_| ReadError::Characters)?;
    Ok(text.replace("\r\n", "\n"))
}

/// Head and text: what stands between the line that a document begins with and the next one that
/// begins with `end`, and what stands behind that line.
pub(super) fn cut<'t>(text: &'t str, start: &str, end: &str) -> Option<(&'t str, &'t str)> {
    let rest = text.strip_prefix(start)?;
    let rest = rest.trim_start_matches([' ', '\t', '\r']);
    let (head, behind) = rest.strip_prefix('\n')?.split_once(&format!("\n{end}"))?;
    Some((head, behind.split_once('\n').map_or("", |(_, behind)| behind)))
}

/// The head of a document that is looked at: all of it, where the end of its head is missing.
/// Whether it has a line, is asked by [`has_line`].
pub(super) fn looked_at<'o>(octets: &'o [u8], start: &str, end: &str) -> Option<&'o [u8]> {
    let octets = octets.strip_prefix(b"\xef\xbb\xbf").unwrap_or(octets);
    let rest = octets.strip_prefix(start.as_bytes())?;
    let at = memchr::memmem::find(rest, format!("\n{end}").as_bytes()).unwrap_or(rest.len());
    rest.get(..at)
}

/// Whether a head has a line that begins with this.
pub(super) fn has_line(head: &[u8], start: &str) -> bool {
    memchr::memmem::find(head, format!("\n{start}").as_bytes()).is_some()
}

/// Head and text of a document whose head is TOML.
///
/// # Errors
/// A limit, its characters, the syntax of its head, or when it has none.
pub(super) fn toml(octets: &[u8], issuer: &'static str) -> Result<(Json, String), ReadError> {
    let text = text_of(octets)?;
    let (head, body) = cut(&text, TOML, "```").ok_or(ReadError::Foreign(issuer))?;
    let table: toml::Table = toml::from_str(head).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = head.bytes().take(at).filter(|octet| *octet == b'\n').count();
        // The head begins in the second line.
        ReadError::Syntax(Place::Line(line.saturating_add(2), 1), "the head is no TOML")
    })?;
    Ok((json(toml::Value::Table(table), 0), body.to_owned()))
}

/// An issuer of such documents.
pub(super) struct Source {
    /// Its name.
    pub(super) name: &'static str,
    /// Where it is.
    pub(super) namespace: &'static str,
    /// Its numbering.
    pub(super) system: &'static str,
    /// Where its heads have the number.
    pub(super) number_at: &'static str,
    /// What its heads call the day of publication.
    pub(super) published: &'static str,
}

impl Source {
    /// An advisory with what all of them say alike. What is carried are the vulnerabilities that
    /// it has of what it builds on.
    ///
    /// # Errors
    /// It has no number.
    pub(super) fn advisory(
        &self,
        head: &Node<'_, '_>,
        body: &str,
        carried: Vec<Identifier>,
    ) -> Result<Advisory, ReadError> {
        let number = head.text("id").trim();
        if number.is_empty() {
            return Err(ReadError::Missing(Place::Pointer(self.number_at.to_owned()), "number"));
        }
        let own = || Identifier::new(self.system, number);
        let own = Identifier::recognise(number).unwrap_or_else(own);
        let (title, description) = title_and_text(body);
        let withdrawn = parts::moment(head, "withdrawn");
        let aliases = identifiers(head, "aliases", self.system);
        Ok(Advisory {
            kind: Kind::Record,
            issuer: Issuer {
                name: self.name.to_owned(),
                namespace: self.namespace.to_owned(),
                category: "other".to_owned(),
                contact: String::new(),
            },
            number: number.to_owned(),
            title,
            language: "en".to_owned(),
            markup: Markup::Markdown,
            status: if withdrawn.is_some() { Status::Withdrawn } else { Status::Final },
            published_at: parts::moment(head, self.published),
            changed_at: parts::moment(head, "modified"),
            revisions: parts::withdrawal(withdrawn),
            sections: section(SectionKind::Description, "", &description).into_iter().collect(),
            related: identifiers(head, "related", self.system),
            vulnerabilities: parts::about(&own, carried, aliases),
            ..Advisory::default()
        })
    }
}

/// Title and text: the first heading, and what stands below.
pub(super) fn title_and_text(body: &str) -> (String, String) {
    let mut parts = marked(body, "# ").into_iter().skip(1);
    let Some(first) = parts.next() else { return (String::new(), body.to_owned()) };
    let mut text = first.text;
    for part in parts {
        text.push_str(&format!("# {}\n{}", part.heading, part.text));
    }
    (first.heading.to_owned(), text)
}

/// TOML as the values of JSON. The library bounds the depth; what is deeper than ours is left out.
fn json(value: toml::Value, depth: usize) -> Json {
    if depth > DOCUMENT_DEPTH_MAX {
        return Json::Null;
    }
    let deeper = depth.saturating_add(1);
    match value {
        toml::Value::String(text) => Json::Text(text),
        toml::Value::Array(list) => {
            Json::List(list.into_iter().map(|one| json(one, deeper)).collect())
        }
        toml::Value::Table(table) => Json::Object(
            table.into_iter().map(|(name, value)| (name, json(value, deeper))).collect(),
        ),
        other => Json::Text(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn head_and_text_are_told_apart() {
        let text = "---\nlayout: post\n---\n\nText\n---\nmore\n";
        assert_eq!(cut(text, "---", "---"), Some(("layout: post", "\nText\n---\nmore\n")));
        assert_eq!(cut("---\nlayout: post\n", "---", "---"), None);
        let head = looked_at(b"```toml\n[a]\n", TOML, "```").unwrap();
        assert!(has_line(head, "[a]") && !has_line(head, "a]"));
    }

    #[test]
    fn mistakes_of_toml_are_told_with_their_line() {
        let read = toml(b"```toml\n[a]\nb = \n```\n", "RustSec");
        assert!(matches!(read, Err(ReadError::Syntax(Place::Line(3, 1), _))), "{read:?}");
    }

    #[test]
    fn a_text_without_a_heading_is_all_text() {
        assert_eq!(title_and_text("a\n"), (String::new(), "a\n".to_owned()));
    }
}
