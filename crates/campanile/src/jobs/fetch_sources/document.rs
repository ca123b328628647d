//! One document of a source: asked for, and checked before anything reads it.

use campanile_core::crypto::openpgp::{Certificate, verify_detached};
use campanile_core::model::limits::DOCUMENT_BYTES_MAX;
use url::Url;

use super::listing::Item;
use crate::actions::take_fetched::{Fetched, What};
use crate::app::App;
use crate::error::{Error, Result};
use crate::fetch::Fetcher;

/// Largest file with a digest or a signature, in octets.
const PROOF_BYTES_MAX: u64 = 64 * 1024;

/// What documents are checked by.
pub(super) struct Checks<'a> {
    pub app: &'a App,
    pub fetcher: &'a Fetcher,
    /// Keys of which one has signed; empty: signatures are not asked for.
    pub signers: &'a [Certificate],
    /// Every document has a digest.
    pub digests: bool,
}

impl Checks<'_> {
    /// Asks for a document and checks it.
    ///
    /// # Errors
    /// The server cannot be asked now; what is wrong with the document is in what is returned.
    pub(super) async fn fetch(&self, item: &Item) -> Result<Fetched> {
        let what = match self.checked(item).await {
            Ok((octets, signed)) => What::Document { octets, signed },
            Err(error) if error.is_refusal() => {
                What::Refused { why: error.public().to_owned(), again: true }
            }
            Err(error) => return Err(error),
        };
        Ok(Fetched { url: item.url.to_string(), updated: item.updated.clone(), what })
    }

    async fn checked(&self, item: &Item) -> Result<(Vec<u8>, bool)> {
        let bytes_max = u64::try_from(DOCUMENT_BYTES_MAX).unwrap_or(u64::MAX);
        let found = self.fetcher.find(&item.url, bytes_max).await?;
        let octets = found.ok_or_else(|| Error::not_found("it is listed, but not there"))?.octets;
        self.check_digest(item, &octets).await?;
        if self.signers.is_empty() {
            return Ok((octets, false));
        }
        self.check_signature(item, &octets).await?;
        Ok((octets, true))
    }

    async fn check_digest(&self, item: &Item, octets: &[u8]) -> Result<()> {
        for url in &item.hashes {
            let Some(found) = self.fetcher.find(url, PROOF_BYTES_MAX).await? else { continue };
            return match is_digest(&found.octets, octets) {
                true => Ok(()),
                false => {
                    Err(Error::invalid("its digest is another one: it was changed, or cut off"))
                }
            };
        }
        match self.digests {
            true => Err(Error::invalid("there is no digest of it (.sha512, .sha256)")),
            false => Ok(()),
        }
    }

    async fn check_signature(&self, item: &Item, octets: &[u8]) -> Result<()> {
        let found = self.fetcher.find(&item.signature, PROOF_BYTES_MAX).await?;
        let found = found.ok_or_else(|| Error::invalid("there is no signature of it (.asc)"))?;
        let signers: Vec<_> = self.signers.iter().collect();
        let now = self.app.now();
        let facts = verify_detached(&found.octets, octets, &[], &signers, now);
        if facts.iter().any(|fact| fact.is_good()) {
            return Ok(());
        }
        let faults = facts.iter().flat_map(|fact| &fact.faults).map(|fault| fault.name());
        let faults = faults.collect::<Vec<_>>().join(", ");
        Err(Error::invalid(format!("its signature does not hold ({faults})")))
    }
}

/// Whether a file with a digest fits: the digest in hexadecimal, then perhaps a name.
fn is_digest(file: &[u8], octets: &[u8]) -> bool {
    let text = String::from_utf8_lossy(file);
    let stated = text.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    let hex = |digest: &[u8]| digest.iter().map(|octet| format!("{octet:02x}")).collect::<String>();
    match stated.len() {
        64 => stated == hex(&openssl::sha::sha256(octets)),
        128 => stated == hex(&openssl::sha::sha512(octets)),
        _ => false,
    }
}

/// The address of a file beside a document.
pub(super) fn beside(url: &Url, end: &str) -> Url {
    let mut beside = url.clone();
    beside.set_path(&format!("{}{end}", url.path()));
    beside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_is_of_these_octets_and_of_a_kind_that_proves() {
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert!(is_digest(sha256.as_bytes(), b"abc"));
        assert!(is_digest(format!("{}  a.json\n", sha256.to_uppercase()).as_bytes(), b"abc"));
        assert!(!is_digest(sha256.as_bytes(), b"abd"));
        // SHA-1, nothing, something.
        assert!(!is_digest(b"a9993e364706816aba3e25717850c26c9cd0d89d", b"abc"));
        assert!(!is_digest(b"", b"abc") && !is_digest(b"\xff\xfe", b"abc"));
    }

    #[test]
    fn files_beside_a_document_keep_the_rest_of_the_address() {
        let url = Url::parse("https://e.example/a/b.json?x=1").unwrap();
        assert_eq!(beside(&url, ".asc").as_str(), "https://e.example/a/b.json.asc?x=1");
    }
}
