//! `aggregator.json` [CSAF 2.0 §7.1.21].

use super::metadata::publisher;
use super::{Publisher, address, some};
use crate::formats::json::{self, Findings, Node};
use crate::formats::{Finding, ReadError};

/// An aggregator or lister, in its own words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Aggregator {
    /// Its name.
    pub name: String,
    /// Whom it lists.
    pub providers: Vec<Listed>,
}

/// A provider or publisher that is listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    /// Who publishes.
    pub publisher: Publisher,
    /// Its own `provider-metadata.json`.
    pub url: String,
    /// Those of copies that the aggregator keeps.
    pub mirrors: Vec<String>,
}

/// Reads what an aggregator lists.
///
/// # Errors
/// Its syntax, a limit, or when it is something else.
pub fn aggregator(octets: &[u8]) -> Result<(Aggregator, Vec<Finding>), ReadError> {
    let value = json::read(octets)?;
    let found = Findings::default();
    let root = Node::root(&value, &found);
    let Some(own) = root.get("aggregator") else {
        return Err(ReadError::Foreign("CSAF aggregator.json"));
    };
    let name = own.text("name").trim().to_owned();
    let (providers, publishers) = (some(&root, "csaf_providers"), some(&root, "csaf_publishers"));
    let listed = providers.iter().chain(&publishers).filter_map(listed).collect();
    Ok((Aggregator { name, providers: listed }, found.into_list()))
}

fn listed(node: &Node<'_, '_>) -> Option<Listed> {
    let metadata = node.need("metadata").ok()?;
    let url = address(&metadata, metadata.text("url")).to_owned();
    let mirrors = node.texts("mirrors").into_iter();
    let mirrors = mirrors.map(|url| address(node, url).to_owned()).filter(|url| !url.is_empty());
    let listed = Listed { publisher: publisher(&metadata), url, mirrors: mirrors.collect() };
    (!listed.url.is_empty()).then_some(listed)
}
