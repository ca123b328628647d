//! Ends the subscription of a team to a list.

use serde_json::json;

use super::{Actor, Done, Outcome, find_list, find_team, finish};
use crate::app::App;
use crate::error::Result;
use crate::store::{settings, subscriptions};

/// Ends a subscription; [`Outcome::Unchanged`] when there was none.
///
/// # Errors
/// There is no such list or team.
pub async fn unsubscribe(app: &App, actor: Actor<'_>, list: &str, handle: &str) -> Result<Outcome> {
    let now = app.now();
    let mut write = settings::begin_registry_change(&app.db).await?;
    let list = find_list(&mut write, list).await?;
    let team = find_team(&mut write, handle).await?;
    if !subscriptions::remove(&mut write, &list.id, &team.id).await? {
        return Ok(Outcome::Unchanged);
    }
    let detail = json!({ "team": team.handle });
    let object = list.name.as_str();
    finish(&app.secret, write, now, Done { actor, action: "list.unsubscribe", object, detail })
        .await?;
    Ok(Outcome::Changed)
}
