//! `/api/v1/teams`

use axum::Json;
use axum::extract::{Path, Query};
use campanile_core::authz::Action;
use campanile_core::model::key::KeyState;
use campanile_core::model::scope::Scope;
use campanile_core::model::team::Handle;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use crate::error::{Error, Result};
use crate::store::directory;
use crate::store::teams::Team;

/// Which teams to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// Words that all stand in handle, name or domain.
    #[serde(default)]
    q: String,
}

/// A team of the directory.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TeamView {
    /// Short name.
    #[schema(example = "DFN-CERT")]
    handle: String,
    /// Full name.
    name: String,
    /// Domain.
    fqdn: String,
    /// How it came to the network.
    standing: &'static str,
    /// `active`, `suspended`, …
    state: &'static str,
    /// Addresses; the first is where copies go.
    emails: Vec<String>,
    /// Telephone.
    phone: Option<String>,
    /// Telefax.
    fax: Option<String>,
}

impl TeamView {
    fn of(team: Team) -> Self {
        Self {
            handle: team.handle.to_string(),
            name: team.name,
            fqdn: team.fqdn.to_string(),
            standing: team.standing.name(),
            state: team.state.name(),
            emails: team.emails.iter().map(ToString::to_string).collect(),
            phone: team.phone,
            fax: team.fax,
        }
    }
}

/// Lists the teams that the directory shows.
#[utoipa::path(
    get, path = "/api/v1/teams", tag = "teams", params(Which),
    responses((status = 200, body = [TeamView]), (status = 403))
)]
pub(super) async fn list(
    caller: Caller,
    Query(which): Query<Which>,
) -> Result<Json<Vec<TeamView>>> {
    caller.needs(Action::SeeTeams, Scope::Read)?;
    let mut read = caller.app.db.read().await?;
    let teams = directory::list(&mut read, &caller.viewer, &which.q).await?;
    Ok(Json(teams.into_iter().map(TeamView::of).collect()))
}

/// A key of a team.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct KeyView {
    /// `openpgp` or `smime`.
    protocol: &'static str,
    /// The full fingerprint.
    fingerprint: String,
    /// Algorithms, for people.
    algorithms: String,
    /// When it ends by itself (RFC 3339).
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

/// A team with its lists and its keys.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TeamDetail {
    /// What the directory shows.
    team: TeamView,
    /// Names of the lists that it is on.
    lists: Vec<String>,
    /// Keys that count now.
    keys: Vec<KeyView>,
}

/// Shows one team.
#[utoipa::path(
    get, path = "/api/v1/teams/{handle}", tag = "teams",
    params(("handle" = String, Path, description = "Short name of the team")),
    responses((status = 200, body = TeamDetail), (status = 403), (status = 404))
)]
pub(super) async fn show(caller: Caller, Path(handle): Path<String>) -> Result<Json<TeamDetail>> {
    caller.needs(Action::SeeTeams, Scope::Read)?;
    let absent = || Error::not_found("there is no such team").hint("/api/v1/teams lists them");
    let handle: Handle = handle.parse().map_err(|_| absent())?;
    let mut read = caller.app.db.read().await?;
    let found = directory::find(&mut read, &caller.viewer, &handle).await?;
    let (team, lists, keys) = found.ok_or_else(absent)?;
    let now = caller.app.now();
    let keys = keys.into_iter().filter(|key| key.state_at(now) == KeyState::Active);
    let keys = keys.map(|key| KeyView {
        protocol: key.protocol.name(),
        fingerprint: key.fingerprint.to_string(),
        algorithms: key.algorithms,
        expires_at: key.expires_at.map(|at| at.to_string()),
    });
    Ok(Json(TeamDetail { team: TeamView::of(team), lists, keys: keys.collect() }))
}
