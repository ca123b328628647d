//! Looks once an hour for keys that end soon, and has their teams and the operator told.

use std::sync::Arc;
use std::time::Duration;

use super::Shutdown;
use crate::actions::warn_key_expiry;
use crate::app::App;
use crate::error::Result;

const INTERVAL: Duration = Duration::from_secs(3600);

/// Works until shutdown.
pub async fn run(app: Arc<App>, mut shutdown: Shutdown) {
    loop {
        if let Err(error) = look(&app).await {
            tracing::warn!(%error, causes = error.causes(), "cannot look for keys that end");
        }
        tokio::select! {
            () = tokio::time::sleep(INTERVAL) => {}
            _ = shutdown.wait_for(|end| *end) => return,
        }
    }
}

/// Looks once. Returns how many warnings were given.
///
/// # Errors
/// The database fails; the next look gives them.
pub async fn look(app: &App) -> Result<usize> {
    warn_key_expiry(app, &app.expiring().await?).await
}
