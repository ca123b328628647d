//! Opens received messages in memory and has them distributed, held or refused.
//!
//! The plaintext lives in this job only: opening, the verdict and sealing happen on one
//! blocking thread, and what leaves it is ciphertext and names of conditions.

use std::sync::Arc;
use std::time::Duration;

use campanile_core::authz::{Membership, Viewer};
use campanile_core::gateway::decide::{Verdict, decide};
use campanile_core::gateway::mail_in::{Brought, brought};
use campanile_core::gateway::network::{List, Network};
use campanile_core::gateway::open::{Opened, open};
use campanile_core::gateway::posting::{Posting, Source};
use campanile_core::gateway::recipients::audience;
use campanile_core::model::condition::Condition;
use campanile_core::model::list::Disposition;
use campanile_core::model::person::Role;
use campanile_core::model::time::Timestamp;
use tokio::task::spawn_blocking;

use super::{Shutdown, pause};
use crate::actions::acknowledge_by_mail::{Incoming, acknowledge_by_mail};
use crate::actions::advisories_by_mail::advisories_by_mail;
use crate::actions::distribute_message::distribute_message;
use crate::actions::distribute_message::seal::{Prepared, Sealing, prepare};
use crate::actions::import_alert::{Import, prepare_import};
use crate::actions::settle_message::settle_message;
use crate::app::{App, Keys};
use crate::error::{Error, Kind, Result};
use crate::fault;
use crate::spool::Folder;
use crate::store::messages::{self, Message};

/// How long one message may take before another worker may claim it.
const LEASE_SECONDS: i64 = 300;
/// A message that ended its worker, or could not be worked on, this often is held for the
/// operator.
const ATTEMPTS_MAX: i64 = 5;
/// Wait after a failure to claim anything.
const BREATH: Duration = Duration::from_secs(1);
/// Wait after a failure of the database or the spool, in seconds.
const RETRY_SECONDS: i64 = 10;

/// Works until shutdown.
pub async fn run(app: Arc<App>, mut shutdown: Shutdown) {
    loop {
        match next(&app).await {
            Ok(true) => {}
            Ok(false) => {
                if !pause(&app.received, &mut shutdown).await {
                    return;
                }
            }
            Err(error) => {
                tracing::error!(%error, causes = error.causes(), "cannot claim a message");
                tokio::time::sleep(fault::brief(BREATH)).await;
            }
        }
        if *shutdown.borrow() {
            return;
        }
    }
}

/// Claims one message and settles it. Returns `false` when there is none.
async fn next(app: &Arc<App>) -> Result<bool> {
    let now = app.now();
    let until = now.plus_seconds(LEASE_SECONDS);
    let Some(claimed) = messages::claim(&app.db, &app.node, now, until).await? else {
        return Ok(false);
    };
    let id = claimed.id.clone();
    if let Err(error) = settle(app, claimed).await {
        tracing::error!(message = id, %error, causes = error.causes(), "message not settled");
        // A full disk or a database that restarts says nothing about the message.
        let uncounted = error.kind() == Kind::Temporary;
        let due = app.now().plus_seconds(RETRY_SECONDS);
        messages::give_back(&app.db, &id, due, uncounted).await?;
    }
    Ok(true)
}

async fn settle(app: &Arc<App>, claimed: Message) -> Result<()> {
    if claimed.attempts > ATTEMPTS_MAX {
        return settle_message(app, &claimed.id, &unopened(Condition::TooSlow)).await;
    }
    let network = app.network().await?;
    let Some(list) = network.lists.iter().position(|list| list.id == claimed.list_id) else {
        return settle_message(app, &claimed.id, &unopened(Condition::NotForList)).await;
    };
    let bytes = read(app, &claimed.id).await?;
    let work = Work { claimed, network, list, now: app.now(), bytes };
    let (work, seen) = spawn_blocking(move || work.open())
        .await
        .map_err(|gone| Error::internal("opening a message ended early").source(gone))?;
    let Seen { opened, mut verdict, brought } = seen;
    if let Some(key) = &verdict.replay_key
        && messages::was_seen(&mut *app.db.read().await?, &app.secret, &work.claimed.list_id, key)
            .await?
    {
        let list = work.list()?;
        verdict = verdict.with(Condition::Replay, list);
    }
    let released = work.claimed.released == 1 && verdict.disposition == Disposition::Hold;
    if verdict.disposition != Disposition::Accept && !released {
        return settle_message(app, &work.claimed.id, &verdict).await;
    }
    let mut import = None;
    if let Some(by) = work.signer(&verdict) {
        let (id, list) = (&*work.claimed.id, work.list()?);
        match brought {
            Brought::Answer(answer) => {
                let mail = Incoming { id, list, verdict: &verdict, by: &by };
                if acknowledge_by_mail(app, &mail, &answer).await? {
                    return Ok(());
                }
            }
            Brought::Document(attached) => {
                import = prepare_import(app, &by, list, *attached).await?;
            }
            Brought::Advisories(files) => {
                import = advisories_by_mail(app, &by, list, files).await?;
            }
            Brought::Nothing => {}
        }
    }
    let distributed = distribute(app, work, opened, verdict, import.as_ref()).await;
    if let (Some(import), Ok(false) | Err(_)) = (&import, &distributed) {
        import.forget(app);
    }
    distributed.map(drop)
}

