//! Every reply of the server, without CRLF: code, enhanced code [RFC 3463], text.
//!
//! No reply quotes the client, and none says which addresses exist beyond the RCPT asked about.

use super::command::BadCommand;
use super::data::DataFault;
use super::envelope::{Acceptance, RecipientAnswer};
use super::limits::REPLY_TEXT_OCTETS_MAX;

pub(super) const OK: &str = "250 2.0.0 ok";
pub(super) const SENDER_OK: &str = "250 2.1.0 ok";
pub(super) const RECIPIENT_OK: &str = "250 2.1.5 ok";
pub(super) const GO_AHEAD: &str = "354 end with <CRLF>.<CRLF>";
pub(super) const HELP: &str = "214 2.0.0 see RFC 5321; this server takes sealed mail of its teams";
pub(super) const BYE: &str = "221 2.0.0 bye";
pub(super) const VRFY: &str = "252 2.1.5 send some mail and see";
pub(super) const NOT_IMPLEMENTED: &str = "502 5.5.1 not implemented";
pub(super) const READY_FOR_TLS: &str = "220 2.0.0 ready for TLS";
pub(super) const TLS_ALREADY: &str = "503 5.5.1 TLS is on";
pub(super) const HELLO_FIRST: &str = "503 5.5.1 say EHLO first";
pub(super) const HELLO_LHLO: &str = "500 5.5.1 this is LMTP, say LHLO";
pub(super) const HELLO_EHLO: &str = "500 5.5.1 this is SMTP, say EHLO";
pub(super) const MAIL_FIRST: &str = "503 5.5.1 MAIL FROM first";
pub(super) const MAIL_TWICE: &str = "503 5.5.1 one MAIL FROM at a time";
pub(super) const RCPT_FIRST: &str = "503 5.5.1 RCPT TO first";
pub(super) const NO_RECIPIENTS: &str = "554 5.5.1 no valid recipients";
pub(super) const TOO_MANY_RECIPIENTS: &str = "452 4.5.3 too many recipients, send the rest later";
pub(super) const TOO_LARGE: &str = "552 5.3.4 message too large";
pub(super) const LINE_TOO_LONG: &str = "500 5.5.2 line too long";
pub(super) const BARE_LINE_END: &str = "500 5.5.2 bare CR or LF in a command";
pub(super) const AFTER_CHUNK: &str = "503 5.5.1 chunks are not offered, connect again";
pub(super) const TOO_MANY_ERRORS: &str = "421 4.7.0 too many errors";
pub(super) const TOO_MANY_COMMANDS: &str = "421 4.7.0 too many commands";
pub(super) const TEMPORARY: &str = "451 4.3.0 try again later";

pub(super) fn bad_command(error: BadCommand) -> &'static str {
    match error {
        BadCommand::Unknown | BadCommand::OtherProtocol => "500 5.5.2 unknown command",
        BadCommand::Octets => "500 5.5.2 control character or no UTF-8",
        BadCommand::Argument => "501 5.5.4 malformed argument",
        BadCommand::Parameter => "555 5.5.4 parameter not offered",
        BadCommand::ReversePath => "501 5.1.7 malformed sender address",
        BadCommand::ForwardPath => "553 5.1.3 only plain addresses receive mail here",
        BadCommand::NeedsUtf8 => "553 5.6.7 SMTPUTF8 parameter missing",
    }
}

pub(super) fn data_fault(fault: DataFault) -> &'static str {
    match fault {
        DataFault::BareLineEnd => "550 5.6.0 bare CR, bare LF or NUL in the message",
        DataFault::TooLarge { .. } => TOO_LARGE,
        DataFault::LineTooLong => "550 5.6.0 line longer than 998 octets",
        DataFault::Shed => "452 4.3.1 no room now, try again later",
    }
}

pub(super) fn recipient(answer: RecipientAnswer) -> &'static str {
    match answer {
        RecipientAnswer::Ok => RECIPIENT_OK,
        RecipientAnswer::Unknown => "550 5.1.1 no such address here",
        RecipientAnswer::Foreign => "550 5.7.1 no relaying",
        RecipientAnswer::Temporary => TEMPORARY,
    }
}

pub(super) fn acceptance(acceptance: &Acceptance) -> String {
    match acceptance {
        Acceptance::Accepted { id } => format!("{OK} {}", plain(id)),
        Acceptance::Refused { code, text } => format!("{code} {}", plain(text)),
        Acceptance::Temporary => TEMPORARY.to_string(),
    }
}

/// A reply is one line of printable ASCII, whatever its text was made of.
pub(super) fn plain(text: &str) -> String {
    let printable = |c: char| {
        if c == ' ' || c.is_ascii_graphic() { c } else { '?' }
    };
    text.chars().take(REPLY_TEXT_OCTETS_MAX).map(printable).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_the_house_cannot_end_the_reply_line() {
        let text = "no\r\n250 2.0.0 ok\u{1b}[2J".to_string();
        let reply = acceptance(&Acceptance::Refused { code: "550 5.7.1", text });
        assert_eq!(reply, "550 5.7.1 no??250 2.0.0 ok?[2J");
    }
}
