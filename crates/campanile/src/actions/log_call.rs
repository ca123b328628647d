//! A silent team was called: note what came of it, and what it said.

use campanile_core::authz::{Action, Viewer};
use campanile_core::model::alert::follow_up::{CallResult, Channel, Response};
use campanile_core::model::limits::REMARK_CHARS_MAX;
use serde_json::json;

use super::acknowledge_alert::{Statement, state};
use super::{Done, find_team, finish, member, permit};
use crate::app::App;
use crate::app::alerts::alert_row;
use crate::app::boards::Said;
use crate::error::{Error, Result};
use crate::store::alerts::{self, Name};
use crate::store::{calls, sealed};

/// A call that was made.
#[derive(Debug, Clone, Copy)]
pub struct MadeCall<'a> {
    /// The alert.
    pub alert: Name<'a>,
    /// Handle of the team that was called.
    pub team: &'a str,
    /// What came of it.
    pub result: CallResult,
    /// In words; may be empty.
    pub note: &'a str,
    /// What the team said that it does: acknowledges for it.
    pub response: Option<Response>,
}

/// Notes a call. When the team was spoken to and said what it does, that acknowledges for it.
///
/// # Errors
/// There is no such alert for the viewer, it makes no calls, or the team is not asked.
pub async fn log_call(app: &App, by: &Viewer, made: &MadeCall<'_>) -> Result<()> {
    permit(by, Action::MakeCalls)?;
    if made.response.is_some() && made.result != CallResult::Reached {
        return Err(Error::invalid("a team that was not reached has said nothing")
            .hint("note the call without a response, or as `reached`"));
    }
    if made.note.chars().count() > REMARK_CHARS_MAX {
        return Err(Error::too_large(format!("the note is longer than {REMARK_CHARS_MAX}"))
            .hint("note what others need for the next call"));
    }
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    let alert = alert_row(&mut write, by, made.alert).await?;
    let team = find_team(&mut write, made.team).await?;
    if !alerts::asked(&mut write, &alert.id).await?.contains(&team.id) {
        return Err(Error::not_found("this team is not asked about the alert")
            .hint("the calling list names those that are"));
    }
    let id = app.new_id(now);
    let said = Said { by: by.name.clone(), text: made.note.trim().to_owned() };
    let sealed = app.vault.seal_json(sealed::CALL, &id, &said)?;
    let new = calls::NewCall {
        id: &id,
        alert_id: &alert.id,
        team_id: &team.id,
        caller_team_id: by.team.as_ref().map(|team| team.id.as_str()),
        result: made.result.name(),
        sealed: &sealed,
    };
    calls::insert(&mut write, &new, now).await?;
    if let Some(response) = made.response {
        let (by, remark) = (by.name.as_str(), made.note);
        let team_id = team.id.as_str();
        let statement = Statement { team_id, by, channel: Channel::Call, response, remark };
        state(app, &mut write, &alert, &statement, now).await?;
    }
    let detail = json!({ "team": team.handle, "result": made.result, "response": made.response });
    let object = alert.alert_id.as_str();
    let done = Done { actor: member(by), action: "alert.call", object, detail };
    finish(&app.secret, write, now, done).await
}
