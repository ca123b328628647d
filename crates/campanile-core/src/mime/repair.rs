//! PGP/MIME mail whose structure a server on the way has changed.
//!
//! Exchange and Outlook.com turn multipart/encrypted into multipart/mixed and put an empty text
//! in front; Google Workspace and list servers put the intact mail beside a text for a footer,
//! which may be empty. Only exactly this is undone; with anything to read beside the ciphertext
//! it is a partly encrypted mail.

use std::borrow::Cow;

use super::entity::Entity;
use super::outer::{Outer, encrypted, pair};
use crate::model::condition::Condition;

/// The ciphertext of a mangled PGP/MIME mail; `None` when it is no such mail.
///
/// # Errors
/// As for an intact one: text in the version part or around the armor is `PartlyEncrypted`.
pub(super) fn mangled<'a>(root: &Entity<'a>) -> Result<Option<Cow<'a, [u8]>>, Condition> {
    match without_empty_texts(&root.parts) {
        [version, data] if is_pair(version, data) => pair(version, data).map(Some),
        [intact]
            if root.media_type == "multipart/mixed"
                && intact.media_type == "multipart/encrypted" =>
        {
            match encrypted(intact)? {
                Outer::PgpMime { ciphertext } => Ok(Some(ciphertext)),
                _ => Ok(None),
            }
        }
        _ => Ok(None),
    }
}

fn is_pair(version: &Entity<'_>, data: &Entity<'_>) -> bool {
    version.media_type == "application/pgp-encrypted"
        && data.media_type == "application/octet-stream"
}

fn without_empty_texts<'p, 'a>(mut parts: &'p [Entity<'a>]) -> &'p [Entity<'a>] {
    while let [first, rest @ ..] = parts
        && is_empty_text(first)
    {
        parts = rest;
    }
    while let [rest @ .., last] = parts
        && is_empty_text(last)
    {
        parts = rest;
    }
    parts
}

/// Blanks, and the line that begins a footer, whose words are missing.
fn is_empty_text(part: &Entity<'_>) -> bool {
    let empty = |line: &[u8]| matches!(line.trim_ascii(), b"" | b"--");
    let text = |text: Cow<'_, [u8]>| text.split(|&octet| octet == b'\n').all(empty);
    part.media_type == "text/plain" && part.decoded().is_ok_and(text)
}
