//! Who calls the silent teams: one at a time, so that nobody is called twice at night.

use campanile_core::authz::{Action, Viewer};
use serde_json::json;

use super::{Done, finish, member, permit};
use crate::app::App;
use crate::app::alerts::alert_row;
use crate::app::boards::Said;
use crate::error::{Error, Result};
use crate::store::alerts::Name;
use crate::store::{calls, sealed};

/// Takes the calls of an alert for the viewer; with `take_over`, from whoever has them.
///
/// # Errors
/// There is no such alert for the viewer, it makes no calls, or somebody else has them.
pub async fn claim_calls(app: &App, by: &Viewer, alert: Name<'_>, take_over: bool) -> Result<()> {
    permit(by, Action::MakeCalls)?;
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    let alert = alert_row(&mut write, by, alert).await?;
    let taken_over = take_over && calls::give_back(&mut write, &alert.id).await?;
    let id = app.new_id(now);
    let said = Said { by: by.name.clone(), text: String::new() };
    let sealed = app.vault.seal_json(sealed::CALL_CLAIM, &id, &said)?;
    let team = by.team.as_ref().map(|team| team.id.as_str());
    if !calls::take(&mut write, &id, &alert.id, team, &sealed, now).await? {
        return Err(Error::conflict("somebody takes the calls of this alert already")
            .hint("the calling list says who; take them over if they cannot go on"));
    }
    let detail = json!({ "taken_over": taken_over });
    let object = alert.alert_id.as_str();
    let done = Done { actor: member(by), action: "alert.claim-calls", object, detail };
    finish(&app.secret, write, now, done).await
}

/// Gives the calls of an alert back, whoever has them: nobody has to wait for somebody who has
/// gone home.
///
/// # Errors
/// There is no such alert for the viewer, it makes no calls, or nobody has them.
pub async fn release_calls(app: &App, by: &Viewer, alert: Name<'_>) -> Result<()> {
    permit(by, Action::MakeCalls)?;
    let mut write = app.db.begin_write().await?;
    let alert = alert_row(&mut write, by, alert).await?;
    if !calls::give_back(&mut write, &alert.id).await? {
        return Err(Error::conflict("nobody takes the calls of this alert")
            .hint("the calling list says who has to be called"));
    }
    let object = alert.alert_id.as_str();
    let detail = json!({});
    let done = Done { actor: member(by), action: "alert.release-calls", object, detail };
    finish(&app.secret, write, app.now(), done).await
}
