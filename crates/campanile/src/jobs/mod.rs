//! Work that goes on by itself: each job claims rows by lease, so several nodes may run it, and
//! does nothing twice that matters.

pub mod deliver;
pub mod digest;
pub mod escalate_alerts;
pub mod fetch_sources;
pub mod keep_authority;
pub mod lift_embargo;
pub mod membership;
pub mod open;
pub mod reseal;
pub mod reseal_texts;
pub mod sweep;
pub mod tell_webhooks;
pub mod warn_key_expiry;
pub mod watch;

use std::time::Duration;

use tokio::sync::Notify;

/// Tells the jobs to end after what they are at.
pub type Shutdown = tokio::sync::watch::Receiver<bool>;

/// A worker without a signal looks up after this time, to close what it holds open.
const REST_MAX: Duration = Duration::from_secs(30);

/// Waits for a signal. Returns `false` when it is time to end.
async fn pause(signal: &Notify, shutdown: &mut Shutdown) -> bool {
    tokio::select! {
        () = signal.notified() => {}
        () = tokio::time::sleep(REST_MAX) => {}
        _ = shutdown.wait_for(|end| *end) => {}
    }
    !*shutdown.borrow()
}
