//! `provider-metadata.json` [CSAF 2.0 §7.1.7, CSAF 2.1 §7.1.7].

use super::{address, some};
use crate::formats::json::{self, Findings, Node};
use crate::formats::{Finding, Place, ReadError, Severity};
use crate::model::key::Fingerprint;

/// The role whose documents all have digests and signatures.
pub const ROLE_TRUSTED: &str = "csaf_trusted_provider";

/// A provider, in its own words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Where it says that this file is.
    pub canonical_url: String,
    /// Who publishes.
    pub publisher: Publisher,
    /// `csaf_publisher`, `csaf_provider`, `csaf_trusted_provider`.
    pub role: String,
    /// When it changed last, as written.
    pub last_updated: String,
    /// Where its documents are listed, in its order.
    pub distributions: Vec<Distribution>,
    /// What it signs with.
    pub keys: Vec<NamedKey>,
    /// Whether aggregators may list it; yes, where it does not say.
    pub list: bool,
    /// Whether aggregators may keep a copy; no, where it does not say.
    pub mirror: bool,
}

/// Who publishes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Publisher {
    /// Its name, as in its documents.
    pub name: String,
    /// An address of its own, as in its documents.
    pub namespace: String,
}

/// Where documents are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Distribution {
    /// ROLIE feeds, one for each label.
    Feeds(Vec<String>),
    /// A folder with `index.txt` and `changes.csv`.
    Folder(String),
}

/// A key by which a provider signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedKey {
    /// Its fingerprint; `None`: it is not said.
    pub fingerprint: Option<Fingerprint>,
    /// Where it is.
    pub url: String,
}

/// Reads what a provider says about itself.
///
/// # Errors
/// Its syntax, a limit, or when it is something else.
pub fn metadata(octets: &[u8]) -> Result<(Metadata, Vec<Finding>), ReadError> {
    let value = json::read(octets)?;
    let found = Findings::default();
    let root = Node::root(&value, &found);
    if root.get("metadata_version").is_none() {
        return Err(ReadError::Foreign("CSAF provider-metadata.json"));
    }
    let publisher = publisher(&root);
    if publisher.name.is_empty() {
        return Err(ReadError::Missing(Place::Pointer("/publisher".to_owned()), "name"));
    }
    let metadata = Metadata {
        canonical_url: address(&root, root.text("canonical_url")).to_owned(),
        publisher,
        role: root.text("role").to_owned(),
        last_updated: root.text("last_updated").to_owned(),
        distributions: some(&root, "distributions").iter().flat_map(distributions).collect(),
        keys: keys(&root),
        list: flag(&root, "list_on_CSAF_aggregators", true),
        mirror: flag(&root, "mirror_on_CSAF_aggregators", false),
    };
    Ok((metadata, found.into_list()))
}

/// The publisher that an object names.
pub(super) fn publisher(node: &Node<'_, '_>) -> Publisher {
    let text = |node: &Node<'_, '_>, name: &str| node.text(name).trim().to_owned();
    node.get("publisher").map_or_else(Publisher::default, |node| Publisher {
        name: text(&node, "name"),
        namespace: text(&node, "namespace"),
    })
}

fn flag(node: &Node<'_, '_>, name: &str, usual: bool) -> bool {
    match node.get(name).map(|node| node.value()) {
        Some(json::Json::Bool(said)) => *said,
        _ => usual,
    }
}

/// One distribution may name both kinds. Of 2.1 is that a folder is an object with its address.
fn distributions(node: &Node<'_, '_>) -> Vec<Distribution> {
    let mut all = Vec::new();
    if let Some(rolie) = node.get("rolie") {
        let feeds = some(&rolie, "feeds");
        let urls = feeds.iter().map(|feed| address(feed, feed.text("url")).to_owned());
        let urls: Vec<_> = urls.filter(|url| !url.is_empty()).collect();
        all.extend((!urls.is_empty()).then_some(Distribution::Feeds(urls)));
    }
    let folder = match node.get("directory") {
        Some(directory) => address(&directory, directory.text("url")),
        None => address(node, node.text("directory_url")),
    };
    all.extend((!folder.is_empty()).then(|| Distribution::Folder(folder.to_owned())));
    if all.is_empty() {
        node.find(Severity::Warning, "neither feeds nor a folder; it is left out");
    }
    all
}

fn keys(root: &Node<'_, '_>) -> Vec<NamedKey> {
    let nodes = some(root, "public_openpgp_keys");
    let keys = nodes.iter().map(|node| {
        let text = node.text("fingerprint");
        let fingerprint = Fingerprint::parse(text);
        if fingerprint.is_none() && !text.is_empty() {
            node.find(Severity::Error, "the fingerprint is none");
        }
        NamedKey { fingerprint, url: address(node, node.text("url")).to_owned() }
    });
    keys.filter(|key| !key.url.is_empty()).collect()
}
