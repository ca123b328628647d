//! A team answers an alert by signed mail: the answer is recorded, and the mail goes no further.
//!
//! The signature says whose answer it is, whatever the mail says; the posting is remembered like
//! one that is distributed, so that the same mail counts once.

use campanile_core::authz::Viewer;
use campanile_core::gateway::decide::Verdict;
use campanile_core::gateway::mail_in::Answer;
use campanile_core::gateway::network::List;
use campanile_core::model::alert::follow_up::Channel;
use campanile_core::model::time::Timestamp;
use serde_json::json;

use super::acknowledge_alert::{Statement, state};
use super::own_mail::{OwnMail, SealedMail, seal_own_mail};
use super::settle_message::settle_message;
use super::{Actor, Done, finish, own_team};
use crate::app::App;
use crate::error::{Kind, Result};
use crate::spool::Folder;
use crate::store::alerts::{self, Name, Stored};
use crate::store::messages::{self, Outcome};
use campanile_core::authz::Action;
use campanile_core::model::condition::Condition;

/// A mail of a team in work.
pub struct Incoming<'a> {
    /// Identifier of the message.
    pub id: &'a str,
    /// The list it was sent to.
    pub list: &'a List,
    /// What was decided about it.
    pub verdict: &'a Verdict,
    /// The team that signed it, as one that acts by mail.
    pub by: &'a Viewer,
}

/// Records an answer, and consumes its mail. Returns whether it did: `false` when there is no
/// such alert for the team; the mail is an ordinary posting then.
///
/// # Errors
/// When the database fails; the message stays undecided then and is opened again.
pub async fn acknowledge_by_mail(app: &App, mail: &Incoming<'_>, answer: &Answer) -> Result<bool> {
    let Ok(team) = own_team(mail.by, Action::Acknowledge) else { return Ok(false) };
    let Some(alert) = find(app, mail.by, answer).await? else { return Ok(false) };
    let now = app.now();
    let statement = Statement {
        team_id: &team.id,
        by: if answer.from.is_empty() { mail.by.name.as_str() } else { answer.from.as_str() },
        channel: Channel::Mail,
        response: answer.response,
        remark: &answer.remark,
    };
    let text = confirmation(app, &alert, answer, now);
    let confirm = OwnMail {
        team_id: &team.id,
        kind: "confirmation",
        subject: &format!("Recorded: {} for {}", answer.response, alert.alert_id),
        text: &text,
        attachments: &[],
        list_id: Some(&mail.list.id),
    };
    // A team that can sign but has no key to seal for sees the board, or asks.
    let confirm = seal_own_mail(app, &confirm).await?;
    let recorded = record(app, mail, &alert, &statement, confirm.as_ref(), now).await;
    if let (Some(confirm), Ok(false) | Err(_)) = (&confirm, &recorded) {
        confirm.forget(app);
    }
    match recorded {
        Ok(true) => {
            app.remove_spooled(Folder::Received, mail.id);
            app.queued.notify_waiters();
            Ok(true)
        }
        Ok(false) => {
            let replay = mail.verdict.clone().with(Condition::Replay, mail.list);
            settle_message(app, mail.id, &replay).await.map(|()| true)
        }
        // It has said enough about this alert: the mail is for people then.
        Err(error) if error.kind() == Kind::Conflict => Ok(false),
        Err(error) => Err(error),
    }
}

/// The alert that is meant: named in the text, answered, or named in the subject.
async fn find(app: &App, by: &Viewer, answer: &Answer) -> Result<Option<Stored>> {
    let mut read = app.db.read().await?;
    let replied = answer.message_ids.iter().map(|id| Name::Mail(id));
    let named = answer.ids.iter().map(|id| Name::Id(id.as_str()));
    for name in named.chain(replied) {
        if let Some(found) = alerts::find(&mut read, by, name).await?
            && found.readable
        {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Everything in one transaction; `false` when the same mail was taken before.
async fn record(
    app: &App,
    mail: &Incoming<'_>,
    alert: &Stored,
    statement: &Statement<'_>,
    confirm: Option<&SealedMail>,
    now: Timestamp,
) -> Result<bool> {
    let mut write = app.db.begin_write().await?;
    let (list, verdict) = (mail.list, mail.verdict);
    if let Some(key) = &verdict.replay_key
        && !messages::remember(&mut write, &app.secret, &list.id, key, mail.id, now).await?
    {
        return Ok(false);
    }
    let outcome = Outcome {
        state: "consumed",
        reasons: &verdict.reasons,
        team_id: verdict.team.as_deref(),
        message_id: None,
    };
    if !messages::decide(&mut write, mail.id, now, &outcome).await? {
        return Ok(false);
    }
    let first = state(app, &mut write, alert, statement, now).await?;
    if let Some(confirm) = confirm {
        confirm.queue(&mut write, now).await?;
    }
    let detail = json!({
        "team": statement.team_id, "channel": statement.channel,
        "response": statement.response, "first": first, "message": mail.id,
    });
    let object = alert.alert_id.as_str();
    let done = Done { actor: Actor::Gateway, action: "alert.acknowledge", object, detail };
    finish(&app.secret, write, now, done).await?;
    app.counters.settled("consumed", &verdict.reasons);
    tracing::info!(message = mail.id, alert = alert.id, "answer recorded");
    Ok(true)
}

fn confirmation(app: &App, alert: &Stored, answer: &Answer, now: Timestamp) -> String {
    let remark = match answer.remark.is_empty() {
        true => String::new(),
        false => format!("\nYour remark, which all teams of the alert see:\n\n{}\n", answer.remark),
    };
    format!(
        "Your team's answer to the alert {id} is recorded:\n\n    {response}, at {now}\n{remark}\n\
         Who has answered, and who has not:\n{url}/alerts/{id}\n\n\
         Your mail was not passed on to other teams. You get this because your team\n\
         answered an alert by signed mail.\n",
        id = alert.alert_id,
        response = answer.response,
        url = app.config.public_url(),
    )
}
