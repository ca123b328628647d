//! Somebody of the team says that its contact data are right.

use serde_json::json;

use super::{Actor, Done, finish, managed_team};
use crate::app::App;
use crate::error::Result;
use crate::store::membership;

/// Confirms the contact data of a team for the next four months.
///
/// # Errors
/// There is no such team, or it is not the actor's to speak for.
pub async fn confirm_contact_data(app: &App, actor: Actor<'_>, handle: &str) -> Result<()> {
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    let team = managed_team(&mut write, actor, handle).await?;
    let by = match actor {
        Actor::Member(viewer) => viewer.name.as_str(),
        Actor::Operator => "operator",
        Actor::Gateway => "gateway",
    };
    membership::set_confirmed(&mut write, &team.id, by, now).await?;
    let detail = json!({ "emails": team.emails, "phone": team.phone.is_some() });
    let object = team.handle.as_str();
    finish(&app.secret, write, now, Done { actor, action: "team.confirm", object, detail }).await
}
