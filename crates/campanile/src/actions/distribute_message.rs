//! An accepted message becomes one sealed copy per team, in one transaction.
//!
//! [`seal`] makes the copies in memory and their shared bodies in the spool; what is here makes
//! them count.

pub mod seal;

use campanile_core::gateway::decide::Verdict;
use campanile_core::gateway::network::List;
use campanile_core::model::time::Timestamp;
use serde_json::json;

use super::import_alert::{Distributed, Import};
use super::notice::{Notice, row};
use super::{Actor, Done, finish};
use crate::app::App;
use crate::error::Result;
use crate::spool::Folder;
use crate::store::deliveries::{self, NewDelivery};
use crate::store::messages::{self, Outcome};
use crate::store::{Write, credentials};
use seal::Prepared;

/// A day: a team without a usable key is told once in this time.
const NOTICE_SECONDS: i64 = 24 * 3600;
const NOTICE: &str = "A message of this list is waiting for your team. It cannot be sent because \
none of your registered keys can be used for encryption at this time: it may have expired or \
been revoked.\r\n\r\nPlease register a new OpenPGP key or X.509 certificate with the operator \
of the network. What is waiting is then sent at once.\r\n\r\nYou get this notice at most once a \
day, because your team is subscribed to the list.\r\n";

/// Commits the copies with the decision about their message, and the alert that the message
/// brings. Returns whether they are to be
/// sent: `false` when the same posting, or the same message, was distributed meanwhile.
///
/// # Errors
/// When the database fails; the message stays undecided then and is opened again.
pub async fn distribute_message(
    app: &App,
    (id, list): (&str, &List),
    verdict: &Verdict,
    prepared: Prepared,
    import: Option<&Import>,
) -> Result<bool> {
    let sealed: Vec<_> = prepared.sealed.iter().map(|body| body.id.clone()).collect();
    let distributed = commit(app, (id, list), verdict, prepared, import).await?;
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
    import: Option<&Import>,
) -> Result<bool> {
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    if !claim_posting(app, &mut write, (id, list), verdict, &prepared.message_id, now).await? {
        return Ok(false);
    }
    for sealed in &prepared.sealed {
        messages::insert_sealed(&mut write, sealed).await?;
    }
    if let Some(import) = import {
        let mail = Distributed { id, list, prepared: &prepared };
        import.commit(app, &mut write, &mail).await?;
    }
    let mut rows = prepared.copies;
    let held = rows.iter().filter(|row| row.state == "held").count();
    let copies = rows.len() - held;
    rows.extend(notices(app, &mut write, list, &prepared.without_key).await?);
    deliveries::insert_all(&mut write, id, &list.id, now, &rows).await?;
    let detail = json!({ "team": verdict.team, "copies": copies, "held": held });
    let action = "message.distribute";
    finish(&app.secret, write, now, Done { actor: Actor::Gateway, action, object: id, detail })
        .await?;
    app.counters.settled("distributed", &verdict.reasons);
    tracing::info!(message = id, copies, held, "message distributed");
    app.queued.notify_waiters();
    Ok(true)
}

/// Marks the posting as seen and its message as distributed; `false` when either was done
/// before.
async fn claim_posting(
    app: &App,
    write: &mut Write,
    (id, list): (&str, &List),
    verdict: &Verdict,
    message_id: &str,
    now: Timestamp,
) -> Result<bool> {
    if let Some(key) = &verdict.replay_key
        && !messages::remember(write, &app.secret, &list.id, key, id, now).await?
    {
        return Ok(false);
    }
    let outcome = Outcome {
        state: "distributed",
        reasons: &verdict.reasons,
        team_id: verdict.team.as_deref(),
        message_id: Some(message_id),
    };
    messages::decide(write, id, now, &outcome).await
}

/// Notices for teams that had a key, whatever became of it, and were not told today.
pub(super) async fn notices(
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
            let notice = Notice {
                team_id,
                recipient,
                kind: "notice",
                subject: "A message is waiting: no usable key",
                text: NOTICE,
            };
            rows.push(row(app, list, &notice));
        }
    }
    Ok(rows)
}
