//! A draft is not needed any more.

use campanile_core::authz::{Action, Viewer};
use serde_json::json;

use super::{Done, finish, member, own_team};
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::drafts;

/// Removes a draft of the viewer's team.
///
/// # Errors
/// There is no such draft, or the viewer writes no alerts.
pub async fn discard_draft(app: &App, by: &Viewer, id: &str) -> Result<()> {
    let team = own_team(by, Action::WriteAlerts)?;
    let mut write = app.db.begin_write().await?;
    if !drafts::remove(&mut write, id, &team.id).await? {
        return Err(
            Error::not_found("there is no such draft").hint("it may have been sent or discarded")
        );
    }
    let detail = json!({ "team": team.handle });
    let done = Done { actor: member(by), action: "alert.discard-draft", object: id, detail };
    finish(&app.secret, write, app.now(), done).await
}
