//! A bounce has come back: the delivery board shows it; a membership never changes by it.

use campanile_core::mime::bounce::{Action, Bounce};

use super::record_deliveries::{clear, remove};
use super::{Actor, Done, finish};
use crate::app::App;
use crate::error::Result;
use crate::store::deliveries;

/// Records a bounce [RFC 3464] of a copy. Notices of delay are noted in the audit log only.
///
/// # Errors
/// When the database fails; the bounce is not acknowledged then.
pub async fn record_bounce(app: &App, delivery_id: &str, bounce: &Bounce) -> Result<()> {
    let status = bounce.status.as_deref().unwrap_or("no status");
    let diagnostic = bounce.diagnostic.as_deref().unwrap_or("no diagnostic");
    let reply = format!("bounced: {status} {diagnostic}");
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    let failed = bounce.action == Action::Failed;
    let message_id = match failed {
        true => deliveries::bounced(&mut write, delivery_id, &reply, now).await?,
        false => None,
    };
    let moved = message_id.is_some();
    let cleared = match message_id {
        Some(message_id) => clear(&mut write, &message_id).await?,
        None => None,
    };
    let detail = serde_json::json!({ "status": status, "failed": failed, "moved": moved });
    finish(
        &app.secret,
        write,
        now,
        Done { actor: Actor::Gateway, action: "delivery.bounce", object: delivery_id, detail },
    )
    .await?;
    remove(app, cleared.as_slice());
    app.counters.copies.add("bounced", usize::from(moved));
    tracing::info!(delivery = delivery_id, status, moved, "bounce recorded");
    Ok(())
}
