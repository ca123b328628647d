//! What each command does to a [`Session`].

use super::{Phase, Session, Step, Transaction};
use crate::smtp::command::{BadCommand, Command, Hello, Mail};
use crate::smtp::data::DataReceiver;
use crate::smtp::envelope::RecipientAnswer;
use crate::smtp::limits::{MESSAGE_OCTETS_DECLARED_MAX, MESSAGE_OCTETS_FIRST, RECIPIENTS_MAX};
use crate::smtp::path::Forward;
use crate::smtp::reply;

impl Session {
    pub(super) fn run(&mut self, command: Command, input: &mut &[u8]) -> Option<Step> {
        match command {
            Command::Hello(hello, name) => self.hello(hello, name),
            Command::Mail(mail) => self.mail(mail),
            Command::Rcpt(forward) => return self.rcpt(forward),
            Command::Data => self.data(),
            Command::Rset => {
                self.transaction = None;
                self.reply(reply::OK);
            }
            Command::Noop => self.reply(reply::OK),
            Command::Vrfy => self.reply(reply::VRFY),
            Command::Help => self.reply(reply::HELP),
            Command::StartTls if self.tls => self.reply(reply::TLS_ALREADY),
            Command::StartTls if self.helo.is_none() => self.reply(reply::HELLO_FIRST),
            Command::StartTls if self.settings.starttls => {
                // Commands slipped in behind STARTTLS came in the clear and must not be run as
                // if they had come through TLS: CVE-2011-0411.
                *input = &[];
                self.reply(reply::READY_FOR_TLS);
                return Some(Step::StartTls);
            }
            Command::StartTls | Command::Expn | Command::Bdat => {
                self.reply(reply::NOT_IMPLEMENTED);
            }
            Command::Quit => self.close(reply::BYE),
        }
        None
    }

    fn hello(&mut self, hello: Hello, name: String) {
        if self.settings.lmtp != (hello == Hello::Lhlo) {
            let other = if self.settings.lmtp { reply::HELLO_LHLO } else { reply::HELLO_EHLO };
            return self.reply(other);
        }
        self.helo = Some((hello, name));
        self.transaction = None;
        let hostname = self.settings.hostname.clone();
        if hello == Hello::Helo {
            return self.line(&format!("250 {hostname}"));
        }
        self.line(&format!("250-{hostname}"));
        self.line("250-PIPELINING");
        self.line(&format!("250-SIZE {}", self.settings.message_bytes_max));
        self.line("250-8BITMIME");
        self.line("250-SMTPUTF8");
        if self.settings.starttls && !self.tls {
            self.line("250-STARTTLS");
        }
        self.line("250 ENHANCEDSTATUSCODES");
    }

    fn mail(&mut self, mail: Mail) {
        let Some((hello, _)) = &self.helo else {
            return self.reply(reply::HELLO_FIRST);
        };
        if *hello == Hello::Helo && mail.extended {
            return self.reply(reply::bad_command(BadCommand::Parameter));
        }
        if self.transaction.is_some() {
            return self.reply(reply::MAIL_TWICE);
        }
        if mail.size.is_some_and(|size| size > self.settings.message_bytes_max as u64) {
            return self.reply(reply::TOO_LARGE);
        }
        self.transaction = Some(Transaction {
            mail_from: mail.from,
            size: mail.size,
            recipients: Vec::new(),
            recipients_ok: 0,
            recipients_refused: false,
        });
        self.reply(reply::SENDER_OK);
    }

    fn rcpt(&mut self, forward: Forward) -> Option<Step> {
        let Some(transaction) = &mut self.transaction else {
            self.reply(reply::MAIL_FIRST);
            return None;
        };
        let address = match forward {
            Forward::Mailbox(address) => address,
            Forward::Postmaster => match format!("postmaster@{}", self.settings.hostname).parse() {
                Ok(address) => address,
                Err(_) => {
                    self.reply(reply::recipient(RecipientAnswer::Unknown));
                    return None;
                }
            },
        };
        if transaction.recipients.iter().any(|known| known.same_mailbox(&address)) {
            transaction.recipients_ok += 1;
            self.reply(reply::RECIPIENT_OK);
            return None;
        }
        if transaction.recipients.len() >= RECIPIENTS_MAX {
            self.reply(reply::TOO_MANY_RECIPIENTS);
            return None;
        }
        let asked = address.as_str().to_string();
        self.phase = Phase::Recipient(address);
        Some(Step::Recipient(asked))
    }

    fn data(&mut self) {
        match &self.transaction {
            None => self.reply(reply::MAIL_FIRST),
            Some(t) if t.recipients.is_empty() && t.recipients_refused => {
                self.reply(reply::NO_RECIPIENTS);
            }
            Some(t) if t.recipients.is_empty() => self.reply(reply::RCPT_FIRST),
            Some(t) => {
                let declared = t.size.and_then(|size| usize::try_from(size).ok());
                let expected = declared.map_or(MESSAGE_OCTETS_FIRST, |octets| {
                    octets.saturating_add(2).min(MESSAGE_OCTETS_DECLARED_MAX)
                });
                let octets_max = self.settings.message_bytes_max;
                self.phase = Phase::Data(DataReceiver::new(octets_max, expected));
                self.line(reply::GO_AHEAD);
            }
        }
    }
}
