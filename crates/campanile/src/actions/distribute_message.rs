//! An accepted message becomes one sealed copy per team, in one transaction.

use std::collections::BTreeMap;

use campanile_core::crypto::SealError;
use campanile_core::gateway::decide::Verdict;
use campanile_core::gateway::network::{List, Team};
use campanile_core::gateway::posting::Posting;
use campanile_core::gateway::recipients::{Container, RecipientKey};
use campanile_core::gateway::verp;
use campanile_core::model::time::Timestamp;

use super::{Actor, Done, finish};
use crate::app::{App, Keys, new_id};
use crate::error::{Error, Result};
use crate::notice;
use crate::spool::{Folder, Spool};
use crate::store::deliveries::{self, NewDelivery};
use crate::store::messages::{self, Outcome, Sealed};
use crate::store::{Write, credentials};

/// A day: a team without a usable key is told once in this time.
const NOTICE_SECONDS: i64 = 24 * 3600;

/// Copies ready to be committed; their shared bodies are in the spool already.
pub struct Prepared {
    /// Message-ID of the copies.
    pub message_id: String,
    /// Shared bodies.
    pub sealed: Vec<Sealed>,
    /// One row per team.
    pub copies: Vec<NewDelivery>,
    /// Teams without a usable key, with their addresses: who had one before is told.
    pub without_key: Vec<(String, String)>,
}

/// What sealing needs besides the posting.
pub struct Sealing<'a> {
    /// Identifier of the message.
    pub id: &'a str,
    /// The list.
    pub list: &'a List,
    /// Keys of the audience.
    pub keys: &'a Keys,
    /// Where bodies are written.
    pub spool: &'a Spool,
    /// Secret of the network.
    pub secret: &'a [u8],
    /// Now.
    pub now: Timestamp,
}

/// Seals a posting for teams: one signature and one bulk encryption per container, one wrapped
/// session key per team. Runs on a thread that may block.
///
/// # Errors
/// When sealing or the spool fails; what was written is swept later.
pub fn prepare(posting: &Posting, teams: &[&Team], sealing: &Sealing<'_>) -> Result<Prepared> {
    let mut by_container: BTreeMap<Container, Vec<(&Team, &RecipientKey)>> = BTreeMap::new();
    let mut prepared = Prepared {
        message_id: posting.message_id().to_owned(),
        sealed: Vec::new(),
        copies: Vec::new(),
        without_key: Vec::new(),
    };
    for &team in teams {
        match sealing.keys.get(&team.id).and_then(Option::as_ref) {
            Some(key) => by_container
                .entry(key.container())
                .or_default()
                .push((team, key)),
            None => hold(team, sealing, &mut prepared),
        }
    }
    for (container, teams) in by_container {
        seal(posting, container, &teams, sealing, &mut prepared)?;
    }
    Ok(prepared)
}

fn hold(team: &Team, sealing: &Sealing<'_>, prepared: &mut Prepared) {
    let mut copy = row(team, sealing, "copy", "held");
    copy.sealed_id = None;
    prepared
        .without_key
        .push((team.id.clone(), copy.recipient.clone()));
    prepared.copies.push(copy);
}

fn row(team: &Team, sealing: &Sealing<'_>, kind: &'static str, state: &'static str) -> NewDelivery {
    let id = new_id(sealing.now);
    NewDelivery {
        mail_from: verp::address(sealing.secret, sealing.list.address.domain(), &id),
        id,
        team_id: team.id.clone(),
        recipient: team
            .addresses
            .first()
            .map(ToString::to_string)
            .unwrap_or_default(),
        kind,
        state,
        sealed_id: None,
        head: None,
    }
}

