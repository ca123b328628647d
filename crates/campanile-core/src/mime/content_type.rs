//! The media type of an entity [RFC 2045 §5].

use super::entity::{Field, only};
use super::parameters;
use crate::model::condition::Condition;

/// Media type in lower case, and its parameters.
pub(super) type Typed = (String, Vec<(String, String)>);

/// Media type and parameters, after a look at all fields that describe content.
///
/// # Errors
/// `Malformed` when one of them is there twice or the type cannot be read, `TooComplex` for too
/// many parameters.
pub(super) fn content_type(fields: &[Field<'_>]) -> Result<Typed, Condition> {
    for name in [
        "MIME-Version",
        "Content-Transfer-Encoding",
        "Content-Disposition",
        "Content-ID",
        "Content-Description",
    ] {
        only(fields, name)?;
    }
    let Some(field) = only(fields, "Content-Type")? else {
        return Ok(("text/plain".into(), Vec::new()));
    };
    let read = parameters::parse(field.value)?;
    let typed = match read.value.split_once('/') {
        Some((kind, subtype)) => is_token(kind) && is_token(subtype),
        None => false,
    };
    match typed {
        true if read.commented && read.value.starts_with("multipart/") => Err(Condition::Malformed),
        true => Ok((read.value, read.parameters)),
        // RFC 1049 had `text` alone, and some mailers still do.
        false if read.value == "text" => Ok(("text/plain".into(), read.parameters)),
        false => Err(Condition::Malformed),
    }
}

/// Whether a text is a token [RFC 2045 §5.1].
pub(super) fn is_token(text: &str) -> bool {
    let token = |b: u8| b.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&b);
    !text.is_empty() && text.bytes().all(token)
}
