//! Hands new teams what they need, and reminds teams to confirm their contact data.

use std::sync::Arc;
use std::time::Duration;

use super::Shutdown;
use crate::actions::{remind_contact_data, welcome_team};
use crate::app::App;
use crate::error::Result;
use crate::fault;
use crate::store::membership;

/// How often to look for new teams.
const INTERVAL: Duration = Duration::from_secs(10);
/// Every how many looks teams are reminded: about once an hour.
const REMIND_EVERY: u32 = 360;

/// Works until shutdown.
pub async fn run(app: Arc<App>, mut shutdown: Shutdown) {
    let mut looks = 0u32;
    loop {
        if let Err(error) = welcome(&app).await {
            tracing::warn!(%error, causes = error.causes(), "new teams were not welcomed");
        }
        if looks.is_multiple_of(REMIND_EVERY)
            && let Err(error) = remind_contact_data(&app).await
        {
            tracing::warn!(%error, causes = error.causes(), "teams were not reminded");
        }
        looks = looks.wrapping_add(1);
        tokio::select! {
            () = tokio::time::sleep(fault::brief(INTERVAL)) => {}
            _ = shutdown.wait_for(|end| *end) => return,
        }
    }
}

/// Looks once. Returns how many teams were welcomed.
///
/// # Errors
/// The database fails; the next look welcomes them.
pub async fn welcome(app: &App) -> Result<usize> {
    let waiting = async { membership::waiting_for_welcome(&mut *app.db.read().await?).await };
    let waiting = fault::quietly(waiting).await?;
    let mut count = 0;
    for team_id in waiting {
        count += usize::from(welcome_team(app, &team_id).await?);
    }
    Ok(count)
}
