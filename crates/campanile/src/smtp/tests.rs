//! The server over loopback, with raw sockets.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use campanile_core::smtp::envelope::{Acceptance, Envelope, RecipientAnswer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::limits::Limits;
use super::{Intake, SmtpSettings, serve_within};

mod attacks;
mod bounds;
pub mod starttls;

/// Takes everything for `list.example`; messages that say `slow` take a moment.
#[derive(Default)]
struct House {
    messages: Mutex<Vec<(Envelope, Vec<u8>)>>,
}

impl House {
    fn messages(&self) -> Vec<(Envelope, Vec<u8>)> {
        self.messages.lock().unwrap().clone()
    }
}

impl Intake for House {
    async fn recipient(&self, address: &str) -> RecipientAnswer {
        if address.starts_with("unknown") {
            RecipientAnswer::Unknown
        } else if address.ends_with("@list.example") {
            RecipientAnswer::Ok
        } else {
            RecipientAnswer::Foreign
        }
    }

    async fn accept(&self, envelope: Envelope, message: Vec<u8>) -> Acceptance {
        if message.starts_with(b"slow") {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        self.messages.lock().unwrap().push((envelope, message));
        Acceptance::Accepted { id: "m1".into() }
    }
}

struct Served {
    address: SocketAddr,
    house: Arc<House>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

async fn served_with(limits: Limits, tls: Option<Arc<rustls::ServerConfig>>) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let settings = SmtpSettings {
        listen: address,
        hostname: "list.example".into(),
        message_bytes_max: 41_943_040,
        tls,
        lmtp: false,
        counters: crate::counters::Counters::default(),
    };
    let house = Arc::new(House::default());
    let (stop, stopped) = watch::channel(false);
    let task = tokio::spawn(serve_within(listener, settings, Arc::clone(&house), stopped, limits));
    Served { address, house, stop, task }
}

async fn served() -> Served {
    served_with(Limits::default(), None).await
}

/// A client in the clear or in TLS.
struct Client<S = TcpStream> {
    io: S,
    unread: Vec<u8>,
    closed: bool,
}

impl Client {
    async fn connect(address: SocketAddr) -> Self {
        Self::over(TcpStream::connect(address).await.unwrap())
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    fn over(io: S) -> Self {
        Self { io, unread: Vec::new(), closed: false }
    }

    /// False when the server has closed.
    async fn say(&mut self, text: impl AsRef<[u8]>) -> bool {
        self.io.write_all(text.as_ref()).await.is_ok() && self.io.flush().await.is_ok()
    }

    /// The next reply, its lines joined by `|`; `None` at the end or after the time.
    async fn reply_within(&mut self, time: Duration) -> Option<String> {
        tokio::time::timeout(time, self.next_reply()).await.ok().flatten()
    }

    async fn reply(&mut self) -> String {
        let reply = self.reply_within(Duration::from_secs(20)).await;
        reply.unwrap_or_else(|| if self.closed { "closed".into() } else { "silence".into() })
    }

    async fn next_reply(&mut self) -> Option<String> {
        loop {
            let text = String::from_utf8_lossy(&self.unread).into_owned();
            let mut end = 0;
            for line in text.split_inclusive("\r\n") {
                end += line.len();
                if line.ends_with("\r\n") && line.as_bytes().get(3) == Some(&b' ') {
                    self.unread.drain(..end);
                    return Some(text[..end].trim_end().replace("\r\n", "|"));
                }
            }
            let mut buffer = [0; 4096];
            match self.io.read(&mut buffer).await {
                Ok(0) | Err(_) => {
                    self.closed = true;
                    return None;
                }
                Ok(octets) => self.unread.extend_from_slice(&buffer[..octets]),
            }
        }
    }

    async fn ask(&mut self, line: &str) -> String {
        self.say(format!("{line}\r\n")).await;
        self.reply().await
    }

    /// Greeting, EHLO and one transaction up to and including 354.
    async fn open_data(&mut self) {
        assert!(self.reply().await.starts_with("220 list.example ESMTP Campanile"));
        for (line, code) in [
            ("EHLO client.example", "250"),
            ("MAIL FROM:<a@b.example>", "250"),
            ("RCPT TO:<alert@list.example>", "250"),
            ("DATA", "354"),
        ] {
            let reply = self.ask(line).await;
            assert!(reply.starts_with(code), "{line}: {reply}");
        }
    }
}

#[tokio::test]
async fn message_is_handed_over_with_its_envelope_before_it_is_acknowledged() {
    let server = served().await;
    let mut client = Client::connect(server.address).await;
    client.open_data().await;
    client.say("slow\r\n..dot\r\n.\r\n").await;
    assert!(client.reply_within(Duration::from_millis(50)).await.is_none(), "250 came too early");
    assert_eq!(client.reply().await, "250 2.0.0 ok m1");
    let messages = server.house.messages();
    let (envelope, message) = messages.first().unwrap();
    assert_eq!(message, b"slow\r\n.dot\r\n");
    assert_eq!(envelope.recipients, ["alert@list.example"]);
    assert!(envelope.peer.is_loopback() && !envelope.tls && !envelope.lmtp);
}

#[tokio::test]
async fn false_ends_cut_by_the_network_smuggle_nothing() {
    let server = served().await;
    for end in ["\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r\n", "\r\n.\r", "\r\n.\0\r\n", "\r\n..\r\r\n"]
    {
        let mut client = Client::connect(server.address).await;
        client.open_data().await;
        let smuggled =
            "MAIL FROM:<x@y.example>\r\nRCPT TO:<alert@list.example>\r\nDATA\r\nx\r\n.\r\n";
        for piece in ["body", &end[..1], &end[1..], smuggled] {
            client.say(piece).await;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(client.reply().await.starts_with("550 5.6.0"), "{end:?}");
        assert_eq!(client.ask("NOOP").await, "250 2.0.0 ok", "{end:?}");
    }
    assert!(server.house.messages().is_empty());
}

#[tokio::test]
async fn half_a_message_is_no_message() {
    let server = served().await;
    for reset in [false, true] {
        let stream = TcpStream::connect(server.address).await.unwrap();
        if reset {
            stream.set_zero_linger().unwrap();
        }
        let mut client = Client::over(stream);
        client.open_data().await;
        client.say("From: a\r\n\r\nhalf a mess\r\n.").await;
        if !reset {
            client.io.shutdown().await.unwrap();
            assert_eq!(client.reply().await, "closed");
        }
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(server.house.messages().is_empty());
}
