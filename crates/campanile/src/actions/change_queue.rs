//! An operator tries copies again at once, or gives one up.

use super::record_deliveries::{clear, remove};
use super::{Actor, Done, finish};
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::deliveries;

/// Makes a waiting, failed or restored copy due at once; `None` for all of them. Returns how many.
///
/// # Errors
/// When there is no such copy, or the database fails.
pub async fn retry_delivery(app: &App, actor: Actor<'_>, id: Option<&str>) -> Result<u64> {
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    let count = deliveries::retry(&mut write, id, now).await?;
    if let (0, Some(id)) = (count, id) {
        return Err(Error::not_found(format!("no copy `{id}` is waiting, restored or has failed"))
            .hint("`campanile queue list` shows the identifiers"));
    }
    let detail = serde_json::json!({ "copies": count });
    finish(
        &app.secret,
        write,
        now,
        Done { actor, action: "delivery.retry", object: id.unwrap_or("all"), detail },
    )
    .await?;
    Ok(count)
}

/// Gives a copy up: its team does not get it.
///
/// # Errors
/// When there is no such copy that is not delivered, or the database fails.
pub async fn drop_delivery(app: &App, actor: Actor<'_>, id: &str) -> Result<()> {
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    let Some(message_id) = deliveries::drop(&mut write, id, now).await? else {
        return Err(Error::not_found(format!("no copy `{id}` is waiting, held or failed"))
            .hint("`campanile queue list` shows the identifiers"));
    };
    let cleared = clear(&mut write, &message_id).await?;
    finish(
        &app.secret,
        write,
        now,
        Done { actor, action: "delivery.drop", object: id, detail: serde_json::json!({}) },
    )
    .await?;
    remove(app, cleared.as_slice());
    Ok(())
}
