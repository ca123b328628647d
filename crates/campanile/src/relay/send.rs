//! Transactions: one recipient each, overlapping where the next hop offers PIPELINING.
//!
//! The envelope of a message is written behind the end of the one before it. Its own octets
//! follow only after 354, so a refused recipient never gets a message, and a message whose 354
//! was not read was not sent.

use std::fmt::Write;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use super::body::{Body, BodyFile, SharedBody};
use super::connection::Connection;
use super::outcome::{Outgoing, SendOutcome};
use super::reply::{BadReply, Reply};
use super::wire::WireError;

/// How long to look for the reason when the next hop stops taking a message.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// Longest path without brackets: RFC 5321 §4.5.3.1.3.
const PATH_OCTETS_MAX: usize = 254;

impl Connection {
    /// Sends one message.
    pub async fn send(&mut self, message: Outgoing) -> SendOutcome {
        let mut sent = SendOutcome::Broken { error: WireError::Closed };
        self.send_many([message], |_, outcome| sent = outcome).await;
        sent
    }

    /// Sends messages and reports for each what became of it, in order, with its position.
    ///
    /// Takes from `messages` no more than one ahead. Stops when the connection breaks: every
    /// message that was taken is reported, the others are not touched
    /// ([`Connection::is_usable`] tells).
    pub async fn send_many<M>(&mut self, messages: M, mut report: impl FnMut(usize, SendOutcome))
    where
        M: IntoIterator<Item = Outgoing>,
    {
        if !self.usable {
            return;
        }
        self.usable = false;
        let mut messages = messages.into_iter().enumerate();
        let mut ahead = None;
        let mut announced = false;
        while let Some((at, message)) = ahead.take().or_else(|| messages.next()) {
            if let Some(refused) = self.refuse_here(&message) {
                report(at, refused);
                continue;
            }
            let outcome = match self.open(&message, announced).await {
                Ok(None) => {
                    ahead = messages.next();
                    let next = ahead.as_ref().map(|(_, next)| next);
                    let next = next.filter(|next| self.can_announce(next));
                    announced = next.is_some();
                    self.transmit(&message.body, next).await
                }
                Ok(Some(refused)) => {
                    announced = false;
                    Ok(refused)
                }
                Err(error) => Err(SendOutcome::Broken { error }),
            };
            match outcome {
                Ok(outcome) => report(at, outcome),
                Err(broken) => {
                    report(at, broken);
                    if let Some((at, _)) = ahead {
                        report(at, SendOutcome::Broken { error: WireError::Closed });
                    }
                    return;
                }
            }
        }
        self.usable = true;
    }

    /// What the next hop need not be asked.
    fn refuse_here(&self, message: &Outgoing) -> Option<SendOutcome> {
        let text = if !is_path(&message.recipient) || message.recipient.is_empty() {
            (501, "5.1.3 malformed recipient address, not sent")
        } else if !is_path(&message.mail_from) {
            (501, "5.1.7 malformed sender address, not sent")
        } else if self.offers.size_max.is_some_and(|octets| message.body.octets() > octets) {
            (552, "5.3.4 message larger than the next hop takes, not sent")
        } else {
            return None;
        };
        Some(SendOutcome::Permanent { reply: Reply::local(text.0, text.1) })
    }

    fn can_announce(&self, message: &Outgoing) -> bool {
        self.offers.pipelining && self.refuse_here(message).is_none()
    }

    /// MAIL, RCPT and DATA, unless they are on their way; `None` means go ahead.
    async fn open(
        &mut self,
        message: &Outgoing,
        announced: bool,
    ) -> Result<Option<SendOutcome>, WireError> {
        if !announced && !self.wire.is_quiet() {
            return Err(WireError::NoReply(BadReply));
        }
        if self.offers.pipelining {
            self.open_at_once(message, announced).await
        } else {
            self.open_step_by_step(message).await
        }
    }

    async fn open_at_once(
        &mut self,
        message: &Outgoing,
        announced: bool,
    ) -> Result<Option<SendOutcome>, WireError> {
        if !announced {
            if self.reset_needed {
                self.wire.collect(b"RSET\r\n");
            }
            self.wire.collect(self.envelope(message).as_bytes());
            self.wire.flush().await?;
            self.read_reset().await?;
        }
        let mail = self.read().await?;
        let rcpt = self.read().await?;
        let data = self.read().await?;
        if mail.is_positive() && rcpt.is_positive() && data.code == 354 {
            return Ok(None);
        }
        if data.code == 354 {
            if rcpt.is_positive() {
                // It would take the message of a sender that it refused.
                return Err(WireError::NoReply(BadReply));
            }
            // Nobody receives it: end the message that was not begun [RFC 2920 §3.1].
            self.wire.collect(b".\r\n");
            self.wire.flush().await?;
            self.read().await?;
        }
        self.reset_needed = true;
        let refusals = [mail, rcpt, data].into_iter().find_map(SendOutcome::of_refusal);
        refusals.map(Some).ok_or(WireError::NoReply(BadReply))
    }

