//! The entity that is signed and sealed for the teams.
//!
//! Header: ours alone. Content: the original's, byte for byte but for line ends, lines that are
//! too long, foreign fields of part headers, and file names ([`super::names`]).

use super::{Origin, names, writer};
use crate::mime::content_type::is_token;
use crate::mime::entity::{Entity, Field};
use crate::mime::parameters::Parametrised;
use crate::mime::text::{self, base64_lines, crlf};

/// Longest line of a body that is not encoded, in octets without its end [RFC 5322 §2.1.1].
const LINE_BYTES_MAX: usize = 998;

/// Builds the entity for the teams out of the verified content.
///
/// `outer_subject` is the subject that stands outside of the encryption; what stands there is
/// repeated inside as HP-Outer [RFC 9788 §2.2], so that readers know which fields were secret.
/// Lines end with CRLF.
///
/// # Security
/// Of the original's header only the fields that describe content survive. Attached messages
/// stay closed and untouched.
pub fn payload(original: &Entity<'_>, origin: &Origin, outer_subject: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(original.whole.len() + 4096);
    for field in writer::origin_fields(origin, &origin.subject) {
        out.extend_from_slice(field.as_bytes());
    }
    for field in writer::origin_fields(origin, outer_subject) {
        out.extend_from_slice(b"HP-Outer: ");
        out.extend_from_slice(field.as_bytes());
    }
    out.extend_from_slice(b"MIME-Version: 1.0\r\n");
    out.extend_from_slice(root_type(original).as_bytes());
    let recoded = must_recode(original);
    for field in &original.fields {
        match field.name.to_ascii_lowercase().as_str() {
            "content-disposition" | "content-description" => {
                out.extend_from_slice(&names::content_field(field));
            }
            "content-transfer-encoding" if !recoded => {
                out.extend_from_slice(writer::text(field.name, &text::text(field)).as_bytes());
            }
            "content-id" | "content-language" => {
                let plain = text::text(field);
                let known = writer::is_message_id(&plain) || field.name.len() > 10;
                if known && plain.is_ascii() {
                    out.extend_from_slice(writer::text(field.name, &plain).as_bytes());
                }
            }
            _ => {}
        }
    }
    content(original, recoded, true, &mut out);
    if !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out
}

/// Makes an entity of the text of an inline message, to be read and given to [`payload`].
///
/// `charset` is what the sender named; UTF-8 when it named none, or none that can be written, or
/// ASCII for a text that is none: then the name was that of the armor [RFC 4880 §6.2].
pub fn text_entity(text: &[u8], charset: Option<&str>) -> Vec<u8> {
    let named = charset.filter(|name| is_token(name) && name.len() <= 40);
    let named = named.filter(|name| text.is_ascii() || !name.eq_ignore_ascii_case("us-ascii"));
    let charset = named.unwrap_or("utf-8").to_ascii_lowercase();
    let header = format!(
        "Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    );
    [header.as_bytes(), text].concat()
}

/// The original's Content-Type, announcing our protected fields instead of its own.
fn root_type(original: &Entity<'_>) -> String {
    let ours = [("protected-headers", "v1"), ("hp", "cipher")];
    let theirs = original.parameters.iter();
    let mut parameters: Vec<_> =
        theirs.filter(|(name, _)| ours.iter().all(|(our, _)| our != name)).cloned().collect();
    parameters.extend(ours.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let read =
        Parametrised { value: original.media_type.clone(), parameters, ..Parametrised::default() };
    names::with_parameters("Content-Type", &read)
}

/// A body part: its content fields, then its content.
fn part(entity: &Entity<'_>, out: &mut Vec<u8>) {
    let recoded = must_recode(entity);
    let is_encoding = |f: &&Field<'_>| f.name.eq_ignore_ascii_case("Content-Transfer-Encoding");
    for field in entity.fields.iter().filter(|f| !(recoded && is_encoding(f))) {
        let name = field.name.as_bytes();
        if name.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"content-")) {
            out.extend_from_slice(&names::content_field(field));
        }
    }
    let header = entity.whole.len() - entity.body.len();
    let header = entity.whole.get(..header).unwrap_or_default();
    let ended = [&b"\n\r\n"[..], b"\n\n"].iter().any(|end| header.ends_with(end));
    content(entity, recoded, ended || header == b"\r\n" || header == b"\n", out);
}

/// The rest of an entity: the encoding if it is a new one, the empty line, the body.
fn content(entity: &Entity<'_>, recoded: bool, ended: bool, out: &mut Vec<u8>) {
    if recoded {
        out.extend_from_slice(b"Content-Transfer-Encoding: base64\r\n");
    }
    if ended {
        out.extend_from_slice(b"\r\n");
    }
    if recoded {
        let mut body = entity.body.to_vec();
        if !entity.encoding().is_ok_and(|encoding| encoding == "binary") {
            body.clear();
            crlf(entity.body, &mut body);
        }
        let lines = base64_lines(&body);
        out.extend_from_slice(lines.strip_suffix(b"\r\n").unwrap_or(&lines));
        return;
    }
    let mut at = 0;
    for inner in &entity.parts {
        // Parts are slices of the body, in order: what lies between them is copied.
        let start = inner.whole.as_ptr().addr().saturating_sub(entity.body.as_ptr().addr());
        crlf(entity.body.get(at..start).unwrap_or_default(), out);
        part(inner, out);
        at = start + inner.whole.len();
    }
    crlf(entity.body.get(at..).unwrap_or_default(), out);
}

/// Whether a body cannot stay as it is: lines that are too long, or binary with bare line ends.
fn must_recode(entity: &Entity<'_>) -> bool {
    let Ok(encoding) = entity.encoding() else {
        return false;
    };
    let closed =
        entity.media_type.starts_with("multipart/") || entity.media_type.starts_with("message/");
    let mut lines = entity.body.split(|&b| b == b'\n').peekable();
    let long = |line: &[u8]| line.strip_suffix(b"\r").unwrap_or(line).len() > LINE_BYTES_MAX;
    match encoding.as_str() {
        _ if closed => false,
        "7bit" | "8bit" => lines.any(long),
        "binary" => {
            let mut unclean = false;
            while let Some(line) = lines.next() {
                unclean |= long(line) || (lines.peek().is_some() && !line.ends_with(b"\r"));
            }
            unclean
        }
        _ => false,
    }
}

#[cfg(test)]
#[path = "payload_tests.rs"]
mod tests;
