//! Brings copies to the next hop until it has accepted them.
//!
//! A worker leases a few copies at a time, sends them over one connection, and records what
//! became of them in one transaction. Where the connection breaks, only the copies that were
//! not answered are tried again; they carry the same Message-ID.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use campanile_core::gateway::retry::next_try;
use campanile_core::model::time::Timestamp;

use super::{Shutdown, pause};
use crate::actions::record_deliveries::record_deliveries;
use crate::app::{App, new_id};
use crate::error::Result;
use crate::fault;
use crate::relay::Relay;
use crate::relay::body::{Body, SharedBody};
use crate::relay::connection::Connection;
use crate::relay::outcome::{Outgoing, SendOutcome};
use crate::spool::Folder;
use crate::store::deliveries::{self, Due, Tried, Worker};
use crate::store::messages::{self, Sealed};

/// Copies leased together: enough to save transactions, few enough to spread over workers, and
/// the most that a crash can repeat.
const BATCH: i64 = 50;
/// How long a batch may take before another node may claim it: large copies over a slow line.
const LEASE_SECONDS: i64 = 1800;
/// How long a batch is sent: the copy that is begun last has time until the lease ends, so that
/// no other node sends it as well.
const SENDING_MAX: Duration = Duration::from_secs(600);
/// Wait after a failure to claim or record anything.
const BREATH: Duration = Duration::from_secs(1);
/// A connection that was not used for longer is closed.
const IDLE_MAX: Duration = Duration::from_secs(30);

/// Works until shutdown.
pub async fn run(app: Arc<App>, relay: Arc<Relay>, mut shutdown: Shutdown) {
    let name = new_id(app.now());
    let worker = Worker { node: app.node.clone(), name };
    let mut line = Line { relay, worker, unsure: false, connection: None, used: Instant::now() };
    while !*shutdown.borrow() {
        match next(&app, &mut line).await {
            Ok(true) => {}
            Ok(false) => {
                line.close_idle().await;
                if !pause(&app.queued, &mut shutdown).await {
                    break;
                }
            }
            Err(error) => {
                tracing::error!(%error, causes = error.causes(), "cannot lease copies");
                line.unsure = true;
                tokio::time::sleep(fault::brief(BREATH)).await;
            }
        }
    }
    line.close().await;
}

/// Leases a batch and tries it. Returns `false` when nothing is due.
async fn next(app: &App, line: &mut Line) -> Result<bool> {
    if line.unsure {
        // The answer to a claim may have been lost: nobody else would free what it took.
        deliveries::free_worker(&app.db, &line.worker).await?;
        line.unsure = false;
    }
    let now = app.now();
    if !deliveries::any_due(&mut *app.db.read().await?, &app.node, now).await? {
        return Ok(false);
    }
    let until = now.plus_seconds(LEASE_SECONDS);
    let due = deliveries::claim(&app.db, &line.worker, now, until, BATCH).await?;
    if due.is_empty() {
        return Ok(false);
    }
    let shared = shared(app, &due).await?;
    let mut tried = Vec::with_capacity(due.len());
    let outcomes = line.send(&due, &shared).await;
    for (copy, outcome) in due.iter().zip(outcomes) {
        app.counters.tries.add(outcome.name(), 1);
        tried.push(judge(copy, outcome, app.now()));
    }
    let done: BTreeSet<_> = due.iter().map(|copy| copy.message_id.clone()).collect();
    log(&tried);
    // What was delivered is known here only: as long as it is not recorded, it would be sent
    // again when the lease ends.
    while let Err(error) = record_deliveries(app, &tried, &done).await {
        tracing::error!(%error, causes = error.causes(), "deliveries not recorded, trying again");
        tokio::time::sleep(fault::brief(BREATH)).await;
    }
    Ok(true)
}

/// The shared parts of copies, by identifier. One that cannot be read is not among them: its
/// copies wait, the others do not wait for it.
type Shared = BTreeMap<String, (Sealed, SharedBody)>;

async fn shared(app: &App, due: &[Due]) -> Result<Shared> {
    let mut shared = Shared::new();
    let mut read = app.db.read().await?;
    for id in due.iter().filter_map(|copy| copy.sealed_id.as_ref()) {
        if shared.contains_key(id) {
            continue;
        }
        let found = messages::find_sealed(&mut read, id).await?;
        let Some(sealed) = found else {
            tracing::error!(id, "a sealed body has no row");
            continue;
        };
        let body = match sealed.bytes {
            0 => Ok(SharedBody::from(Vec::new())),
            _ => SharedBody::open(app.spool.path(Folder::Sealed, id)).await,
        };
        match body {
            Ok(body) => drop(shared.insert(id.clone(), (sealed, body))),
            Err(error) => tracing::error!(id, %error, "a sealed body cannot be read"),
        }
    }
    Ok(shared)
}

/// The connection to the next hop, kept between batches.
struct Line {
    relay: Arc<Relay>,
    worker: Worker,
    /// Whether it may have leases that it does not know of.
    unsure: bool,
    connection: Option<Connection>,
    used: Instant,
}

