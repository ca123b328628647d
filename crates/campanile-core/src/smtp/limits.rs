//! Limits of one SMTP session.

/// Longest command line with its CRLF: RFC 5321 §4.5.3.1.4 asks for 512, SMTPUTF8 and SIZE add.
pub const COMMAND_OCTETS_MAX: usize = 2048;
/// Longest line of a message without its CRLF: RFC 5321 §4.5.3.1.6.
pub const TEXT_LINE_OCTETS_MAX: usize = 998;
/// Most distinct recipients of one transaction: RFC 5321 §4.5.3.1.8 asks for at least 100, and a
/// network has fewer lists.
pub const RECIPIENTS_MAX: usize = 100;
/// Most commands answered with 5xx before the connection is closed; a message taken resets it.
/// Each may cost a look-up, and guessing addresses makes nothing but errors.
pub const ERRORS_MAX: usize = 10;
/// Most commands since the last message taken: an honest client needs 3 and one per recipient.
pub const COMMANDS_MAX: usize = 5_000;
/// Longest name kept from EHLO: RFC 5321 §4.5.3.1.2.
pub const HELO_OCTETS_MAX: usize = 255;
/// Longest path in MAIL FROM without its brackets: RFC 5321 §4.5.3.1.3.
pub const PATH_OCTETS_MAX: usize = 254;
/// Room taken for a message of unknown size at first.
pub const MESSAGE_OCTETS_FIRST: usize = 16 * 1024;
/// Most room taken at first because a client declared a size: it may lie.
pub const MESSAGE_OCTETS_DECLARED_MAX: usize = 256 * 1024;
/// Longest text of a reply that the caller words.
pub const REPLY_TEXT_OCTETS_MAX: usize = 400;
