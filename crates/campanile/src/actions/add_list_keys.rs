//! Records keys of a list: the secret half as a file, the public half as a row.

use campanile_core::model::key::{Fingerprint, Protocol};
use campanile_core::model::time::Timestamp;
use serde_json::json;
use zeroize::Zeroizing;

use super::{Actor, Done, find_list, finish, refuse_known_key};
use crate::app::App;
use crate::error::Result;
use crate::store::list_keys::{self, ListKey};
use crate::store::settings;

/// A key of a list that has passed the rules of its protocol.
pub(super) struct NewListKey {
    pub protocol: Protocol,
    pub fingerprint: Fingerprint,
    /// What goes into the key file. Wiped when dropped.
    pub secret: Zeroizing<Vec<u8>>,
    pub certificate: Vec<u8>,
    pub algorithms: String,
    pub expires_at: Option<Timestamp>,
}

/// Records keys behind those that the list has, all or none.
///
/// The file is written before the row is committed: a crash in between leaves a file without
/// a row, which does nothing, and never a row without its file.
///
/// # Errors
/// There is no such list, or somebody has one of the keys already.
pub(super) async fn add_list_keys(
    app: &App,
    actor: Actor<'_>,
    list: &str,
    action: &'static str,
    new: Vec<NewListKey>,
) -> Result<Vec<ListKey>> {
    let now = app.now();
    let mut write = settings::begin_registry_change(&app.db).await?;
    let list = find_list(&mut write, list).await?;
    let before = list_keys::of_list(&mut write, &list.id).await?;
    let last = before.iter().map(|key| key.position).max().unwrap_or(0);
    let mut added = Vec::with_capacity(new.len());
    for (position, key) in (last + 1..).zip(new) {
        refuse_known_key(&mut write, &key.fingerprint).await?;
        let path = app.keys.list_key_path(&list.name, key.protocol, &key.fingerprint);
        app.keys.write(&path, &key.secret)?;
        let row = ListKey {
            id: app.new_id(now),
            list_id: list.id.clone(),
            protocol: key.protocol,
            fingerprint: key.fingerprint,
            certificate: key.certificate,
            algorithms: key.algorithms,
            expires_at: key.expires_at,
            position,
            created_at: now,
        };
        list_keys::insert(&mut write, &row).await?;
        added.push(row);
    }
    let keys = added.iter().map(|key| json!({ key.protocol.name(): key.fingerprint }));
    let detail = json!({ "keys": keys.collect::<Vec<_>>() });
    finish(&app.secret, write, now, Done { actor, action, object: list.name.as_str(), detail })
        .await?;
    Ok(added)
}

#[cfg(test)]
impl NewListKey {
    /// Something to record, for tests that need no real key.
    pub(super) fn sample(protocol: Protocol, digest: &[u8]) -> Self {
        Self {
            protocol,
            fingerprint: Fingerprint::from_bytes(digest),
            secret: Zeroizing::new(b"secret".to_vec()),
            certificate: digest.to_vec(),
            algorithms: "Ed25519".into(),
            expires_at: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{app, list};
    use super::*;
    use crate::error::Kind;

    async fn import(app: &App, list: &str, keys: Vec<NewListKey>) -> Result<Vec<ListKey>> {
        add_list_keys(app, Actor::Operator, list, "list.key.import", keys).await
    }

    #[tokio::test]
    async fn imported_keys_keep_their_order_and_have_files() {
        let (_dir, app) = app().await;
        let alert = list(&app, "alert").await;
        for byte in [3, 1, 2] {
            let pair = vec![
                NewListKey::sample(Protocol::Openpgp, &[byte; 20]),
                NewListKey::sample(Protocol::Smime, &[byte; 32]),
            ];
            import(&app, "alert", pair).await.unwrap();
        }
        let mut read = app.db.read().await.unwrap();
        let keys = list_keys::of_list(&mut read, &alert.id).await.unwrap();
        let order: Vec<_> = keys.iter().map(|key| key.certificate[0]).collect();
        assert_eq!(order, [3, 3, 1, 1, 2, 2]);
        for key in keys {
            let path = app.keys.list_key_path(&alert.name, key.protocol, &key.fingerprint);
            assert_eq!(app.keys.read(&path).unwrap().as_slice(), b"secret");
        }
    }

    #[tokio::test]
    async fn key_of_another_list_is_refused() {
        let (_dir, app) = app().await;
        list(&app, "alert").await;
        list(&app, "test").await;
        let key = || vec![NewListKey::sample(Protocol::Openpgp, &[1; 20])];
        import(&app, "alert", key()).await.unwrap();
        for name in ["alert", "test"] {
            let error = import(&app, name, key()).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Conflict);
            assert!(error.public().contains("list alert"), "{error}");
        }
    }

    #[tokio::test]
    async fn of_two_keys_with_one_refused_none_is_recorded() {
        let (_dir, app) = app().await;
        let alert = list(&app, "alert").await;
        let known = || NewListKey::sample(Protocol::Smime, &[1; 32]);
        import(&app, "alert", vec![known()]).await.unwrap();
        let pair = vec![NewListKey::sample(Protocol::Openpgp, &[2; 20]), known()];
        import(&app, "alert", pair).await.unwrap_err();
        let mut read = app.db.read().await.unwrap();
        assert_eq!(list_keys::of_list(&mut read, &alert.id).await.unwrap().len(), 1);
    }
}
