//! Shows advisories to everybody when their time of release comes: at that minute, never before,
//! and right after the start where the server was off at that time.

use std::sync::Arc;
use std::time::Duration;

use super::Shutdown;
use crate::actions::release_advisory;
use crate::app::App;
use crate::error::Result;
use crate::fault;
use crate::store::advisories::released;

/// How often to look. A release comes so much too late at most.
const INTERVAL: Duration = Duration::from_secs(5);
/// Advisories of one look.
const COUNT: i64 = 100;

/// Works until shutdown.
pub async fn run(app: Arc<App>, mut shutdown: Shutdown) {
    loop {
        if let Err(error) = look(&app).await {
            tracing::warn!(%error, causes = error.causes(), "advisories were not released");
        }
        tokio::select! {
            () = tokio::time::sleep(fault::brief(INTERVAL)) => {}
            _ = shutdown.wait_for(|end| *end) => return,
        }
    }
}

/// Looks once. Returns how many were released.
///
/// # Errors
/// The database fails; the next look goes on.
pub async fn look(app: &App) -> Result<usize> {
    let now = app.now();
    let due = async { released::due(&mut *app.db.read().await?, now, COUNT).await };
    let mut count = 0;
    for id in fault::quietly(due).await? {
        // One that fails must not keep the others waiting.
        match release_advisory(app, &id).await {
            Ok(done) => count += usize::from(done),
            Err(error) => {
                let advisory = id.as_str();
                tracing::warn!(advisory, %error, causes = error.causes(), "not released");
            }
        }
    }
    Ok(count)
}
