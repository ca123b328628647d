//! One client: reads, lets the session think, asks the house, writes.

use std::net::IpAddr;
use std::sync::Arc;

use campanile_core::smtp::session::{Session, SessionSettings, Step};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};

use super::admission::Slot;
use super::limits::{
    DRAIN_OCTETS_MAX, DRAIN_TIME, MESSAGE_OCTETS_FREE, PROGRESS_OCTETS, READ_OCTETS_FIRST,
    READ_OCTETS_MAX,
};
use super::memory::Share;
use super::stream::Stream;
use super::{Intake, Server, stopped};

/// Why a connection ended, for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The session said so.
    Session,
    /// The client is gone or took too long to read.
    Gone,
    /// A deadline passed.
    Timeout,
    /// The handshake failed.
    Tls,
    /// The server stops.
    Stopped,
    /// The place was needed.
    Evicted,
}

struct Connection<I> {
    server: Arc<Server<I>>,
    stream: Stream,
    session: Session,
    slot: Slot,
    share: Share,
    peer: IpAddr,
    /// When the command line or message under way has to be complete.
    deadline: Instant,
    /// What arrived since the slot was last told of progress.
    octets_unnoticed: usize,
}

/// Serves one client to the end.
pub async fn run<I: Intake>(server: Arc<Server<I>>, socket: TcpStream, peer: IpAddr, slot: Slot) {
    // Replies are single small writes that somebody waits for.
    let _ = socket.set_nodelay(true);
    let settings = SessionSettings {
        hostname: server.settings.hostname.clone(),
        message_bytes_max: server.settings.message_bytes_max,
        lmtp: server.settings.lmtp,
        starttls: server.settings.tls.is_some(),
    };
    let connection = Connection {
        session: Session::new(settings, peer),
        stream: Stream::Clear(socket),
        share: server.memory.share(),
        deadline: Instant::now() + server.limits.command,
        octets_unnoticed: 0,
        server,
        slot,
        peer,
    };
    connection.run().await;
}

/// Tells a client that there is no place, without letting it hold us up.
pub async fn refuse(socket: TcpStream, hostname: &str) {
    let reply = format!("421 4.3.2 {hostname} has too many connections, try again later\r\n");
    let mut stream = Stream::Clear(socket);
    let _ = timeout(DRAIN_TIME, stream.write(reply.as_bytes())).await;
}

impl<I: Intake> Connection<I> {
    async fn run(mut self) {
        let mut buffer = vec![0; READ_OCTETS_FIRST];
        let end = loop {
            match self.turn(&mut buffer).await {
                Ok(()) => {}
                Err(end) => break end,
            }
        };
        tracing::debug!(peer = %self.peer, ?end, "SMTP connection ended");
        let limits = &self.server.settings.counters.limits;
        match end {
            End::Evicted => limits.add("evicted", 1),
            End::Timeout => limits.add("timeout", 1),
            End::Session | End::Gone | End::Tls | End::Stopped => {}
        }
        if end != End::Gone && end != End::Tls {
            self.part().await;
        }
    }

    /// Writes, reads once, and works through what was read.
    async fn turn(&mut self, buffer: &mut Vec<u8>) -> Result<(), End> {
        self.write().await?;
        let octets = self.read(buffer).await?;
        let mut input = buffer.get(..octets).unwrap_or_default();
        loop {
            match self.session.step(&mut input) {
                Step::Read => break,
                Step::Recipient(address) => {
                    let answer = self.server.intake.recipient(&address).await;
                    self.session.answer_recipient(answer);
                }
                Step::Message(envelope, message) => {
                    let acceptance = self.server.intake.accept(envelope, message).await;
                    self.share.resize(0);
                    self.session.answer_message(&acceptance);
                }
                Step::StartTls => {
                    self.write().await?;
                    self.start_tls().await?;
                }
                Step::Close => return Err(End::Session),
            }
        }
        self.account();
        if octets == buffer.len() && buffer.len() < READ_OCTETS_MAX && self.session.in_data() {
            buffer.resize((buffer.len() * 2).min(READ_OCTETS_MAX), 0);
        }
        Ok(())
    }

