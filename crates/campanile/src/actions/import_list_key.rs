//! Imports keys of a list that were made elsewhere.

use campanile_core::crypto::{openpgp, smime};
use campanile_core::model::key::Protocol;
use campanile_core::model::time::Timestamp;

use super::add_list_keys::{NewListKey, add_list_keys};
use super::{Actor, find_list};
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::list_keys::ListKey;

/// Imports keys of a list; every key opens mail, the first of each kind signs.
///
/// # Errors
/// There is no such list, no key was given, or somebody has one of them already.
pub async fn import_list_key(
    app: &App,
    actor: Actor<'_>,
    list: &str,
    openpgp: Option<openpgp::SecretKey>,
    smime: Option<smime::SecretKey>,
) -> Result<Vec<ListKey>> {
    let now = app.now();
    find_list(&mut *app.db.read().await?, list).await?;
    let mut keys = Vec::new();
    keys.extend(openpgp.map(|key| openpgp_key(&key, now)));
    keys.extend(smime.map(|key| smime_key(&key, now)));
    if keys.is_empty() {
        return Err(Error::invalid("no key was given")
            .hint("--openpgp SECRETFILE, or --smime CERT with --smime-key KEY, or both"));
    }
    add_list_keys(app, actor, list, "list.key.import", keys).await
}

/// What is recorded about an OpenPGP key.
pub(super) fn openpgp_key(key: &openpgp::SecretKey, now: Timestamp) -> NewListKey {
    let certificate = key.certificate();
    let abilities = certificate.abilities(now);
    NewListKey {
        protocol: Protocol::Openpgp,
        fingerprint: key.fingerprint(),
        secret: key.to_secret_armored(),
        certificate: certificate.to_bytes(),
        algorithms: abilities.algorithms,
        expires_at: abilities.expires_at,
    }
}

/// What is recorded about an S/MIME key. Its path is nobody's concern but the teams', who pin
/// the certificate.
pub(super) fn smime_key(key: &smime::SecretKey, now: Timestamp) -> NewListKey {
    let certificate = key.certificate();
    let abilities = certificate.abilities(&smime::TrustStore::new(Vec::new()), now);
    NewListKey {
        protocol: Protocol::Smime,
        fingerprint: key.fingerprint(),
        secret: key.to_secret_pem(),
        certificate: certificate.to_bytes(),
        algorithms: abilities.algorithms,
        expires_at: abilities.expires_at,
    }
}
