//! A message is not distributed: record why, and let its bytes go unless it is held.

use campanile_core::gateway::decide::Verdict;
use campanile_core::model::list::Disposition;

use super::{Actor, Done, finish};
use crate::app::App;
use crate::error::Result;
use crate::spool::Folder;
use crate::store::messages::{self, Outcome};

/// Records a verdict other than accept; does nothing when the message is decided already.
///
/// Nothing is answered to anybody: who was not authenticated learns nothing, and the team finds
/// the reasons behind its certificate.
///
/// # Errors
/// When the database fails; the message stays undecided then and is opened again.
pub async fn settle_message(app: &App, id: &str, verdict: &Verdict) -> Result<()> {
    let state = match verdict.disposition {
        Disposition::Accept | Disposition::Hold => "held",
        Disposition::Refuse => "refused",
        Disposition::Discard => "discarded",
    };
    let outcome = Outcome {
        state,
        reasons: &verdict.reasons,
        team_id: verdict.team.as_deref(),
        message_id: None,
    };
    let now = app.now();
    let names: Vec<_> = verdict.reasons.iter().map(|reason| reason.name()).collect();
    let detail = serde_json::json!({ "state": state, "reasons": names, "team": verdict.team });
    let mut write = app.db.begin_write().await?;
    if !messages::decide(&mut write, id, now, &outcome).await? {
        // Another worker was faster; its decision stands, and may still need the bytes.
        return Ok(());
    }
    finish(
        &app.secret,
        write,
        now,
        Done { actor: Actor::Gateway, action: "message.settle", object: id, detail },
    )
    .await?;
    app.counters.settled(state, &verdict.reasons);
    if state != "held" {
        app.remove_spooled(Folder::Received, id);
    }
    tracing::info!(message = id, state, reasons = names.join(" "), "message settled");
    Ok(())
}
