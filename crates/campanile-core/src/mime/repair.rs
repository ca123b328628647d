//! PGP/MIME mail whose structure a server on the way has changed.
//!
//! Exchange and Outlook.com turn multipart/encrypted into multipart/mixed and put an empty text
//! in front. Only exactly this is undone; with anything to read beside the ciphertext it is a
//! partly encrypted mail.

use std::borrow::Cow;

use super::entity::Entity;
use super::outer::pair;
use crate::model::condition::Condition;

/// The ciphertext of a mangled PGP/MIME mail; `None` when it is no such mail.
///
/// # Errors
/// As for an intact one: text in the version part or around the armor is `PartlyEncrypted`.
pub(super) fn mangled<'a>(root: &Entity<'a>) -> Result<Option<Cow<'a, [u8]>>, Condition> {
    let (version, data) = match root.parts.as_slice() {
        [version, data] => (version, data),
        [text, version, data] if is_empty_text(text) => (version, data),
        _ => return Ok(None),
    };
    let typed = version.media_type == "application/pgp-encrypted"
        && data.media_type == "application/octet-stream";
    match typed {
        true => pair(version, data).map(Some),
        false => Ok(None),
    }
}

fn is_empty_text(part: &Entity<'_>) -> bool {
    let blank = |text: Cow<'_, [u8]>| text.trim_ascii().is_empty();
    part.media_type == "text/plain" && part.decoded().is_ok_and(blank)
}
