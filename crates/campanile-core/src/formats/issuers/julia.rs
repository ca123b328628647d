//! Julia: Markdown with a head in TOML, which has the members of OSV in a shorter form.

use super::head::{self, Source};
use super::{identifiers, package, reference, texts, with_findings};
use crate::formats::json::{Json, Node};
use crate::formats::{Finding, ReadError, Severity, parts};
use crate::model::advisory::{Advisory, Rating, Reference};

/// Its name as issuer, and as rater where nobody else is named.
const ISSUER: &str = "Julia";

/// Who writes these documents.
const SOURCE: Source = Source {
    name: ISSUER,
    namespace: "https://github.com/JuliaLang/SecurityAdvisories.jl",
    system: "julia",
    number_at: "/id",
    published: "published",
};

/// Whether a document looks like one: the members of OSV stand in no table.
pub fn fits(octets: &[u8]) -> bool {
    head::looked_at(octets, head::TOML, "```").is_some_and(|head| {
        let line = |start| head::has_line(head, start);
        line("id = ") && line("modified = ") && !line("[advisory]")
    })
}

/// Reads a document.
///
/// # Errors
/// The syntax of its head, a limit, or when it is none of Julia's.
pub fn read(octets: &[u8]) -> Result<(Advisory, Vec<Finding>), ReadError> {
    let (value, body) = head::toml(octets, ISSUER)?;
    with_findings(&value, |root| advisory(root, &body))
}

fn advisory(root: &Node<'_, '_>, body: &str) -> Result<Advisory, ReadError> {
    let upstream = identifiers(root, "upstream", "julia");
    // A package that carries a library has the vulnerabilities of the library.
    let carried = upstream.iter().filter(|id| id.is_cve()).cloned().collect();
    let mut advisory = Advisory {
        upstream,
        references: references(root),
        credits: credits(root),
        ..SOURCE.advisory(root, body, carried)?
    };
    let packages = root.items("affected");
    let products = packages
        .iter()
        .flat_map(|one| package("Julia", one.text("pkg").trim(), &texts(one, "ranges"), &[], &[]));
    parts::affect(root, &mut advisory, products.collect());
    parts::rate(&mut advisory, ratings(root));
    Ok(advisory)
}

/// Vectors alone, or with who rates: `NVD`; `CNA` is whoever gave the number of CVE.
fn ratings(root: &Node<'_, '_>) -> Vec<Rating> {
    let rating = |one: &Node<'_, '_>| {
        let (vector, rater) = match one.value() {
            Json::Text(vector) => (vector.as_str(), ""),
            _ => (one.text("score"), one.text("source").trim()),
        };
        if !vector.contains('/') {
            one.find(Severity::Warning, "this is no vector of CVSS; it is left out");
            return None;
        }
        let rater = if rater.is_empty() { ISSUER } else { rater };
        Some(parts::by_vector(rater, vector, None))
    };
    root.items("severity").iter().filter_map(rating).collect()
}

/// Addresses alone, or with their kind.
fn references(root: &Node<'_, '_>) -> Vec<Reference> {
    let of = |one: &Node<'_, '_>| match one.value() {
        Json::Text(url) => reference("", url),
        _ => reference(one.text("type"), one.text("url")),
    };
    root.items("references").iter().map(of).collect()
}

/// Names; how to reach them is left out.
fn credits(root: &Node<'_, '_>) -> Vec<String> {
    let of = |one: &Node<'_, '_>| match one.value() {
        Json::Text(text) => text.split(" <").next().unwrap_or_default().trim().to_owned(),
        _ => one.text("name").trim().to_owned(),
    };
    root.items("credits").iter().map(of).filter(|name| !name.is_empty()).collect()
}
