//! OCaml: Markdown with a head in the syntax of opam files.

use super::head::{self, Source};
use super::{opam, package, reference, score_and_word, section, texts, with_findings};
use crate::formats::json::{Json, Node};
use crate::formats::{Finding, ReadError, Severity, parts};
use crate::model::advisory::{Advisory, Product, ProductStatus, Rating, Reference, SectionKind};

/// Its name as issuer and rater.
const ISSUER: &str = "OCaml";
/// What its head stands between.
const FENCE: &str = "```";

/// Who writes these documents.
const SOURCE: Source = Source {
    name: ISSUER,
    namespace: "https://github.com/ocaml/security-advisories",
    system: "ocaml",
    number_at: "/id",
    published: "published",
};

/// Whether a document looks like one.
pub fn fits(octets: &[u8]) -> bool {
    head::looked_at(octets, FENCE, FENCE).is_some_and(|head| {
        ["id:", "modified:"].iter().all(|start| head::has_line(head, start))
            && head.first().is_some_and(u8::is_ascii_whitespace)
    })
}

/// Reads a document.
///
/// # Errors
/// The syntax of its head, a limit, or when it is none of OCaml's.
pub fn read(octets: &[u8]) -> Result<(Advisory, Vec<Finding>), ReadError> {
    let text = head::text_of(octets)?;
    let (head, body) = head::cut(&text, FENCE, FENCE).ok_or(ReadError::Foreign(ISSUER))?;
    let value = opam::read(head, 2)?;
    with_findings(&value, |root| advisory(root, body))
}

fn advisory(root: &Node<'_, '_>, body: &str) -> Result<Advisory, ReadError> {
    let mut advisory = Advisory {
        references: references(root),
        credits: pairs(root, "credits").into_iter().map(|(_, name)| name.to_owned()).collect(),
        ..SOURCE.advisory(root, body, Vec::new())?
    };
    let bindings = texts(root, "affected_bindings").join("\n");
    let bindings = section(SectionKind::TechnicalContext, "Affected bindings", &bindings);
    advisory.sections.extend(bindings);
    parts::affect(root, &mut advisory, products(root));
    parts::rate(&mut advisory, ratings(root));
    parts::weaknesses(&mut advisory, texts(root, "cwe"));
    Ok(advisory)
}

/// A vector, and behind a score often a word: `9.8 (Critical)`, `8.7 / High`.
fn ratings(root: &Node<'_, '_>) -> Vec<Rating> {
    let (vector, scored) = (root.text("severity").trim(), root.text("severity_score").trim());
    let (score, word) = score_and_word(scored);
    let mut rated = Vec::new();
    if vector.contains('/') {
        rated.push(parts::by_vector(ISSUER, vector, score));
    }
    rated.extend(parts::by_word(ISSUER, word));
    rated
}

/// One package or several, each with the filter that its versions fulfil, in the words of opam.
fn products(root: &Node<'_, '_>) -> Vec<(Product, ProductStatus)> {
    let Some(affected) = root.get("affected") else { return Vec::new() };
    let all = match affected.value() {
        Json::List(_) => root.items("affected"),
        _ => vec![affected],
    };
    let of = |one: &Node<'_, '_>| {
        let (name, versions) = match one.value() {
            Json::Text(name) => (name.as_str(), String::new()),
            _ => (one.text("value"), one.text("filter").replace('"', "")),
        };
        if name.is_empty() {
            one.find(Severity::Warning, "this names no package");
        }
        package("opam", name, &[versions], &[], &[])
    };
    all.iter().flat_map(of).collect()
}

fn references(root: &Node<'_, '_>) -> Vec<Reference> {
    pairs(root, "references").into_iter().map(|(kind, url)| reference(kind, url)).collect()
}

/// Pairs of a word and a text: `[report "https://…"]`; what stands behind is left out.
fn pairs<'j>(root: &Node<'j, '_>, name: &str) -> Vec<(&'j str, &'j str)> {
    let mut pairs = Vec::new();
    for one in root.items(name) {
        match one.value() {
            Json::List(list) => match list.as_slice() {
                [Json::Text(word), Json::Text(text), ..] => pairs.push((word.trim(), text.trim())),
                _ => one.find(Severity::Warning, "this is no word with a text; it is left out"),
            },
            Json::Text(text) => pairs.push(("", text.trim())),
            _ => one.find(Severity::Warning, "this is no word with a text; it is left out"),
        }
    }
    pairs
}
