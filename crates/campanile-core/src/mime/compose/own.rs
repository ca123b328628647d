//! The content of a mail of our own: a text, perhaps with files.

use std::fmt::Write;

use super::writer;
use crate::mime::text::{base64_lines, crlf};

/// Longest line that stays as it is, in octets [RFC 5322 §2.1.1].
const LINE_BYTES_MAX: usize = 998;

/// A file that goes with a mail of our own.
pub struct Attachment<'a> {
    /// Name for whoever saves it; what is no letter, digit, `.`, `-` or `_` becomes `_`.
    pub name: &'a str,
    /// Media type without parameters: `application/pkcs12`.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// An entity with a text and, behind it, files in their order; what a
/// [`Posting`](crate::gateway::posting::Posting) of our own is made of.
///
/// Text without long lines stays readable as it is, so that `gpg --decrypt` shows it.
pub fn own_entity(text: &str, attachments: &[Attachment<'_>]) -> Vec<u8> {
    if attachments.is_empty() {
        return text_part(text);
    }
    let boundary = boundary(text, attachments);
    let mut out =
        format!("Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\n\r\n").into_bytes();
    let mut part = |bytes: &[u8]| {
        out.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
        out.extend_from_slice(bytes);
        out.extend_from_slice(b"\r\n");
    };
    part(&text_part(text));
    for attachment in attachments {
        part(&file_part(attachment));
    }
    out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    out
}

/// A text that names its own digest cannot be written, so no text ends its part early.
fn boundary(text: &str, attachments: &[Attachment<'_>]) -> String {
    let mut digest = openssl::sha::Sha256::new();
    digest.update(text.as_bytes());
    attachments.iter().for_each(|file| digest.update(file.bytes));
    let mut boundary = String::from("=_");
    for byte in digest.finish().iter().take(16) {
        // Writing to a `String` cannot fail.
        let _ = write!(boundary, "{byte:02x}");
    }
    boundary
}

fn text_part(text: &str) -> Vec<u8> {
    let mut body = Vec::with_capacity(text.len() + 256);
    crlf(text.as_bytes(), &mut body);
    let long = text.lines().any(|line| line.len() > LINE_BYTES_MAX);
    let encoding = match (long, text.is_ascii()) {
        (true, _) => "base64",
        (false, true) => "7bit",
        (false, false) => "8bit",
    };
    let mut out = format!(
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    .into_bytes();
    out.extend_from_slice(&if long { base64_lines(&body) } else { body });
    out
}

fn file_part(attachment: &Attachment<'_>) -> Vec<u8> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let name: String =
        attachment.name.chars().take(100).map(|c| if plain(c) { c } else { '_' }).collect();
    let fields = [
        writer::folded(
            "Content-Type",
            &[format!("{};", attachment.media_type), format!("name=\"{name}\"")],
        ),
        writer::folded(
            "Content-Disposition",
            &["attachment;".into(), format!("filename=\"{name}\"")],
        ),
    ];
    let mut out = fields.concat().into_bytes();
    out.extend_from_slice(b"Content-Transfer-Encoding: base64\r\n\r\n");
    out.extend_from_slice(&base64_lines(attachment.bytes));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mime::{read, text::body_text};

    #[test]
    fn text_alone_is_readable_and_reads_back_equal() {
        let bytes = own_entity("Grüße\nzwei\n", &[]);
        let entity = read(&bytes).unwrap();
        assert_eq!(entity.media_type, "text/plain");
        assert_eq!(body_text(&entity), "Grüße\r\nzwei\r\n");
        assert!(memchr::memmem::find(&bytes, "Grüße".as_bytes()).is_some());
    }

    #[test]
    fn text_with_a_long_line_is_encoded() {
        let text = format!("{}\n", "x".repeat(2000));
        let bytes = own_entity(&text, &[]);
        assert!(bytes.split(|b| *b == b'\n').all(|line| line.len() < 100));
        assert_eq!(body_text(&read(&bytes).unwrap()).trim_end(), text.trim_end());
    }

    #[test]
    fn files_follow_the_text_under_harmless_names() {
        let file = Attachment {
            name: "../a b\r\nX: y.p12",
            media_type: "application/pkcs12",
            bytes: b"\0\xff",
        };
        let bytes = own_entity("--=_x\nread this", &[file]);
        let entity = read(&bytes).unwrap();
        assert_eq!(entity.media_type, "multipart/mixed");
        assert_eq!(entity.parts.len(), 2);
        let name = entity.parts[1].field("Content-Disposition").unwrap().unwrap();
        let name = crate::mime::text::text(name);
        assert_eq!(name, "attachment; filename=\".._a_b__X__y.p12\"");
        assert_eq!(body_text(&entity.parts[0]), "--=_x\r\nread this");
    }
}
