//! Targets: what is said to us by clients, by the next hop and by the configuration.

use std::net::Ipv4Addr;
use std::path::Path;

use campanile::config::{self, Environment};
use campanile::relay::reply::Reply;
use campanile_core::smtp::envelope::{Acceptance, RecipientAnswer};
use campanile_core::smtp::session::{Session, SessionSettings, Step};

/// A message that is taken ends its lines with CRLF and nothing else, whatever pieces it came in,
/// and every line we answer is a reply.
pub fn smtp_session(data: &[u8]) {
    let (first, rest) = data.split_first().map_or((1, data), |(first, rest)| (*first, rest));
    let settings = SessionSettings {
        hostname: "list.example".into(),
        message_bytes_max: 1 << 20,
        lmtp: first & 1 == 1,
        starttls: first & 2 == 2,
    };
    let mut session = Session::new(settings, Ipv4Addr::LOCALHOST.into());
    let hello = if first & 1 == 1 { "LHLO" } else { "EHLO" };
    let opening = format!("{hello} a.example\r\nMAIL FROM:<a@b.example>\r\n");
    let opening = opening + "RCPT TO:<alert@list.example>\r\nDATA\r\n";
    let input = if first & 4 == 4 { [opening.as_bytes(), rest].concat() } else { rest.to_vec() };
    for piece in input.chunks(usize::from(first >> 3) + 1) {
        if !smtp_piece(&mut session, piece) {
            break;
        }
    }
    let replies = String::from_utf8(session.take_output()).expect("replies are ASCII");
    for line in replies.lines() {
        assert!(line.bytes().take(3).all(|byte| byte.is_ascii_digit()), "{line:?}");
    }
}

/// Gives the session one piece of input; false when it has ended.
fn smtp_piece(session: &mut Session, mut piece: &[u8]) -> bool {
    loop {
        match session.step(&mut piece) {
            Step::Read => return true,
            Step::Close => return false,
            Step::Recipient(_) => session.answer_recipient(RecipientAnswer::Ok),
            Step::StartTls => session.tls_started(),
            Step::Message(_, message) => {
                let text = String::from_utf8_lossy(&message).replace("\r\n", "");
                assert!(!text.contains(['\r', '\n']));
                session.answer_message(&Acceptance::Temporary);
            }
        }
    }
}

/// A reply of the next hop is printable, and takes no more octets than there are.
pub fn smtp_reply(data: &[u8]) {
    if let Ok(Some((reply, taken))) = Reply::parse(data) {
        assert!(taken <= data.len());
        assert!((200..600).contains(&reply.code));
        let printable = |line: &String| line.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
        assert!(reply.lines.iter().all(printable));
    }
}

/// A configuration is read, or refused by a message on one line.
pub fn config(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let nothing = Environment::of(std::iter::empty());
    if let Err(error) = config::parse(text, Path::new("campanile.toml"), &nothing) {
        assert!(!error.to_string().contains(['\r', '\n', '\u{1b}']));
    }
}
