//! Mail of our own for one team, sealed: what a new team is handed, a certificate, findings about
//! a mail of the team.
//!
//! [`seal_own_mail`] makes the copy in memory and its body in the spool, before the transaction;
//! [`SealedMail::queue`] makes it count, inside of the transaction of whoever has something to
//! say. It never falls back to clear text: a team without a usable key gets none, and the caller
//! says so by a [`Notice`](super::notice::Notice) without content, or tries again later.

use std::sync::Arc;

use campanile_core::gateway::network::{List, Network, Team};
use campanile_core::gateway::posting::{Own, Posting};
use campanile_core::gateway::recipients::choose;
use campanile_core::mime::compose::{Attachment, own_entity};
use campanile_core::model::plaintext::Plaintext;
use campanile_core::model::time::Timestamp;
use tokio::task::spawn_blocking;
use zeroize::Zeroizing;

use super::distribute_message::seal::{Prepared, Sealing, prepare};
use crate::app::{App, Keys};
use crate::error::{Error, Result};
use crate::spool::{Folder, Spool};
use crate::store::{Write, deliveries, messages};

/// What is said, and to whom.
pub struct OwnMail<'a> {
    /// The team.
    pub team_id: &'a str,
    /// What it is, in the outbox: `welcome`, `certificate`, `findings`, `reminder`, `decision`.
    pub kind: &'static str,
    /// The subject, under the seal.
    pub subject: &'a str,
    /// The text.
    pub text: &'a str,
    /// Files behind it.
    pub attachments: &'a [Attachment<'a>],
    /// The list whose name it bears, when the team has written to one; else a list that the team
    /// is subscribed to, or any.
    pub list_id: Option<&'a str>,
}

/// A mail that is sealed and lies in the spool; nothing is sent before [`SealedMail::queue`].
pub struct SealedMail {
    list_id: String,
    id: String,
    prepared: Prepared,
}

/// Seals a mail of our own for one team; `None` when no key of the team can be used, or no list
/// has a key to sign with.
///
/// # Errors
/// The registry cannot be read, or sealing fails.
pub async fn seal_own_mail(app: &App, mail: &OwnMail<'_>) -> Result<Option<SealedMail>> {
    let network = app.network().await?;
    let Some(at) = network.teams.iter().position(|team| team.id == mail.team_id) else {
        return Ok(None);
    };
    seal(app, network, Reached::Team(at), mail).await
}

/// Seals a mail for an applicant, with the keys of its form: they are claims, and whoever holds
/// them is whoever filed it. `None` as for [`seal_own_mail`].
///
/// # Errors
/// The registry cannot be read, or sealing fails.
pub(super) async fn seal_for_applicant(
    app: &App,
    applicant: Team,
    mail: &OwnMail<'_>,
) -> Result<Option<SealedMail>> {
    let network = app.network().await?;
    seal(app, network, Reached::Applicant(Box::new(applicant)), mail).await
}

async fn seal(
    app: &App,
    network: Arc<Network>,
    reached: Reached,
    mail: &OwnMail<'_>,
) -> Result<Option<SealedMail>> {
    let now = app.now();
    let sender = reached.team(&network).and_then(|team| sender(&network, team, mail, now));
    let Some((list, keys)) = sender else { return Ok(None) };
    let work = Work {
        network,
        list,
        reached,
        keys,
        content: Plaintext::from(own_entity(mail.text, mail.attachments)),
        subject: mail.subject.to_owned(),
        kind: mail.kind,
        id: app.new_id(now),
        now,
        spool: app.spool.clone(),
        secret: Arc::clone(&app.secret),
    };
    let sealed = spawn_blocking(move || work.seal()).await;
    sealed.unwrap_or_else(|gone| Err(Error::internal("sealing ended early").source(gone)))
}

/// Who gets the mail.
enum Reached {
    /// A team, by its place in the network, which is shared.
    Team(usize),
    /// Somebody who is none yet.
    Applicant(Box<Team>),
}

impl Reached {
    fn team<'a>(&'a self, network: &'a Network) -> Option<&'a Team> {
        match self {
            Self::Team(at) => network.teams.get(*at),
            Self::Applicant(team) => Some(team),
        }
    }
}

/// The first list that can seal for the team, by its place, with the key: the one asked for, those
/// that the team is on, all.
fn sender(
    network: &Network,
    team: &Team,
    mail: &OwnMail<'_>,
    now: Timestamp,
) -> Option<(usize, Keys)> {
    let mut lists: Vec<(usize, &List)> = network.lists.iter().enumerate().collect();
    lists.sort_by_key(|(_, list)| {
        let asked_for = mail.list_id == Some(list.id.as_str());
        (!asked_for, !list.subscribers.contains(&team.id))
    });
    let key = |list: &List| choose(team, list, &network.trust, now);
    let (list, key) = lists.into_iter().find_map(|(at, list)| Some((at, key(list)?)))?;
    Some((list, Keys::from([(team.id.clone(), Some(key))])))
}

/// What is needed to seal, on a thread that may block.
struct Work {
    network: Arc<Network>,
    list: usize,
    reached: Reached,
    keys: Keys,
    content: Plaintext,
    subject: String,
    kind: &'static str,
    id: String,
    now: Timestamp,
    spool: Spool,
    secret: Arc<Zeroizing<Vec<u8>>>,
}

impl Work {
    fn seal(&self) -> Result<Option<SealedMail>> {
        let gone = |what: &str| Error::internal(format!("{what} of a mail of our own is gone"));
        let list = self.network.lists.get(self.list).ok_or_else(|| gone("the list"))?;
        let team = self.reached.team(&self.network).ok_or_else(|| gone("the team"))?;
        let own = Own {
            content: &self.content,
            list,
            from_display: list.name.clone(),
            to: team.addresses.first().ok_or_else(|| gone("the address"))?,
            subject: &self.subject,
            name: &self.id,
            date: self.now,
            references: &[],
            secret: &self.secret,
        };
        let posting = Posting::own(&own).map_err(|_| gone("the content"))?;
        let sealing = Sealing {
            id: &self.id,
            list,
            keys: &self.keys,
            spool: &self.spool,
            secret: &self.secret,
            now: self.now,
        };
        let mut prepared = prepare(&posting, &[team], &sealing)?;
        prepared.copies.iter_mut().for_each(|copy| copy.kind = self.kind);
        // A key that failed at the last moment: such a copy would wait for ever.
        let sealed = prepared.copies.iter().all(|copy| copy.state == "waiting");
        let (list_id, id) = (list.id.clone(), self.id.clone());
        Ok(sealed.then_some(SealedMail { list_id, id, prepared }))
    }
}

impl SealedMail {
    /// Puts the mail into the outbox, in the transaction of what it is about. After the commit,
    /// `app.queued.notify_waiters()` has it sent at once.
    ///
    /// # Errors
    /// The database cannot be written.
    pub async fn queue(&self, write: &mut Write, now: Timestamp) -> Result<()> {
        for sealed in &self.prepared.sealed {
            messages::insert_sealed(write, sealed).await?;
        }
        // It belongs to no message: it stands for itself.
        deliveries::insert_all(write, &self.id, &self.list_id, now, &self.prepared.copies).await
    }

    /// Removes the body from the spool: the mail will not be sent.
    pub fn forget(&self, app: &App) {
        for sealed in &self.prepared.sealed {
            app.remove_spooled(Folder::Sealed, &sealed.id);
        }
    }
}
