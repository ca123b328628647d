//! A team saves queries, and is told once a day what has changed of what they mean.
//!
//! The mail is sealed, and queued in the transaction that notes what it tells: a machine that stops
//! in between sends nothing, and the next look tells the same. A team without a usable key is told
//! when it has one.

use campanile_core::authz::{Action, Membership, Viewer};
use campanile_core::model::person::Role;
use campanile_core::model::time::Timestamp;
use serde_json::json;

use super::{Actor, Done, OwnMail, finish, member, own_team, seal_own_mail};
use crate::app::App;
use crate::app::advisories::typed;
use crate::app::advisories::watches::{Digest, OVERLAP_SECONDS, OpenWatch, Watch};
use crate::error::{Error, Result};
use crate::printable::printable;
use crate::store::{sealed, teams, watches};

/// How long after one digest the next is due.
const DIGEST_SECONDS: i64 = 24 * 3600;
/// Watches of one team: more than anybody reads about.
const WATCHES_MAX: usize = 100;
/// Longest name of a watch, in characters.
const NAME_CHARS_MAX: usize = 100;

/// What is changed of a watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WatchChange<'a> {
    /// What the team calls it.
    Name(&'a str),
    /// Whether the digest says nothing of it.
    Muted(bool),
}

/// Saves a query for the viewer's team. What it means need not be there yet. Returns its
/// identifier.
///
/// # Errors
/// The viewer does not work on groups, the query cannot be read, the name is empty, too long or
/// taken, or there are too many.
pub async fn add_watch(app: &App, by: &Viewer, name: &str, query: &str) -> Result<String> {
    let team = own_team(by, Action::WorkOnGroups)?;
    let query = typed(query)?.to_string();
    let known = app.watches(by).await?;
    let name = free_name(&known, name)?;
    if known.len() >= WATCHES_MAX {
        return Err(Error::too_large("your team has 100 watches already").hint("remove some"));
    }
    let now = app.now();
    let id = app.new_id(now);
    let watch = Watch { name, query, by: by.name.clone(), muted: false };
    let sealed = app.vault.seal_json(sealed::WATCH, &id, &watch)?;
    let row = watches::Watch { id: id.clone(), created_at: now.micros(), sealed };
    let mut write = app.db.begin_write().await?;
    watches::add(&mut write, &team.id, &row, now.plus_seconds(DIGEST_SECONDS)).await?;
    let done = Done { actor: member(by), action: "watch.add", object: &id, detail: json!({}) };
    finish(&app.secret, write, now, done).await?;
    Ok(id)
}

/// A name for a watch that none of these has.
fn free_name(known: &[OpenWatch], name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        return Err(Error::invalid("a watch has a name of at most 100 characters")
            .hint("its name stands in the digest"));
    }
    if known.iter().any(|one| one.watch.name.to_lowercase() == name.to_lowercase()) {
        return Err(Error::conflict("your team has a watch of this name")
            .hint("remove that one first, or take another name"));
    }
    Ok(name.to_owned())
}

/// Takes the watch with a name or identifier out of these.
fn named(known: &mut Vec<OpenWatch>, name: &str) -> Result<OpenWatch> {
    let fits = |one: &OpenWatch| {
        one.id == name || one.watch.name.to_lowercase() == name.trim().to_lowercase()
    };
    let at = known.iter().position(fits).ok_or_else(no_watch)?;
    Ok(known.remove(at))
}

fn no_watch() -> Error {
    Error::not_found("there is no such watch").hint("`campanile watch list` shows them")
}

/// Changes a watch of the viewer's team, named by its name or identifier.
///
/// # Errors
/// The viewer does not work on groups, there is none, or the new name is empty, too long or taken.
pub async fn change_watch(
    app: &App,
    by: &Viewer,
    name: &str,
    change: WatchChange<'_>,
) -> Result<()> {
    let team = own_team(by, Action::WorkOnGroups)?;
    let mut known = app.watches(by).await?;
    let OpenWatch { id, mut watch, .. } = named(&mut known, name)?;
    let detail = match change {
        WatchChange::Name(name) => {
            watch.name = free_name(&known, name)?;
            json!({ "renamed": true })
        }
        WatchChange::Muted(muted) => {
            watch.muted = muted;
            json!({ "muted": muted })
        }
    };
    let now = app.now();
    let sealed = app.vault.seal_json(sealed::WATCH, &id, &watch)?;
    let mut write = app.db.begin_write().await?;
    if !watches::change(&mut write, &id, &team.id, &sealed).await? {
        return Err(no_watch());
    }
    let done = Done { actor: member(by), action: "watch.change", object: &id, detail };
    finish(&app.secret, write, now, done).await
}

