//! Work that goes on by itself: each job claims rows by lease, so several nodes may run it, and
//! does nothing twice that matters.

pub mod deliver;
pub mod open;
pub mod reseal;
pub mod sweep;

use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::watch;

/// Tells the jobs to end after what they are at.
pub type Shutdown = watch::Receiver<bool>;

/// Waits for a signal, at most `longest`. Returns `false` when it is time to end.
async fn pause(signal: &Notify, longest: Duration, shutdown: &mut Shutdown) -> bool {
    tokio::select! {
        () = signal.notified() => {}
        () = tokio::time::sleep(longest) => {}
        _ = shutdown.wait_for(|end| *end) => {}
    }
    !*shutdown.borrow()
}
