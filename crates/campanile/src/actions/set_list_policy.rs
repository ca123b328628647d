//! Replaces the policy of a list.

use serde_json::json;

use super::{Actor, Done, Outcome, find_list, finish, parse_policy};
use crate::app::App;
use crate::error::Result;
use crate::store::{escalation, lists, settings};

/// How old an alert may be to which new rules apply, in seconds: nobody is reminded of what was
/// over long ago because a rule was written down today.
const RECENT_SECONDS: i64 = 24 * 3600;

/// Replaces the policy of a list by one given as TOML.
///
/// # Errors
/// There is no such list, or the policy breaks a rule.
pub async fn set_list_policy(
    app: &App,
    actor: Actor<'_>,
    name: &str,
    policy: &str,
) -> Result<Outcome> {
    let policy = parse_policy(policy)?;
    let mut write = settings::begin_registry_change(&app.db).await?;
    let list = find_list(&mut write, name).await?;
    if list.policy == policy {
        return Ok(Outcome::Unchanged);
    }
    lists::set_policy(&mut write, &list.id, &policy).await?;
    // The rules about silence hold for the alerts of today as well.
    let now = app.now();
    let since = now.plus_seconds(-RECENT_SECONDS);
    escalation::look_at_list(&mut write, &list.id, since, now).await?;
    let detail = json!({ "from": list.policy, "to": policy });
    let object = list.name.as_str();
    finish(&app.secret, write, app.now(), Done { actor, action: "list.policy", object, detail })
        .await?;
    Ok(Outcome::Changed)
}
