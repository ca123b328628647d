//! The outermost layer of a mail, or of what came out of one: which of the known forms it is.
//!
//! One form or a refusal: what stands beside a ciphertext, or beside a signed part, would be
//! read by people as if it were protected [EFAIL; "Johnny, you are fired"].

use std::borrow::Cow;

use super::armor::{self, Block};
use super::entity::{Entity, read};
use super::parameters;
use super::repair;
use crate::model::condition::Condition;
use crate::model::key::Protocol;

/// A known form of the outermost layer.
#[derive(Clone)]
pub enum Outer<'a> {
    /// PGP/MIME encryption [RFC 3156 §4].
    PgpMime {
        /// The OpenPGP message, armored or binary.
        ciphertext: Cow<'a, [u8]>,
    },
    /// PGP/MIME encryption whose structure a server on the way has changed.
    PgpMimeMangled {
        /// The OpenPGP message, armored or binary.
        ciphertext: Cow<'a, [u8]>,
    },
    /// A text that is one armored OpenPGP message and nothing else.
    Inline {
        /// The armored message.
        armor: Cow<'a, [u8]>,
        /// Charset of the plaintext: of the armor, else of the part.
        charset: Option<String>,
    },
    /// A CMS object, encrypted or signed [RFC 8551 §3.2].
    Cms {
        /// BER or DER.
        der: Cow<'a, [u8]>,
    },
    /// A CMS object that only its file name announces [RFC 8551 §3.2.1].
    CmsByName {
        /// BER or DER.
        der: Cow<'a, [u8]>,
    },
    /// A content with a detached signature beside it [RFC 1847 §2.1].
    ClearSigned {
        /// What was signed; its `whole` is what the signature covers.
        content: Entity<'a>,
        /// The signature with its transfer encoding taken off: armor or DER.
        signature: Cow<'a, [u8]>,
        /// What kind of signature it says it is.
        protocol: Protocol,
    },
    /// None of these, and no ciphertext anywhere in it.
    Plain,
}

/// Tells the form of the outermost layer.
///
/// # Errors
/// `PartlyEncrypted` for ciphertext with something beside it, `PartlySigned` for a
/// multipart/signed without exactly two parts, `Malformed` for structures against their RFC.
pub fn classify<'a>(root: &Entity<'a>) -> Result<Outer<'a>, Condition> {
    match root.media_type.as_str() {
        "multipart/encrypted" => encrypted(root),
        "multipart/signed" => signed(root),
        "text/plain" => inline(root),
        _ if is_cms(root) => Ok(Outer::Cms { der: root.decoded()? }),
        _ if is_cms_by_name(root) => Ok(Outer::CmsByName { der: root.decoded()? }),
        _ => match repair::mangled(root)? {
            Some(ciphertext) => Ok(Outer::PgpMimeMangled { ciphertext }),
            None if ciphertext_inside(root) => Err(Condition::PartlyEncrypted),
            None => Ok(Outer::Plain),
        },
    }
}

/// RFC 3156 §4: exactly two parts, a version and a ciphertext, in this order.
pub(super) fn encrypted<'a>(root: &Entity<'a>) -> Result<Outer<'a>, Condition> {
    let protocol = root.parameter("protocol").unwrap_or_default();
    if !protocol.eq_ignore_ascii_case("application/pgp-encrypted") {
        return Err(Condition::Malformed);
    }
    match root.parts.as_slice() {
        [version, data] => Ok(Outer::PgpMime { ciphertext: pair(version, data)? }),
        [] | [_] => Err(Condition::Malformed),
        _ => Err(Condition::PartlyEncrypted),
    }
}

/// The ciphertext of a version part and a data part.
pub(super) fn pair<'a>(
    version: &Entity<'_>,
    data: &Entity<'a>,
) -> Result<Cow<'a, [u8]>, Condition> {
    let typed = version.media_type == "application/pgp-encrypted"
        && data.media_type == "application/octet-stream";
    if !typed {
        return Err(Condition::Malformed);
    }
    // Text in the version part would be shown by some readers.
    let version = version.decoded()?;
    if !version.trim_ascii().eq_ignore_ascii_case(b"Version: 1") {
        return Err(Condition::PartlyEncrypted);
    }
    let ciphertext = data.decoded()?;
    let binary = ciphertext.first().is_some_and(|byte| byte & 0x80 != 0);
    match armor::message(&ciphertext) {
        Block::Whole => Ok(ciphertext),
        Block::Beside => Err(Condition::PartlyEncrypted),
        Block::None if binary => Ok(ciphertext),
        Block::None => Err(Condition::Malformed),
    }
}

