//! Looks after open alerts: reminds silent teams, puts them on the calling list, pages their
//! telephones, when the rules of the list say so.
//!
//! Several nodes may do so at the same time: a step is recorded once for each team, and whoever
//! recorded it takes it.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use campanile_core::model::list::Step;
use campanile_core::model::time::Timestamp;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::Shutdown;
use crate::actions::{
    Page, begin_pages, call_silent, end_page, look_again, remind_silent, skip_step,
};
use crate::app::App;
use crate::error::Result;
use crate::fault;
use crate::store::escalation::{self, Due};

/// How often to look. A step comes so much too late at most.
const INTERVAL: Duration = Duration::from_secs(5);
/// Wait after a failure, in seconds.
const RETRY_SECONDS: i64 = 60;
/// How long the program or the other side of the webhook may take.
const PAGE_TIMEOUT: Duration = Duration::from_secs(30);
/// Telephones that are paged at the same time.
const PAGES_AT_ONCE: usize = 4;

/// Works until shutdown.
pub async fn run(app: Arc<App>, mut shutdown: Shutdown) {
    loop {
        if let Err(error) = look(&app).await {
            tracing::warn!(%error, causes = error.causes(), "cannot look after alerts");
        }
        tokio::select! {
            () = tokio::time::sleep(fault::brief(INTERVAL)) => {}
            _ = shutdown.wait_for(|end| *end) => return,
        }
    }
}

/// Looks once.
///
/// # Errors
/// The database fails; the next look goes on.
pub async fn look(app: &App) -> Result<()> {
    let now = app.now();
    let due = async { escalation::due(&mut *app.db.read().await?, now).await };
    for due in fault::quietly(due).await? {
        // One alert that fails must not keep the others waiting.
        if let Err(error) = escalate(app, &due, now).await {
            let alert = &due.id;
            tracing::warn!(alert, %error, causes = error.causes(), "an alert was not escalated");
            look_again(app, &due.id, Some(now.plus_seconds(RETRY_SECONDS))).await?;
        }
    }
    Ok(())
}

fn name(step: Step, minutes: u32) -> String {
    format!("{step}-{minutes}")
}

async fn escalate(app: &App, due: &Due, now: Timestamp) -> Result<()> {
    let network = app.network().await?;
    let list = network.lists.iter().find(|list| list.id == due.list_id);
    let steps = list.map(|list| list.policy.alerts.steps()).unwrap_or_default();
    let elapsed = |minutes: u32| i64::from(minutes) * 60 <= now.seconds() - due.sent_at / 1_000_000;
    let over: Vec<_> = steps.iter().filter(|(minutes, _)| elapsed(*minutes)).collect();
    // The latest of each kind is taken; earlier ones that were missed are passed over.
    let mut taken: Vec<(Step, u32)> = Vec::new();
    for (minutes, step) in over.into_iter().rev() {
        let name = name(*step, *minutes);
        match taken.iter().find(|(kind, _)| kind == step) {
            Some((_, later)) => skip_step(app, &due.id, &name, *later).await?,
            None => taken.push((*step, *minutes)),
        }
        match step {
            Step::Remind => drop(remind_silent(app, &due.id, &name, *minutes).await?),
            Step::Call => drop(call_silent(app, &due.id, &name, *minutes).await?),
            Step::Page => page(app, &due.id, &name, *minutes).await?,
        }
    }
    look_again(app, &due.id, next(app, due, &steps, now).await?).await
}

/// When the next step for any team is due; `None` when there is none left.
async fn next(
    app: &App,
    due: &Due,
    steps: &[(u32, Step)],
    now: Timestamp,
) -> Result<Option<Timestamp>> {
    let mut next: Option<Timestamp> = None;
    let mut read = app.db.read().await?;
    for (minutes, step) in steps {
        let waiting = escalation::silent(&mut read, &due.id, &name(*step, *minutes)).await?;
        let times = waiting.into_iter().map(|(_, asked_at)| {
            Timestamp::from_micros(asked_at).plus_seconds(i64::from(*minutes) * 60)
        });
        // What could not be done now is tried again soon.
        let soon = now.plus_seconds(RETRY_SECONDS);
        let first = times.min().map(|at| if at <= now { soon } else { at });
        next = next.into_iter().chain(first).min();
    }
    Ok(next)
}

