//! Target: what clients say to us.

use std::net::Ipv4Addr;

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
