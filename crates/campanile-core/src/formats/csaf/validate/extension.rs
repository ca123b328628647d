//! Extensions of CSAF 2.1: which there are, what their schemas and their metadata ask for.
//!
//! The committee has listed none so far, neither as official nor as registered; known are those
//! that the standard uses as examples. Nothing is fetched: of another one nothing is known.

use std::sync::LazyLock;

use foldhash::HashMap;

use super::schema::{self, Schema};
use super::tree::{Node, read};
use super::view::View;

/// Where an extension comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Of the committee.
    Official,
    /// Of somebody else, in the list of the committee.
    Registered,
    /// All others.
    Experimental,
}

impl Class {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Official => "official",
            Self::Registered => "registered",
            Self::Experimental => "experimental",
        }
    }
}

/// Addresses of the schemas of official extensions.
const OFFICIAL: [&str; 0] = [];
/// Addresses of the schemas of registered extensions.
const REGISTERED: [&str; 0] = [];

/// The class of an extension, by the address of its schema.
pub(super) fn class(address: &str) -> Class {
    match () {
        () if OFFICIAL.contains(&address) => Class::Official,
        () if REGISTERED.contains(&address) => Class::Registered,
        () => Class::Experimental,
    }
}

/// An extension that is known.
pub(super) struct Extension {
    pub(super) schema: Schema,
    metadata: Node<'static>,
}

impl Extension {
    /// How often it may stand in one list at a place.
    pub(super) fn occurrences_max(&self, place: Place) -> usize {
        let limit = self.metadata.at(&["requirement", place.path(), "max_occurrence"]);
        let limit = limit.and_then(Node::as_number).unwrap_or(1.0);
        // Small, and never negative by its schema.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let limit = limit as usize;
        limit
    }

    /// The extensions that it cannot stand in one document with.
    pub(super) fn excluded(&self) -> impl Iterator<Item = &str> {
        self.metadata.list("incompatible_extensions").iter().filter_map(Node::as_text)
    }
}

const METADATA: [&[u8]; 3] = [
    include_bytes!("../../../../data/csaf/extension/documentation-11-metadata.json"),
    include_bytes!("../../../../data/csaf/extension/documentation-12-metadata.json"),
    include_bytes!("../../../../data/csaf/extension/documentation-13-metadata.json"),
];

static KNOWN: LazyLock<HashMap<String, Extension>> = LazyLock::new(|| {
    let extension = |octets: &'static [u8]| {
        let metadata = read(octets).ok()?;
        let address = metadata.text("extension_schema")?.to_owned();
        let schema = schema::at(&address);
        Some((address, Extension { schema, metadata }))
    };
    METADATA.into_iter().filter_map(extension).collect()
});

/// An extension by the address of its schema.
pub(super) fn known(address: &str) -> Option<&'static Extension> {
    KNOWN.get(address)
}

/// Where a list of extensions stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Root,
    Document,
    Branch,
    Name,
    Path,
    Metric,
    Vulnerability,
}

impl Place {
    /// As the metadata of extensions name it.
    const fn path(self) -> &'static str {
        match self {
            Self::Root => "$.x_extensions",
            Self::Document => "$.document.x_extensions",
            Self::Branch => "$.product_tree.branches..product.x_extensions",
            Self::Name => "$.product_tree.full_product_names[*].x_extensions",
            Self::Path => "$.product_tree.relationships[*].full_product_name.x_extensions",
            Self::Metric => "$.vulnerabilities[*].metrics[*].content.x_extensions",
            Self::Vulnerability => "$.vulnerabilities[*].x_extensions",
        }
    }
}

/// All lists of extensions of a document.
pub(super) fn lists<'d>(view: &View<'d>) -> Vec<(Place, &'d Node<'d>)> {
    let mut holders = vec![(Place::Root, view.root), (Place::Document, view.document)];
    holders.extend(view.products.iter().map(|product| match (product.branch, product.path) {
        (Some(_), _) => (Place::Branch, product.node),
        (None, Some(_)) => (Place::Path, product.node),
        (None, None) => (Place::Name, product.node),
    }));
    for vulnerability in view.vulnerabilities {
        holders.push((Place::Vulnerability, vulnerability));
        let contents = vulnerability.list("metrics").iter();
        let contents = contents.filter_map(|metric| metric.get("content"));
        holders.extend(contents.map(|content| (Place::Metric, content)));
    }
    let list = |(place, holder): (Place, &'d Node<'d>)| Some((place, holder.get("x_extensions")?));
    holders.into_iter().filter_map(list).collect()
}

/// The address of the schema of an extension.
pub(super) fn address<'d>(extension: &'d Node<'d>) -> &'d str {
    extension.text("$schema").unwrap_or_default()
}
