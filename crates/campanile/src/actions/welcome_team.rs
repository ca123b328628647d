//! Hands a new team what it needs, in one sealed mail.

use campanile_core::mime::compose::Attachment;
use campanile_core::model::key::Protocol;
use serde_json::json;

use super::{Actor, Done, OwnMail, find_team, finish, seal_own_mail};
use crate::app::App;
use crate::error::Result;
use crate::store::{membership, teams};

/// Asks for the welcome mail of a team (again); it goes as soon as mail can be sealed for it.
///
/// # Errors
/// There is no such team.
pub async fn ask_welcome(app: &App, actor: Actor<'_>, handle: &str) -> Result<()> {
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    let team = find_team(&mut write, handle).await?;
    membership::ask_welcome(&mut write, &team.id).await?;
    let (object, detail) = (team.handle.as_str(), json!({}));
    finish(&app.secret, write, now, Done { actor, action: "team.welcome.ask", object, detail })
        .await
}

/// Sends the welcome mail of one team that waits for it. Returns whether it was queued: not while
/// the team has no usable key, or is not active.
///
/// # Errors
/// The database fails; nothing was queued then.
pub async fn welcome_team(app: &App, team_id: &str) -> Result<bool> {
    let mut read = app.db.read_snapshot().await?;
    let all = teams::all(&mut read).await?;
    let Some(team) = all.iter().find(|team| team.id == team_id) else { return Ok(false) };
    if !team.state.capabilities().receive {
        return Ok(false);
    }
    let welcome = app.welcome(&mut read, team).await?;
    drop(read);
    let keys = welcome.lists.iter().flat_map(|list| &list.keys);
    let attachments: Vec<_> = keys
        .map(|key| Attachment {
            name: &key.file,
            media_type: match key.protocol {
                Protocol::Openpgp => "application/pgp-keys",
                Protocol::Smime => "application/x-pem-file",
            },
            bytes: key.text.as_bytes(),
        })
        .collect();
    let text = welcome.text();
    let subject = format!("Welcome to {}", welcome.network);
    let mail = OwnMail {
        team_id,
        kind: "welcome",
        subject: &subject,
        text: &text,
        attachments: &attachments,
        list_id: None,
    };
    let Some(sealed) = seal_own_mail(app, &mail).await? else { return Ok(false) };
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    if !membership::set_welcomed(&mut write, team_id, now).await? {
        sealed.forget(app);
        return Ok(false);
    }
    sealed.queue(&mut write, now).await?;
    let detail = json!({ "lists": welcome.lists.len() });
    let object = team.handle.as_str();
    let done = Done { actor: Actor::Gateway, action: "team.welcome", object, detail };
    finish(&app.secret, write, now, done).await?;
    app.queued.notify_waiters();
    Ok(true)
}
