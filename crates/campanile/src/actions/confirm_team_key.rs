//! The operator has compared a fingerprint with its team: the key is trusted from now on.

use campanile_core::authz::Action;
use campanile_core::model::key::KeyState;
use campanile_core::model::team::TeamState;
use serde_json::json;

use super::{Actor, Done, Outcome, find_team, finish, parsed_fingerprint, permit};
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::{applications, credentials, membership, settings, teams};

/// Confirms a pending key by its whole fingerprint; [`Outcome::Unchanged`] when it is active. An
/// admitted team that was a candidate for want of a key is active then, and is handed what it
/// needs.
///
/// # Errors
/// The team has no such key, or has withdrawn it, or somebody but the operator asks.
pub async fn confirm_team_key(
    app: &App,
    actor: Actor<'_>,
    handle: &str,
    fingerprint: &str,
) -> Result<Outcome> {
    if let Actor::Member(by) = actor {
        permit(by, Action::Operate)?;
    }
    let now = app.now();
    let fingerprint = parsed_fingerprint(fingerprint)?;
    let mut write = settings::begin_registry_change(&app.db).await?;
    let team = find_team(&mut write, handle).await?;
    let all = credentials::of_team(&mut write, &team.id).await?;
    let Some(found) = all.iter().find(|key| key.fingerprint == fingerprint) else {
        return Err(Error::not_found(format!("{} has no key {fingerprint}", team.handle)).hint(
            "compare all of it with what the team reads out to you; do not confirm another",
        ));
    };
    match found.state {
        KeyState::Active => return Ok(Outcome::Unchanged),
        KeyState::Pending => {}
        state => {
            return Err(Error::conflict(format!("the key {fingerprint} is {state}"))
                .hint("the team needs a new one"));
        }
    }
    credentials::set_state(&mut write, &found.id, KeyState::Active, now).await?;
    let admitted = applications::of_team(&mut write, &team.id).await?.is_some();
    let joins = admitted && team.state == TeamState::Candidate && found.can_encrypt;
    if joins {
        teams::set_state(&mut write, &team.id, TeamState::Active, now).await?;
        membership::ask_welcome(&mut write, &team.id).await?;
    }
    let detail = json!({
        "protocol": found.protocol,
        "fingerprint": fingerprint,
        "state": if joins { TeamState::Active } else { team.state },
    });
    let object = team.handle.as_str();
    finish(&app.secret, write, now, Done { actor, action: "team.key.confirm", object, detail })
        .await?;
    Ok(Outcome::Changed)
}
