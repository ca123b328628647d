//! Tells teams once a day what has changed of what they watch.

use std::sync::Arc;
use std::time::Duration;

use super::Shutdown;
use crate::actions::send_digest;
use crate::app::App;
use crate::error::Result;
use crate::fault;
use crate::store::watches;

/// How often to look which digests are due.
const INTERVAL: Duration = Duration::from_secs(60);

/// Works until shutdown.
pub async fn run(app: Arc<App>, mut shutdown: Shutdown) {
    loop {
        if let Err(error) = look(&app).await {
            tracing::warn!(%error, causes = error.causes(), "digests were not sent");
        }
        tokio::select! {
            () = tokio::time::sleep(fault::brief(INTERVAL)) => {}
            _ = shutdown.wait_for(|end| *end) => return,
        }
    }
}

/// Looks once. Returns how many digests were queued.
///
/// # Errors
/// The database fails; the next look goes on.
pub async fn look(app: &App) -> Result<usize> {
    let due = async { watches::due(&mut *app.db.read().await?, app.now()).await };
    let mut count = 0;
    for team in fault::quietly(due).await? {
        // One that fails must not keep the others waiting.
        match send_digest(app, &team).await {
            Ok(told) => count += usize::from(told > 0),
            Err(error) => {
                tracing::warn!(team, %error, causes = error.causes(), "a digest was not sent");
            }
        }
    }
    Ok(count)
}
