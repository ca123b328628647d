//! The node as a CSAF provider for one viewer [CSAF 2.0 §7]: what it lists, and the documents.
//!
//! A document is the one that came, where that is CSAF 2.0 and nothing of it is withheld; else it
//! is written from what the viewer sees. It is written as of the time at which the version came,
//! so that digest, signature and document fit together whenever they are fetched.

use campanile_core::authz::Viewer;
use campanile_core::crypto::openpgp;
use campanile_core::formats::csaf::{self, Version};
use campanile_core::model::tlp::Tlp;

use super::{App, OpenAdvisory, OpenVersion};
use crate::error::{Error, Result};
use crate::store::advisories::{Name, Stored};

/// Advisories that a feed lists at most, those that changed last first.
pub const FEED_ENTRIES_MAX: i64 = 20_000;

/// A document with its name.
pub struct Provided {
    /// As CSAF says that files are called [CSAF 2.0 §5.1].
    pub name: String,
    /// Its octets.
    pub octets: Vec<u8>,
}

impl App {
    /// The advisories with a label that the viewer may see, `None`: without one.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn provided(&self, viewer: &Viewer, label: Option<Tlp>) -> Result<Vec<Stored>> {
        let all = self.newest_advisories(viewer, FEED_ENTRIES_MAX).await?;
        Ok(all.into_iter().filter(|one| one.tlp == label).collect())
    }

    /// The document of an advisory as the viewer may see it.
    ///
    /// # Errors
    /// There is no such advisory for the viewer.
    pub async fn provided_document(&self, viewer: &Viewer, row: &str) -> Result<Provided> {
        let OpenAdvisory { newest, .. } = self.advisory(viewer, Name::Row(row)).await?;
        Ok(Provided { name: file_name(&newest.advisory.number), octets: document(newest) })
    }

    /// The key that signs what is published: that of the first list.
    ///
    /// # Errors
    /// The registry cannot be read, or no list has an OpenPGP key.
    pub async fn provider_key(&self) -> Result<openpgp::SecretKey> {
        let network = self.network().await?;
        let mut keys = network.lists.iter().flat_map(|list| &list.openpgp);
        keys.next().cloned().ok_or_else(|| {
            Error::not_found("no list has an OpenPGP key that signs")
                .hint("`campanile list key generate` makes one")
        })
    }
}

fn document(newest: OpenVersion) -> Vec<u8> {
    match newest.document {
        Some(octets) if newest.format == "csaf-2.0" => octets,
        _ => csaf::write(&newest.advisory, Version::V2_0, newest.received_at),
    }
}

/// Small letters, digits, plus and minus; everything else is one underscore.
pub fn file_name(number: &str) -> String {
    let mut name = String::with_capacity(number.len());
    for c in number.trim().to_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' | '+' | '-' => name.push(c),
            _ if name.ends_with('_') => {}
            _ => name.push('_'),
        }
    }
    name + ".json"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_is_called_as_the_standard_says() {
        // The examples of CSAF 2.0, section 5.1.
        let names = ["Example Company - 2019-YH3234", "RHBA-2019:0024", "2022 #01-A"];
        let files = names.map(file_name);
        assert_eq!(
            files,
            ["example_company_-_2019-yh3234.json", "rhba-2019_0024.json", "2022_01-a.json"]
        );
    }
}
