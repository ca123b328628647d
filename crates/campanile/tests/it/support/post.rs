//! The sender's side: posts a mail and remembers what it was told.

use std::io::{BufRead, BufReader, Error, ErrorKind, Result, Write};
use std::net::TcpStream;
use std::time::Duration;

/// What the sender knows about a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// 250: the server is responsible.
    Accepted,
    /// 4xx: the sender keeps it.
    Later(String),
    /// 5xx.
    Refused(String),
    /// The connection ended without an answer to the message.
    Nothing,
}

/// Posts a mail.
pub fn post(port: u16, from: &str, to: &str, message: &[u8]) -> Told {
    match dialogue(port, from, to, message) {
        Ok(reply) if reply.starts_with('2') => Told::Accepted,
        Ok(reply) if reply.starts_with('4') => Told::Later(reply),
        Ok(reply) => Told::Refused(reply),
        Err(_) => Told::Nothing,
    }
}

/// Returns the first reply that is no step ahead, or the last one.
fn dialogue(port: u16, from: &str, to: &str, message: &[u8]) -> Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    stream.set_nodelay(true)?;
    let mut lines = BufReader::new(stream.try_clone()?);
    let greeting = reply(&mut lines)?;
    if !greeting.starts_with("220") {
        return Ok(greeting);
    }
    let envelope =
        ["EHLO client.example", &format!("MAIL FROM:<{from}>"), &format!("RCPT TO:<{to}>")]
            .map(|command| (command.to_owned(), "250"));
    for (command, expected) in envelope.into_iter().chain([("DATA".to_owned(), "354")]) {
        stream.write_all(format!("{command}\r\n").as_bytes())?;
        let said = reply(&mut lines)?;
        if !said.starts_with(expected) {
            return Ok(said);
        }
    }
    let mut stuffed = Vec::with_capacity(message.len() + 64);
    for line in message.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b".") {
            stuffed.push(b'.');
        }
        stuffed.extend_from_slice(line);
    }
    stuffed.extend_from_slice(b".\r\n");
    stream.write_all(&stuffed)?;
    reply(&mut lines)
}

fn reply(lines: &mut impl BufRead) -> Result<String> {
    let mut reply = String::new();
    loop {
        let start = reply.len();
        lines.read_line(&mut reply)?;
        let line = reply.get(start..).unwrap_or_default();
        match line.as_bytes().get(3) {
            Some(b'-') => {}
            Some(_) => return Ok(reply),
            None => return Err(Error::from(ErrorKind::UnexpectedEof)),
        }
    }
}

/// A delivery status notification [RFC 3464].
pub fn bounce(recipient: &str, action: &str) -> Vec<u8> {
    format!(
        "From: MAILER-DAEMON@hop.example\r\nTo: x@list.example\r\n\
         Subject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; hop.example\r\n\r\n\
         Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: 5.1.1\r\n\
         Diagnostic-Code: smtp; 550 mailbox is gone\r\n\r\n--b--\r\n"
    )
    .into_bytes()
}
