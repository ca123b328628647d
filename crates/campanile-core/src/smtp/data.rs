//! The message behind DATA: where it ends, what it says, and whether it is well formed.
//!
//! Only CRLF `.` CRLF ends a message [RFC 5321 §4.1.1.4]. Anything that another server might take
//! for an end or a line end, a bare CR, a bare LF, a NUL, makes the whole message refused after
//! its real end, so that no second transaction can hide in it ("SMTP smuggling", 2023) and no
//! server behind us sees other lines than we do.

use super::limits::TEXT_LINE_OCTETS_MAX;

/// Why a message was read to its end and is not taken.
///
/// If several hold, the first in the order below is told, so that the answer does not depend on
/// how the network cut the octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DataFault {
    /// A CR without LF, an LF without CR, or a NUL.
    #[error("bare CR, bare LF or NUL in the message")]
    BareLineEnd,
    /// More octets than agreed.
    #[error("message larger than {octets_max} octets")]
    TooLarge {
        /// The limit.
        octets_max: usize,
    },
    /// A line longer than [`TEXT_LINE_OCTETS_MAX`].
    #[error("line longer than {TEXT_LINE_OCTETS_MAX} octets")]
    LineTooLong,
    /// The caller had no room and dropped it; later it may fit.
    #[error("no room for the message")]
    Shed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Behind CRLF, or at the first octet.
    LineStart,
    /// Behind a dot that began a line.
    Dot,
    /// Behind such a dot and CR.
    DotCr,
    /// Within a line.
    Text,
    /// Behind CR within a line.
    Cr,
}

/// Receives one message in pieces of any size and undoes the dot-stuffing.
///
/// # Limits
/// Holds at most `octets_max` octets; what is refused anyway is read and not kept.
#[derive(Debug)]
pub struct DataReceiver {
    message: Vec<u8>,
    octets_max: usize,
    octets: usize,
    line_octets: usize,
    state: State,
    keeping: bool,
    bare: bool,
    line_too_long: bool,
    shed: bool,
}

impl DataReceiver {
    /// Begins a message of at most `octets_max` octets, with room for `octets_expected`.
    pub fn new(octets_max: usize, octets_expected: usize) -> Self {
        Self {
            message: Vec::with_capacity(octets_expected.min(octets_max)),
            octets_max,
            octets: 0,
            line_octets: 0,
            state: State::LineStart,
            keeping: true,
            bare: false,
            line_too_long: false,
            shed: false,
        }
    }

    /// Octets of memory taken for the message.
    pub fn held(&self) -> usize {
        self.message.capacity()
    }

    /// Drops what is held and will be; the message is answered with [`DataFault::Shed`].
    pub fn shed(&mut self) {
        self.shed = true;
        self.stop_keeping();
    }

    /// Takes octets from the front of `input`; true when the message is complete.
    ///
    /// Octets behind the end stay in `input`. Must not be called again after true.
    pub fn feed(&mut self, input: &mut &[u8]) -> bool {
        loop {
            if self.state == State::Text {
                self.text(input);
            }
            let Some((&octet, rest)) = input.split_first() else {
                return false;
            };
            match (self.state, octet) {
                (State::LineStart, b'.') => self.state = State::Dot,
                (State::Dot, b'\r') => self.state = State::DotCr,
                (State::DotCr, b'\n') => {
                    *input = rest;
                    return true;
                }
                (State::Cr, b'\n') => {
                    self.keep(b"\n");
                    self.line_octets = 0;
                    self.state = State::LineStart;
                }
                // The dot was stuffing, the CR is content, and a bare one.
                (State::DotCr, _) => {
                    self.keep(b"\r");
                    self.fault();
                    self.state = State::Text;
                    continue;
                }
                (State::Cr, _) => {
                    self.fault();
                    self.state = State::Text;
                    continue;
                }
                (State::LineStart | State::Dot | State::Text, _) => {
                    self.state = State::Text;
                    continue;
                }
            }
            *input = rest;
        }
    }

    /// The message, or why it is refused.
    pub fn finish(self) -> Result<Vec<u8>, DataFault> {
        let octets_max = self.octets_max;
        if self.bare {
            Err(DataFault::BareLineEnd)
        } else if self.octets > octets_max {
            Err(DataFault::TooLarge { octets_max })
        } else if self.line_too_long {
            Err(DataFault::LineTooLong)
        } else if self.shed {
            Err(DataFault::Shed)
        } else {
            Ok(self.message)
        }
    }

    /// Takes whole lines as one run: up to the end of input, a dot that begins a line, or
    /// anything odd. One copy per run instead of one per octet or line.
    fn text(&mut self, input: &mut &[u8]) {
        let whole = *input;
        let mut at = 0;
        loop {
            let rest = whole.get(at..).unwrap_or_default();
            let Some(length) = memchr::memchr3(b'\r', b'\n', 0, rest) else {
                self.count_line(rest.len());
                at = whole.len();
                break;
            };
            self.count_line(length);
            at += length;
            match rest.get(length..).unwrap_or_default() {
                [b'\r', b'\n', b'.', ..] | [b'\r', b'\n'] => {
                    at += 2;
                    self.line_octets = 0;
                    self.state = State::LineStart;
                    break;
                }
                [b'\r', b'\n', ..] => {
                    at += 2;
                    self.line_octets = 0;
                }
                [b'\r', ..] => {
                    at += 1;
                    self.state = State::Cr;
                    break;
                }
                _ => {
                    at += 1;
                    self.fault();
                }
            }
        }
        let (run, rest) = whole.split_at_checked(at).unwrap_or((whole, &[]));
        self.keep(run);
        *input = rest;
    }

    fn count_line(&mut self, octets: usize) {
        self.line_octets = self.line_octets.saturating_add(octets);
        if self.line_octets > TEXT_LINE_OCTETS_MAX {
            self.line_too_long = true;
            self.stop_keeping();
        }
    }

    fn fault(&mut self) {
        self.bare = true;
        self.stop_keeping();
    }

    fn keep(&mut self, octets: &[u8]) {
        self.octets = self.octets.saturating_add(octets.len());
        if self.octets > self.octets_max {
            self.stop_keeping();
        }
        if self.keeping {
            self.grow(octets.len());
            self.message.extend_from_slice(octets);
        }
    }

    /// Doubles like a plain vector, but never beyond the limit.
    fn grow(&mut self, octets: usize) {
        let (held, taken) = (self.message.capacity(), self.message.len());
        let needed = taken.saturating_add(octets);
        if needed > held {
            let room = held.saturating_mul(2).min(self.octets_max).max(needed);
            self.message.reserve_exact(room - taken);
        }
    }

    fn stop_keeping(&mut self) {
        self.keeping = false;
        self.message = Vec::new();
    }
}

#[cfg(test)]
mod tests;
