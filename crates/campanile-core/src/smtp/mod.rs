//! The SMTP and LMTP session as data: octets in, replies and effects out.
//!
//! [RFC 5321] with PIPELINING, SIZE, 8BITMIME, SMTPUTF8, ENHANCEDSTATUSCODES and STARTTLS, and
//! LMTP [RFC 2033]. No socket, no clock, no database: [`session::Session`] asks its caller for
//! each of them with a [`session::Step`].
//!
//! It refuses to be lenient where leniency lets two servers read two messages: a line ends with
//! CRLF and nothing else, in commands and in the message; CHUNKING is not offered; recipients
//! are plain addresses. What a message means is none of its business.
//!
//! Start with [`session`]; [`data`] holds the defence against smuggling.

pub mod command;
pub mod data;
pub mod envelope;
pub mod limits;
pub mod line;
pub mod path;
pub mod reply;
pub mod session;

#[cfg(test)]
mod scripts;
