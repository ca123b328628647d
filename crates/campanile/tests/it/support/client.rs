//! A sender's mail server, line by line.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

/// An SMTP or LMTP connection to the program.
pub struct Client {
    lines: BufReader<TcpStream>,
    stream: TcpStream,
}

impl Client {
    /// Connects and greets, with `EHLO` or `LHLO`.
    pub fn connect(port: u16, greeting: &str) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let longest = Some(Duration::from_secs(30));
        stream.set_read_timeout(longest).unwrap();
        let lines = BufReader::new(stream.try_clone().unwrap());
        let mut client = Self { lines, stream };
        assert!(client.reply().starts_with("220"));
        let answer = client.say(&format!("{greeting} client.example"));
        assert!(answer.starts_with("250"), "{answer}");
        client
    }

    /// Reads one reply, all its lines.
    pub fn reply(&mut self) -> String {
        let mut reply = String::new();
        loop {
            let start = reply.len();
            self.lines.read_line(&mut reply).unwrap();
            let line = &reply[start..];
            assert!(line.len() > 3, "the connection ended after {reply:?}");
            if line.as_bytes()[3] != b'-' {
                return reply;
            }
        }
    }

    /// Sends a command and reads its reply.
    pub fn say(&mut self, command: &str) -> String {
        self.stream.write_all(command.as_bytes()).unwrap();
        self.stream.write_all(b"\r\n").unwrap();
        self.reply()
    }

    fn envelope(&mut self, from: &str, to: &[&str]) {
        let envelope = std::iter::once(format!("MAIL FROM:<{from}>"))
            .chain(to.iter().map(|to| format!("RCPT TO:<{to}>")));
        for command in envelope {
            let reply = self.say(&command);
            assert!(reply.starts_with("250"), "{command}: {reply}");
        }
        assert!(self.say("DATA").starts_with("354"));
    }

    /// Sends the envelope and the beginning of a message, which has no dots in it.
    pub fn begin(&mut self, from: &str, to: &str, start: &[u8]) {
        self.envelope(from, &[to]);
        self.stream.write_all(start).unwrap();
    }

    /// Sends the rest of a message and its end, but does not read the answer.
    pub fn end(&mut self, rest: &[u8]) {
        self.stream.write_all(rest).unwrap();
        self.stream.write_all(b".\r\n").unwrap();
    }

    /// Sends the envelope and a message with its end, but does not read the answer.
    pub fn send(&mut self, from: &str, to: &[&str], message: &[u8]) {
        self.envelope(from, to);
        let mut stuffed = Vec::with_capacity(message.len() + 64);
        for line in message.split_inclusive(|byte| *byte == b'\n') {
            if line.starts_with(b".") {
                stuffed.push(b'.');
            }
            stuffed.extend_from_slice(line);
        }
        self.end(&stuffed);
    }

    /// Sends a message and returns the answer to it.
    pub fn deliver(&mut self, from: &str, to: &str, message: &[u8]) -> String {
        self.send(from, &[to], message);
        self.reply()
    }
}
