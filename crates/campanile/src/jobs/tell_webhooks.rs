//! Tells the webhooks of the teams that an alert is there, until they have taken it.
//!
//! What is sent says that there is something to read, and never what it says: the text stays
//! behind the certificate or the token. Every try of an event bears the same identifier; it
//! comes at least once.
//!
//! # Security
//! The addresses are the teams'. They are looked up here, once per try, and the connection goes
//! to what was looked up: a name that leads elsewhere a moment later leads nowhere. Redirects are
//! not followed and proxies not used. Only public addresses are asked, unless the operator has
//! allowed otherwise for that webhook.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use campanile_core::crypto::mac::mac;
use campanile_core::gateway::retry::next_try;
use campanile_core::model::public_address::is_public;
use campanile_core::model::time::Timestamp;
use reqwest::redirect::Policy;
use serde_json::json;
use url::{Host, Url};

use super::{Shutdown, pause};
use crate::actions::webhook_secret;
use crate::app::{App, new_id};
use crate::error::{Error, Result};
use crate::store::webhooks::{self, Due, Told};

/// Events leased together.
const BATCH: i64 = 20;
/// How long a lease holds: longer than a batch can take.
const LEASE_SECONDS: i64 = 600;
/// How long one try may take, from the look-up to the answer.
const TRY_TIME: Duration = Duration::from_secs(15);
/// Wait after a failure to claim or record anything.
const BREATH: Duration = Duration::from_secs(5);
/// How often it is looked for what other processes have queued.
const LOOK: Duration = Duration::from_secs(2);
/// Longest text about a try that is kept, in characters.
const REPLY_CHARS_MAX: usize = 200;

