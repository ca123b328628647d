//! Targets: what the next hop answers, and the configuration.

use std::path::Path;

use campanile::config::{self, Environment};
use campanile::relay::reply::Reply;

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
