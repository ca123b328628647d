//! What follows when reminders do not help: the team that sent the alert is told whom to call, and
//! telephones are paged. Each step is recorded before it is taken, so that it happens once for
//! each team or, when the machine stops in between, not at all.

use std::collections::BTreeMap;

use campanile_core::model::team::Handle;
use campanile_core::model::time::Timestamp;
use serde_json::json;

use super::own_mail::{OwnMail, seal_own_mail};
use super::{Actor, Done, finish};
use crate::app::App;
use crate::app::alerts::OpenAlert;
use crate::error::Result;
use crate::fault;
use crate::store::{escalation, teams};

/// Most teams that are named in a mail; the page has all of them.
const NAMED_MAX: usize = 100;

/// A telephone that is to be paged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Identifier of the team.
    pub team_id: String,
    /// Its handle.
    pub team: Handle,
    /// Digits, perhaps with a plus in front.
    pub number: String,
}

/// Teams that have been silent for so many minutes, and for which a step was not begun.
async fn silent(app: &App, row: &str, step: &str, minutes: u32) -> Result<Vec<String>> {
    let before = app.now().plus_seconds(-i64::from(minutes) * 60).micros();
    let silent = escalation::silent(&mut *app.db.read().await?, row, step).await?;
    Ok(silent.into_iter().filter(|(_, at)| *at <= before).map(|(team, _)| team).collect())
}

/// Tells the team that sent an alert, by sealed mail, which teams have to be called. Returns how
/// many.
///
/// # Errors
/// The database or sealing fails; nobody was told then.
pub async fn call_silent(app: &App, row: &str, step: &str, minutes: u32) -> Result<usize> {
    let silent = silent(app, row, step, minutes).await?;
    if silent.is_empty() {
        return Ok(0);
    }
    let alert = app.alert_for_job(row).await?;
    let all = teams::all(&mut *app.db.read().await?).await?;
    let names = all.iter().filter(|team| silent.contains(&team.id));
    let names: Vec<_> = names.map(|team| team.handle.to_string()).collect();
    let (subject, text) = call_text(app, &alert, &names, minutes);
    let mail = OwnMail {
        team_id: &alert.stored.team_id,
        kind: "reminder",
        subject: &subject,
        text: &text,
        attachments: &[],
        list_id: Some(&alert.stored.list_id),
    };
    let mail = seal_own_mail(app, &mail).await?;
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    let ids: Vec<_> = silent.iter().map(String::as_str).collect();
    let begun = escalation::begin(&mut write, row, step, &ids, "done", now).await?;
    if begun.is_empty() {
        drop(write);
        mail.iter().for_each(|mail| mail.forget(app));
        return Ok(0);
    }
    if let Some(mail) = &mail {
        mail.queue(&mut write, now).await?;
    }
    let detail = json!({ "step": step, "teams": begun.len(), "told": mail.is_some() });
    let object = alert.stored.alert_id.as_str();
    let done = Done { actor: Actor::Gateway, action: "alert.call-list", object, detail };
    finish(&app.secret, write, now, done).await?;
    app.queued.notify_waiters();
    Ok(begun.len())
}

fn call_text(app: &App, alert: &OpenAlert, names: &[String], minutes: u32) -> (String, String) {
    let id = &alert.stored.alert_id;
    let exercise = if alert.stored.exercise { "EXERCISE " } else { "" };
    let count = names.len();
    let shown = names.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>().join(", ");
    let more = if count > NAMED_MAX { ", …" } else { "" };
    let text = format!(
        "{exercise}CALL {count} teams: they have not acknowledged your alert {id} within {minutes} \
         minutes.\n\n{shown}{more}\n\nTelephone numbers and reasons:\n{}/alerts/{id}/calls\n\nTake \
         the calls on that page first, so that nobody is called twice.\n",
        app.config.public_url()
    );
    (format!("{exercise}CALL {count} silent teams: {id}"), text)
}

/// Begins to page the telephones of silent teams. What is returned is recorded as begun and has
/// to be paged now; nobody else does it.
///
/// # Errors
/// The database fails; nothing was begun then.
pub async fn begin_pages(app: &App, row: &str, step: &str, minutes: u32) -> Result<Vec<Page>> {
    let silent = silent(app, row, step, minutes).await?;
    if silent.is_empty() {
        return Ok(Vec::new());
    }
    let all = teams::all(&mut *app.db.read().await?).await?;
    let mut pages = BTreeMap::new();
    for team in all.into_iter().filter(|team| silent.contains(&team.id)) {
        if let Some(number) = team.phone.as_deref().and_then(number) {
            let page = Page { team_id: team.id.clone(), team: team.handle, number };
            pages.insert(team.id, page);
        }
    }
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    let (with, without): (Vec<_>, Vec<_>) =
        silent.iter().map(String::as_str).partition(|team| pages.contains_key(*team));
    let begun = escalation::begin(&mut write, row, step, &with, "begun", now).await?;
    escalation::begin(&mut write, row, step, &without, "no-phone", now).await?;
    let detail = json!({ "step": step, "teams": begun.len(), "without_phone": without.len() });
    let done = Done { actor: Actor::Gateway, action: "alert.page", object: row, detail };
    finish(&app.secret, write, now, done).await?;
    fault::pass("page.begun");
    Ok(begun.iter().filter_map(|team| pages.remove(team)).collect())
}

/// Records how a page ended.
///
/// # Errors
/// The database fails; the page stays recorded as begun, and is not repeated.
pub async fn end_page(
    app: &App,
    (row, step): (&str, &str),
    page: &Page,
    result: std::result::Result<(), String>,
) -> Result<()> {
    let (state, detail) = match result {
        Ok(()) => ("done", String::new()),
        Err(why) => ("failed", why),
    };
    escalation::end(&app.db, (row, step, &page.team_id), state, &detail).await
}

/// Passes a step over for teams that a later one was taken for, as after a long standstill.
///
/// # Errors
/// The database fails.
pub async fn skip_step(app: &App, row: &str, step: &str, minutes: u32) -> Result<()> {
    let silent = silent(app, row, step, minutes).await?;
    if silent.is_empty() {
        return Ok(());
    }
    let mut write = app.db.begin_write().await?;
    let ids: Vec<_> = silent.iter().map(String::as_str).collect();
    escalation::begin(&mut write, row, step, &ids, "skipped", app.now()).await?;
    write.commit().await
}

/// Says when the jobs have to look at an alert again.
///
/// # Errors
/// The database fails.
pub async fn look_again(app: &App, row: &str, due: Option<Timestamp>) -> Result<()> {
    let mut write = app.db.begin_write().await?;
    escalation::look_again(&mut write, row, due).await?;
    write.commit().await
}

/// A number as a program takes it: digits, perhaps with a plus in front; never an option.
fn number(text: &str) -> Option<String> {
    let plus = text.trim_start().starts_with('+');
    // What stands in brackets behind a plus is for callers at home: +49 (0) 40.
    let text = if plus { text.replace("(0)", "") } else { text.to_owned() };
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let known = text.chars().all(|c| c.is_ascii_digit() || "+-()./ \u{a0}".contains(c));
    let number = if plus { format!("+{digits}") } else { digits.clone() };
    (known && (3..=20).contains(&digits.len())).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn number_is_digits_whatever_was_registered() {
        assert_eq!(number("+49 40 808077-555").as_deref(), Some("+4940808077555"));
        assert_eq!(number("+49 (0)40/80").as_deref(), Some("+494080"));
        assert_eq!(number("112").as_deref(), Some("112"));
        for text in ["", "--help", "call me", "+49 40 1; rm -rf /", "1"] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
