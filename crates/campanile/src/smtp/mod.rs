//! The SMTP and LMTP server: sockets, TLS, time and limits around
//! [`campanile_core::smtp::session::Session`].
//!
//! It decides nothing about mail: an [`Intake`] says which addresses are ours and stores what
//! was received. 250 is only said after the intake has returned. Text of the client is never
//! logged.
//!
//! Start with [`serve`]; [`connection`] drives one session.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use campanile_core::smtp::envelope::{Acceptance, Envelope, RecipientAnswer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use admission::Admission;
use limits::Limits;
use memory::Memory;

use crate::counters::Counters;

pub mod gate;
pub mod tls;

mod admission;
mod connection;
mod limits;
mod memory;
mod stream;

#[cfg(test)]
pub mod tests;

/// The house behind the server.
pub trait Intake: Send + Sync + 'static {
    /// Whether mail for the address is taken: lists and bounce addresses, without letter case.
    ///
    /// `address` is a plain address with its domain in lower case.
    fn recipient(&self, address: &str) -> impl Future<Output = RecipientAnswer> + Send;

    /// Stores the message durably for these recipients; the reply is sent after it returns.
    ///
    /// The lines of `message` end with CRLF, dot-stuffing is undone. If the server is stopped
    /// while this runs, the future may be dropped after a few seconds.
    fn accept(
        &self,
        envelope: Envelope,
        message: Vec<u8>,
    ) -> impl Future<Output = Acceptance> + Send;
}

/// How one listener serves.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// Where the listener is bound.
    pub listen: SocketAddr,
    /// Our name in greetings.
    pub hostname: String,
    /// Largest message in octets.
    pub message_bytes_max: usize,
    /// Certificate and key for STARTTLS; without them it is not offered.
    pub tls: Option<Arc<rustls::ServerConfig>>,
    /// LMTP instead of SMTP.
    pub lmtp: bool,
    /// Where sessions are counted.
    pub counters: Counters,
}

/// What all connections of one listener share.
struct Server<I> {
    settings: SmtpSettings,
    limits: Limits,
    intake: Arc<I>,
    admission: Admission,
    memory: Memory,
    shutdown: watch::Receiver<bool>,
}

/// Serves until `shutdown` becomes true or its sender is gone.
///
/// Then clients between two messages are told 421, messages being received get a few seconds.
pub async fn serve<I: Intake>(
    listener: TcpListener,
    settings: SmtpSettings,
    intake: Arc<I>,
    shutdown: watch::Receiver<bool>,
) {
    serve_within(listener, settings, intake, shutdown, Limits::default()).await;
}

async fn serve_within<I: Intake>(
    listener: TcpListener,
    settings: SmtpSettings,
    intake: Arc<I>,
    mut shutdown: watch::Receiver<bool>,
    limits: Limits,
) {
    let server = Arc::new(Server {
        settings,
        intake,
        admission: Admission::new(limits.connections_max, limits.connections_per_address_max),
        memory: Memory::new(limits.message_memory_octets_max),
        shutdown: shutdown.clone(),
        limits,
    });
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = stopped(&mut shutdown) => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((socket, peer)) => {
                    connections.spawn(admit(Arc::clone(&server), socket, peer));
                }
                Err(error) => {
                    // Out of file descriptors, mostly: connections have to end first.
                    tracing::warn!(%error, "cannot accept SMTP connections");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
        }
    }
    drop(listener);
    let ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(server.limits.shutdown_grace, ended).await.is_err() {
        tracing::info!(connections = connections.len(), "SMTP connections cut by the shutdown");
        connections.shutdown().await;
    }
}

/// Returns when the server shall stop; a lost sender means the same.
async fn stopped(shutdown: &mut watch::Receiver<bool>) {
    let _ = shutdown.wait_for(|stop| *stop).await;
}

async fn admit<I: Intake>(server: Arc<Server<I>>, socket: TcpStream, peer: SocketAddr) {
    let peer = peer.ip().to_canonical();
    let counters = server.settings.counters.clone();
    counters.sessions.inc();
    match server.admission.enter(peer) {
        Some(slot) => connection::run(server, socket, peer, slot).await,
        None => {
            counters.limits.add("connections", 1);
            tracing::info!(%peer, "SMTP connection refused: too many");
            connection::refuse(socket, &server.settings.hostname).await;
        }
    }
}
