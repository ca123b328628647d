//! The own formats of issuers, as their repositories hold them: read only.
//!
//! None has a schema; each reader follows what the documents have had until now, and notes what is
//! otherwise. Which issuer it is, is told by the members, never by a name in the text.

pub mod certcc;
pub mod certfr;
pub mod curl;
pub mod friendsofphp;
pub mod friendsofpresta;
pub mod haskell;
mod head;
pub mod julia;
mod markdown;
pub mod mozilla;
pub mod nodejs;
pub mod ocaml;
mod opam;
pub mod openssl;
pub mod openstack;

pub mod rubysec;
pub mod rustsec;

use super::json::{Findings, Json, Node};
use super::{Finding, ReadError};
use crate::model::advisory::{
    Advisory, Identifier, Product, ProductStatus, Reference, Section, SectionKind,
};

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

/// Numbers in any numbering; those of none that is known are the issuer's.
fn identifiers(node: &Node<'_, '_>, name: &str, issuer: &str) -> Vec<Identifier> {
    let known = |text: &String| {
        Identifier::recognise(text).unwrap_or_else(|| Identifier::new(issuer, text))
    };
    texts(node, name).iter().map(known).collect()
}

/// An address, with what it identifies.
fn reference(kind: &str, url: &str) -> Reference {
    let url = url.trim();
    Reference {
        identifier: Identifier::from_url(url),
        kind: kind.trim().to_owned(),
        title: String::new(),
        url: url.to_owned(),
    }
}

/// A score and a word in one text, in any order: `9.8 (Critical)`, `high (7.5)`, `8.7 / High`.
fn score_and_word(text: &str) -> (Option<String>, &str) {
    let words = || text.split([' ', '(', ')', ',', '/']).filter(|word| !word.is_empty());
    let score =
        words().find(|word| word.parse::<f64>().is_ok_and(|score| (0.0..=10.0).contains(&score)));
    let word = words().find(|word| word.chars().all(char::is_alphabetic));
    (score.map(str::to_owned), word.unwrap_or_default())
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
