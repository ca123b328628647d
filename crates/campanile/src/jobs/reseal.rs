//! Seals copies that were held for want of a usable key, once their team has one.
//!
//! The message is opened again from its sealed bytes: no plaintext and no session key was kept.
//! One that was written here has its content sealed under the data key.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use campanile_core::gateway::network::{List, Network};
use campanile_core::gateway::open::open;
use campanile_core::gateway::posting::{Posting, Source};
use campanile_core::model::time::Timestamp;
use tokio::task::spawn_blocking;

use super::Shutdown;
use crate::actions::alert_mail::Written;
use crate::actions::distribute_message::seal::{Prepared, Sealing, prepare};
use crate::actions::fill_held_copies::fill_held_copies;
use crate::app::{App, Keys};
use crate::error::{Error, Result};
use crate::fault;
use crate::spool::Folder;
use crate::store::messages::{self, Message};
use crate::store::sealed::ALERT_CONTENT;
use crate::store::{alerts, deliveries};

/// How often to look whether a key was renewed.
const INTERVAL: Duration = Duration::from_secs(5);

/// Works until shutdown.
pub async fn run(app: Arc<App>, mut shutdown: Shutdown) {
    loop {
        if let Err(error) = reseal(&app).await {
            tracing::warn!(%error, causes = error.causes(), "held copies were not sealed");
        }
        tokio::select! {
            () = tokio::time::sleep(fault::brief(INTERVAL)) => {}
            _ = shutdown.wait_for(|end| *end) => return,
        }
    }
}

async fn reseal(app: &Arc<App>) -> Result<()> {
    let mut by_message: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let held = async { deliveries::held(&mut *app.db.read().await?).await };
    for (id, message_id, team_id) in fault::quietly(held).await? {
        by_message.entry(message_id).or_default().insert(team_id, id);
    }
    if by_message.is_empty() {
        return Ok(());
    }
    let network = app.network().await?;
    for (message_id, held) in by_message {
        // One message that cannot be opened any more must not keep the others waiting.
        if let Err(error) = reseal_message(app, &network, &message_id, &held).await {
            let message = message_id;
            tracing::warn!(message, %error, causes = error.causes(), "held copies were not sealed");
        }
    }
    Ok(())
}

/// `held`: team to delivery.
async fn reseal_message(
    app: &Arc<App>,
    network: &Arc<Network>,
    message_id: &str,
    held: &BTreeMap<String, String>,
) -> Result<()> {
    let Some(message) = messages::find(&mut *app.db.read().await?, message_id).await? else {
        return Ok(());
    };
    let list = network.lists.iter().position(|list| list.id == message.list_id);
    let Some(list) = list else { return Ok(()) };
    let Some(keys) = network.lists.get(list).map(|list| app.recipient_keys(network, list)) else {
        return Ok(());
    };
    let ready: Vec<_> =
        held.keys().filter(|team| keys.get(*team).is_some_and(Option::is_some)).cloned().collect();
    if ready.is_empty() {
        return Ok(());
    }
    let written = written_here(app, &message).await?;
    let again = Again { message, network: Arc::clone(network), list, keys, teams: ready, written };
    let (spool, secret, now) = (app.spool.clone(), Arc::clone(&app.secret), app.now());
    let sealed = spawn_blocking(move || again.seal(&spool, &secret, now)).await;
    let sealed =
        sealed.unwrap_or_else(|gone| Err(Error::internal("sealing ended early").source(gone)))?;
    fill_held_copies(app, message_id, sealed, held).await
}

/// A message that was written here; `None` for one that came in.
async fn written_here(app: &App, message: &Message) -> Result<Option<Written>> {
    if message.bytes > 0 {
        return Ok(None);
    }
    let found = alerts::content_of_message(&mut *app.db.read().await?, &message.id).await?;
    let (row, sealed) =
        found.ok_or_else(|| Error::internal("the content of a held copy is gone"))?;
    let kept = app.vault.open_text(ALERT_CONTENT, &row, &sealed)?;
    Written::read(&kept).map(Some)
}

/// What is needed to seal a distributed message for a few teams more.
struct Again {
    message: Message,
    network: Arc<Network>,
    list: usize,
    keys: Arc<Keys>,
    teams: Vec<String>,
    written: Option<Written>,
}

impl Again {
    fn seal(&self, spool: &crate::spool::Spool, secret: &[u8], now: Timestamp) -> Result<Prepared> {
        let gone = |what: &str| Error::internal(format!("{what} of a held copy is gone"));
        let list = self.network.lists.get(self.list).ok_or_else(|| gone("the list"))?;
        let posting = match &self.written {
            Some(written) => written.posting(list, secret)?,
            None => self.posting(list, spool, secret, now)?,
        };
        let teams: Vec<_> =
            self.network.teams.iter().filter(|team| self.teams.contains(&team.id)).collect();
        let id = &self.message.id;
        let sealing = Sealing { id, list, keys: &self.keys, spool, secret, now };
        prepare(&posting, &teams, &sealing)
    }
    /// The posting of a message that came in, opened again.
    fn posting(
        &self,
        list: &List,
        spool: &crate::spool::Spool,
        secret: &[u8],
        now: Timestamp,
    ) -> Result<Posting> {
        let gone = |what: &str| Error::internal(format!("{what} of a held copy is gone"));
        let bytes = spool.read(Folder::Received, &self.message.id);
        let bytes = bytes.map_err(|error| Error::io("the spool", error))?;
        let opened = open(&bytes, list, &self.network, now);
        let content = opened.content.as_ref().ok_or_else(|| gone("the list key"))?;
        let sender =
            self.network.teams.iter().find(|t| Some(&t.id) == self.message.team_id.as_ref());
        let source = Source {
            message: &bytes,
            content,
            list,
            team: sender.ok_or_else(|| gone("the sender"))?,
            received_at: Timestamp::from_micros(self.message.received_at),
            secret,
        };
        Posting::compose(&source).map_err(|_| gone("the content"))
    }
}
