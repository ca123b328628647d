//! Looks for work that other processes have made: another node that received a message, an
//! operator who retries a copy, a copy whose time has come.
//!
//! One cheap look for all workers of this node, so that they need not look themselves.

use std::sync::Arc;
use std::time::Duration;

use super::Shutdown;
use crate::app::App;
use crate::error::Result;
use crate::fault;
use crate::store::{deliveries, messages};

/// How long an operator waits at most for a retry to begin.
const INTERVAL: Duration = Duration::from_millis(200);

/// Works until shutdown.
pub async fn run(app: Arc<App>, mut shutdown: Shutdown) {
    loop {
        if let Err(error) = fault::quietly(look(&app)).await {
            tracing::warn!(%error, causes = error.causes(), "cannot look for work");
        }
        tokio::select! {
            () = tokio::time::sleep(fault::brief(INTERVAL)) => {}
            _ = shutdown.wait_for(|end| *end) => return,
        }
    }
}

async fn look(app: &App) -> Result<()> {
    let now = app.now();
    let mut read = app.db.read().await?;
    if messages::any_waiting(&mut read, now).await? {
        app.received.notify_one();
    }
    if deliveries::any_due(&mut read, &app.node, now).await? {
        app.queued.notify_waiters();
    }
    Ok(())
}
