//! HTTP: monitoring on loopback without TLS (`monitoring`), the pages of the teams over TLS 1.3
//! with client certificates (`pages`). Refuses to decide: rules are in the core, changes are
//! actions.
//!
//! Start with `router.rs`: every address is in one list there.

mod api;
mod assets;
mod auth;
mod csaf;
mod fault;
mod feeds;
mod group_feed;
mod guard;
mod health;
mod layout;
mod limits;
mod listener;
mod metrics;
mod monitoring;
mod multipart;
mod pages;
mod phone;
mod rates;
mod router;
mod tls;

pub use listener::serve as serve_pages;
pub use monitoring::serve as serve_monitoring;
pub use tls::Door;

use tokio::sync::watch;

/// Returns when the server shall stop; a lost sender means the same.
async fn stopped(shutdown: &mut watch::Receiver<bool>) {
    let _ = shutdown.wait_for(|stop| *stop).await;
}
