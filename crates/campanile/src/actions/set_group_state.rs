//! A team says what it does about a group, and who of it is at one.
//!
//! Nothing but the team changes what it said: a new version of an advisory only shows as changed
//! since.

use campanile_core::authz::{Action, Viewer};
use campanile_core::model::limits::REMARK_CHARS_MAX;
use serde_json::json;

use super::{Done, finish, member, own_team};
use crate::app::App;
use crate::app::advisories::groups::{Why, find_group};
use crate::error::{Error, Result};
use crate::store::advisories::group_states::{self, Claim, State};
use crate::store::sealed;

/// What a team can do about a group.
pub const STATES: [&str; 6] = ["unread", "watching", "irrelevant", "corroborate", "act", "done"];
/// How long somebody is at a group unless he says otherwise, in seconds: a working day. What is
/// taken on Friday is free on Monday.
pub(super) const CLAIM_SECONDS: i64 = 8 * 3600;

/// Says what the viewer's team does about a group.
///
/// # Errors
/// The viewer does not work on groups, there is no such group, the state is none, or *irrelevant*
/// has no reason.
pub async fn set_group_state(
    app: &App,
    by: &Viewer,
    group: &str,
    state: &str,
    reason: &str,
) -> Result<()> {
    let team = own_team(by, Action::WorkOnGroups)?;
    let reason = check_state(state, reason)?;
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    let group = find_group(&mut write, by, group).await?;
    let id = app.new_id(now);
    let sealed = app.vault.seal_json(sealed::GROUP_STATE, &id, &Why::of(by, reason))?;
    let row = State {
        id,
        named: group.id.clone(),
        group_id: group.id.clone(),
        state: state.to_owned(),
        assessed_at: now.micros(),
        sealed,
    };
    group_states::set(&mut write, &team.id, &row).await?;
    let detail = json!({ "state": state });
    let done = Done { actor: member(by), action: "group.state", object: &group.id, detail };
    finish(&app.secret, write, now, done).await
}

/// Whether this can be said about a group; the reason without blanks around it.
///
/// # Errors
/// The state is none, or the reason is too long, or missing where there has to be one.
pub fn check_state<'a>(state: &str, reason: &'a str) -> Result<&'a str> {
    let reason = reason.trim();
    if !STATES.contains(&state) {
        return Err(Error::invalid(format!("`{state}` is no state"))
            .hint(format!("one of {}", STATES.join(", "))));
    }
    if state == "irrelevant" && reason.is_empty() {
        return Err(Error::invalid("why is it irrelevant? A reason is missing")
            .hint("one sentence, for those who ask later"));
    }
    if reason.chars().count() > REMARK_CHARS_MAX {
        return Err(Error::too_large("the reason is too long").hint("one sentence will do"));
    }
    Ok(reason)
}

/// Says that the viewer is at a group. It ends by itself.
///
/// # Errors
/// The viewer does not work on groups, there is no such group, or somebody else is at it.
pub async fn claim_group(app: &App, by: &Viewer, group: &str, take_over: bool) -> Result<()> {
    let team = own_team(by, Action::WorkOnGroups)?;
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    let group = find_group(&mut write, by, group).await?;
    let claims = group_states::claims(&mut write, by, &[&group.id], now).await?;
    if let Some(claim) = claims.into_iter().next().filter(|_| !take_over) {
        let who: Why = app.vault.open_json(sealed::GROUP_CLAIM, &claim.id, &claim.sealed)?;
        return Err(Error::conflict(format!("{} of {} is at it", who.by, claim.team))
            .hint("take it over if they cannot go on"));
    }
    let id = app.new_id(now);
    let sealed = app.vault.seal_json(sealed::GROUP_CLAIM, &id, &Why::of(by, ""))?;
    let expires_at = now.plus_seconds(CLAIM_SECONDS).micros();
    let team_id = team.id.clone();
    let group_id = group.id.clone();
    let claim = Claim { id, group_id, team: team.handle.to_string(), team_id, expires_at, sealed };
    group_states::take(&mut write, &claim, now).await?;
    let detail = json!({ "taken_over": take_over });
    let done = Done { actor: member(by), action: "group.claim", object: &group.id, detail };
    finish(&app.secret, write, now, done).await
}

/// Says that nobody is at a group any more.
///
/// # Errors
/// The viewer does not work on groups, there is no such group, or nobody is at it.
pub async fn release_group(app: &App, by: &Viewer, group: &str) -> Result<()> {
    own_team(by, Action::WorkOnGroups)?;
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    let group = find_group(&mut write, by, group).await?;
    if !group_states::give_back(&mut write, &group.id).await? {
        return Err(Error::conflict("nobody is at it").hint("claim it if you are"));
    }
    let detail = json!({});
    let done = Done { actor: member(by), action: "group.release", object: &group.id, detail };
    finish(&app.secret, write, now, done).await
}
