//! An operator lets a held message go on, or gives it up.

use campanile_core::model::condition::Condition;

use super::{Actor, Done, finish};
use crate::app::App;
use crate::error::{Error, Result};
use crate::spool::Folder;
use crate::store::messages::{self, Outcome};

fn not_held(id: &str) -> Error {
    Error::not_found(format!("no message `{id}` is held"))
        .hint("`campanile held list` shows what is held")
}

/// Lets a held message be opened again, with hold counting as accept. What the rule refuses by
/// itself is refused again.
///
/// # Errors
/// When no such message is held, or the database fails.
pub async fn release_held(app: &App, actor: Actor<'_>, id: &str) -> Result<()> {
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    if !messages::release(&mut write, id).await? {
        return Err(not_held(id));
    }
    finish(
        &app.secret,
        write,
        now,
        Done { actor, action: "message.release", object: id, detail: serde_json::json!({}) },
    )
    .await?;
    Ok(())
}

/// Gives a held message up; its bytes are removed.
///
/// # Errors
/// When no such message is held, or the database fails.
pub async fn drop_held(app: &App, actor: Actor<'_>, id: &str) -> Result<()> {
    let found = messages::find(&mut *app.db.read().await?, id)
        .await?
        .filter(|message| ["held", "restored"].contains(&message.state.as_str()));
    let held = found.ok_or_else(|| not_held(id))?;
    let reasons = held.reasons.split(' ');
    let known = reasons.filter_map(|name| Condition::ALL.iter().find(|c| c.name() == name));
    let reasons: Vec<_> = known.copied().collect();
    let outcome = Outcome {
        state: "dropped",
        reasons: &reasons,
        team_id: held.team_id.as_deref(),
        message_id: None,
    };
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    if !messages::decide(&mut write, id, now, &outcome).await? {
        return Err(not_held(id));
    }
    finish(
        &app.secret,
        write,
        now,
        Done { actor, action: "message.drop", object: id, detail: serde_json::json!({}) },
    )
    .await?;
    app.remove_spooled(Folder::Received, id);
    Ok(())
}
