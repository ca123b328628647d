//! RustSec: Markdown with a head in TOML.

use super::head::{self, Source};
use super::{package, reference, texts, with_findings};
use crate::formats::json::Node;
use crate::formats::{Finding, ReadError, parts};
use crate::model::advisory::{Advisory, Kind, Reference};

/// Its name as issuer and rater.
const ISSUER: &str = "RustSec";

/// Who writes these documents.
const SOURCE: Source = Source {
    name: ISSUER,
    namespace: "https://rustsec.org",
    system: "rustsec",
    number_at: "/advisory/id",
    published: "date",
};

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
    let informational = !head.text("informational").is_empty();
    let mut advisory = Advisory {
        kind: if informational { Kind::Informational } else { Kind::Record },
        references: links(&head),
        ..SOURCE.advisory(&head, body, Vec::new())?
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
