//! A revision of an alert as sealed mail: composed and sealed in memory before the transaction,
//! queued inside of it.
//!
//! The alert and its mail are kept sealed under the data key: the one to be read, the other so
//! that a copy for a team without a usable key can be sealed later and is still the same mail. No
//! plaintext leaves memory.

use std::collections::BTreeSet;
use std::sync::Arc;

use campanile_core::formats::iodef::WriteContext;
use campanile_core::formats::text::{TextContext, subject};
use campanile_core::gateway::alert_mail::{AlertMail, content, name};
use campanile_core::gateway::network::{List, Network, Team};
use campanile_core::gateway::posting::{Own, Posting};
use campanile_core::gateway::recipients::audience;
use campanile_core::model::alert::Alert;
use campanile_core::model::alert::changes::FieldChange;
use campanile_core::model::plaintext::Plaintext;
use campanile_core::model::time::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;

use super::distribute_message::notices;
use super::distribute_message::seal::{Prepared, Sealing, prepare};
use crate::app::{App, Keys};
use crate::error::{Error, Result};
use crate::spool::{Folder, Spool};
use crate::store::{Write, alerts, deliveries, messages, sealed, webhooks};

/// A mail that was written here, as it is kept: a line of JSON, and the content.
pub struct Written {
    head: Head,
    content: Plaintext,
}

/// What stands above the content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    /// What the mail is, for its Message-ID.
    pub name: String,
    /// Display name beside the address of the list.
    pub from: String,
    /// The subject under the seal.
    pub subject: String,
    /// Message-IDs of the mail that it follows.
    pub references: Vec<String>,
    /// When it was written.
    pub date: Timestamp,
}

impl Written {
    /// A mail with a header.
    pub(super) fn new(head: Head, content: Plaintext) -> Self {
        Self { head, content }
    }

    /// As it is kept.
    fn kept(&self) -> Result<Plaintext> {
        let head = serde_json::to_vec(&self.head)
            .map_err(|source| Error::internal("a mail cannot be kept").source(source))?;
        let mut kept = Plaintext::from(Vec::with_capacity(head.len() + self.content.len() + 1));
        kept.extend_from_slice(&head);
        kept.push(b'\n');
        kept.extend_from_slice(&self.content);
        Ok(kept)
    }

    /// From what was kept.
    ///
    /// # Errors
    /// A newer version kept it.
    pub fn read(kept: &[u8]) -> Result<Self> {
        let strange = || Error::internal("a mail that was kept cannot be read");
        let at = memchr::memchr(b'\n', kept).ok_or_else(strange)?;
        let (head, content) = kept.split_at_checked(at).ok_or_else(strange)?;
        let head = serde_json::from_slice(head).map_err(|_| strange())?;
        let content = content.get(1..).unwrap_or_default().to_vec();
        Ok(Self { head, content: Plaintext::from(content) })
    }

    /// Composes the posting: the same each time.
    ///
    /// # Errors
    /// The content cannot be read.
    pub fn posting(&self, list: &List, secret: &[u8]) -> Result<Posting> {
        let own = Own {
            content: &self.content,
            list,
            from_display: self.head.from.clone(),
            to: &list.address,
            subject: &self.head.subject,
            name: &self.head.name,
            date: self.head.date,
            references: &self.head.references,
            secret,
        };
        Posting::own(&own).map_err(|_| Error::internal("the content of a mail cannot be read"))
    }
}

/// Where a revision goes to, and how.
pub(super) struct Way<'a> {
    /// One state of the registry.
    pub network: &'a Arc<Network>,
    /// The list: its place in the network.
    pub list: usize,
    /// The team that writes.
    pub team_id: &'a str,
    /// The teams that get a copy; `None` for all subscribers.
    pub only: Option<&'a BTreeSet<String>>,
    /// What the acknowledge link ends with.
    pub token: &'a str,
    /// Message-IDs of the mails of earlier revisions, oldest first.
    pub thread: &'a [String],
    /// What it changes about the revision before.
    pub changes: &'a [FieldChange],
    /// How it came here.
    pub channel: &'static str,
}

/// A revision that is sealed and lies in the spool; nothing is sent before
/// [`SealedAlert::queue`].
pub(super) struct SealedAlert {
    revision_id: String,
    message_id: String,
    sealed: Vec<u8>,
    content: Vec<u8>,
    prepared: Prepared,
}

/// Composes and seals a revision.
///
/// # Errors
/// The list or the team is gone, or sealing fails.
pub(super) async fn seal_alert(app: &App, alert: &Alert, way: &Way<'_>) -> Result<SealedAlert> {
    let now = app.now();
    let (network, list) = (Arc::clone(way.network), way.list()?);
    let written = written(app, alert, list, way, now);
    let revision_id = app.new_id(now);
    let sealed = app.vault.seal_json(sealed::ALERT, &revision_id, alert)?;
    let kept = app.vault.seal(sealed::ALERT_CONTENT, &revision_id, &written.kept()?)?;
    let message_id = app.new_id(now);
    let work = Work {
        keys: app.recipient_keys(&network, list),
        teams: way.teams()?.map(|team| team.id.clone()).collect(),
        list: way.list,
        id: message_id.clone(),
        network,
        written,
        now,
    };
    let prepared = work.sealed(app).await?;
    Ok(SealedAlert { revision_id, message_id, sealed, content: kept, prepared })
}