/// RFC 1847 §2.1: exactly two parts, the content and the signature that `protocol` names.
fn signed<'a>(root: &Entity<'a>) -> Result<Outer<'a>, Condition> {
    let [content, signature] = root.parts.as_slice() else {
        return Err(Condition::PartlySigned);
    };
    let kind = |name: &str| match name.to_ascii_lowercase().as_str() {
        "application/pgp-signature" => Some(Protocol::Openpgp),
        "application/pkcs7-signature" | "application/x-pkcs7-signature" => Some(Protocol::Smime),
        _ => None,
    };
    let protocol = kind(root.parameter("protocol").unwrap_or_default());
    match protocol {
        Some(protocol) if kind(&signature.media_type) == Some(protocol) => Ok(Outer::ClearSigned {
            content: content.clone(),
            signature: signature.decoded()?,
            protocol,
        }),
        _ => Err(Condition::Malformed),
    }
}

fn inline<'a>(root: &Entity<'a>) -> Result<Outer<'a>, Condition> {
    // What cannot be decoded is no message of ours, but no reason to call it encrypted either.
    let armor = root.decoded().unwrap_or_default();
    match armor::message(&armor) {
        Block::None => Ok(Outer::Plain),
        Block::Beside => Err(Condition::PartlyEncrypted),
        Block::Whole => Ok(Outer::Inline {
            charset: armor::charset(&armor)
                .or_else(|| root.parameter("charset").map(str::to_owned)),
            armor,
        }),
    }
}

fn is_cms(entity: &Entity<'_>) -> bool {
    let kind = entity.media_type.as_str();
    matches!(kind, "application/pkcs7-mime" | "application/x-pkcs7-mime")
}

fn is_cms_by_name(entity: &Entity<'_>) -> bool {
    let disposition = entity.field("Content-Disposition").ok().flatten();
    let read = disposition.and_then(|field| parameters::parse(field.value).ok());
    let filename = read.and_then(|read| {
        let mut names = read.parameters.into_iter().filter(|(name, _)| name == "filename");
        names.next().map(|(_, value)| value)
    });
    let p7m = |name: &str| name.to_ascii_lowercase().ends_with(".p7m");
    entity.media_type == "application/octet-stream"
        && (filename.is_some_and(|name| p7m(&name)) || entity.parameter("name").is_some_and(p7m))
}

/// Whether anything in the tree is ciphertext: it stays closed, and may be worth a note.
pub fn ciphertext_inside(entity: &Entity<'_>) -> bool {
    let smime_type = entity.parameter("smime-type").unwrap_or_default();
    match entity.media_type.as_str() {
        "multipart/encrypted" | "application/pgp-encrypted" => true,
        _ if is_cms(entity) => !matches!(smime_type, "signed-data" | "certs-only"),
        _ if is_cms_by_name(entity) => true,
        kind if kind.starts_with("multipart/") => entity.parts.iter().any(ciphertext_inside),
        "message/rfc822" => read(entity.body).is_ok_and(|inner| is_sealed(&inner)),
        _ => armor::message(&entity.decoded().unwrap_or_default()) != Block::None,
    }
}

/// As [`ciphertext_inside`], but attached messages in attached messages stay unread: bounded.
fn is_sealed(message: &Entity<'_>) -> bool {
    match message.media_type.as_str() {
        "message/rfc822" => false,
        kind if kind.starts_with("multipart/") => message.parts.iter().any(is_sealed),
        _ => ciphertext_inside(message),
    }
}

/// Whether anything in the tree is a signature, or a signed object.
pub fn signature_inside(entity: &Entity<'_>) -> bool {
    let kind = entity.media_type.as_str();
    matches!(kind, "multipart/signed" | "application/pgp-signature")
        || kind.ends_with("pkcs7-signature")
        || is_cms(entity)
        || entity.parts.iter().any(signature_inside)
        || (kind == "text/plain" && armor::signed_text(&entity.decoded().unwrap_or_default()))
}

#[cfg(test)]
#[path = "outer_tests.rs"]
mod tests;
