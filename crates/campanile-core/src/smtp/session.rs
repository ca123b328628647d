//! One SMTP or LMTP session.
//!
//! The caller reads octets, gives them to [`Session::step`] until it says [`Step::Read`], does
//! what the other steps ask, and writes what [`Session::take_output`] holds whenever it is about
//! to wait. Replies come in the order of the commands, so pipelining needs nothing more.

use std::net::IpAddr;

use crate::model::address::EmailAddress;

use super::command::{self, BadCommand, Command, Hello};
use super::data::DataReceiver;
use super::envelope::{Acceptance, Envelope, RecipientAnswer};
use super::limits::{COMMANDS_MAX, ERRORS_MAX};
use super::line::{Line, LineReader};
use super::reply;

mod dialogue;

/// What a session is told about its server.
#[derive(Debug, Clone)]
pub struct SessionSettings {
    /// Our name in the greeting and behind EHLO.
    pub hostname: String,
    /// Largest message in octets, as counted by SIZE [RFC 1870].
    pub message_bytes_max: usize,
    /// LMTP [RFC 2033] instead of SMTP.
    pub lmtp: bool,
    /// Whether STARTTLS can be offered.
    pub starttls: bool,
}

/// What has to happen before the session can go on.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// The input is used up: write the output, read more.
    Read,
    /// Answer with [`Session::answer_recipient`].
    Recipient(String),
    /// Store the message, then answer with [`Session::answer_message`].
    Message(Envelope, Vec<u8>),
    /// Write the output, do the TLS handshake, then call [`Session::tls_started`].
    StartTls,
    /// Write the output and close.
    Close,
}

#[derive(Debug)]
enum Phase {
    Command,
    Data(DataReceiver),
    Recipient(EmailAddress),
    Message,
    Closed,
}

#[derive(Debug)]
struct Transaction {
    mail_from: Option<String>,
    size: Option<u64>,
    recipients: Vec<EmailAddress>,
    /// RCPT commands answered 250, repetitions included: LMTP owes each a reply.
    recipients_ok: usize,
    recipients_refused: bool,
}

/// The state of one connection.
#[derive(Debug)]
pub struct Session {
    settings: SessionSettings,
    peer: IpAddr,
    tls: bool,
    output: Vec<u8>,
    lines: LineReader,
    phase: Phase,
    helo: Option<(Hello, String)>,
    transaction: Option<Transaction>,
    errors: usize,
    commands: usize,
    chunk_seen: bool,
}

impl Session {
    /// Begins a session; the greeting is in the output.
    pub fn new(settings: SessionSettings, peer: IpAddr) -> Self {
        let protocol = if settings.lmtp { "LMTP" } else { "ESMTP" };
        let greeting = format!("220 {} {protocol} Campanile\r\n", settings.hostname);
        Self {
            settings,
            peer,
            tls: false,
            output: greeting.into_bytes(),
            lines: LineReader::default(),
            phase: Phase::Command,
            helo: None,
            transaction: None,
            errors: 0,
            commands: 0,
            chunk_seen: false,
        }
    }

    /// Takes octets from the front of `input` up to the next thing to do.
    pub fn step(&mut self, input: &mut &[u8]) -> Step {
        loop {
            let step = match &mut self.phase {
                Phase::Command => self.command_step(input),
                Phase::Data(receiver) => match receiver.feed(input) {
                    false => Some(Step::Read),
                    true => self.finish_data(),
                },
                // The caller owes an answer; without one nobody can tell.
                Phase::Recipient(_) => {
                    self.answer_recipient(RecipientAnswer::Temporary);
                    None
                }
                Phase::Message => {
                    self.answer_message(&Acceptance::Temporary);
                    None
                }
                Phase::Closed => Some(Step::Close),
            };
            if let Some(step) = step {
                return step;
            }
        }
    }

