//! RustSec: Markdown with a head in TOML.

use super::head::{self, title_and_text};
use super::{identifiers, package, reference, section, texts, with_findings};
use crate::formats::json::Node;
use crate::formats::{Finding, Place, ReadError, parts};
use crate::model::advisory::{
    Advisory, Identifier, Issuer, Kind, Markup, Reference, SectionKind, Status,
};

/// Its name as issuer and rater.
const ISSUER: &str = "RustSec";

/// Whether a document looks like one.
pub fn fits(octets: &[u8]) -> bool {
    head::looked_at(octets, head::TOML, "```").is_some_and(|head| {
        head::has_line(head, "[advisory]") && !head::has_line(head, "[[affected]]")
    })
}

/// Reads a document.
///
/// # Errors
/// The syntax of its head, a limit, or when it is none of RustSec's.
pub fn read(octets: &[u8]) -> Result<(Advisory, Vec<Finding>), ReadError> {
    let (value, body) = head::toml(octets, ISSUER)?;
    with_findings(&value, |root| advisory(root, &body))
}

fn advisory(root: &Node<'_, '_>, body: &str) -> Result<Advisory, ReadError> {
    let head = root.need("advisory")?;
    let number = head.text("id").trim();
    if number.is_empty() {
        return Err(ReadError::Missing(Place::Pointer("/advisory/id".to_owned()), "number"));
    }
    let own = Identifier::recognise(number).unwrap_or_else(|| Identifier::new("rustsec", number));
    let (title, description) = title_and_text(body);
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
        markup: Markup::Markdown,
        status: if withdrawn.is_some() { Status::Withdrawn } else { Status::Final },
        published_at: parts::moment(&head, "date"),
        revisions: parts::withdrawal(withdrawn),
        sections: section(SectionKind::Description, "", &description).into_iter().collect(),
        references: links(&head),
        related: identifiers(&head, "related", "rustsec"),
        vulnerabilities: parts::about(&own, Vec::new(), identifiers(&head, "aliases", "rustsec")),
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

fn links(head: &Node<'_, '_>) -> Vec<Reference> {
    let mut urls = texts(head, "url");
    urls.extend(texts(head, "references"));
    urls.into_iter().map(|url| reference("", &url)).collect()
}
