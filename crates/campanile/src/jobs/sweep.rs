//! Removes spool files that no row names, left by a crash between file and transaction.
//!
//! A file is removed when no row named it an hour ago either. Neither the clock nor the age of
//! the file is asked: one that jumps, or differs from that of the file server, would make a file
//! look old whose row is about to be committed.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use super::Shutdown;
use crate::app::App;
use crate::error::{Error, Result};
use crate::fault;
use crate::spool::Folder;
use crate::store::messages;

/// Far longer than a file waits for its transaction.
const INTERVAL: Duration = Duration::from_secs(3600);

/// Files that no row named.
type Suspects = HashSet<(Folder, String)>;

/// Works until shutdown.
pub async fn run(app: Arc<App>, mut shutdown: Shutdown) {
    let mut suspects = Suspects::new();
    loop {
        match sweep(&app, &suspects).await {
            Ok(found) => suspects = found,
            Err(error) => {
                tracing::warn!(%error, causes = error.causes(), "the spool was not swept");
            }
        }
        tokio::select! {
            () = tokio::time::sleep(fault::brief(INTERVAL)) => {}
            _ = shutdown.wait_for(|end| *end) => return,
        }
    }
}

/// Removes those of the suspects that still have no row; returns the files that have none now.
async fn sweep(app: &App, suspects: &Suspects) -> Result<Suspects> {
    let list = |folder| app.spool.names(folder).map_err(|error| Error::io("the spool", error));
    // Files first: a row that is committed behind this look is found by the next.
    let files =
        [(Folder::Received, list(Folder::Received)?), (Folder::Sealed, list(Folder::Sealed)?)];
    let (received, sealed) = messages::needed_files(&mut *app.db.read().await?).await?;
    let needed: HashSet<_> = received.into_iter().chain(sealed).collect();
    let mut found = Suspects::new();
    let mut removed = 0_u64;
    for (folder, names) in files {
        for name in names.into_iter().filter(|name| !needed.contains(name)) {
            let file = (folder, name);
            if suspects.contains(&file) {
                app.remove_spooled(folder, &file.1);
                removed += 1;
            } else {
                found.insert(file);
            }
        }
    }
    if removed > 0 {
        tracing::info!(removed, "spool swept");
    }
    Ok(found)
}
