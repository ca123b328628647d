//! A connection in the clear or in TLS.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::fault;

/// The octets of one client.
pub enum Stream {
    /// As they come.
    Clear(TcpStream),
    /// Inside TLS.
    Tls(Box<TlsStream<TcpStream>>),
    /// Lost in a handshake.
    Gone,
}

impl Stream {
    /// Reads what is there; 0 at the end. Nothing is lost if the future is dropped.
    pub async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        fault::point("smtp.read")?;
        match self {
            Self::Clear(stream) => stream.read(buffer).await,
            Self::Tls(stream) => stream.read(buffer).await,
            Self::Gone => Ok(0),
        }
    }

    /// Writes all octets.
    pub async fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        fault::point("smtp.write")?;
        match self {
            Self::Clear(stream) => stream.write_all(octets).await?,
            Self::Tls(stream) => {
                stream.write_all(octets).await?;
                stream.flush().await?;
            }
            Self::Gone => return Err(io::ErrorKind::NotConnected.into()),
        }
        fault::point("smtp.written")
    }

    /// Says that nothing more will be written.
    pub async fn shutdown(&mut self) -> io::Result<()> {
        match self {
            Self::Clear(stream) => stream.shutdown().await,
            Self::Tls(stream) => stream.shutdown().await,
            Self::Gone => Ok(()),
        }
    }

    /// Does the server's part of a TLS handshake; on failure the connection is gone.
    pub async fn start_tls(&mut self, config: Arc<rustls::ServerConfig>) -> io::Result<()> {
        let Self::Clear(stream) = std::mem::replace(self, Self::Gone) else {
            return Err(io::ErrorKind::NotConnected.into());
        };
        let stream = TlsAcceptor::from(config).accept(stream).await?;
        *self = Self::Tls(Box::new(stream));
        Ok(())
    }
}
