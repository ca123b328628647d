//! Data keys: a new one, texts sealed anew under it, old ones removed.

use campanile_core::crypto::at_rest::KeyId;
use campanile_core::model::plaintext::Plaintext;
use serde_json::json;

use super::{Actor, Done, finish};
use crate::app::App;
use crate::error::{Error, Result};
use crate::keys::key_name;
use crate::store::sealed::{self, PLACES};

/// Texts that are sealed anew in one transaction.
const BATCH: i64 = 100;

/// Makes a new data key, which seals from so many seconds on. Returns its name.
///
/// # Errors
/// It cannot be made.
pub async fn rotate_data_key(app: &App, actor: Actor<'_>, in_seconds: i64) -> Result<String> {
    let id = app.keys.make_data_key(app.now().plus_seconds(in_seconds))?;
    let name = key_name(&id);
    app.vault.reload()?;
    let write = app.db.begin_write().await?;
    let detail = json!({ "seals_in_seconds": in_seconds });
    let done = Done { actor, action: "data-key.rotate", object: &name, detail };
    finish(&app.secret, write, app.now(), done).await?;
    Ok(name)
}

/// Seals texts under the newest key that are sealed under another. Returns how many.
///
/// Each is exchanged only if it is still what was opened: what somebody writes meanwhile stays.
///
/// # Errors
/// The database fails, or a text cannot be opened.
pub async fn reseal_texts(app: &App) -> Result<u64> {
    app.vault.reload()?;
    if app.vault.key_ids().len() < 2 {
        return Ok(0);
    }
    let key = app.vault.sealing_key()?;
    let mut total = 0;
    for place in PLACES {
        loop {
            let mut read = app.db.read().await?;
            let rows = sealed::under_other_keys(&mut read, *place, &key, BATCH).await?;
            drop(read);
            if rows.is_empty() {
                break;
            }
            let mut write = app.db.begin_write().await?;
            for (row, old) in &rows {
                let text: Plaintext = app.vault.open_text(*place, row, old)?;
                let new = app.vault.seal(*place, row, &text)?;
                total += u64::from(sealed::replace(&mut write, *place, row, old, &new).await?);
            }
            write.commit().await?;
        }
    }
    if total > 0 {
        let name = key_name(&key);
        let write = app.db.begin_write().await?;
        let detail = json!({ "texts": total });
        let actor = Actor::Gateway;
        let done = Done { actor, action: "data-key.reseal", object: &name, detail };
        finish(&app.secret, write, app.now(), done).await?;
        tracing::info!(texts = total, key = name, "texts sealed under the newest data key");
    }
    Ok(total)
}

/// Removes a data key that nothing is sealed under.
///
/// # Errors
/// There is no such key, it seals, or texts are sealed under it.
pub async fn remove_data_key(app: &App, actor: Actor<'_>, name: &str) -> Result<()> {
    let known = app.vault.key_ids();
    let id: Option<KeyId> = known.iter().copied().find(|id| key_name(id) == name);
    let id = id.ok_or_else(|| {
        Error::not_found(format!("there is no data key `{name}`"))
            .hint("`campanile data-key list` shows the keys")
    })?;
    if app.vault.sealing_key()? == id || known.last() == Some(&id) {
        return Err(Error::conflict("this is the newest data key")
            .hint("`campanile data-key rotate` makes a new one first"));
    }
    let texts = sealed::count_under(&mut *app.db.read().await?, &id).await?;
    if texts > 0 {
        return Err(Error::conflict(format!("{texts} texts are sealed under this key"))
            .hint("the running server seals them anew within a minute"));
    }
    let write = app.db.begin_write().await?;
    let done = Done { actor, action: "data-key.remove", object: name, detail: json!({}) };
    finish(&app.secret, write, app.now(), done).await?;
    app.keys.remove(&app.keys.data_key_path(&id))?;
    app.vault.reload()
}