    /// The replies not yet taken.
    pub fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.output)
    }

    /// Answers [`Step::Recipient`].
    pub fn answer_recipient(&mut self, answer: RecipientAnswer) {
        let phase = std::mem::replace(&mut self.phase, Phase::Command);
        if let (Phase::Recipient(address), Some(transaction)) = (phase, &mut self.transaction) {
            if answer == RecipientAnswer::Ok {
                transaction.recipients.push(address);
                transaction.recipients_ok += 1;
            } else {
                transaction.recipients_refused = true;
            }
        }
        self.reply(reply::recipient(answer));
    }

    /// Answers [`Step::Message`]; with LMTP once per recipient.
    pub fn answer_message(&mut self, acceptance: &Acceptance) {
        self.phase = Phase::Command;
        if matches!(acceptance, Acceptance::Accepted { .. }) {
            self.errors = 0;
            self.commands = 0;
        }
        self.end_transaction(&reply::acceptance(acceptance));
    }

    /// Begins anew inside TLS: what was said before counts for nothing [RFC 3207 §4.2].
    pub fn tls_started(&mut self) {
        self.tls = true;
        self.helo = None;
        self.transaction = None;
    }

    /// Ends the session with a reply such as `421 4.3.2 …`, because the caller has to.
    pub fn close(&mut self, reply: &str) {
        self.line(&reply::plain(reply));
        self.phase = Phase::Closed;
    }

    /// Whether a message is being received.
    pub fn in_data(&self) -> bool {
        matches!(self.phase, Phase::Data(_))
    }

    /// Whether a transaction is open.
    pub fn in_transaction(&self) -> bool {
        self.transaction.is_some()
    }

    /// Octets of memory taken for the message being received.
    pub fn held(&self) -> usize {
        match &self.phase {
            Phase::Data(receiver) => receiver.held(),
            _ => 0,
        }
    }

    /// Gives up the message being received; the client is told 452 at its end.
    pub fn shed(&mut self) {
        if let Phase::Data(receiver) = &mut self.phase {
            receiver.shed();
        }
    }

    fn command_step(&mut self, input: &mut &[u8]) -> Option<Step> {
        match self.lines.next(input) {
            Line::Incomplete => Some(Step::Read),
            Line::Complete(line) => self.command(&line, input),
            Line::TooLong => {
                self.reply(reply::LINE_TOO_LONG);
                None
            }
            Line::BareLineEnd => {
                self.line(reply::BARE_LINE_END);
                self.phase = Phase::Closed;
                None
            }
        }
    }

    fn command(&mut self, line: &[u8], input: &mut &[u8]) -> Option<Step> {
        self.commands += 1;
        if self.commands > COMMANDS_MAX {
            self.close(reply::TOO_MANY_COMMANDS);
            return None;
        }
        let command = match command::parse(line) {
            Ok(Command::Quit) => {
                self.close(reply::BYE);
                return None;
            }
            // A chunk that was not offered may follow; nothing in it may run as a command.
            Ok(Command::Bdat) => {
                self.chunk_seen = true;
                self.transaction = None;
                self.reply(reply::NOT_IMPLEMENTED);
                return None;
            }
            _ if self.chunk_seen => {
                self.reply(reply::AFTER_CHUNK);
                return None;
            }
            Ok(command) => command,
            Err(error) => {
                self.reply(reply::bad_command(error));
                if error == BadCommand::OtherProtocol {
                    self.phase = Phase::Closed;
                }
                return None;
            }
        };
        self.run(command, input)
    }

    fn finish_data(&mut self) -> Option<Step> {
        let Phase::Data(receiver) = std::mem::replace(&mut self.phase, Phase::Message) else {
            return None;
        };
        match receiver.finish() {
            Ok(message) => Some(Step::Message(self.envelope(), message)),
            Err(fault) => {
                self.phase = Phase::Command;
                self.end_transaction(reply::data_fault(fault));
                None
            }
        }
    }

    fn envelope(&self) -> Envelope {
        let transaction = self.transaction.as_ref();
        let recipients = transaction.map_or(&[][..], |t| &t.recipients);
        Envelope {
            mail_from: transaction.and_then(|t| t.mail_from.clone()),
            recipients: recipients.iter().map(|r| r.as_str().to_string()).collect(),
            helo: self.helo.as_ref().map_or_else(String::new, |(_, name)| name.clone()),
            peer: self.peer,
            tls: self.tls,
            lmtp: self.settings.lmtp,
        }
    }

    fn end_transaction(&mut self, reply: &str) {
        let replies = match self.transaction.take() {
            Some(transaction) if self.settings.lmtp => transaction.recipients_ok,
            _ => 1,
        };
        for _ in 1..replies {
            self.line(reply);
        }
        self.reply(reply);
    }

    fn reply(&mut self, reply: &str) {
        self.line(reply);
        if reply.starts_with('5') {
            self.errors += 1;
        }
        if self.errors >= ERRORS_MAX {
            self.close(reply::TOO_MANY_ERRORS);
        }
    }

    fn line(&mut self, reply: &str) {
        self.output.extend_from_slice(reply.as_bytes());
        self.output.extend_from_slice(b"\r\n");
    }
}
