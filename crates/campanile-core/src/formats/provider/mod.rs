//! What a provider of CSAF documents says about itself and what it has [CSAF 2.0 §7, CSAF 2.1 §7].
//!
//! Read tolerantly, as everything foreign: what is odd is a finding, and left out. Addresses stay
//! texts; whether one may be asked is not decided here, and nothing is fetched.

mod aggregator;
mod feed;
mod listing;
mod metadata;
mod security_txt;
#[cfg(test)]
mod tests;

pub use aggregator::{Aggregator, Listed, aggregator};
pub use feed::feed;
pub use listing::{changes, index};
pub use metadata::{Distribution, Metadata, NamedKey, Publisher, ROLE_TRUSTED, metadata};
pub use security_txt::security_txt;

use super::json::Node;
use super::{Finding, Severity};
use crate::model::limits::{LISTING_PARTS_MAX, LISTING_URL_BYTES_MAX};

/// A document that a provider has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its address; in a folder, the path below it.
    pub url: String,
    /// When it changed, as written; empty where the listing does not say it.
    pub updated: String,
    /// Addresses of digests; empty where the listing does not say it.
    pub hashes: Vec<String>,
    /// Address of the signature; empty where the listing does not say it.
    pub signature: String,
}

/// What a listing names, and what was odd about it.
pub type Entries = (Vec<Entry>, Vec<Finding>);

/// An address out of a listing, or empty: control characters and blanks are in none.
fn address<'t>(node: &Node<'_, '_>, text: &'t str) -> &'t str {
    let text = text.trim();
    let odd = text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\');
    if odd || text.len() > LISTING_URL_BYTES_MAX {
        node.find(Severity::Error, "this is no address; it is left out");
        return "";
    }
    text
}

/// The items of a list, as many as one provider may name.
fn some<'j, 's>(node: &'s Node<'j, '_>, name: &str) -> Vec<Node<'j, 's>> {
    let mut items = node.items(name);
    if items.len() > LISTING_PARTS_MAX {
        node.find(Severity::Error, "there are too many; the rest is left out");
        items.truncate(LISTING_PARTS_MAX);
    }
    items
}
