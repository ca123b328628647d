//! Takes a key of a list away: mail that is sealed for it cannot be opened any more.

use serde_json::json;

use super::{Actor, Done, find_list, find_list_key, finish};
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::list_keys::{self, ListKey};
use crate::store::{messages, settings};

/// Takes a key away, its secret file too. The key that signs, and so the last of its kind, is
/// refused: another has to take its place first.
///
/// # Errors
/// There is no such list or key, it signs, or there is mail that may be sealed for it and has to
/// be opened yet.
pub async fn retire_list_key(
    app: &App,
    actor: Actor<'_>,
    name: &str,
    fingerprint: &str,
) -> Result<ListKey> {
    let mut write = settings::begin_registry_change(&app.db).await?;
    let list = find_list(&mut write, name).await?;
    let keys = list_keys::of_list(&mut write, &list.id).await?;
    let key = find_list_key(&keys, &list, fingerprint)?.clone();
    if list_keys::signing(&keys, key.protocol).map(|first| &first.id) == Some(&key.id) {
        return Err(Error::conflict(format!("the list {name} signs with this key"))
            .hint(format!("`campanile list key use {name} FINGERPRINT` lets another sign first")));
    }
    let closed = messages::to_be_opened(&mut write, &list.id).await?;
    if closed > 0 {
        let text =
            format!("{closed} mails of the list {name} have to be opened yet, perhaps by it");
        return Err(Error::conflict(text).hint(
            "`campanile held list` and `queue list` show them: release or drop the mails, and the \
             copies that are held for want of a key",
        ));
    }
    list_keys::remove(&mut write, &key.id).await?;
    let detail = json!({ "protocol": key.protocol, "fingerprint": key.fingerprint });
    let object = list.name.as_str();
    let done = Done { actor, action: "list.key.retire", object, detail };
    finish(&app.secret, write, app.now(), done).await?;
    app.keys.remove(&app.keys.list_key_path(&list.name, key.protocol, &key.fingerprint))?;
    Ok(key)
}
