//! From a CVRF document, in XML or in its JSON rendering, to an advisory.

mod document;
mod products;
mod vulnerability;

use super::{SPACES, json};
use crate::formats::json::Findings;
use crate::formats::{Element, Finding, ReadError, Severity, carried, json as wire, xml};
use crate::model::advisory::Advisory;
use crate::model::moment::Moment;
use products::Products;

/// Reads a document.
///
/// # Errors
/// Syntax, limits, things that are never done, other kinds of documents, and what has no number.
pub fn read(octets: &[u8]) -> Result<(Advisory, Vec<Finding>), ReadError> {
    let root = root(octets)?;
    let found = Findings::default();
    let mut advisory = document::read(&root, &found)?;
    let products = Products::read(&root, &found);
    if advisory.issuer.name.is_empty() {
        document::guess_issuer(&root, &products, &mut advisory, &found);
    }
    let issuer = advisory.issuer.name.clone();
    for node in all(&root, "Vulnerability") {
        advisory.vulnerabilities.extend(vulnerability::read(node, &issuer, &products, &found));
    }
    advisory.products = products.into_list();
    carried::take(&mut advisory);
    Ok((advisory, found.into_list()))
}

fn root(octets: &[u8]) -> Result<Element, ReadError> {
    let bare = octets.strip_prefix(b"\xef\xbb\xbf").unwrap_or(octets);
    if matches!(bare.trim_ascii_start().first(), Some(b'{' | b'[')) {
        return json::root(wire::read(octets)?).ok_or(ReadError::Foreign("CVRF"));
    }
    let document = xml::read(octets)?;
    if let Some(place) = document.doctype {
        return Err(ReadError::Doctype(place));
    }
    let root = document.root;
    let ours = SPACES.iter().any(|space| root.space.starts_with(space));
    match root.name == "cvrfdoc" && ours {
        true => Ok(root),
        false => Err(ReadError::Foreign("CVRF")),
    }
}

/// The inner elements of a name.
fn all<'e>(outer: &'e Element, name: &'static str) -> impl Iterator<Item = &'e Element> {
    outer.inner.iter().filter(move |inner| inner.name == name)
}

/// The inner elements of a name inside of the group of another.
fn grouped<'e>(
    outer: &'e Element,
    group: &'static str,
    name: &'static str,
) -> impl Iterator<Item = &'e Element> {
    all(outer, group).flat_map(move |group| all(group, name))
}

/// The first inner element of a name.
fn one<'e>(outer: &'e Element, name: &'static str) -> Option<&'e Element> {
    outer.inner.iter().find(|inner| inner.name == name)
}

/// The text of the first inner element of a name; empty when there is none.
fn text(outer: &Element, name: &'static str) -> String {
    one(outer, name).map(Element::whole_text).unwrap_or_default()
}

/// An attribute; empty when there is none.
fn attribute<'e>(element: &'e Element, name: &str) -> &'e str {
    element.attribute(name).unwrap_or_default()
}

/// A time. One without an offset is in UTC [CVRF 1.2 §1.4]; what is no time is left out.
fn moment(outer: &Element, name: &'static str, found: &Findings) -> Option<Moment> {
    let element = one(outer, name)?;
    let text = element.whole_text();
    let read = Moment::parse(&text).ok();
    let read = read.or_else(|| {
        let at = Moment::parse(&format!("{text}Z")).ok()?.at;
        note(found, element, Severity::Note, "a time without offset is read as UTC");
        Some(Moment { at, text: text.clone() })
    });
    if read.is_none() {
        note(found, element, Severity::Error, "this is no date and time; it is left out");
    }
    read
}

fn note(found: &Findings, element: &Element, severity: Severity, what: &str) {
    found.add(element.place.to_string(), severity, what);
}

#[cfg(test)]
mod tests;
