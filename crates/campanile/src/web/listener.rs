//! The listener of the pages: accepts, shakes hands, serves HTTP/1.1.
//!
//! Handshakes, connections with and connections without a certificate are counted apart, so that
//! whoever has no certificate keeps out nobody who has one.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use campanile_core::model::key::Fingerprint;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tower::ServiceExt;

use super::auth::{From, Peer};
use super::limits::{
    CONNECTION_TIME, HANDSHAKE_TIME, HANDSHAKES_MAX, HEAD_TIME, MEMBERS_MAX, STRANGERS_MAX,
};
use super::{Door, router, stopped};
use crate::app::App;
use crate::error::Error;

/// What all connections share.
struct Hall {
    app: Arc<App>,
    door: Door,
    router: Router,
    handshakes: Semaphore,
    members: Semaphore,
    strangers: Semaphore,
}

/// Serves until `shutdown` becomes true, then lets answers that are under way be finished.
pub async fn serve(
    listener: TcpListener,
    app: Arc<App>,
    door: Door,
    mut shutdown: watch::Receiver<bool>,
) {
    let hall = Arc::new(Hall {
        router: router::router(Arc::clone(&app)),
        app,
        door,
        handshakes: Semaphore::new(HANDSHAKES_MAX),
        members: Semaphore::new(MEMBERS_MAX),
        strangers: Semaphore::new(STRANGERS_MAX),
    });
    let mut connections = JoinSet::new();
    loop {
        let full = hall.handshakes.available_permits() == 0;
        tokio::select! {
            biased;
            () = stopped(&mut shutdown) => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept(), if !full => match accepted {
                Ok((socket, from)) => {
                    let from = From(from.ip());
                    let hall = Arc::clone(&hall);
                    connections.spawn(connection(socket, from, hall, shutdown.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept connections for the pages");
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
            },
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn connection(
    socket: TcpStream,
    from: From,
    hall: Arc<Hall>,
    shutdown: watch::Receiver<bool>,
) {
    let Ok(handshake) = hall.handshakes.acquire().await else { return };
    let shaken = tokio::time::timeout(HANDSHAKE_TIME, shake_hands(socket, &hall)).await;
    drop(handshake);
    let Ok(Some(stream)) = shaken else { return };
    let certificate = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
    let peer = certificate.map(|der| Peer(Fingerprint::from_bytes(&openssl::sha::sha256(der))));
    let class = if peer.is_some() { &hall.members } else { &hall.strangers };
    // Closed at once when there is no room: waiting would hold the memory of a TLS session.
    let Ok(_room) = class.try_acquire() else { return };
    let served = answer(stream, hall.router.clone(), (from, peer), shutdown);
    let _ = tokio::time::timeout(CONNECTION_TIME, served).await;
}

/// A client whose certificate is refused gets a TLS alert; there is nobody else to be told.
async fn shake_hands(socket: TcpStream, hall: &Hall) -> Option<TlsStream<TcpStream>> {
    let config = match hall.door.config(&hall.app).await {
        Ok(config) => config,
        Err(error) => {
            told(&error);
            return None;
        }
    };
    let _ = socket.set_nodelay(true);
    match TlsAcceptor::from(config).accept(socket).await {
        Ok(stream) => Some(stream),
        Err(error) => {
            tracing::debug!(%error, "no handshake");
            None
        }
    }
}

fn told(error: &Error) {
    tracing::error!(%error, causes = error.causes(), hint = error.advice(), "no pages");
}

async fn answer(
    stream: TlsStream<TcpStream>,
    router: Router,
    (from, peer): (From, Option<Peer>),
    mut shutdown: watch::Receiver<bool>,
) {
    let with_peer = router.map_request(move |mut request: Request<_>| {
        request.extensions_mut().insert(from);
        if let Some(peer) = &peer {
            request.extensions_mut().insert(peer.clone());
        }
        request
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(with_peer));
    tokio::pin!(serving);
    tokio::select! {
        _ = &mut serving => {}
        () = stopped(&mut shutdown) => {
            serving.as_mut().graceful_shutdown();
            let _ = serving.await;
        }
    }
}
