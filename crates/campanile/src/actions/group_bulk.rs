//! A team says the same about many groups at once, or is at all of them; and takes it back.
//!
//! Which groups, is a query; what was looked at before is all that is touched. One transaction, one
//! audit entry; what was there before is kept, so that it can be put back.

use std::collections::HashMap;

use campanile_core::authz::{Action, Membership, Viewer};
use campanile_core::model::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::set_group_state::{CLAIM_SECONDS, check_state};
use super::{Done, finish, member, own_team};
use crate::app::App;
use crate::app::advisories::bulk::{About, Meant, Seen, UNDO_SECONDS};
use crate::app::advisories::groups::Why;
use crate::error::{Error, Result};
use crate::store::advisories::group_bulk::{self, Bulk};
use crate::store::advisories::group_states::{self, Claim, State};
use crate::store::advisories::groups::Filter;
use crate::store::{Write, sealed};

/// What is done about each group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing<'a> {
    /// The team says this, and why.
    State(&'a str, &'a str),
    /// The viewer is at it.
    Claim,
}

/// Many groups, and what to do about each.
#[derive(Debug, Clone, Copy)]
pub struct ManyGroups<'a> {
    /// Which.
    pub filter: &'a Filter,
    /// What was looked at; `None`: whatever there is now.
    pub seen: Option<&'a Seen>,
    /// What to do.
    pub doing: Doing<'a>,
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DoneAbout {
    /// What undoes it; empty where nothing was done.
    pub id: String,
    /// Groups for which it was done.
    pub done: usize,
    /// At which somebody else is.
    pub held: usize,
    /// That changed, or were assessed, since they were looked at.
    pub changed: usize,
    /// That were not there when it was looked.
    pub new: usize,
    /// There are more than can be done at once.
    pub more: bool,
}

/// What was put back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Undone {
    /// Groups that are as they were.
    pub restored: usize,
    /// Groups about which something newer was said.
    pub kept: usize,
}

/// One group: the row that was written, and what was there before.
#[derive(Serialize, Deserialize)]
struct Entry {
    named: String,
    wrote: String,
    before: Option<Before>,
}

/// What a team said before.
#[derive(Serialize, Deserialize)]
struct Before {
    state: String,
    assessed_at: i64,
    why: Why,
}

impl<'a> Doing<'a> {
    /// The state, or `claim`, and the reason.
    fn checked(self) -> Result<(&'a str, &'a str)> {
        match self {
            Self::State(state, reason) => Ok((state, check_state(state, reason)?)),
            Self::Claim => Ok(("claim", "")),
        }
    }

    /// For which of the groups it is done.
    fn of(self, meant: Meant) -> Meant {
        match self {
            Self::State(..) => meant,
            Self::Claim => meant.free(),
        }
    }
}

/// Tells for how many groups something would be done.
///
/// # Errors
/// As [`do_about_groups`].
pub async fn would_do_about_groups(
    app: &App,
    by: &Viewer,
    filter: &Filter,
    doing: Doing<'_>,
) -> Result<DoneAbout> {
    own_team(by, Action::WorkOnGroups)?;
    doing.checked()?;
    let Meant { groups, held, more, .. } = doing.of(app.meant(by, filter).await?);
    Ok(DoneAbout { done: groups.len(), held, more, ..DoneAbout::default() })
}

/// Does the same about every group of a query.
///
/// # Errors
/// The viewer does not work on groups, the state is none, or its reason is missing. That there is
/// nothing to do is no error.
pub async fn do_about_groups(app: &App, by: &Viewer, many: ManyGroups<'_>) -> Result<DoneAbout> {
    let team = own_team(by, Action::WorkOnGroups)?;
    let (kind, reason) = many.doing.checked()?;
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    let meant = app.meant_in(&mut write, by, many.filter, many.seen).await?;
    let meant = many.doing.of(meant);
    let entries = match many.doing {
        Doing::State(..) => say(app, &mut write, by, team, (&meant, kind, reason)).await?,
        Doing::Claim => take(app, &mut write, by, team, &meant).await?,
    };
    let done = entries.len();
    // Somebody was quicker while the rows were read.
    let changed = meant.changed + meant.groups.len().saturating_sub(done);
    let Meant { held, new, more, .. } = meant;
    if entries.is_empty() {
        return Ok(DoneAbout { held, changed, new, more, ..DoneAbout::default() });
    }
    let id = app.new_id(now);
    let query = many.filter.query.to_string();
    let about = About { by: Why::of(by, "").by, query, reason: reason.to_owned() };
    let row = Bulk {
        id: id.clone(),
        kind: kind.to_owned(),
        touched: i64::try_from(done).unwrap_or(i64::MAX),
        at: now.micros(),
        undone_at: None,
        sealed: app.vault.seal_json(sealed::GROUP_BULK, &id, &about)?,
    };
    let before = app.vault.seal_json(sealed::GROUP_BULK_BEFORE, &id, &entries)?;
    group_bulk::add(&mut write, &team.id, &row, &before).await?;
    let detail = json!({ "kind": kind, "groups": done, "held": held, "changed": changed });
    let entry = Done { actor: member(by), action: "group.bulk", object: &id, detail };
    finish(&app.secret, write, now, entry).await?;
    Ok(DoneAbout { id, done, held, changed, new, more })
}

