//! Makes keys for a list.

use campanile_core::crypto::{openpgp, smime};
use campanile_core::model::key::Protocol;

use super::add_list_keys::{NewListKey, add_list_keys};
use super::import_list_key::{openpgp_key, smime_key};
use super::{Actor, find_list};
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::list_keys::{self, ListKey};

/// How long a generated certificate is valid, in days: the teams pin it, so a change of it is
/// work for every one of them.
const CERTIFICATE_DAYS: u32 = 3 * 365;

/// Which keys are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewKeys {
    /// One of each kind that the list does not have yet.
    Missing,
    /// One of each kind, to follow those that it has.
    Next,
}

/// Makes keys. Which of the list's keys signs does not change.
///
/// # Errors
/// There is no such list, or nothing is missing.
pub async fn generate_list_key(
    app: &App,
    actor: Actor<'_>,
    name: &str,
    which: NewKeys,
) -> Result<Vec<ListKey>> {
    let now = app.now();
    let mut read = app.db.read().await?;
    let list = find_list(&mut read, name).await?;
    let before = list_keys::of_list(&mut read, &list.id).await?;
    drop(read);
    let missing =
        |protocol| which == NewKeys::Next || !before.iter().any(|key| key.protocol == protocol);
    let fail = |kind: &str| Error::internal(format!("an {kind} key cannot be made"));
    let mut keys: Vec<NewListKey> = Vec::new();
    if missing(Protocol::Openpgp) {
        let key = openpgp::SecretKey::generate(list.name.as_str(), &list.address, now);
        keys.push(openpgp_key(&key.map_err(|source| fail("OpenPGP").source(source))?, now));
    }
    if missing(Protocol::Smime) {
        let name = list.name.as_str();
        let key = smime::SecretKey::generate(name, &list.address, now, CERTIFICATE_DAYS);
        keys.push(smime_key(&key.map_err(|source| fail("S/MIME").source(source))?, now));
    }
    if keys.is_empty() {
        return Err(Error::conflict(format!("the list {name} has keys of both kinds already"))
            .hint(format!("`campanile list key generate {name} --next` makes those that follow")));
    }
    add_list_keys(app, actor, name, "list.key.generate", keys).await
}
