//! Withdraws a certificate of a team: its signatures stop counting, no copy goes to it.

use campanile_core::model::key::KeyState;
use serde_json::json;

use super::{Actor, Done, Outcome, find_team, finish, parsed_fingerprint};
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::{credentials, settings};

/// Withdraws a certificate for good; [`Outcome::Unchanged`] when it was withdrawn before.
///
/// # Errors
/// The team does not have it.
pub async fn revoke_team_key(
    app: &App,
    actor: Actor<'_>,
    handle: &str,
    fingerprint: &str,
) -> Result<Outcome> {
    let now = app.now();
    let fingerprint = parsed_fingerprint(fingerprint)?;
    let mut write = settings::begin_registry_change(&app.db).await?;
    let team = find_team(&mut write, handle).await?;
    let all = credentials::of_team(&mut write, &team.id).await?;
    let Some(found) = all.iter().find(|key| key.fingerprint == fingerprint) else {
        return Err(Error::not_found(format!("{} has no key {fingerprint}", team.handle))
            .hint(format!("`campanile team key list {}` shows its keys", team.handle)));
    };
    if found.state == KeyState::Revoked {
        return Ok(Outcome::Unchanged);
    }
    credentials::set_state(&mut write, &found.id, KeyState::Revoked, now).await?;
    let detail = json!({ "protocol": found.protocol, "fingerprint": fingerprint });
    let object = team.handle.as_str();
    finish(&app.secret, write, now, Done { actor, action: "team.key.revoke", object, detail })
        .await?;
    Ok(Outcome::Changed)
}
