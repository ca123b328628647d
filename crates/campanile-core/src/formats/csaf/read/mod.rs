//! From a CSAF document of either version to an advisory.

mod document;
mod products;
mod ratings;
mod vulnerability;

use super::Version;
use crate::formats::json::{self, Findings, Node};
use crate::formats::{Finding, Place, ReadError, Severity, carried};
use crate::model::advisory::Advisory;
use crate::model::moment::Moment;
use products::Products;

/// Reads a document.
///
/// # Errors
/// Syntax, limits, other kinds of documents, versions that are not known, and what has no number:
/// nothing could ever refer to it.
pub fn read(octets: &[u8]) -> Result<(Advisory, Vec<Finding>), ReadError> {
    let value = json::read(octets)?;
    let found = Findings::default();
    let advisory = advisory(&Node::root(&value, &found))?;
    Ok((advisory, found.into_list()))
}

fn advisory(root: &Node<'_, '_>) -> Result<Advisory, ReadError> {
    let document = root.need("document").map_err(|_| ReadError::Foreign("CSAF"))?;
    let version = document.text("csaf_version");
    if version.is_empty() {
        return Err(ReadError::Foreign("CSAF"));
    }
    if Version::of(version).is_none() {
        let place = Place::Pointer("/document/csaf_version".into());
        return Err(ReadError::Missing(place, "version of CSAF that is known"));
    }
    let mut advisory = document::read(&document)?;
    let products = Products::read(root);
    let issuer = advisory.issuer.name.clone();
    let vulnerabilities = root.items("vulnerabilities");
    let read = |node| vulnerability::read(node, &issuer, &products);
    advisory.vulnerabilities = vulnerabilities.iter().map(read).collect();
    advisory.products = products.into_list();
    carried::take(&mut advisory);
    Ok(advisory)
}

/// A time that is a member; one that cannot be read is noted and left out.
fn moment(node: &Node<'_, '_>, name: &str) -> Option<Moment> {
    let text = node.text(name);
    if text.is_empty() {
        return None;
    }
    let moment = Moment::parse(text).ok();
    if moment.is_none() {
        node.find(Severity::Error, format!("{name} is no date and time; it is left out"));
    }
    moment
}

#[cfg(test)]
mod tests;
