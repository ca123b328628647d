//! Subscribes a team to a list: it gets copies and may post.

use serde_json::json;

use super::{Actor, Done, Outcome, find_list, find_team, finish};
use crate::app::App;
use crate::error::Result;
use crate::store::{settings, subscriptions};

/// Subscribes a team; [`Outcome::Unchanged`] when it was subscribed already.
///
/// # Errors
/// There is no such list or team.
pub async fn subscribe(app: &App, actor: Actor<'_>, list: &str, handle: &str) -> Result<Outcome> {
    let now = app.now();
    let mut write = settings::begin_registry_change(&app.db).await?;
    let list = find_list(&mut write, list).await?;
    let team = find_team(&mut write, handle).await?;
    if !subscriptions::insert(&mut write, &list.id, &team.id, now).await? {
        return Ok(Outcome::Unchanged);
    }
    let detail = json!({ "team": team.handle });
    let object = list.name.as_str();
    finish(&app.secret, write, now, Done { actor, action: "list.subscribe", object, detail })
        .await?;
    Ok(Outcome::Changed)
}