/// Makes the shared body of one container and the heads of its teams. A team whose key fails at
/// the last moment is held; the others are not kept waiting.
fn seal(
    posting: &Posting,
    container: Container,
    teams: &[(&Team, &RecipientKey)],
    sealing: &Sealing<'_>,
    prepared: &mut Prepared,
) -> Result<()> {
    let failed = |error: SealError| Error::internal("a copy could not be sealed").source(error);
    let mut body = posting
        .seal(container, sealing.list, sealing.now)
        .map_err(failed)?;
    let id = new_id(sealing.now);
    for (team, key) in teams {
        match body.head(key) {
            Ok(head) => {
                let mut copy = row(team, sealing, "copy", "waiting");
                (copy.sealed_id, copy.head) = (Some(id.clone()), Some(head));
                prepared.copies.push(copy);
            }
            Err(_) => hold(team, sealing, prepared),
        }
    }
    let shared = body.take_body();
    if !shared.is_empty() {
        let written = sealing.spool.write(Folder::Sealed, &id, &shared);
        written.map_err(|error| Error::io("the spool", error))?;
    }
    prepared.sealed.push(Sealed {
        id,
        message_id: sealing.id.to_owned(),
        container: container.name().to_owned(),
        prefix: std::mem::take(&mut body.prefix),
        suffix: std::mem::take(&mut body.suffix),
        bytes: i64::try_from(shared.len()).unwrap_or(i64::MAX),
    });
    Ok(())
}

/// Commits the copies with the decision about their message. Returns whether they are to be
/// sent: `false` when the same posting, or the same message, was distributed meanwhile.
///
/// # Errors
/// When the database fails; the message stays undecided then and is opened again.
pub async fn distribute_message(
    app: &App,
    (id, list): (&str, &List),
    verdict: &Verdict,
    prepared: Prepared,
) -> Result<bool> {
    let sealed: Vec<_> = prepared.sealed.iter().map(|s| s.id.clone()).collect();
    let distributed = commit(app, (id, list), verdict, prepared).await?;
    if !distributed {
        // No row names them: they were sealed in vain.
        for name in &sealed {
            app.remove_spooled(Folder::Sealed, name);
        }
    }
    Ok(distributed)
}

async fn commit(
    app: &App,
    (id, list): (&str, &List),
    verdict: &Verdict,
    prepared: Prepared,
) -> Result<bool> {
    let now = app.now();
    let outcome = Outcome {
        state: "distributed",
        reasons: &verdict.reasons,
        team_id: verdict.team.as_deref(),
        message_id: Some(&prepared.message_id),
    };
    let mut write = app.db.begin_write().await?;
    if let Some(key) = &verdict.replay_key
        && !messages::remember(&mut write, &list.id, key, id, now).await?
    {
        return Ok(false);
    }
    if !messages::decide(&mut write, id, now, &outcome).await? {
        return Ok(false);
    }
    for sealed in &prepared.sealed {
        messages::insert_sealed(&mut write, sealed).await?;
    }
    let mut rows = prepared.copies;
    let held = rows.iter().filter(|row| row.state == "held").count();
    let copies = rows.len() - held;
    rows.extend(notices(app, &mut write, list, &prepared.without_key).await?);
    deliveries::insert_all(&mut write, id, &list.id, now, &rows).await?;
    let detail = serde_json::json!({ "team": verdict.team, "copies": copies, "held": held });
    finish(
        write,
        now,
        Done {
            actor: Actor::Gateway,
            action: "message.distribute",
            object: id,
            detail,
        },
    )
    .await?;
    tracing::info!(message = id, copies, held, "message distributed");
    app.queued.notify_waiters();
    Ok(true)
}

/// Notices for teams that had a key, whatever became of it, and were not told today.
async fn notices(
    app: &App,
    write: &mut Write,
    list: &List,
    without_key: &[(String, String)],
) -> Result<Vec<NewDelivery>> {
    let since = app.now().plus_seconds(-NOTICE_SECONDS);
    let mut rows = Vec::new();
    for (team_id, recipient) in without_key {
        if credentials::had_any(write, team_id).await?
            && !deliveries::noticed_since(write, team_id, since).await?
        {
            rows.push(notice::row(app, list, team_id, recipient));
        }
    }
    Ok(rows)
}
