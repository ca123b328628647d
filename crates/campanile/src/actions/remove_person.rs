//! A person leaves its team: none of its certificates opens anything any more.

use campanile_core::model::person::{LoginState, PersonState};
use serde_json::json;

use super::add_person::find_person;
use super::revoke_login::{refresh_list, withdraw};
use super::{Actor, Done, find_team, finish};
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::people::{self, Person};
use crate::store::{logins, settings};

/// Removes a person, named by name, address or identifier, and revokes its certificates. Returns
/// how many these were.
///
/// # Errors
/// There is no such team or person.
pub async fn remove_person(
    app: &App,
    actor: Actor<'_>,
    handle: &str,
    who: &str,
) -> Result<(Person, usize)> {
    let now = app.now();
    let mut write = settings::begin_registry_change(&app.db).await?;
    let team = find_team(&mut write, handle).await?;
    let found = find_person(&mut write, &team, who).await?;
    let person = found.ok_or_else(|| {
        Error::not_found(format!("{} has no such person", team.handle))
            .hint(format!("`campanile person list {}` shows its people", team.handle))
    })?;
    people::set_state(&mut write, &person.id, PersonState::Removed, now).await?;
    let all = logins::all(&mut write, None).await?;
    let own = all.iter().filter(|login| {
        login.person_id.as_ref() == Some(&person.id) && login.state == LoginState::Active
    });
    let mut revoked = 0;
    let mut listed = false;
    for login in own {
        listed |= withdraw(&mut write, login, "the person has left the team", now).await?;
        revoked += 1;
    }
    if listed {
        refresh_list(app, &mut write, now).await?;
    }
    let detail = json!({ "person": person.id, "revoked": revoked });
    let object = team.handle.as_str();
    finish(&app.secret, write, now, Done { actor, action: "person.remove", object, detail })
        .await?;
    Ok((person, revoked))
}
