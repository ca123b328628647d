//! Held copies have got their seal: they become due.

use std::collections::BTreeMap;

use super::distribute_message::seal::Prepared;
use super::{Actor, Done, finish};
use crate::app::App;
use crate::error::Result;
use crate::spool::Folder;
use crate::store::{deliveries, messages};

/// Commits what was sealed for teams that have renewed their keys. `held`: team to delivery.
///
/// # Errors
/// When the database fails; the copies stay held and are sealed again.
pub async fn fill_held_copies(
    app: &App,
    message_id: &str,
    prepared: Prepared,
    held: &BTreeMap<String, String>,
) -> Result<()> {
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    for sealed in &prepared.sealed {
        messages::insert_sealed(&mut write, sealed).await?;
    }
    let mut filled = 0_u64;
    for copy in &prepared.copies {
        let delivery_id = held.get(&copy.team_id);
        let (Some(id), Some(sealed), Some(head)) = (delivery_id, &copy.sealed_id, &copy.head)
        else {
            continue;
        };
        filled += u64::from(deliveries::fill(&mut write, id, sealed, head, now).await?);
    }
    if filled == 0 {
        // Nobody waits for them any more, or no key took them: leave no trace.
        drop(write);
        for sealed in &prepared.sealed {
            app.remove_spooled(Folder::Sealed, &sealed.id);
        }
        return Ok(());
    }
    let detail = serde_json::json!({ "copies": filled });
    finish(
        &app.secret,
        write,
        now,
        Done { actor: Actor::Gateway, action: "delivery.seal", object: message_id, detail },
    )
    .await?;
    tracing::info!(message = message_id, copies = filled, "held copies sealed");
    app.queued.notify_waiters();
    Ok(())
}
