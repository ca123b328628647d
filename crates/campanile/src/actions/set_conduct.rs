//! Gives the network a code of conduct, or a new version of it.

use campanile_core::model::membership::Conduct;
use serde_json::json;

use super::{Actor, Done, finish};
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::conduct;

/// Longest text, in bytes; those in use have about ten thousand.
const TEXT_BYTES_MAX: usize = 256 * 1024;
/// Longest name of a version, in characters.
const VERSION_CHARACTERS_MAX: usize = 40;

/// Adds a version of the code of conduct; it holds from now on. What was accepted before stays on
/// record with the version that it was.
///
/// # Errors
/// The text or its version breaks a rule, or there is such a version already.
pub async fn set_conduct(
    app: &App,
    actor: Actor<'_>,
    version: &str,
    text: &[u8],
) -> Result<Conduct> {
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-_ ".contains(c);
    let good = (1..=VERSION_CHARACTERS_MAX).contains(&version.trim().chars().count());
    if !good || !version.chars().all(plain) {
        return Err(Error::invalid("this is no name of a version")
            .hint("write it like 1.1, with at most 40 letters, digits, `.`, `-` and `_`"));
    }
    if text.len() > TEXT_BYTES_MAX {
        return Err(Error::too_large("the text is larger than 256 KiB"));
    }
    let text = std::str::from_utf8(text).map_err(|_| {
        Error::invalid("the text is not in UTF-8").hint("give the file as plain text")
    })?;
    if text.trim().is_empty() {
        return Err(Error::invalid("the text is empty").hint("give the file as plain text"));
    }
    let now = app.now();
    let new = Conduct::new(version, text);
    let mut write = app.db.begin_write().await?;
    for (known, _) in conduct::versions(&mut write).await? {
        if known.version == new.version || known.digest == new.digest {
            let text = format!("the version {} is there already", known.version);
            return Err(Error::conflict(text).hint(
                "a text that somebody may have signed is never changed: give a new version",
            ));
        }
    }
    conduct::insert(&mut write, &new, now).await?;
    let detail = json!({ "digest": new.digest });
    let done = Done { actor, action: "conduct.set", object: &new.version, detail };
    finish(&app.secret, write, now, done).await?;
    Ok(new)
}
