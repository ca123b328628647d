//! Removes spool files that no row names, left by a crash between file and transaction.

use std::sync::Arc;
use std::time::Duration;

use super::Shutdown;
use crate::app::App;
use crate::error::{Error, Result};
use crate::fault;
use crate::spool::Folder;
use crate::store::messages;

const INTERVAL: Duration = Duration::from_secs(3600);

/// Works until shutdown.
pub async fn run(app: Arc<App>, mut shutdown: Shutdown) {
    loop {
        if let Err(error) = sweep(&app).await {
            tracing::warn!(%error, causes = error.causes(), "the spool was not swept");
        }
        tokio::select! {
            () = tokio::time::sleep(fault::brief(INTERVAL)) => {}
            _ = shutdown.wait_for(|end| *end) => return,
        }
    }
}

async fn sweep(app: &App) -> Result<()> {
    let (received, sealed) = messages::needed_files(&mut *app.db.read().await?).await?;
    let now = app.now().system_time();
    for (folder, needed) in [(Folder::Received, received), (Folder::Sealed, sealed)] {
        let removed = app.spool.sweep(folder, &needed, now);
        let removed = removed.map_err(|error| Error::io("the spool", error))?;
        if removed > 0 {
            tracing::info!(removed, ?folder, "spool swept");
        }
    }
    Ok(())
}
