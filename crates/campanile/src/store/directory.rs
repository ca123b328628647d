//! The directory of teams as a viewer sees it.

use campanile_core::authz::{Action, Viewer, may};
use campanile_core::model::team::Handle;

use super::teams::{self, Team};
use super::{Connection, credentials, subscriptions};
use crate::error::Result;

/// Teams that the viewer may see, by handle. Words are looked for in handle, name and domain.
///
/// # Errors
/// The database cannot be read.
pub async fn list(connection: &mut Connection, viewer: &Viewer, words: &str) -> Result<Vec<Team>> {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    let fits = |team: &Team| {
        let text = format!("{} {} {}", team.handle, team.name, team.fqdn).to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    let mut teams = teams::all(connection).await?;
    teams.retain(|team| sees(viewer, team) && fits(team));
    Ok(teams)
}

/// One team with the names of its lists and its keys; `None` when there is none that the viewer
/// may see.
///
/// # Errors
/// The database cannot be read.
pub async fn find(
    connection: &mut Connection,
    viewer: &Viewer,
    handle: &Handle,
) -> Result<Option<(Team, Vec<String>, Vec<credentials::Credential>)>> {
    let found = teams::by_handle(&mut *connection, handle).await?;
    let Some(team) = found.filter(|team| sees(viewer, team)) else {
        return Ok(None);
    };
    let lists = subscriptions::lists(&mut *connection, &team.id).await?;
    let keys = credentials::of_team(connection, &team.id).await?;
    Ok(Some((team, lists, keys)))
}

/// The own team always, listed ones with the right to see teams, all for the operator.
fn sees(viewer: &Viewer, team: &Team) -> bool {
    let own = viewer.team.as_ref().is_some_and(|own| own.id == team.id);
    let listed = team.state.capabilities().be_listed;
    own || may(viewer, Action::Operate) || (listed && may(viewer, Action::SeeTeams))
}
