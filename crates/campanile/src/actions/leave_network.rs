//! A team leaves the network. Nothing is deleted: alerts and the audit log name it.

use campanile_core::model::key::KeyState;
use campanile_core::model::team::TeamState;
use serde_json::json;

use super::{Actor, Done, Outcome, finish, managed_team};
use crate::app::App;
use crate::error::Result;
use crate::store::{credentials, settings, subscriptions, teams};

/// Ends the membership of a team: its people cannot log in, its keys count no more, it is on no
/// list; [`Outcome::Unchanged`] when it has left already.
///
/// # Errors
/// There is no such team, or it is not the actor's to speak for.
pub async fn leave_network(
    app: &App,
    actor: Actor<'_>,
    handle: &str,
    reason: &str,
) -> Result<Outcome> {
    let now = app.now();
    let mut write = settings::begin_registry_change(&app.db).await?;
    let team = managed_team(&mut write, actor, handle).await?;
    if team.state == TeamState::Left {
        return Ok(Outcome::Unchanged);
    }
    teams::set_state(&mut write, &team.id, TeamState::Left, now).await?;
    for key in credentials::of_team(&mut write, &team.id).await? {
        // They may come back with the team; then they are compared anew.
        if key.state == KeyState::Active {
            credentials::set_state(&mut write, &key.id, KeyState::Pending, now).await?;
        }
    }
    let lists = subscriptions::remove_all(&mut write, &team.id).await?;
    let reason: String = reason.trim().chars().take(200).collect();
    let detail = json!({ "from": team.state, "lists": lists, "reason": reason });
    let object = team.handle.as_str();
    finish(&app.secret, write, now, Done { actor, action: "team.leave", object, detail }).await?;
    Ok(Outcome::Changed)
}