/// Works until shutdown.
pub async fn run(app: Arc<App>, mut shutdown: Shutdown) {
    let worker = format!("{}/{}", app.node, new_id(app.now()));
    while !*shutdown.borrow() {
        match next(&app, &worker).await {
            Ok(true) => {}
            Ok(false) => {
                let woken = tokio::time::timeout(LOOK, pause(&app.queued, &mut shutdown)).await;
                if woken == Ok(false) {
                    break;
                }
            }
            Err(error) => {
                tracing::error!(%error, causes = error.causes(), "webhooks are not told");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
}

/// Leases a batch and tries it. Returns `false` when nothing is due.
///
/// # Errors
/// The database fails; what was leased is tried again when the lease ends.
pub async fn next(app: &App, worker: &str) -> Result<bool> {
    let now = app.now();
    if !webhooks::any_due(&mut *app.db.read().await?, now).await? {
        return Ok(false);
    }
    let until = now.plus_seconds(LEASE_SECONDS);
    let due = webhooks::claim(&app.db, worker, now, until, BATCH).await?;
    // All at once: one that does not answer keeps no other waiting.
    let tries = due.iter().map(|event| attempt(app, event));
    let outcomes = futures_util::future::join_all(tries).await;
    for (event, outcome) in due.iter().zip(outcomes) {
        record(app, event, outcome).await?;
    }
    Ok(!due.is_empty())
}

/// What became of a try.
enum Outcome {
    Delivered(String),
    /// It may work later.
    Later(String),
    /// It never will: the webhook is gone, or the team may no longer read the alert.
    Never(String),
}

async fn record(app: &App, event: &Due, outcome: Outcome) -> Result<()> {
    let now = app.now();
    let jitter = event.id.bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
    let created = Timestamp::from_micros(event.created_at);
    let again = next_try(event.attempts, created, now, jitter);
    let (state, due, reply) = match (outcome, again) {
        (Outcome::Delivered(reply), _) => ("delivered", now, reply),
        (Outcome::Later(reply), Some(due)) => ("waiting", due, reply),
        (Outcome::Later(reply) | Outcome::Never(reply), _) => ("failed", now, reply),
    };
    if state == "failed" {
        tracing::warn!(webhook = event.webhook_id, reply, "a webhook was not told");
    }
    let mut write = app.db.begin_write().await?;
    webhooks::record(&mut write, &event.id, state, due, &reply, now).await?;
    write.commit().await
}

async fn attempt(app: &App, event: &Due) -> Outcome {
    let told = match app.db.read().await {
        Ok(mut read) => webhooks::told(&mut read, &event.id).await,
        Err(error) => Err(error),
    };
    match told {
        Ok(Some(told)) => {
            let tried = tokio::time::timeout(TRY_TIME, post(app, event, &told)).await;
            match tried {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(error)) => Outcome::Later(error.public().to_owned()),
                Err(_) => Outcome::Later("no answer in time".into()),
            }
        }
        Ok(None) => Outcome::Never("not to be told any more".into()),
        Err(error) => Outcome::Later(error.public().to_owned()),
    }
}

async fn post(app: &App, event: &Due, told: &Told) -> Result<Outcome> {
    let url = Url::parse(&told.url).map_err(|source| Error::invalid("no URL").source(source))?;
    let addresses = look_up(&url).await?;
    if told.private != 1 && !addresses.iter().all(|address| is_public(address.ip())) {
        return Ok(Outcome::Later("the name leads to an address that is not public".into()));
    }
    let body = body(app, event, told);
    let at = app.now().seconds();
    let secret = webhook_secret(app, &event.webhook_id)?;
    let signature = mac(secret.as_bytes(), &format!("{at}.{body}"))
        .map_err(|source| Error::internal("it cannot be signed").source(source))?;
    let client = reqwest::Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .resolve_to_addrs(url.host_str().unwrap_or_default(), &addresses)
        .timeout(TRY_TIME)
        .build()
        .map_err(|source| Error::internal("no HTTP client").source(source))?;
    let answer = client
        .post(url)
        .header("Content-Type", "application/json")
        .header("User-Agent", concat!("campanile/", env!("CARGO_PKG_VERSION")))
        .header("Campanile-Event", &event.id)
        .header("Campanile-Signature", format!("t={at},v1={signature}"))
        .body(body)
        .send()
        .await;
    Ok(match answer {
        Ok(answer) if answer.status().is_success() => {
            Outcome::Delivered(answer.status().as_u16().to_string())
        }
        Ok(answer) => Outcome::Later(format!("status {}", answer.status().as_u16())),
        Err(error) => Outcome::Later(what(&error)),
    })
}

/// In our own words: those of the library quote the address.
fn what(error: &reqwest::Error) -> String {
    let text = match error {
        _ if error.is_timeout() => "no answer in time",
        _ if error.is_connect() => "cannot connect",
        _ => "the connection broke",
    };
    text.chars().take(REPLY_CHARS_MAX).collect()
}

async fn look_up(url: &Url) -> Result<Vec<SocketAddr>> {
    let port = url.port_or_known_default().unwrap_or(443);
    let found: Vec<_> = match url.host() {
        Some(Host::Ipv4(address)) => vec![SocketAddr::new(address.into(), port)],
        Some(Host::Ipv6(address)) => vec![SocketAddr::new(address.into(), port)],
        Some(Host::Domain(name)) => tokio::net::lookup_host((name, port))
            .await
            .map_err(|source| Error::temporary("the name is not known").source(source))?
            .collect(),
        None => Vec::new(),
    };
    match found.is_empty() {
        true => Err(Error::temporary("the name is not known")),
        false => Ok(found),
    }
}

/// What is sent: that there is something to read, and where.
fn body(app: &App, event: &Due, told: &Told) -> String {
    let public = app.config.public_url();
    let id = &told.alert_id;
    json!({
        "event": event.id,
        "type": format!("alert.{}", told.kind),
        "at": Timestamp::from_micros(told.sent_at),
        "alert": {
            "id": told.alert_id,
            "team": told.author,
            "revision": told.revision,
            "state": told.state,
            "exercise": told.exercise == 1,
            "url": format!("{public}/alerts/{id}"),
            "api": format!("{public}/api/v1/alerts/{id}"),
        },
    })
    .to_string()
}