/// The mail: text and document.
fn written(app: &App, alert: &Alert, list: &List, way: &Way<'_>, now: Timestamp) -> Written {
    let url = app.acknowledge_url(way.token);
    let call_after = list.policy.alerts.call_after_minutes;
    let mail = AlertMail {
        encoding: list.policy.alerts.format,
        document: WriteContext {
            acknowledge_url: Some(&url),
            generated_at: now,
            acknowledgements: &[],
        },
        text: TextContext {
            acknowledge_url: Some(&url),
            acknowledge_by: call_after.map(|minutes| now.plus_seconds(i64::from(minutes) * 60)),
            list_address: Some(list.address.as_str()),
            changes: way.changes,
            ..TextContext::default()
        },
    };
    let head = Head {
        name: name(&alert.id, alert.revision.number),
        from: format!("{} via {}", alert.contact.handle, list.name),
        subject: subject(alert),
        references: way.thread.to_vec(),
        date: now,
    };
    Written::new(head, Plaintext::from(content(alert, &mail)))
}

impl Way<'_> {
    /// The list.
    pub fn list(&self) -> Result<&List> {
        self.network.lists.get(self.list).ok_or_else(|| Error::internal("the list is gone"))
    }

    /// The teams that get a copy.
    pub fn teams(&self) -> Result<impl Iterator<Item = &Team>> {
        let wanted = |team: &&Team| self.only.is_none_or(|only| only.contains(&team.id));
        Ok(audience(self.list()?, self.network).filter(wanted))
    }
}

/// What is needed to seal a mail that was written here.
pub(super) struct Work {
    /// One state of the registry.
    pub network: Arc<Network>,
    /// The list: its place in the network.
    pub list: usize,
    /// Identifiers of the teams that get a copy.
    pub teams: BTreeSet<String>,
    /// Their keys.
    pub keys: Arc<Keys>,
    /// The mail.
    pub written: Written,
    /// Identifier of the message.
    pub id: String,
    /// Now.
    pub now: Timestamp,
}

impl Work {
    /// Seals, on a thread that may block, when its turn has come.
    ///
    /// # Errors
    /// The list is gone, or sealing fails.
    pub async fn sealed(self, app: &App) -> Result<Prepared> {
        let (spool, secret) = (app.spool.clone(), Arc::clone(&app.secret));
        let turn = app.sealing.acquire().await;
        let _turn = turn.map_err(|gone| Error::internal("sealing has ended").source(gone))?;
        let sealed = spawn_blocking(move || self.seal(&spool, &secret)).await;
        sealed.unwrap_or_else(|gone| Err(Error::internal("sealing ended early").source(gone)))
    }

    fn seal(&self, spool: &Spool, secret: &[u8]) -> Result<Prepared> {
        let list = self.network.lists.get(self.list);
        let list = list.ok_or_else(|| Error::internal("the list of an alert is gone"))?;
        let posting = self.written.posting(list, secret)?;
        let teams: Vec<_> =
            self.network.teams.iter().filter(|team| self.teams.contains(&team.id)).collect();
        let (id, keys, now) = (self.id.as_str(), &*self.keys, self.now);
        prepare(&posting, &teams, &Sealing { id, list, keys, spool, secret, now })
    }
}

impl SealedAlert {
    /// How many copies were sealed, and how many wait for a key.
    pub fn counts(&self) -> (usize, usize) {
        let held = self.prepared.copies.iter().filter(|copy| copy.state == "held").count();
        (self.prepared.copies.len() - held, held)
    }

    /// Adds the revision and puts its copies into the outbox. After the commit,
    /// `app.queued.notify_waiters()` has them sent at once.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn queue(
        &self,
        app: &App,
        write: &mut Write,
        alert_row: &str,
        alert: &Alert,
        way: &Way<'_>,
    ) -> Result<()> {
        let (now, list) = (app.now(), way.list()?);
        let revision = alerts::NewRevision {
            id: &self.revision_id,
            alert_id: alert_row,
            number: alert.revision.number,
            kind: alert.revision.kind,
            channel: way.channel,
            message_id: &self.message_id,
            mail_id: &self.prepared.message_id,
            sealed: &self.sealed,
            content: Some(&self.content),
        };
        alerts::insert_revision(write, &revision, now).await?;
        let own = messages::Own {
            id: &self.message_id,
            list_id: &list.id,
            team_id: way.team_id,
            mail_id: &self.prepared.message_id,
        };
        messages::insert_own(write, &own, now).await?;
        let teams: Vec<_> = self.prepared.copies.iter().map(|copy| &*copy.team_id).collect();
        alerts::ask(write, alert_row, &teams, now).await?;
        webhooks::tell(write, alert_row, i64::from(alert.revision.number), now).await?;
        queue(app, write, list, &self.message_id, &self.prepared).await
    }

    /// Removes the bodies from the spool: nothing will be sent.
    pub fn forget(&self, app: &App) {
        forget(app, &self.prepared);
    }
}

/// Puts the copies of a message of our own into the outbox, and notices for teams without a key.
async fn queue(
    app: &App,
    write: &mut Write,
    list: &List,
    message_id: &str,
    prepared: &Prepared,
) -> Result<()> {
    for sealed in &prepared.sealed {
        messages::insert_sealed(write, sealed).await?;
    }
    let mut rows = prepared.copies.clone();
    rows.extend(notices(app, write, list, &prepared.without_key).await?);
    deliveries::insert_all(write, message_id, &list.id, app.now(), &rows).await
}

/// Removes bodies from the spool that no row names.
pub(super) fn forget(app: &App, prepared: &Prepared) {
    for sealed in &prepared.sealed {
        app.remove_spooled(Folder::Sealed, &sealed.id);
    }
}
