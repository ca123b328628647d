//! HTTP for monitoring, without TLS and for loopback: metrics and health checks.
//!
//! Every answer is short and closes its connection. Nothing here changes state.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{health, metrics, stopped};
use crate::app::App;

/// Connections at once: a few monitors; the rest waits in the queue of the system.
const CONNECTIONS_MAX: usize = 16;
/// How long a connection may last in all: monitors ask for less, and whoever only sits there
/// must not keep file descriptors from the mail.
const CONNECTION_TIME: Duration = Duration::from_secs(20);

/// Every address of the listener for monitoring.
fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/metrics", get(metrics::show))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .with_state(app)
}

/// Serves until `shutdown` becomes true; what is under way is cut, a monitor asks again.
pub async fn serve(listener: TcpListener, app: Arc<App>, mut shutdown: watch::Receiver<bool>) {
    let router = router(app);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = stopped(&mut shutdown) => return,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept(), if connections.len() < CONNECTIONS_MAX => match accepted {
                Ok((socket, _)) => {
                    connections.spawn(connection(socket, router.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept connections for monitoring");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
        }
    }
}

async fn connection(socket: TcpStream, router: Router) {
    let served = http1::Builder::new()
        .keep_alive(false)
        .serve_connection(TokioIo::new(socket), TowerToHyperService::new(router));
    // A monitor that broke off or was too slow has nothing to be told.
    let _ = tokio::time::timeout(CONNECTION_TIME, served).await;
}
