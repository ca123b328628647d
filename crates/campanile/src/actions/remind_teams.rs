//! Silent teams get the alert once more, as a sealed reminder in its thread.

use std::collections::BTreeSet;
use std::sync::Arc;

use campanile_core::authz::{Action, Viewer};
use campanile_core::formats::text::{self, TextContext};
use campanile_core::gateway::network::Network;
use campanile_core::mime::compose::own_entity;
use campanile_core::model::plaintext::Plaintext;
use campanile_core::model::time::Timestamp;
use serde_json::json;

use super::alert_mail::{Head, Work, Written, forget};
use super::distribute_message::seal::Prepared;
use super::{Actor, Done, finish, member, permit};
use crate::app::App;
use crate::app::alerts::OpenAlert;
use crate::error::{Error, Result};
use crate::store::alerts::Name;
use crate::store::{Write, deliveries, escalation, messages};

/// A team is reminded by hand once in so many seconds at most, whoever asks for it.
const AGAIN_SECONDS: i64 = 600;

/// Reminds the teams that say nothing about an alert. Returns how many.
///
/// # Errors
/// There is no such alert for the viewer, or it makes no calls.
pub async fn remind_teams(app: &App, by: &Viewer, alert: Name<'_>) -> Result<usize> {
    permit(by, Action::MakeCalls)?;
    let row = app.find_alert(by, alert).await?.id;
    let step = format!("remind-by-hand-{}", app.now().seconds() / AGAIN_SECONDS);
    remind(app, member(by), &row, &step, 0).await
}

/// Reminds the teams that have said nothing for so many minutes, as a step of the list's rules.
/// Returns how many.
///
/// # Errors
/// The database or sealing fails; nobody was reminded then.
pub async fn remind_silent(app: &App, row: &str, step: &str, minutes: u32) -> Result<usize> {
    remind(app, Actor::Gateway, row, step, minutes).await
}

async fn remind(app: &App, actor: Actor<'_>, row: &str, step: &str, minutes: u32) -> Result<usize> {
    let now = app.now();
    let asked_before = now.plus_seconds(-i64::from(minutes) * 60).micros();
    let silent = escalation::silent(&mut *app.db.read().await?, row, step).await?;
    let silent = silent.into_iter().filter(|(_, asked_at)| *asked_at <= asked_before);
    let teams: BTreeSet<String> = silent.map(|(team, _)| team).collect();
    if teams.is_empty() {
        return Ok(0);
    }
    let alert = app.alert_for_job(row).await?;
    let network = app.network().await?;
    let work = work(app, network, &alert, teams)?;
    let id = work.id.clone();
    let sealed = work.sealed(app).await?;
    let done = commit(app, actor, (&alert, step), &id, &sealed).await;
    if !matches!(done, Ok(1..)) {
        forget(app, &sealed);
    }
    app.queued.notify_waiters();
    done
}

/// Begins the step for the teams, and queues the copies of those for which it was not begun: in
/// one transaction, so that a reminder is sent once or not at all.
async fn commit(
    app: &App,
    actor: Actor<'_>,
    (alert, step): (&OpenAlert, &str),
    id: &str,
    sealed: &Prepared,
) -> Result<usize> {
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    let ready: Vec<_> = sealed.copies.iter().filter(|copy| copy.state == "waiting").collect();
    let teams: Vec<_> = ready.iter().map(|copy| copy.team_id.as_str()).collect();
    let row = alert.stored.id.as_str();
    let begun = escalation::begin(&mut write, row, step, &teams, "done", now).await?;
    // Who has no usable key waits for the alert itself: there is nothing to remind of yet.
    let held: Vec<_> = sealed.without_key.iter().map(|(team, _)| team.as_str()).collect();
    escalation::begin(&mut write, row, step, &held, "no-key", now).await?;
    let begun: BTreeSet<_> = begun.into_iter().collect();
    let copies: Vec<_> =
        ready.into_iter().filter(|copy| begun.contains(&copy.team_id)).cloned().collect();
    if !copies.is_empty() {
        queue(&mut write, alert, id, sealed, &copies, now).await?;
    }
    let detail = json!({ "step": step, "teams": copies.len(), "without_key": held.len() });
    let object = alert.stored.alert_id.as_str();
    let done = Done { actor, action: "alert.remind", object, detail };
    finish(&app.secret, write, now, done).await?;
    Ok(copies.len())
}

async fn queue(
    write: &mut Write,
    alert: &OpenAlert,
    id: &str,
    sealed: &Prepared,
    copies: &[deliveries::NewDelivery],
    now: Timestamp,
) -> Result<()> {
    let list_id = alert.stored.list_id.as_str();
    let own =
        messages::Own { id, list_id, team_id: &alert.stored.team_id, mail_id: &sealed.message_id };
    messages::insert_own(write, &own, now).await?;
    for body in &sealed.sealed {
        messages::insert_sealed(write, body).await?;
    }
    deliveries::insert_all(write, id, list_id, now, copies).await
}

/// The reminder, ready to be sealed for the teams.
fn work(
    app: &App,
    network: Arc<Network>,
    alert: &OpenAlert,
    teams: BTreeSet<String>,
) -> Result<Work> {
    let now = app.now();
    let gone = || Error::internal("the list of the alert is gone");
    let at = network.lists.iter().position(|list| list.id == alert.stored.list_id);
    let at = at.ok_or_else(gone)?;
    let list = network.lists.get(at).ok_or_else(gone)?;
    let context = TextContext {
        acknowledge_url: Some(&alert.acknowledge_url),
        list_address: Some(list.address.as_str()),
        ..TextContext::default()
    };
    let exercise = if alert.stored.exercise { "EXERCISE " } else { "" };
    let text = format!(
        "{exercise}REMINDER: your team has not acknowledged this alert, sent {}.\n\n{}",
        alert.stored.sent_at,
        text::render(&alert.alert, &context)
    );
    let id = app.new_id(now);
    let head = Head {
        name: id.clone(),
        from: format!("{} via {}", alert.stored.team, list.name),
        subject: format!("REMINDER {}", text::subject(&alert.alert)),
        references: vec![alert.mail_id.clone()],
        date: now,
    };
    let written = Written::new(head, Plaintext::from(own_entity(&text, &[])));
    let keys = app.recipient_keys(&network, list);
    Ok(Work { list: at, teams, keys, written, id, now, network })
}
