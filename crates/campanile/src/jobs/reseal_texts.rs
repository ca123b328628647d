//! Seals stored texts anew when there is a newer data key.

use std::sync::Arc;
use std::time::Duration;

use super::Shutdown;
use crate::actions::reseal_texts;
use crate::app::App;

/// How often to look for a new key.
const INTERVAL: Duration = Duration::from_secs(60);

/// Works until shutdown.
pub async fn run(app: Arc<App>, mut shutdown: Shutdown) {
    loop {
        if let Err(error) = reseal_texts(&app).await {
            tracing::warn!(%error, causes = error.causes(), "texts were not sealed anew");
        }
        tokio::select! {
            () = tokio::time::sleep(INTERVAL) => {}
            _ = shutdown.wait_for(|end| *end) => return,
        }
    }
}