/// Removes a watch of the viewer's team, named by its name or identifier.
///
/// # Errors
/// The viewer does not work on groups, or there is none.
pub async fn remove_watch(app: &App, by: &Viewer, name: &str) -> Result<()> {
    let team = own_team(by, Action::WorkOnGroups)?;
    let OpenWatch { id, .. } = named(&mut app.watches(by).await?, name)?;
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    if !watches::remove(&mut write, &id, &team.id).await? {
        return Err(no_watch());
    }
    let done = Done { actor: member(by), action: "watch.remove", object: &id, detail: json!({}) };
    finish(&app.secret, write, now, done).await
}

/// Tells a team what has changed since its last digest. Returns how many changes the mail tells;
/// 0 without a mail, because nothing has changed, none can be sealed for the team, or another node
/// was quicker.
///
/// # Errors
/// The database fails; then nothing was queued, and the next look tells the same.
pub async fn send_digest(app: &App, team_id: &str) -> Result<usize> {
    let all = teams::all(&mut *app.db.read().await?).await?;
    let Some(team) = all.into_iter().find(|team| team.id == team_id) else { return Ok(0) };
    if !team.state.capabilities().receive {
        return Ok(0);
    }
    let name = team.handle.to_string();
    // Whoever reads the mail of the team sees what a reader of the team sees.
    let reader = Viewer {
        login: "digest".into(),
        name: name.clone(),
        role: Role::Reader,
        team: Some(Membership { id: team.id, handle: team.handle, state: team.state }),
    };
    let Some(digest) = app.digest(&reader).await? else { return Ok(0) };
    let count = digest.changes.len();
    let text = text(app, &name, &digest);
    let subject = format!("{count} changes of what {name} watches");
    let mail = OwnMail {
        team_id,
        kind: "digest",
        subject: &subject,
        text: &text,
        attachments: &[],
        list_id: None,
    };
    let sealed = match count {
        0 => None,
        _ => seal_own_mail(app, &mail).await?,
    };
    let now = app.now();
    let due_at = now.plus_seconds(DIGEST_SECONDS);
    // What could not be told stays to be told.
    let untold = count > 0 && sealed.is_none();
    let to = if untold { digest.from } else { digest.to };
    let mut write = app.db.begin_write().await?;
    if !watches::move_on(&mut write, team_id, (digest.from, to), due_at).await? {
        sealed.iter().for_each(|mail| mail.forget(app));
        return Ok(0);
    }
    let Some(mail) = sealed else {
        write.commit().await?;
        if untold {
            tracing::warn!(team = name, "no key of the team can be used: its digest waits");
        }
        return Ok(0);
    };
    mail.queue(&mut write, now).await?;
    let told: Vec<_> = digest
        .changes
        .iter()
        .map(|(one, _)| (one.group.id.clone(), one.group.changed_at))
        .collect();
    let since = Timestamp::from_micros(to).plus_seconds(-OVERLAP_SECONDS).micros();
    watches::note(&mut write, team_id, &told, since).await?;
    let detail = json!({ "changes": count, "broken": digest.broken.len() });
    let done = Done { actor: Actor::Gateway, action: "watch.digest", object: &name, detail };
    finish(&app.secret, write, now, done).await?;
    app.queued.notify_waiters();
    Ok(count)
}

/// The mail: each change with the watches that mean it.
fn text(app: &App, name: &str, digest: &Digest) -> String {
    let since = Timestamp::from_micros(digest.from);
    let mut text = format!("What {name} watches has changed since {since}.\n\n");
    for (watch, why) in &digest.broken {
        text.push_str(&format!(
            "The watch \"{watch}\" cannot be asked ({why}). So that nothing is missed, every \
             change is told for it: please save it anew.\n\n"
        ));
    }
    for (one, watches) in &digest.changes {
        let more = if one.summary.more_identifiers { " and more" } else { "" };
        let news = if one.group.first_at >= digest.from { "new" } else { "changed" };
        text.push_str(&format!(
            "{}\n  {}{more}\n  {news} {}; {} advisories; group {}\n  because of your watch: {}\n\n",
            printable(&one.group.title),
            printable(&one.summary.identifiers.join(" ")),
            Timestamp::from_micros(one.group.changed_at),
            one.group.members,
            one.group.id,
            watches.join(", "),
        ));
    }
    if digest.more {
        text.push_str("There are more changes than one mail tells; the pages have them all.\n\n");
    }
    text.push_str(&format!(
        "You get this mail because your team has saved watches in this network ({}). `campanile \
         watch list` shows them.\n",
        app.config.public_url()
    ));
    text
}