    /// Takes memory for the message under way, or gives the message up.
    fn account(&mut self) {
        let held = self.session.held().saturating_sub(MESSAGE_OCTETS_FREE);
        if !self.share.resize(held) {
            tracing::warn!(peer = %self.peer, octets = held, "no memory left for a message");
            self.server.settings.counters.limits.add("memory", 1);
            self.session.shed();
            self.share.resize(0);
        }
    }

    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, End> {
        let in_data = self.session.in_data();
        let limits = &self.server.limits;
        let pause = Instant::now() + if in_data { limits.data_pause } else { limits.command };
        let mut shutdown = self.server.shutdown.clone();
        self.slot.wait(self.session.in_transaction());
        let told = tokio::select! {
            biased;
            // A message that has begun may end; the grace of the shutdown bounds it.
            () = stopped(&mut shutdown), if !in_data => End::Stopped,
            () = self.slot.asked_to_leave() => End::Evicted,
            read = timeout_at(pause.min(self.deadline), self.stream.read(buffer)) => match read {
                Ok(Ok(0) | Err(_)) => End::Gone,
                Ok(Ok(octets)) => {
                    self.arrived(octets, in_data);
                    return Ok(octets);
                }
                Err(_) => End::Timeout,
            },
        };
        match told {
            End::Stopped => self.session.close("421 4.3.2 server stops"),
            End::Evicted => self.session.close("421 4.3.2 place needed for others, try again"),
            End::Timeout => self.session.close("421 4.4.2 timeout"),
            End::Session | End::Gone | End::Tls => {}
        }
        Err(told)
    }

    /// Only a message that moves counts as progress, not one octet now and then.
    fn arrived(&mut self, octets: usize, in_data: bool) {
        self.slot.work();
        self.octets_unnoticed += octets;
        if in_data && self.octets_unnoticed >= PROGRESS_OCTETS {
            self.octets_unnoticed = 0;
            self.slot.progress();
        }
    }

    /// Writes all replies; each begins a new deadline for what the client does next.
    async fn write(&mut self) -> Result<(), End> {
        let output = self.session.take_output();
        if output.is_empty() {
            return Ok(());
        }
        self.slot.wait(self.session.in_transaction());
        let written = timeout(self.server.limits.write, self.stream.write(&output));
        tokio::select! {
            biased;
            written = written => match written {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return Err(End::Gone),
            },
            () = self.slot.asked_to_leave() => return Err(End::Gone),
        }
        self.slot.work();
        self.slot.progress();
        let limits = &self.server.limits;
        let time = if self.session.in_data() { limits.data } else { limits.command };
        self.deadline = Instant::now() + time;
        Ok(())
    }

    async fn start_tls(&mut self) -> Result<(), End> {
        let Some(config) = self.server.settings.tls.clone() else {
            return Err(End::Tls);
        };
        self.slot.wait(false);
        let handshake = timeout(self.server.limits.handshake, self.stream.start_tls(config));
        let accepted = tokio::select! {
            accepted = handshake => accepted,
            () = self.slot.asked_to_leave() => return Err(End::Tls),
        };
        match accepted {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::info!(peer = %self.peer, %error, "TLS handshake failed");
                return Err(End::Tls);
            }
            Err(_) => return Err(End::Tls),
        }
        self.slot.progress();
        self.session.tls_started();
        self.deadline = Instant::now() + self.server.limits.command;
        Ok(())
    }

    /// Writes the last reply and stays until the client has read it.
    async fn part(mut self) {
        let last = self.session.take_output();
        let parting = async {
            self.stream.write(&last).await?;
            self.stream.shutdown().await?;
            let mut buffer = vec![0; READ_OCTETS_FIRST];
            let mut drained = 0;
            while drained < DRAIN_OCTETS_MAX {
                match self.stream.read(&mut buffer).await? {
                    0 => break,
                    octets => drained += octets,
                }
            }
            Ok::<(), std::io::Error>(())
        };
        let _ = timeout(DRAIN_TIME, parting).await;
    }
}
