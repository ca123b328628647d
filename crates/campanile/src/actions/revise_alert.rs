//! An alert lives on: amended, superseded, withdrawn or closed by the team that sent it. Each is a
//! new revision and a new sealed mail in the thread of the first.

use std::collections::BTreeSet;

use campanile_core::authz::{Action, Membership, Viewer};
use campanile_core::model::alert::changes::changes;
use campanile_core::model::alert::follow_up::Channel;
use campanile_core::model::alert::{Alert, AlertId, Revision, RevisionKind};
use campanile_core::model::limits::REMARK_CHARS_MAX;
use campanile_core::model::moment::Moment;
use serde_json::json;

use super::alert_mail::{SealedAlert, Way, seal_alert};
use super::send_alert::{SentAlert, check};
use super::{Done, finish, member, own_team};
use crate::app::App;
use crate::app::alerts::OpenAlert;
use crate::error::{Error, Result};
use crate::store::alerts::{self, Name, Stored};

/// A change of an alert.
#[derive(Debug, Clone)]
pub struct NewRevision<'a> {
    /// The alert.
    pub alert: Name<'a>,
    /// The revision that the author has seen: another one made meanwhile is not overwritten.
    /// `None` for whatever is newest.
    pub from: Option<u32>,
    /// What it does.
    pub kind: RevisionKind,
    /// What the alert says from now on; `None` to leave it as it is.
    pub content: Option<Alert>,
    /// What changed and why, for the readers.
    pub note: &'a str,
    /// The alert that takes its place, for [`RevisionKind::Supersede`].
    pub successor: Option<&'a str>,
    /// How it came here.
    pub channel: Channel,
}

/// Revises an alert of the viewer's team, and tells everybody who is asked.
///
/// # Errors
/// There is no such alert for the viewer, it is not of its team, it is not open any more, or
/// somebody else was faster.
pub async fn revise_alert(app: &App, by: &Viewer, new: NewRevision<'_>) -> Result<SentAlert> {
    let team = own_team(by, Action::WriteAlerts)?;
    let OpenAlert { stored, alert: old, .. } = app.alert(by, new.alert).await?;
    permit(&stored, team, &new)?;
    let alert = revised(app, by, &stored, old.clone(), &new).await?;
    let changes = changes(&old, &alert);
    let network = app.network().await?;
    let list = network.lists.iter().position(|list| list.id == stored.list_id);
    let list = list.ok_or_else(|| Error::internal("the list of the alert is gone"))?;
    let mut read = app.db.read().await?;
    let asked: BTreeSet<String> = alerts::asked(&mut read, &stored.id).await?.into_iter().collect();
    let thread = alerts::thread(&mut read, &stored.id).await?;
    drop(read);
    let way = Way {
        network: &network,
        list,
        team_id: &team.id,
        only: stored.restricted.then_some(&asked),
        token: &stored.token,
        thread: &thread,
        changes: &changes,
        channel: new.channel.name(),
    };
    let mail = seal_alert(app, &alert, &way).await?;
    let committed = commit(app, by, &stored, &alert, &way, &mail).await;
    if committed.is_err() {
        mail.forget(app);
    }
    committed?;
    app.queued.notify_waiters();
    let (copies, held) = mail.counts();
    tracing::info!(alert = stored.id, copies, held, "alert revised");
    Ok(SentAlert { alert: alert.id, revision: alert.revision.number, copies, held })
}

fn permit(stored: &Stored, team: &Membership, new: &NewRevision<'_>) -> Result<()> {
    if stored.team_id != team.id {
        return Err(Error::denied(format!("only {} can revise its alert", stored.team))
            .hint("acknowledge it, or write to the list"));
    }
    if new.kind == RevisionKind::Issue {
        return Err(Error::invalid("an alert is issued once")
            .hint("amend, supersede, withdraw or close it"));
    }
    if new.note.trim().is_empty() || new.note.chars().count() > REMARK_CHARS_MAX {
        return Err(Error::invalid("a revision needs a note of what changed and why")
            .hint(format!("one sentence, or up to {REMARK_CHARS_MAX} characters")));
    }
    refuse_stale(stored, new.from.unwrap_or(stored.revision))
}

/// Refuses to revise what has changed since, or has ended.
fn refuse_stale(stored: &Stored, from: u32) -> Result<()> {
    if stored.ended_at.is_some() {
        return Err(Error::conflict(format!("the alert is {} already", stored.state))
            .hint("send a new alert that names this one"));
    }
    if stored.revision != from {
        return Err(Error::conflict(format!("the alert has revision {} now", stored.revision))
            .hint("look at it again, then revise it"));
    }
    Ok(())
}

/// The alert as it will be.
async fn revised(
    app: &App,
    by: &Viewer,
    stored: &Stored,
    old: Alert,
    new: &NewRevision<'_>,
) -> Result<Alert> {
    let mut alert = new.content.clone().unwrap_or_else(|| old.clone());
    // What a revision does not change.
    alert.id = old.id;
    alert.exercise = old.exercise;
    alert.contact = old.contact;
    alert.reported_at = Moment::of(app.now());
    alert.revision =
        Revision { number: stored.revision + 1, kind: new.kind, note: new.note.trim().to_owned() };
    if let Some(successor) = new.successor {
        let successor: AlertId = app.find_alert(by, Name::Id(successor)).await?.alert_id;
        if !alert.related.iter().any(|id| id.eq_ignore_ascii_case(successor.as_str())) {
            alert.related.push(successor.into());
        }
    }
    check(&alert)?;
    Ok(alert)
}

async fn commit(
    app: &App,
    by: &Viewer,
    stored: &Stored,
    alert: &Alert,
    way: &Way<'_>,
    mail: &SealedAlert,
) -> Result<()> {
    let now = app.now();
    let kind = alert.revision.kind;
    let mut write = app.db.begin_write().await?;
    if !alerts::advance(&mut write, &stored.id, stored.revision, kind, now).await? {
        return Err(Error::conflict("somebody else has revised the alert meanwhile")
            .hint("look at it again, then revise it"));
    }
    mail.queue(app, &mut write, &stored.id, alert, way).await?;
    let (copies, held) = mail.counts();
    let detail = json!({
        "kind": kind, "revision": alert.revision.number, "channel": way.channel,
        "copies": copies, "held": held,
    });
    let object = alert.id.as_str();
    let done = Done { actor: member(by), action: "alert.revise", object, detail };
    finish(&app.secret, write, now, done).await
}
