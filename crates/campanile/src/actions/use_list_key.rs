//! Makes another key of a list the one that signs.

use serde_json::json;

use super::{Actor, Done, Outcome, find_list, find_list_key, finish};
use crate::app::App;
use crate::error::Result;
use crate::store::{list_keys, settings};

/// Lets a key sign from now on; every key goes on opening mail. [`Outcome::Unchanged`] when it
/// signs already.
///
/// # Errors
/// There is no such list or key.
pub async fn use_list_key(
    app: &App,
    actor: Actor<'_>,
    name: &str,
    fingerprint: &str,
) -> Result<Outcome> {
    let mut write = settings::begin_registry_change(&app.db).await?;
    let list = find_list(&mut write, name).await?;
    let keys = list_keys::of_list(&mut write, &list.id).await?;
    let key = find_list_key(&keys, &list, fingerprint)?;
    if list_keys::signing(&keys, key.protocol).map(|first| &first.id) == Some(&key.id) {
        return Ok(Outcome::Unchanged);
    }
    // In front of all others of the list: the lowest of each kind signs.
    let first = keys.iter().map(|key| key.position).min().unwrap_or_default();
    list_keys::set_position(&mut write, &key.id, first - 1).await?;
    let detail = json!({ "protocol": key.protocol, "fingerprint": key.fingerprint });
    let object = list.name.as_str();
    let done = Done { actor, action: "list.key.use", object, detail };
    finish(&app.secret, write, app.now(), done).await?;
    Ok(Outcome::Changed)
}
