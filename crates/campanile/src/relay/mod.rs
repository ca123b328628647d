//! The outbound SMTP client: hands sealed copies to the next hop, fast and one by one.
//!
//! One recipient per transaction, because every copy differs; many transactions per connection;
//! with PIPELINING [RFC 2920] the next envelope travels behind the message before it, so a copy
//! costs one write and one round trip. It does not know queues, retries or MX records: there is
//! one configured next hop.
//!
//! What becomes of a copy is an [`outcome::SendOutcome`]. The one that matters is
//! [`outcome::SendOutcome::MaybeAccepted`]: the message was sent to its end and the answer was
//! lost.
//!
//! Start with [`Relay::connect`], then [`connection::Connection::send_many`].

use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use connection::Connection;
use reply::Reply;
use wire::{Wire, WireError};

use crate::fault;

pub mod body;
pub mod connection;
pub mod outcome;
pub mod reply;
pub mod wire;

mod send;
mod tls;

#[cfg(test)]
mod tests;

/// Most connections that wait for a greeting at the same time.
const ATTEMPTS_MAX: usize = 4;

/// The next hop.
#[derive(Debug, Clone)]
pub struct RelaySettings {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether to use STARTTLS.
    pub tls: RelayTls,
    /// Certificates that may sign the next hop's with [`RelayTls::Required`], PEM; without it
    /// those of the operating system.
    pub ca_file: Option<PathBuf>,
    /// Our name in EHLO.
    pub hostname: String,
    /// How long to wait.
    pub times: RelayTimes,
}

/// Whether to use STARTTLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelayTls {
    /// Never.
    None,
    /// If offered, with any certificate, else in the clear: the content is sealed anyway.
    Opportunistic,
    /// Always, with a certificate for [`RelaySettings::host`]; otherwise nothing is sent.
    Required,
}

/// How long to wait for the next hop [RFC 5321 §4.5.3.2].
#[derive(Debug, Clone)]
pub struct RelayTimes {
    /// For the connection and the TLS handshake.
    pub connect: Duration,
    /// For each reply but the last, the greeting included.
    pub reply: Duration,
    /// For the greeting, before a second connection is tried beside the first one.
    pub patience: Duration,
    /// For the next hop to take a block of the message.
    pub block: Duration,
    /// For the reply to the end of the message: giving up earlier makes duplicates.
    pub end: Duration,
}

impl Default for RelayTimes {
    fn default() -> Self {
        Self {
            connect: fault::brief(Duration::from_secs(60)),
            reply: fault::brief(Duration::from_secs(300)),
            patience: fault::brief(Duration::from_secs(10)),
            block: fault::brief(Duration::from_secs(180)),
            end: fault::brief(Duration::from_secs(600)),
        }
    }
}

/// Why there is no usable connection. Every reason may pass.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Nobody there.
    #[error("next hop is not reachable")]
    Unreachable(#[source] std::io::Error),
    /// The connection was lost, or silence.
    #[error("next hop did not complete the greeting")]
    Wire(#[from] WireError),
    /// The next hop does not want us.
    #[error("next hop refuses: {0}")]
    Refused(Reply),
    /// TLS is required, and not offered.
    #[error("next hop does not offer the required STARTTLS")]
    NoTls,
    /// The handshake failed; with [`RelayTls::Required`] mostly because of the certificate.
    #[error("TLS with the next hop failed")]
    Tls(#[source] std::io::Error),
}

/// A configured next hop.
pub struct Relay {
    settings: RelaySettings,
    connector: Option<TlsConnector>,
}

impl Relay {
    /// Prepares TLS as configured.
    ///
    /// # Errors
    /// [`tls::TlsError`], if TLS is required and there are no certificates to check against.
    pub fn new(settings: RelaySettings) -> Result<Self, tls::TlsError> {
        let connector = match settings.tls {
            RelayTls::None => None,
            RelayTls::Opportunistic => Some(tls::any_certificate()?),
            RelayTls::Required => Some(tls::verified(settings.ca_file.as_deref())?),
        };
        Ok(Self { settings, connector })
    }

    /// Connects, greets, and starts TLS as configured.
    pub async fn connect(&self) -> Result<Connection, ConnectError> {
        match self.connect_with(self.connector.as_ref()).await {
            // A broken handshake leaves no connection to fall back on; a new one is needed.
            Err(ConnectError::Tls(error)) if self.settings.tls == RelayTls::Opportunistic => {
                tracing::info!(%error, "TLS with the next hop failed, going on without");
                self.connect_with(None).await
            }
            connected => connected,
        }
    }

    async fn connect_with(
        &self,
        connector: Option<&TlsConnector>,
    ) -> Result<Connection, ConnectError> {
        let settings = &self.settings;
        let wire = self.greeted().await?;
        let connection = Connection::greet(wire, &settings.hostname).await?;
        let Some(connector) = connector else {
            return Ok(connection);
        };
        if !connection.offers_starttls() {
            return match settings.tls {
                RelayTls::Required => Err(ConnectError::NoTls),
                RelayTls::None | RelayTls::Opportunistic => Ok(connection),
            };
        }
        let wire = connection.start_tls(connector, &settings.host).await?;
        Connection::greet(wire, &settings.hostname).await
    }

    /// The first connection that is greeted. A next hop that hung and has come back has forgotten
    /// the connections of that time, but will not say so for minutes.
    async fn greeted(&self) -> Result<Wire, ConnectError> {
        let mut attempts = JoinSet::new();
        for _ in 1..ATTEMPTS_MAX {
            attempts.spawn(greeting(self.settings.clone()));
            let ended = timeout(self.settings.times.patience, attempts.join_next());
            if let Ok(Some(Ok(ended))) = ended.await {
                return ended;
            }
        }
        attempts.spawn(greeting(self.settings.clone()));
        match attempts.join_next().await {
            Some(Ok(ended)) => ended,
            _ => Err(ConnectError::Unreachable(ErrorKind::Other.into())),
        }
    }
}

/// Connects and waits for the greeting.
async fn greeting(settings: RelaySettings) -> Result<Wire, ConnectError> {
    let stream = reach(&settings).await.map_err(ConnectError::Unreachable)?;
    let mut wire = Wire::new(Box::new(stream), settings.times.clone());
    let greeting = wire.reply(settings.times.reply).await?;
    match greeting.is_positive() {
        true => Ok(wire),
        false => Err(ConnectError::Refused(greeting)),
    }
}

async fn reach(settings: &RelaySettings) -> std::io::Result<TcpStream> {
    let target = (settings.host.as_str(), settings.port);
    fault::point("relay.connect")?;
    let connected = timeout(settings.times.connect, TcpStream::connect(target));
    let stream = connected.await.map_err(|_| ErrorKind::TimedOut)??;
    // Every write is a whole group of commands; waiting to fill a packet only delays it.
    stream.set_nodelay(true)?;
    Ok(stream)
}
