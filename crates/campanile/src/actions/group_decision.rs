//! What people decide about groups: these two belong together, these two never, this one to none
//! that a rule makes; and taking it back.
//!
//! A decision belongs to the keys of advisories, so it survives every import, and it wins over
//! every rule. It is never removed: what was undone stays to be read.

use campanile_core::authz::{Action, Viewer};
use campanile_core::grouping::AdvisoryKey;
use campanile_core::model::limits::REMARK_CHARS_MAX;
use serde_json::json;

use super::regroup::Regroup;
use super::{Done, finish, member, permit};
use crate::app::App;
use crate::app::advisories::groups::Why;
use crate::error::{Error, Result};
use crate::store::advisories::groups::{self, Decision};
use crate::store::advisories::{self, Name, Stored};
use crate::store::{Write, sealed};

/// What to decide. Advisories are named by their rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deciding<'a> {
    /// These two are about the same.
    Join(&'a str, &'a str),
    /// These two are never in one group.
    Never(&'a str, &'a str),
    /// Only people put this one into a group.
    Detach(&'a str),
}

/// Decides. Returns the identifier of the decision, for taking it back.
///
/// # Errors
/// The viewer does not work on groups, there is no such advisory for it, no reason is given, or
/// the two are one.
pub async fn decide_group(
    app: &App,
    by: &Viewer,
    what: Deciding<'_>,
    reason: &str,
) -> Result<String> {
    permit(by, Action::WorkOnGroups)?;
    let reason = founded(reason)?;
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    advisories::reserve(&mut write, 0).await?;
    let (kind, one, other) = match what {
        Deciding::Join(a, b) => ("join", a, Some(b)),
        Deciding::Never(a, b) => ("never", a, Some(b)),
        Deciding::Detach(a) => ("detach", a, None),
    };
    let one = grouped(&mut write, by, one).await?;
    let other = match other {
        Some(other) => Some(grouped(&mut write, by, other).await?),
        None => None,
    };
    if other.as_ref().is_some_and(|other| other.id == one.id) {
        return Err(Error::invalid("both are the same advisory").hint("name two"));
    }
    let id = app.new_id(now);
    let sealed = app.vault.seal_json(sealed::GROUP_DECISION, &id, &Why::of(by, reason))?;
    let decision = Decision {
        id: id.clone(),
        kind: kind.to_owned(),
        one: one.key.clone(),
        other: other.as_ref().map(|one| one.key.clone()).unwrap_or_default(),
        at: now.micros(),
        undone_at: None,
        sealed,
    };
    let team = by.team.as_ref().map(|team| team.id.as_str());
    groups::decide(&mut write, &decision, team).await?;
    let groups = follow(&mut write, now, &decision).await?;
    let detail = json!({ "kind": kind, "one": one.id, "other": other.map(|one| one.id),
        "groups": groups });
    let done = Done { actor: member(by), action: "group.decide", object: &id, detail };
    finish(&app.secret, write, now, done).await?;
    Ok(id)
}

/// Takes a decision back, whoever made it.
///
/// # Errors
/// The viewer does not work on groups, or there is no such decision that holds.
pub async fn undo_group_decision(app: &App, by: &Viewer, id: &str) -> Result<()> {
    permit(by, Action::WorkOnGroups)?;
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    advisories::reserve(&mut write, 0).await?;
    let none = || {
        Error::not_found("there is no such decision that holds")
            .hint("the page of the group lists them")
    };
    let decision = groups::decision(&mut write, id).await?.ok_or_else(none)?;
    for key in [&decision.one, &decision.other].into_iter().filter(|key| !key.is_empty()) {
        // Whoever may not know of an advisory knows of no decision about it.
        if advisories::find(&mut write, by, Name::Key(key)).await?.is_empty() {
            return Err(none());
        }
    }
    if !groups::undo(&mut write, id, now).await? {
        return Err(none());
    }
    let groups = follow(&mut write, now, &decision).await?;
    let detail = json!({ "kind": decision.kind, "groups": groups });
    let done = Done { actor: member(by), action: "group.undo", object: id, detail };
    finish(&app.secret, write, now, done).await
}

async fn grouped(write: &mut Write, by: &Viewer, row: &str) -> Result<Stored> {
    let found = advisories::find(write, by, Name::Row(row)).await?.into_iter().next();
    let found = found.ok_or_else(|| {
        Error::not_found("there is no such advisory").hint("name it by its number")
    })?;
    match found.group_id.is_empty() {
        true => Err(Error::conflict("its existence is restricted: it is in no group")
            .hint("decide about it when its minimum is for everybody")),
        false => Ok(found),
    }
}

/// Puts what a decision names where it belongs now. Returns how many groups were touched.
async fn follow(
    write: &mut Write,
    now: campanile_core::model::time::Timestamp,
    decision: &Decision,
) -> Result<usize> {
    let keys = [&decision.one, &decision.other].into_iter().filter(|key| !key.is_empty());
    let keys: Vec<AdvisoryKey> = keys.map(|key| key_of(key)).collect::<Result<_>>()?;
    let mut regroup = Regroup::begin(write, now).await?;
    regroup.decide(write, &keys).await?;
    regroup.finish(write).await
}

fn key_of(text: &str) -> Result<AdvisoryKey> {
    serde_json::from_value(text.into())
        .map_err(|_| Error::internal("a stored decision cannot be read"))
}

/// A reason that says something.
pub(super) fn founded(reason: &str) -> Result<&str> {
    let reason = reason.trim();
    match reason.chars().count() {
        0 => {
            Err(Error::invalid("a reason is missing").hint("one sentence, for those who ask later"))
        }
        count if count > REMARK_CHARS_MAX => {
            Err(Error::too_large("the reason is too long").hint("one sentence will do"))
        }
        _ => Ok(reason),
    }
}