async fn page(app: &App, row: &str, step: &str, minutes: u32) -> Result<()> {
    let settings = &app.config.escalation;
    if settings.command.is_none() && settings.webhook.is_none() {
        tracing::warn!("page_after_minutes needs [escalation] command or webhook");
        return skip_step(app, row, step, minutes).await;
    }
    let pages = begin_pages(app, row, step, minutes).await?;
    if pages.is_empty() {
        return Ok(());
    }
    let exercise = app.alert_for_job(row).await?.stored.exercise;
    let text = text(app, exercise);
    let settings = &app.config.escalation;
    let command = settings.command.as_ref().map(|path| app.path(path));
    for some in pages.chunks(PAGES_AT_ONCE) {
        let mut paging = JoinSet::new();
        for page in some {
            let (page, text) = (page.clone(), text.clone());
            let (command, webhook) = (command.clone(), settings.webhook.clone());
            paging.spawn(async move {
                let result = out(command.as_deref(), webhook.as_deref(), &page, &text).await;
                (page, result)
            });
        }
        while let Some(Ok((page, result))) = paging.join_next().await {
            if let Err(why) = &result {
                tracing::warn!(team = %page.team, why, "a telephone was not paged");
            }
            end_page(app, (row, step), &page, result).await?;
        }
    }
    Ok(())
}

/// Without content: it goes over networks that are not ours.
fn text(app: &App, exercise: bool) -> String {
    let exercise = if exercise { "EXERCISE. " } else { "" };
    let (network, url) = (&app.config.network.name, app.config.public_url());
    format!(
        "{exercise}{network}: an alert waits for your team. Read your sealed mail, or {url}, and \
         acknowledge."
    )
}

/// Hands one page over. Neither is tried again: better no message than two.
async fn out(
    command: Option<&Path>,
    webhook: Option<&str>,
    page: &Page,
    text: &str,
) -> std::result::Result<(), String> {
    fault::point("page.out").map_err(|error| error.to_string())?;
    let done = timeout(PAGE_TIMEOUT, async {
        if let Some(command) = command {
            run_command(command, &page.number, text).await?;
        }
        if let Some(webhook) = webhook {
            post(webhook, page, text).await?;
        }
        Ok(())
    });
    done.await.unwrap_or_else(|_| Err("it took too long".into()))
}

/// Runs the operator's program: the number as its only argument, the text on its standard input.
/// No shell reads either, and nothing that it prints is read.
async fn run_command(program: &Path, number: &str, text: &str) -> std::result::Result<(), String> {
    let mut command = Command::new(program);
    command
        .arg(number)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let mut child = command.spawn().map_err(|error| format!("it cannot be run: {error}"))?;
    if let Some(mut input) = child.stdin.take() {
        // A program that reads no text may end before.
        let _ = input.write_all(text.as_bytes()).await;
    }
    let status = child.wait().await.map_err(|error| error.to_string())?;
    if status.success() { Ok(()) } else { Err(status.to_string()) }
}

async fn post(url: &str, page: &Page, text: &str) -> std::result::Result<(), String> {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build();
    let client = client.map_err(|_| "no connection can be made".to_owned())?;
    let body = serde_json::json!({ "number": page.number, "team": page.team, "text": text });
    let answer = client.post(url).json(&body).send().await;
    // The address may hold a secret: it is left out.
    let answer = answer.map_err(|error| error.without_url().to_string())?;
    match answer.status() {
        status if status.is_success() => Ok(()),
        status => Err(format!("the other side said {status}")),
    }
}
