//! RustSec: Markdown with a head in TOML.

use super::markdown::marked;
use super::{package, section, texts, with_findings};
use crate::formats::json::{Json, Node};
use crate::formats::{Finding, Place, ReadError, parts};
use crate::model::advisory::{
    Advisory, Identifier, Issuer, Kind, Reference, Revision, SectionKind, Status,
};
use crate::model::limits::{DOCUMENT_DEPTH_MAX, YAML_BYTES_MAX};

/// Its name as issuer and rater.
const ISSUER: &str = "RustSec";
/// What the document begins with.
const START: &str = "```toml";

/// Whether a document looks like one.
pub fn fits(octets: &[u8]) -> bool {
    octets.starts_with(START.as_bytes())
}

/// Reads a document.
///
/// # Errors
/// The syntax of its head, a limit, or when it is none of RustSec's.
pub fn read(octets: &[u8]) -> Result<(Advisory, Vec<Finding>), ReadError> {
    if octets.len() > YAML_BYTES_MAX {
        return Err(ReadError::Limit(Place::default(), "octets"));
    }
    let text = std::str::from_utf8(octets).map_err(|_| ReadError::Characters)?;
    let text = text.replace("\r\n", "\n");
    let rest = text.strip_prefix(START).ok_or(ReadError::Foreign("RustSec"))?;
    let (head, body) = rest.split_once("\n```").ok_or(ReadError::Foreign("RustSec"))?;
    let head: toml::Table = toml::from_str(head)
        .map_err(|_| ReadError::Syntax(Place::Line(1, 1), "the head is no TOML"))?;
    let value = json(toml::Value::Table(head), 0);
    with_findings(&value, |root| advisory(root, body))
}

fn advisory(root: &Node<'_, '_>, body: &str) -> Result<Advisory, ReadError> {
    let head = root.need("advisory")?;
    let number = head.text("id").trim();
    if number.is_empty() {
        return Err(ReadError::Missing(Place::Pointer("/advisory/id".to_owned()), "number"));
    }
    let own = Identifier::recognise(number).unwrap_or_else(|| Identifier::new("rustsec", number));
    let (title, description) = texts_of(body);
    let withdrawn = parts::moment(&head, "withdrawn");
    let informational = !head.text("informational").is_empty();
    let mut advisory = Advisory {
        kind: if informational { Kind::Informational } else { Kind::Record },
        issuer: Issuer {
            name: ISSUER.to_owned(),
            namespace: "https://rustsec.org".to_owned(),
            category: "other".to_owned(),
            contact: String::new(),
        },
        number: number.to_owned(),
        title,
        language: "en".to_owned(),
        status: if withdrawn.is_some() { Status::Withdrawn } else { Status::Final },
        published_at: parts::moment(&head, "date"),
        revisions: withdrawn
            .map(|at| Revision { at: Some(at), summary: "withdrawn".into(), ..Revision::default() })
            .into_iter()
            .collect(),
        sections: section(SectionKind::Description, "", &description).into_iter().collect(),
        references: references(&head),
        related: identifiers(&head, "related"),
        vulnerabilities: parts::about(&own, Vec::new(), identifiers(&head, "aliases")),
        ..Advisory::default()
    };
    let versions = root.get("versions");
    let list = |name| versions.as_ref().map(|node| texts(node, name)).unwrap_or_default();
    let products =
        package("crates.io", head.text("package"), &[], &list("patched"), &list("unaffected"));
    parts::affect(root, &mut advisory, products);
    let vector = head.text("cvss");
    if !vector.is_empty() {
        parts::rate(&mut advisory, vec![parts::by_vector(ISSUER, vector, None)]);
    }
    Ok(advisory)
}

/// Title and text: the first heading, and what stands below.
fn texts_of(body: &str) -> (String, String) {
    let mut parts = marked(body, "# ").into_iter().skip(1);
    let Some(first) = parts.next() else { return (String::new(), body.to_owned()) };
    let mut text = first.text;
    for part in parts {
        text.push_str(&format!("# {}\n{}", part.heading, part.text));
    }
    (first.heading.to_owned(), text)
}

fn identifiers(head: &Node<'_, '_>, name: &str) -> Vec<Identifier> {
    let known = |text: String| {
        Identifier::recognise(&text).unwrap_or_else(|| Identifier::new("rustsec", &text))
    };
    texts(head, name).into_iter().map(known).collect()
}

fn references(head: &Node<'_, '_>) -> Vec<Reference> {
    let mut urls = texts(head, "url");
    urls.extend(texts(head, "references"));
    let reference = |url: String| Reference {
        identifier: Identifier::from_url(&url),
        url,
        ..Reference::default()
    };
    urls.into_iter().map(reference).collect()
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
