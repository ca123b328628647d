//! Looks once an hour whether the authority has something to renew.

use std::sync::Arc;
use std::time::Duration;

use super::Shutdown;
use crate::actions::keep_authority;
use crate::app::App;

const INTERVAL: Duration = Duration::from_secs(3600);

/// Works until shutdown. The first look was taken by `serve`, before it listened.
pub async fn run(app: Arc<App>, mut shutdown: Shutdown) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(INTERVAL) => {}
            _ = shutdown.wait_for(|end| *end) => return,
        }
        if let Err(error) = keep_authority(&app).await {
            tracing::error!(%error, causes = error.causes(), hint = error.advice(), "authority");
        }
    }
}