/// Says a state about each group.
async fn say(
    app: &App,
    write: &mut Write,
    by: &Viewer,
    team: &Membership,
    (meant, state, reason): (&Meant, &str, &str),
) -> Result<Vec<Entry>> {
    let now = app.now();
    let names: Vec<&str> = meant.groups.iter().map(|one| one.group.id.as_str()).collect();
    let before = group_states::named(write, by, &names).await?;
    let mut before: HashMap<_, _> =
        before.into_iter().map(|row| (row.named.clone(), row)).collect();
    let mut entries = Vec::with_capacity(names.len());
    for name in names {
        let id = app.new_id(now);
        let sealed = app.vault.seal_json(sealed::GROUP_STATE, &id, &Why::of(by, reason))?;
        let row = State {
            id: id.clone(),
            named: name.to_owned(),
            group_id: name.to_owned(),
            state: state.to_owned(),
            assessed_at: now.micros(),
            sealed,
        };
        let old = before.remove(name);
        let over = old.as_ref().map_or("", |old| old.id.as_str());
        if !group_states::set_over(write, &team.id, &row, over).await? {
            continue;
        }
        let before = old.map(|old| before_of(app, old)).transpose()?;
        entries.push(Entry { named: row.named, wrote: id, before });
    }
    Ok(entries)
}

fn before_of(app: &App, old: State) -> Result<Before> {
    let why = app.vault.open_json(sealed::GROUP_STATE, &old.id, &old.sealed)?;
    Ok(Before { state: old.state, assessed_at: old.assessed_at, why })
}

/// Claims each group.
async fn take(
    app: &App,
    write: &mut Write,
    by: &Viewer,
    team: &Membership,
    meant: &Meant,
) -> Result<Vec<Entry>> {
    let now = app.now();
    let mut entries = Vec::new();
    for one in &meant.groups {
        let id = app.new_id(now);
        let claim = Claim {
            sealed: app.vault.seal_json(sealed::GROUP_CLAIM, &id, &Why::of(by, ""))?,
            id,
            group_id: one.group.id.clone(),
            team: team.handle.to_string(),
            team_id: team.id.clone(),
            expires_at: now.plus_seconds(CLAIM_SECONDS).micros(),
        };
        group_states::take(write, &claim, now).await?;
        entries.push(Entry { named: claim.group_id, wrote: claim.id, before: None });
    }
    Ok(entries)
}

/// Puts back what was there before, where nothing newer was said.
///
/// # Errors
/// The viewer does not work on groups, its team did no such thing, it is undone already, or longer
/// ago than a day.
pub async fn undo_about_groups(app: &App, by: &Viewer, id: &str) -> Result<Undone> {
    let team = own_team(by, Action::WorkOnGroups)?;
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    let found = group_bulk::find(&mut write, by, id).await?;
    let (bulk, before) = found.ok_or_else(|| {
        Error::not_found("your team did no such thing").hint("the list of groups shows what it did")
    })?;
    if Timestamp::from_micros(bulk.at).plus_seconds(UNDO_SECONDS) < now {
        return Err(Error::conflict("this is longer ago than a day")
            .hint("say anew what your team does about each group"));
    }
    if !group_bulk::undo(&mut write, id, now).await? {
        return Err(Error::conflict("this is undone already").hint("look at the groups"));
    }
    let entries: Vec<Entry> = app.vault.open_json(sealed::GROUP_BULK_BEFORE, id, &before)?;
    let mut restored = 0;
    for entry in &entries {
        restored += usize::from(put_back(app, &mut write, team, entry).await?);
    }
    let undone = Undone { restored, kept: entries.len().saturating_sub(restored) };
    let detail = json!({ "restored": undone.restored, "kept": undone.kept });
    let entry = Done { actor: member(by), action: "group.bulk.undo", object: id, detail };
    finish(&app.secret, write, now, entry).await?;
    Ok(undone)
}

/// Whether what was there before is there again.
async fn put_back(app: &App, write: &mut Write, team: &Membership, entry: &Entry) -> Result<bool> {
    let Some(before) = &entry.before else {
        return group_states::remove(write, &team.id, &entry.wrote).await;
    };
    let id = app.new_id(app.now());
    let row = State {
        sealed: app.vault.seal_json(sealed::GROUP_STATE, &id, &before.why)?,
        id,
        named: entry.named.clone(),
        group_id: entry.named.clone(),
        state: before.state.clone(),
        assessed_at: before.assessed_at,
    };
    group_states::restore(write, &team.id, &entry.wrote, &row).await
}
