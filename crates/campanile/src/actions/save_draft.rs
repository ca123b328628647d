//! Nothing that was typed is ever lost: a form is saved as it is, wrong entries included.

use campanile_core::authz::{Action, Viewer};
use campanile_core::model::limits::DRAFT_BYTES_MAX;
use serde_json::json;

use super::{Done, finish, member, own_team};
use crate::app::App;
use crate::app::drafts::DraftText;
use crate::error::{Error, Result};
use crate::store::{drafts, sealed};

/// Most drafts of one team.
const DRAFTS_MAX: usize = 200;

/// Saves a draft of the viewer's team, over the one with this identifier if there is one. Returns
/// the identifier.
///
/// # Errors
/// The viewer writes no alerts, the draft is too large, or the team has too many.
pub async fn save_draft(
    app: &App,
    by: &Viewer,
    id: Option<&str>,
    title: &str,
    form: &str,
) -> Result<String> {
    let team = own_team(by, Action::WriteAlerts)?;
    if form.len() + title.len() > DRAFT_BYTES_MAX {
        return Err(Error::too_large("the draft is too large")
            .hint("attachments have no place in an alert: send them to the list by mail"));
    }
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    let known = drafts::of_team(&mut write, &team.id).await?;
    // One that was sent or discarded meanwhile is saved anew, under a name of our own.
    let id = id.filter(|id| known.iter().any(|draft| draft.id == *id)).map(str::to_owned);
    if id.is_none() && known.len() >= DRAFTS_MAX {
        return Err(Error::conflict(format!("your team has {DRAFTS_MAX} drafts"))
            .hint("discard some of them"));
    }
    let id = id.unwrap_or_else(|| app.new_id(now));
    let (by_name, title, form) = (by.name.clone(), title.to_owned(), form.to_owned());
    let draft = DraftText { by: by_name, title, form };
    let sealed = app.vault.seal_json(sealed::DRAFT, &id, &draft)?;
    if !drafts::save(&mut write, &id, &team.id, &sealed, now).await? {
        return Err(Error::conflict("the draft is not yours").hint("save it anew"));
    }
    let detail = json!({ "team": team.handle });
    let done = Done { actor: member(by), action: "alert.draft", object: &id, detail };
    finish(&app.secret, write, now, done).await?;
    Ok(id)
}
