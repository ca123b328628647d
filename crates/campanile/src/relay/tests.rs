//! The client against a next hop that follows a script.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::body::{Body, SharedBody};
use super::connection::Connection;
use super::outcome::{Outgoing, SendOutcome};
use super::wire::WireError;
use super::{ConnectError, Relay, RelaySettings, RelayTimes, RelayTls};

mod refusals;
mod speed;
mod tls;

/// One thing the next hop does.
#[derive(Debug, Clone, Copy)]
enum Act {
    /// Says a line.
    Say(&'static str),
    /// Reads a line, which has to begin so.
    Hear(&'static str),
    /// Reads a message to its end and keeps it with its stuffing.
    Message,
    /// Reads this many octets.
    Octets(usize),
    /// Reads and says nothing more.
    Hang,
    /// Closes with everything unread, which resets the connection.
    Reset,
}
use Act::{Hang, Hear, Message, Octets, Reset, Say};

const GREETING: [Act; 3] = [
    Say("220 hop"),
    Hear("EHLO list.example"),
    Say("250-hop\r\n250-PIPELINING\r\n250 SIZE 5000000"),
];
const OPEN: [Act; 6] = [
    Hear("MAIL FROM:<bounce@list.example> SIZE="),
    Hear("RCPT TO:<"),
    Hear("DATA"),
    Say("250 2.1.0 ok"),
    Say("250 2.1.5 ok"),
    Say("354 go"),
];
const TAKE: [Act; 2] = [Message, Say("250 2.0.0 taken")];

struct Hop {
    address: SocketAddr,
    task: JoinHandle<Vec<Vec<u8>>>,
}

impl Hop {
    /// One connection; afterwards the client has to be gone or silent.
    async fn following(acts: &[&[Act]]) -> Self {
        let acts = acts.concat();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move { follow(&listener, &acts).await });
        Self { address, task }
    }

    fn relay(&self) -> Relay {
        Relay::new(settings(self.address, RelayTls::None)).unwrap()
    }

    async fn connect(&self) -> Connection {
        self.relay().connect().await.unwrap()
    }

    /// The messages received, once the connection is over.
    async fn messages(self) -> Vec<Vec<u8>> {
        tokio::time::timeout(Duration::from_secs(10), self.task).await.unwrap().unwrap()
    }
}

fn settings(address: SocketAddr, tls: RelayTls) -> RelaySettings {
    RelaySettings {
        host: address.ip().to_string(),
        port: address.port(),
        tls,
        ca_file: None,
        hostname: "list.example".into(),
        times: RelayTimes {
            connect: Duration::from_secs(5),
            reply: Duration::from_millis(700),
            patience: Duration::from_millis(300),
            block: Duration::from_millis(700),
            end: Duration::from_millis(700),
        },
    }
}

async fn follow(listener: &TcpListener, acts: &[Act]) -> Vec<Vec<u8>> {
    let (stream, _) = listener.accept().await.unwrap();
    let mut stream = BufReader::new(stream);
    let mut messages = Vec::new();
    for act in acts {
        match act {
            Say(line) => stream.write_all(format!("{line}\r\n").as_bytes()).await.unwrap(),
            Hear(start) => {
                let mut line = String::new();
                stream.read_line(&mut line).await.unwrap();
                assert!(line.starts_with(start), "{line:?} instead of {start:?}");
            }
            Message => {
                let mut message = Vec::new();
                while !(message.ends_with(b"\r\n.\r\n") || message == b".\r\n") {
                    let octets = stream.read_until(b'\n', &mut message).await.unwrap();
                    assert_ne!(octets, 0, "closed within {message:?}");
                }
                messages.push(message);
            }
            Octets(octets) => {
                stream.read_exact(&mut vec![0; *octets]).await.unwrap();
            }
            Hang => tokio::time::sleep(Duration::from_secs(3600)).await,
            Reset => return messages,
        }
    }
    let mut rest = String::new();
    let _ = stream.read_to_string(&mut rest).await;
    assert!(rest.is_empty() || rest == "QUIT\r\n", "unexpected {rest:?}");
    messages
}

fn outgoing(recipient: &str, body: Body) -> Outgoing {
    Outgoing { mail_from: "bounce@list.example".into(), recipient: recipient.into(), body }
}

fn small(recipient: &str) -> Outgoing {
    let shared = SharedBody::from(b"QUJD\r\n".to_vec());
    let head = format!("To: {recipient}\r\n\r\n");
    outgoing(recipient, Body::new(head.as_bytes(), shared, b".end\r\n").unwrap())
}

/// What was reported, each in a word and its reply or error.
async fn send_all(connection: &mut Connection, messages: Vec<Outgoing>) -> Vec<String> {
    let mut reports = Vec::new();
    connection
        .send_many(messages, |at, outcome| {
            assert_eq!(at, reports.len(), "reported out of order");
            reports.push(match outcome {
                SendOutcome::Accepted { reply } => format!("accepted: {reply}"),
                SendOutcome::Temporary { reply } => format!("temporary: {reply}"),
                SendOutcome::Permanent { reply } => format!("permanent: {reply}"),
                SendOutcome::Broken { error } => format!("broken: {error}"),
                SendOutcome::MaybeAccepted { error } => format!("maybe: {error}"),
            });
        })
        .await;
    reports
}

const TAKEN: &str = "accepted: 250 2.0.0 taken";

#[tokio::test]
async fn copies_follow_each_other_on_one_connection() {
    let hop = Hop::following(&[&GREETING, &OPEN, &TAKE, &OPEN, &TAKE, &OPEN, &TAKE]).await;
    let mut connection = hop.connect().await;
    let messages = vec![small("a@a.example"), small("b@b.example"), small("c@c.example")];
    assert_eq!(send_all(&mut connection, messages).await, [TAKEN; 3]);
    assert!(connection.is_usable());
    connection.quit().await;
    let received = hop.messages().await;
    assert_eq!(received[0], b"To: a@a.example\r\n\r\nQUJD\r\n..end\r\n.\r\n");
    assert_eq!(received[2], b"To: c@c.example\r\n\r\nQUJD\r\n..end\r\n.\r\n");
}

#[tokio::test]
async fn next_envelope_does_not_wait_for_the_answer_to_the_message_before() {
    let next = [Message, OPEN[0], OPEN[1], OPEN[2], Say("250 2.0.0 taken")];
    let hop = Hop::following(&[&GREETING, &OPEN, &next, &OPEN[3..], &TAKE]).await;
    let mut connection = hop.connect().await;
    let messages = vec![small("a@a.example"), small("b@b.example")];
    assert_eq!(send_all(&mut connection, messages).await, [TAKEN; 2]);
}

#[tokio::test]
async fn without_pipelining_every_command_waits_for_its_answer() {
    let greeting = [
        Say("220 hop"),
        Hear("EHLO"),
        Say("502 5.5.1 what?"),
        Hear("HELO list.example"),
        Say("250 hop"),
    ];
    let open = [
        Hear("MAIL FROM:<bounce@list.example>\r\n"),
        Say("250 ok"),
        Hear("RCPT TO:<"),
        Say("250 ok"),
        Hear("DATA"),
        Say("354 go"),
    ];
    let refuse = [open[0], open[1], open[2], Say("550 5.1.1 no")];
    let reset = [Hear("RSET"), Say("250 ok")];
    let hop = Hop::following(&[&greeting, &open, &TAKE, &refuse, &reset, &open, &TAKE]).await;
    let mut connection = hop.connect().await;
    let messages = vec![small("a@a.example"), small("b@b.example"), small("c@c.example")];
    let reports = send_all(&mut connection, messages).await;
    assert_eq!(reports, [TAKEN, "permanent: 550 5.1.1 no", TAKEN]);
    connection.quit().await;
    assert_eq!(hop.messages().await.len(), 2);
}

#[tokio::test]
async fn large_body_is_streamed_from_its_file_octet_for_octet() {
    let line = [&[b'Q'; 76][..], b"\r\n"].concat();
    let content = line.repeat(40_000);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("body");
    std::fs::write(&path, &content).unwrap();
    let shared = SharedBody::open(path).await.unwrap();
    assert!(matches!(shared, SharedBody::File(_)));
    let hop = Hop::following(&[&GREETING, &OPEN, &TAKE, &OPEN, &TAKE]).await;
    let mut connection = hop.connect().await;
    let body = Body::new(b"H: x\r\n\r\n", shared, b"tail\r\n").unwrap();
    let messages = vec![outgoing("a@a.example", body.clone()), outgoing("b@b.example", body)];
    assert_eq!(send_all(&mut connection, messages).await, [TAKEN; 2]);
    connection.quit().await;
    let expected = [b"H: x\r\n\r\n", content.as_slice(), b"tail\r\n.\r\n"].concat();
    let received = hop.messages().await;
    assert!(received.iter().all(|message| *message == expected) && received.len() == 2);
}

#[tokio::test]
async fn small_body_file_is_kept_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("body");
    std::fs::write(&path, "QUJD\r\n").unwrap();
    let shared = SharedBody::open(path).await.unwrap();
    assert!(matches!(shared, SharedBody::Memory(memory) if *memory == *b"QUJD\r\n"));
}
