//! Products, and how a vulnerability stands to them.

use serde::{Deserialize, Serialize};

/// A product that an advisory speaks of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// What [`Affected::product`] names it by: unique in the advisory.
    pub id: String,
    /// Who makes it; may be empty.
    pub vendor: String,
    /// Its name.
    pub name: String,
    /// Its version or range of versions, as written; may be empty.
    pub version: String,
    /// Its package URL; may be empty.
    pub purl: String,
    /// Its CPE; may be empty.
    pub cpe: String,
}

/// How a vulnerability stands to one product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Affected {
    /// [`Product::id`].
    pub product: String,
    /// How it stands.
    pub status: ProductStatus,
}

/// The product states of CSAF; other formats have fewer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductStatus {
    /// Affected.
    KnownAffected,
    /// The first version that is.
    FirstAffected,
    /// The last version that is.
    LastAffected,
    /// Not affected.
    KnownNotAffected,
    /// Contains a fix.
    Fixed,
    /// The first version that does.
    FirstFixed,
    /// The version to change to.
    Recommended,
    /// Not known yet.
    UnderInvestigation,
    /// A word that is none of these.
    Other(String),
}
