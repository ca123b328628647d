//! Octets to and from the next hop, with their times.

use std::fs::File;
use std::io;
use std::time::Duration;

use rustix::fs::sendfile;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, Interest};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

use super::RelayTimes;
use super::reply::{BadReply, Reply};
use crate::fault;

/// From this size on, what is collected is written.
const WRITE_OCTETS: usize = 64 * 1024;
/// What the kernel is asked to send of a file at once.
const FILE_OCTETS: usize = 1024 * 1024;
/// What is read at once; replies are small.
const READ_OCTETS: usize = 4096;

/// How a connection fails.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// The next hop is silent or takes nothing.
    #[error("next hop did not answer in time")]
    Timeout,
    /// The next hop has closed.
    #[error("next hop closed the connection")]
    Closed,
    /// The network failed.
    #[error("connection to the next hop failed")]
    Network(#[source] io::Error),
    /// What came is no reply, or one that nobody asked for.
    #[error(transparent)]
    NoReply(#[from] BadReply),
    /// The next hop wants to close: 421.
    #[error("next hop closes: {0}")]
    Closing(Reply),
    /// The shared body cannot be read.
    #[error("stored body cannot be read")]
    Body(#[source] io::Error),
}

/// Something to read from and write to.
pub trait Io: AsyncRead + AsyncWrite + Unpin + Send + Sync {
    /// The socket, where octets go over it as they are.
    fn socket(&self) -> Option<&TcpStream> {
        None
    }
}

impl Io for TcpStream {
    fn socket(&self) -> Option<&TcpStream> {
        Some(self)
    }
}

impl Io for TlsStream<Box<dyn Io>> {}

/// A connection without meaning: collected writes, replies one by one.
pub struct Wire {
    stream: Box<dyn Io>,
    pub(super) times: RelayTimes,
    input: Vec<u8>,
    taken: usize,
    output: Vec<u8>,
}

impl Wire {
    /// Over an open connection.
    pub fn new(stream: Box<dyn Io>, times: RelayTimes) -> Self {
        Self { stream, times, input: Vec::new(), taken: 0, output: Vec::new() }
    }

    /// The connection itself, for TLS. `None` if the next hop has said more than it was asked:
    /// that would count as said inside TLS.
    pub fn into_stream(self) -> Option<Box<dyn Io>> {
        self.is_quiet().then_some(self.stream)
    }

    /// Whether nothing was received that nobody asked for.
    pub fn is_quiet(&self) -> bool {
        self.taken == self.input.len()
    }

    /// Collects octets that are certain to be small.
    pub fn collect(&mut self, octets: &[u8]) {
        self.output.extend_from_slice(octets);
    }

    /// Collects or writes octets of any size.
    pub async fn write(&mut self, octets: &[u8]) -> Result<(), WireError> {
        if self.output.len() + octets.len() <= WRITE_OCTETS {
            self.collect(octets);
            return Ok(());
        }
        self.flush().await?;
        for block in octets.chunks(4 * WRITE_OCTETS) {
            self.write_now(block).await?;
        }
        Ok(())
    }

    /// Has the kernel send a file from `offset` on, as much as the next hop takes at once; gives
    /// the octets sent. `None` where they have to be encrypted on the way. A file that is no longer
    /// in the page cache is read on this thread.
    pub async fn send_file(
        &mut self,
        file: &File,
        mut offset: u64,
    ) -> Option<Result<u64, WireError>> {
        if let Err(error) = self.flush().await {
            return Some(Err(error));
        }
        let socket = self.stream.socket()?;
        let mut send = || Ok(sendfile(socket, file, Some(&mut offset), FILE_OCTETS)?);
        let sent = async {
            fault::point("relay.write")?;
            let octets = socket.async_io(Interest::WRITABLE, &mut send).await?;
            fault::point("relay.written")?;
            Ok(u64::try_from(octets).unwrap_or_default())
        };
        Some(match timeout(self.times.block, sent).await {
            Ok(sent) => sent.map_err(WireError::Network),
            Err(_) => Err(WireError::Timeout),
        })
    }

    /// Writes what is collected.
    pub async fn flush(&mut self) -> Result<(), WireError> {
        let mut output = std::mem::take(&mut self.output);
        if output.is_empty() {
            return Ok(());
        }
        self.write_now(&output).await?;
        output.clear();
        self.output = output;
        Ok(())
    }

    async fn write_now(&mut self, octets: &[u8]) -> Result<(), WireError> {
        let written = async {
            fault::point("relay.write")?;
            self.stream.write_all(octets).await?;
            self.stream.flush().await?;
            fault::point("relay.written")
        };
        match timeout(self.times.block, written).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(WireError::Network(error)),
            Err(_) => Err(WireError::Timeout),
        }
    }

    /// The next reply.
    pub async fn reply(&mut self, time: Duration) -> Result<Reply, WireError> {
        if let Some(reply) = self.received()? {
            return Ok(reply);
        }
        let wait = async {
            loop {
                self.receive().await?;
                if let Some(reply) = self.received()? {
                    return Ok(reply);
                }
            }
        };
        timeout(time, wait).await.unwrap_or(Err(WireError::Timeout))
    }

    fn received(&mut self) -> Result<Option<Reply>, BadReply> {
        let unread = self.input.get(self.taken..).unwrap_or_default();
        let Some((reply, octets)) = Reply::parse(unread)? else {
            return Ok(None);
        };
        self.taken += octets;
        if self.is_quiet() {
            self.input.clear();
            self.taken = 0;
        }
        Ok(Some(reply))
    }

    async fn receive(&mut self) -> Result<(), WireError> {
        let mut buffer = [0; READ_OCTETS];
        fault::point("relay.read").map_err(WireError::Network)?;
        match self.stream.read(&mut buffer).await {
            Ok(0) => Err(WireError::Closed),
            Ok(octets) => {
                fault::point("relay.heard").map_err(WireError::Network)?;
                self.input.drain(..self.taken);
                self.taken = 0;
                self.input.extend_from_slice(buffer.get(..octets).unwrap_or_default());
                Ok(())
            }
            Err(error) => Err(WireError::Network(error)),
        }
    }

    /// Says goodbye without waiting long.
    pub async fn quit(mut self) {
        self.collect(b"QUIT\r\n");
        let _ = timeout(Duration::from_secs(2), async {
            self.flush().await?;
            self.reply(Duration::from_secs(2)).await
        })
        .await;
        let _ = timeout(Duration::from_secs(2), self.stream.shutdown()).await;
    }
}
