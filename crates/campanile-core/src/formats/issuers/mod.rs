//! The own formats of issuers, as their repositories hold them: read only.
//!
//! None has a schema; each reader follows what the documents have had until now, and notes what is
//! otherwise. Which issuer it is, is told by the members, never by a name in the text.

pub mod certcc;
pub mod certfr;
pub mod curl;
pub mod friendsofphp;
mod markdown;
pub mod mozilla;
pub mod nodejs;
pub mod openssl;
pub mod rubysec;
pub mod rustsec;

use super::json::{Findings, Json, Node};
use super::{Finding, ReadError};
use crate::model::advisory::{Advisory, Product, ProductStatus, Section, SectionKind};

/// Reads the root of a document by a reader of one issuer.
fn with_findings(
    value: &Json,
    read: impl FnOnce(&Node<'_, '_>) -> Result<Advisory, ReadError>,
) -> Result<(Advisory, Vec<Finding>), ReadError> {
    let found = Findings::default();
    let advisory = read(&Node::root(value, &found))?;
    Ok((advisory, found.into_list()))
}

/// Whether an object has all of the members.
fn has(value: &Json, names: &[&str]) -> bool {
    let Json::Object(members) = value else { return false };
    names.iter().all(|wanted| members.iter().any(|(name, _)| name == wanted))
}

/// A text or the texts of a list that is a member; empty ones are left out.
fn texts(node: &Node<'_, '_>, name: &str) -> Vec<String> {
    let texts = match node.get(name) {
        Some(member) if matches!(member.value(), Json::List(_)) => node.texts(name),
        Some(_) => vec![node.text(name)],
        None => Vec::new(),
    };
    let texts = texts.into_iter().map(str::trim).filter(|text| !text.is_empty());
    texts.map(str::to_owned).collect()
}

/// A section, unless its text is empty.
fn section(kind: SectionKind, title: &str, text: &str) -> Option<Section> {
    let text = text.trim();
    (!text.is_empty()).then(|| Section { kind, title: title.to_owned(), text: text.to_owned() })
}

/// One package with the versions that are affected, fixed and never were affected, as written.
fn package(
    ecosystem: &str,
    name: &str,
    affected: &[String],
    fixed: &[String],
    unaffected: &[String],
) -> Vec<(Product, ProductStatus)> {
    let of = |versions: &[String]| Product {
        vendor: ecosystem.to_owned(),
        name: name.to_owned(),
        version: versions.join(" || "),
        ..Product::default()
    };
    let mut products = vec![(of(affected), ProductStatus::KnownAffected)];
    for (versions, status) in
        [(fixed, ProductStatus::Fixed), (unaffected, ProductStatus::KnownNotAffected)]
    {
        if !versions.is_empty() {
            products.push((of(versions), status));
        }
    }
    products
}

#[cfg(test)]
mod tests;
