//! ROLIE feeds as JSON [CSAF 2.0 §7.1.15, RFC 8322].

use super::{Entries, Entry, address};
use crate::formats::json::{self, Findings, Node};
use crate::formats::{Place, ReadError, Severity};
use crate::model::limits::LISTING_DOCUMENTS_MAX;

/// Reads a feed: its documents, in its order.
///
/// # Errors
/// Its syntax, a limit, or when it is something else.
pub fn feed(octets: &[u8]) -> Result<Entries, ReadError> {
    let value = json::read_listing(octets)?;
    let found = Findings::default();
    let root = Node::root(&value, &found);
    let Some(feed) = root.get("feed") else {
        return Err(ReadError::Foreign("ROLIE feed"));
    };
    let nodes = feed.items("entry");
    if nodes.len() > LISTING_DOCUMENTS_MAX {
        return Err(ReadError::Limit(Place::Pointer("/feed/entry".to_owned()), "documents"));
    }
    let entries = nodes.iter().map(entry).filter(|entry| !entry.url.is_empty()).collect();
    Ok((entries, found.into_list()))
}

/// The document is what `self` leads to; some feeds say it in `content` only.
fn entry(node: &Node<'_, '_>) -> Entry {
    let links = node.items("link");
    let of = |rel: &'static str| {
        let links = links.iter().filter(move |link| link.text("rel") == rel);
        links.map(|link| address(link, link.text("href")).to_owned()).filter(|url| !url.is_empty())
    };
    let content = || Some(address(node, node.get("content")?.text("src")).to_owned());
    let url = of("self").next().or_else(content).unwrap_or_default();
    if url.is_empty() {
        node.find(Severity::Error, "it leads to no document; it is left out");
    }
    Entry {
        url,
        updated: node.text("updated").to_owned(),
        hashes: of("hash").collect(),
        signature: of("signature").next().unwrap_or_default(),
    }
}