fn unopened(condition: Condition) -> Verdict {
    Verdict {
        disposition: Disposition::Hold,
        reasons: vec![condition],
        team: None,
        signed_at: None,
        replay_key: None,
    }
}

async fn read(app: &App, id: &str) -> Result<Vec<u8>> {
    let (spool, name) = (app.spool.clone(), id.to_owned());
    let read = spawn_blocking(move || spool.read(Folder::Received, &name)).await;
    read.unwrap_or_else(|gone| Err(std::io::Error::other(gone)))
        .map_err(|error| Error::io("the spool", error))
}

/// Returns whether it was distributed, and not settled otherwise.
async fn distribute(
    app: &Arc<App>,
    mut work: Work,
    opened: Opened,
    verdict: Verdict,
    import: Option<&Import>,
) -> Result<bool> {
    let keys = app.recipient_keys(&work.network, work.list()?);
    let (spool, secret) = (app.spool.clone(), Arc::clone(&app.secret));
    let team = verdict.team.clone();
    let sealed = spawn_blocking(move || {
        let prepared = work.seal(opened, team.as_deref(), &keys, &spool, &secret)?;
        Ok((work, prepared))
    });
    let (work, prepared): (Work, std::result::Result<Prepared, Condition>) = sealed
        .await
        .unwrap_or_else(|gone| Err(Error::internal("sealing ended early").source(gone)))?;
    let list = work.list()?;
    let id = &work.claimed.id;
    match prepared {
        Ok(prepared) => {
            if distribute_message(app, (id, list), &verdict, prepared, import).await? {
                return Ok(true);
            }
            settle_message(app, id, &verdict.with(Condition::Replay, list)).await?;
        }
        Err(condition) => settle_message(app, id, &verdict.with(condition, list)).await?,
    }
    Ok(false)
}

/// What was found in a message.
struct Seen {
    opened: Opened,
    verdict: Verdict,
    brought: Brought,
}

/// One message in work, with the registry as it was when the work began.
struct Work {
    claimed: Message,
    network: Arc<Network>,
    list: usize,
    now: Timestamp,
    bytes: Vec<u8>,
}

impl Work {
    fn list(&self) -> Result<&List> {
        self.network.lists.get(self.list).ok_or_else(|| Error::internal("the list is gone"))
    }

    fn open(self) -> (Self, Seen) {
        let Some(list) = self.network.lists.get(self.list) else {
            let (opened, verdict) = (Opened::default(), unopened(Condition::NotForList));
            return (self, Seen { opened, verdict, brought: Brought::Nothing });
        };
        let opened = open(&self.bytes, list, &self.network, self.now);
        let verdict = decide(&self.bytes, &opened, list, &self.network, self.now);
        let may_go = matches!(verdict.disposition, Disposition::Accept | Disposition::Hold);
        let brought = match &opened.content {
            Some(content) if may_go => brought(&self.bytes, content, self.now),
            _ => Brought::Nothing,
        };
        (self, Seen { opened, verdict, brought })
    }

    /// The team that signed, as one that acts by mail.
    fn signer(&self, verdict: &Verdict) -> Option<Viewer> {
        let team =
            self.network.teams.iter().find(|team| Some(&team.id) == verdict.team.as_ref())?;
        let (id, handle, state) = (team.id.clone(), team.handle.clone(), team.state);
        Some(Viewer {
            login: "mail".into(),
            name: format!("{} by mail", team.handle),
            role: Role::Service,
            team: Some(Membership { id, handle, state }),
        })
    }

    /// Composes and seals; the inner error is a condition of the content. The mail as it came is
    /// let go of: with a large one, memory is short in this place.
    fn seal(
        &mut self,
        opened: Opened,
        team: Option<&str>,
        keys: &Keys,
        spool: &crate::spool::Spool,
        secret: &[u8],
    ) -> Result<std::result::Result<Prepared, Condition>> {
        let message = std::mem::take(&mut self.bytes);
        let list = self.list()?;
        let sender = self.network.teams.iter().find(|known| Some(known.id.as_str()) == team);
        let (Some(team), Some(content)) = (sender, &opened.content) else {
            return Ok(Err(Condition::FromUnknown));
        };
        let source = Source {
            message: &message,
            content,
            list,
            team,
            received_at: Timestamp::from_micros(self.claimed.received_at),
            secret,
        };
        let posting = match Posting::compose(&source) {
            Ok(posting) => posting,
            Err(condition) => return Ok(Err(condition)),
        };
        drop((opened, message));
        let sealing = Sealing { id: &self.claimed.id, list, keys, spool, secret, now: self.now };
        let teams: Vec<_> = audience(list, &self.network).collect();
        prepare(&posting, &teams, &sealing).map(Ok)
    }
}