    async fn open_step_by_step(
        &mut self,
        message: &Outgoing,
    ) -> Result<Option<SendOutcome>, WireError> {
        if self.reset_needed {
            self.wire.collect(b"RSET\r\n");
            self.wire.flush().await?;
            self.read_reset().await?;
        }
        for command in self.envelope(message).split_inclusive('\n') {
            self.wire.collect(command.as_bytes());
            self.wire.flush().await?;
            let reply = self.read().await?;
            let expected =
                if command == "DATA\r\n" { reply.code == 354 } else { reply.is_positive() };
            if !expected {
                self.reset_needed = true;
                let refusal = SendOutcome::of_refusal(reply);
                return refusal.map(Some).ok_or(WireError::NoReply(BadReply));
            }
        }
        Ok(None)
    }

    fn envelope(&self, message: &Outgoing) -> String {
        let Outgoing { mail_from, recipient, body } = message;
        let mut commands = String::with_capacity(mail_from.len() + recipient.len() + 64);
        // Writing to a String does not fail.
        let _ = write!(commands, "MAIL FROM:<{mail_from}>");
        if self.offers.size {
            let _ = write!(commands, " SIZE={}", body.octets());
        }
        let _ = write!(commands, "\r\nRCPT TO:<{recipient}>\r\nDATA\r\n");
        commands
    }

    async fn read_reset(&mut self) -> Result<(), WireError> {
        if std::mem::take(&mut self.reset_needed) && !self.read().await?.is_positive() {
            return Err(WireError::NoReply(BadReply));
        }
        Ok(())
    }

    async fn read(&mut self) -> Result<Reply, WireError> {
        let reply = self.wire.reply(self.wire.times.reply).await?;
        if reply.code == 421 { Err(WireError::Closing(reply)) } else { Ok(reply) }
    }

    /// The message, its end, and the envelope of the next; then the answer to this one.
    ///
    /// An error is an outcome that leaves the connection unusable.
    async fn transmit(
        &mut self,
        body: &Body,
        next: Option<&Outgoing>,
    ) -> Result<SendOutcome, SendOutcome> {
        if let Err(error) = self.write_body(body).await {
            return Err(self.last_words(&error).await.unwrap_or(SendOutcome::Broken { error }));
        }
        self.wire.collect(body.end());
        if let Some(next) = next {
            self.wire.collect(self.envelope(next).as_bytes());
        }
        // From here on the end may have arrived, whatever fails.
        if let Err(error) = self.wire.flush().await {
            let said = self.last_words(&error).await;
            return Err(said.unwrap_or(SendOutcome::MaybeAccepted { error }));
        }
        match self.wire.reply(self.wire.times.end).await {
            Ok(reply) if reply.is_positive() => Ok(SendOutcome::Accepted { reply }),
            Ok(reply) if reply.code == 421 => Err(SendOutcome::Temporary { reply }),
            Ok(reply) => SendOutcome::of_refusal(reply)
                .ok_or(SendOutcome::MaybeAccepted { error: WireError::NoReply(BadReply) }),
            Err(error) => Err(SendOutcome::MaybeAccepted { error }),
        }
    }

    async fn write_body(&mut self, body: &Body) -> Result<(), WireError> {
        self.wire.write(body.head()).await?;
        match body.shared() {
            SharedBody::Memory(memory) => self.wire.write(memory).await?,
            SharedBody::File(file) => self.write_file(file).await?,
        }
        self.wire.write(body.tail()).await
    }

    /// A file that has become shorter is an error: what was sent is then no whole message.
    async fn write_file(&mut self, file: &Arc<BodyFile>) -> Result<(), WireError> {
        let mut offset = 0;
        let mut chunk = Vec::new();
        while offset < file.octets() {
            let sent = match self.wire.send_file(file.file(), offset).await {
                Some(sent) => sent?,
                None => {
                    chunk = file.read(offset, chunk).await.map_err(WireError::Body)?;
                    self.wire.write(&chunk).await?;
                    u64::try_from(chunk.len()).unwrap_or_default()
                }
            };
            if sent == 0 {
                return Err(WireError::Body(ErrorKind::UnexpectedEof.into()));
            }
            offset = offset.saturating_add(sent);
        }
        Ok(())
    }

    /// Why the next hop stopped taking a message, if it said so before it closed.
    async fn last_words(&mut self, error: &WireError) -> Option<SendOutcome> {
        if !matches!(error, WireError::Network(_)) {
            return None;
        }
        let reply = self.wire.reply(LAST_WORDS).await.ok()?;
        SendOutcome::of_refusal(reply)
    }
}

/// Whether the text can stand between the brackets of a command.
fn is_path(text: &str) -> bool {
    text.len() <= PATH_OCTETS_MAX
        && text.bytes().all(|b| b.is_ascii_graphic() && !b"<>".contains(&b))
}