impl Line {
    /// Sends what can be sent; one outcome per copy, in order.
    ///
    /// A kept connection may have been closed by the next hop while nobody used it, which shows
    /// with the first copy: then all go over a new one at once, not a minute later.
    async fn send(&mut self, due: &[Due], shared: &Shared) -> Vec<Outcome> {
        let until = Instant::now() + SENDING_MAX;
        if let Some(kept) = self.connection.take() {
            let outcomes = self.send_over(kept, (due, until), shared).await;
            let first = outcomes.iter().find(|outcome| outcome.was_sent());
            if !matches!(first, Some(Outcome::Sent(SendOutcome::Broken { .. }))) {
                return outcomes;
            }
        }
        match self.relay.connect().await {
            Ok(connection) => self.send_over(connection, (due, until), shared).await,
            Err(error) => due.iter().map(|_| Outcome::Unsent(error.to_string())).collect(),
        }
    }

    async fn send_over(
        &mut self,
        mut connection: Connection,
        (due, until): (&[Due], Instant),
        shared: &Shared,
    ) -> Vec<Outcome> {
        let mut outcomes: Vec<_> = due.iter().map(|_| Outcome::NotYet).collect();
        let (mut places, mut messages) = (Vec::new(), Vec::new());
        for (place, copy) in due.iter().enumerate() {
            match outgoing(copy, shared) {
                Ok(message) => {
                    places.push(place);
                    messages.push(message);
                }
                Err(reason) => {
                    if let Some(outcome) = outcomes.get_mut(place) {
                        *outcome = Outcome::Unsent(reason.into());
                    }
                }
            }
        }
        let report = |at: usize, sent| {
            if let Some(outcome) = places.get(at).and_then(|place| outcomes.get_mut(*place)) {
                *outcome = Outcome::Sent(sent);
            }
        };
        let in_time = messages.into_iter().take_while(|_| Instant::now() < until);
        connection.send_many(in_time, report).await;
        self.used = Instant::now();
        if connection.is_usable() {
            self.connection = Some(connection);
            return outcomes;
        }
        for outcome in &mut outcomes {
            if matches!(outcome, Outcome::NotYet) {
                *outcome = Outcome::Unsent("not sent".into());
            }
        }
        outcomes
    }

    async fn close_idle(&mut self) {
        if self.used.elapsed() > IDLE_MAX {
            self.close().await;
        }
    }

    async fn close(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.quit().await;
        }
    }
}

/// What became of a copy in a batch.
enum Outcome {
    Sent(SendOutcome),
    Unsent(String),
    /// There was no time; it is due at once.
    NotYet,
}

impl Outcome {
    fn was_sent(&self) -> bool {
        matches!(self, Self::Sent(_))
    }

    /// The name in the metrics.
    fn name(&self) -> &'static str {
        match self {
            Self::Sent(SendOutcome::Accepted { .. }) => "accepted",
            Self::Sent(SendOutcome::Temporary { .. }) => "temporary",
            Self::Sent(SendOutcome::Permanent { .. }) => "permanent",
            Self::Sent(SendOutcome::Broken { .. }) => "broken",
            Self::Sent(SendOutcome::MaybeAccepted { .. }) => "unknown",
            Self::Unsent(_) | Self::NotYet => "unsent",
        }
    }
}

/// A copy is prefix, head, shared body, suffix. One with a bare line end, which ours never have,
/// must not leave the house; nor a head without its body.
fn outgoing(due: &Due, shared: &Shared) -> std::result::Result<Outgoing, &'static str> {
    let body = match &due.sealed_id {
        Some(id) => {
            let (sealed, body) = shared.get(id).ok_or("its sealed body cannot be read")?;
            let head = [sealed.prefix.as_slice(), &due.head].concat();
            Body::new(&head, body.clone(), &sealed.suffix)
        }
        None => Body::whole(&due.head),
    };
    Ok(Outgoing {
        mail_from: due.mail_from.clone(),
        recipient: due.recipient.clone(),
        body: body.map_err(|_| "it has a bare line end")?,
    })
}

fn judge(copy: &Due, outcome: Outcome, now: Timestamp) -> Tried {
    let (state, reply) = match outcome {
        Outcome::Sent(SendOutcome::Accepted { reply }) => ("delivered", reply.to_string()),
        Outcome::Sent(SendOutcome::Permanent { reply }) => ("failed", reply.to_string()),
        Outcome::Sent(SendOutcome::Temporary { reply }) => ("waiting", reply.to_string()),
        Outcome::Sent(SendOutcome::Broken { error }) => ("waiting", error.to_string()),
        Outcome::Sent(SendOutcome::MaybeAccepted { error }) => {
            ("waiting", format!("perhaps delivered: {error}"))
        }
        Outcome::Unsent(reason) => ("waiting", reason),
        Outcome::NotYet => {
            let reply = "the next hop is slow, not sent yet".into();
            return Tried { id: copy.id.clone(), state: "waiting", due_at: now, reply };
        }
    };
    let jitter = copy.id.bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
    let created = Timestamp::from_micros(copy.created_at);
    match (state, next_try(copy.attempts, created, now, jitter)) {
        ("waiting", Some(due_at)) => Tried { id: copy.id.clone(), state, due_at, reply },
        ("waiting", None) => {
            let reply = format!("given up after five days: {reply}");
            Tried { id: copy.id.clone(), state: "failed", due_at: now, reply }
        }
        _ => Tried { id: copy.id.clone(), state, due_at: now, reply },
    }
}

fn log(tried: &[Tried]) {
    let delivered = tried.iter().filter(|one| one.state == "delivered").count();
    tracing::info!(delivered, tried = tried.len(), "copies tried");
    for one in tried.iter().filter(|one| one.state != "delivered") {
        tracing::warn!(delivery = one.id, state = one.state, reply = one.reply, "not delivered");
    }
}
