//! Suspends or activates a team.

use campanile_core::model::team::TeamState;
use serde_json::json;

use super::{Actor, Done, Outcome, find_team, finish};
use crate::app::App;
use crate::error::Result;
use crate::store::{settings, teams};

/// Changes the state of a team; [`Outcome::Unchanged`] when it is in it already.
///
/// # Errors
/// There is no such team.
pub async fn set_team_state(
    app: &App,
    actor: Actor<'_>,
    handle: &str,
    state: TeamState,
) -> Result<Outcome> {
    let now = app.now();
    let mut write = settings::begin_registry_change(&app.db).await?;
    let team = find_team(&mut write, handle).await?;
    if team.state == state {
        return Ok(Outcome::Unchanged);
    }
    teams::set_state(&mut write, &team.id, state, now).await?;
    let detail = json!({ "from": team.state, "to": state });
    let object = team.handle.as_str();
    finish(&app.secret, write, now, Done { actor, action: "team.state", object, detail }).await?;
    Ok(Outcome::Changed)
}
