//! Tries of deliveries are over: record them, and clear up what nobody needs any more.

use std::collections::BTreeSet;

use crate::app::App;
use crate::error::Result;
use crate::spool::Folder;
use crate::store::Write;
use crate::store::deliveries::{self, Tried};
use crate::store::messages;

/// Records the results of a batch in one transaction.
///
/// # Errors
/// When the database fails; the leases run out then and the copies are tried again, with the
/// same Message-ID.
pub async fn record_deliveries(
    app: &App,
    tried: &[Tried],
    messages: &BTreeSet<String>,
) -> Result<()> {
    let mut write = app.db.begin_write().await?;
    deliveries::record(&mut write, app.now(), tried).await?;
    let mut done = Vec::new();
    for message_id in messages {
        done.extend(clear(&mut write, message_id).await?);
    }
    write.commit().await?;
    for state in ["delivered", "failed"] {
        let count = tried.iter().filter(|one| one.state == state).count();
        app.counters.copies.add(state, count);
    }
    remove(app, &done);
    Ok(())
}

/// A message whose copies are all done: its identifier and the names of its sealed bodies.
pub type Cleared = (String, Vec<String>);

/// Removes the rows of a message's sealed bodies when no copy needs them any more.
///
/// # Errors
/// When the database fails.
pub async fn clear(write: &mut Write, message_id: &str) -> Result<Option<Cleared>> {
    messages::lock(write, message_id).await?;
    if deliveries::outstanding(write, message_id).await? {
        return Ok(None);
    }
    let sealed = messages::remove_sealed(write, message_id).await?;
    Ok(Some((message_id.to_owned(), sealed)))
}

/// Removes the files of cleared messages, once the transaction is committed.
pub fn remove(app: &App, cleared: &[Cleared]) {
    for (message_id, sealed) in cleared {
        app.remove_spooled(Folder::Received, message_id);
        for name in sealed {
            app.remove_spooled(Folder::Sealed, name);
        }
    }
}
