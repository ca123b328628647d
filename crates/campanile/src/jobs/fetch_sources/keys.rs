//! The keys that a source signs with: those it names, and those whose signatures count.

use campanile_core::crypto::openpgp::Certificate;
use campanile_core::formats::provider::Metadata;
use campanile_core::model::limits::CERTIFICATE_FILE_BYTES_MAX;
use url::Url;

use crate::error::Result;
use crate::fetch::Fetcher;
use crate::store::sources::Key;

/// The state of a key whose signatures count.
pub(super) const PINNED: &str = "pinned";
/// The state of a key that the source names.
const NAMED: &str = "named";

/// The keys that a source names, fetched; a key that is known keeps its state, and its certificate
/// where it cannot be fetched now.
pub(super) async fn named_keys(
    fetcher: &Fetcher,
    base: &Url,
    metadata: &Metadata,
    known: &[Key],
) -> Vec<Key> {
    let mut keys: Vec<Key> = Vec::new();
    for named in &metadata.keys {
        let Ok(url) = base.join(&named.url) else { continue };
        let fetched = certificate(fetcher, &url).await.ok().flatten();
        let stated = named.fingerprint.as_ref().map(ToString::to_string);
        let own = fetched.as_ref().map(|one| one.fingerprint().to_string());
        let Some(fingerprint) = stated.clone().or_else(|| own.clone()) else { continue };
        let old = known.iter().find(|key| key.fingerprint == fingerprint);
        // Another key than the one that is named is nobody's.
        let fetched = fetched.filter(|_| own.as_ref() == Some(&fingerprint));
        let certificate = fetched.map(|one| one.to_bytes());
        keys.push(Key {
            state: old.map_or(NAMED, |old| old.state.as_str()).to_owned(),
            certificate: certificate.or_else(|| old.and_then(|old| old.certificate.clone())),
            url: url.to_string(),
            fingerprint,
        });
    }
    keys
}

async fn certificate(fetcher: &Fetcher, url: &Url) -> Result<Option<Certificate>> {
    let bytes_max = u64::try_from(CERTIFICATE_FILE_BYTES_MAX).unwrap_or(u64::MAX);
    let found = fetcher.find(url, bytes_max).await?;
    Ok(found.map(|found| Certificate::of_publisher(&found.octets)).transpose()?)
}

/// The certificates whose signatures count.
pub(super) fn pinned(keys: &[Key]) -> Vec<Certificate> {
    let pinned = keys.iter().filter(|key| key.state == PINNED);
    let stored = pinned.filter_map(|key| key.certificate.as_deref());
    stored.filter_map(|octets| Certificate::read(octets).ok()).collect()
}
