//! The message around what is sealed or signed.

use super::{OuterHeader, writer};
use crate::mime::text::{base64_lines, crlf};
use crate::model::plaintext::Plaintext;

/// Room for what stands around a signed entity: a signature with two certificates.
const AROUND_BYTES: usize = 16 * 1024;

/// All fields of the outer header up to, not including, those of its content.
fn header(outer: &OuterHeader<'_>) -> String {
    let list = outer.list;
    let mut fields = writer::origin_fields(outer.origin, outer.subject);
    let id = format!("<{}.{}>", list.local(), list.domain());
    let mut listed = writer::text("List-Id", outer.list_name);
    listed.truncate(listed.trim_end().len());
    fields.push(format!("{listed}\r\n {id}\r\n"));
    fields.push(format!("List-Post: <mailto:{list}>\r\n"));
    // Not Auto-Submitted: a person wrote it. `Precedence` keeps vacation programs quiet.
    fields.push("Precedence: list\r\n".into());
    fields.push("MIME-Version: 1.0\r\n".into());
    fields.concat()
}

/// A boundary out of the caller's token; foreign characters in it are left out.
fn boundary(token: &str) -> String {
    let token: String = token.chars().filter(char::is_ascii_alphanumeric).take(60).collect();
    format!("=_{token}")
}

/// What stands in front of and behind the base64 lines of an OpenPGP message [RFC 3156 §4].
pub fn wrap_openpgp(outer: &OuterHeader<'_>) -> (Vec<u8>, Vec<u8>) {
    let boundary = boundary(outer.token);
    let prefix = format!(
        "{}Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\";\r\n \
         boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n\
         Content-Type: application/pgp-encrypted\r\n\
         Content-Description: PGP/MIME version identification\r\n\r\nVersion: 1\r\n\r\n\
         --{boundary}\r\nContent-Type: application/octet-stream; name=\"encrypted.asc\"\r\n\
         Content-Description: OpenPGP encrypted message\r\n\
         Content-Disposition: inline; filename=\"encrypted.asc\"\r\n\r\n\
         -----BEGIN PGP MESSAGE-----\r\n\r\n",
        header(outer),
    );
    let suffix = format!("-----END PGP MESSAGE-----\r\n\r\n--{boundary}--\r\n");
    (prefix.into_bytes(), suffix.into_bytes())
}

/// What stands in front of the base64 lines of a CMS object [RFC 8551 §3.2]; nothing behind.
///
/// `smime_type` is `enveloped-data` or `authEnveloped-data`.
pub fn wrap_smime(outer: &OuterHeader<'_>, smime_type: &'static str) -> Vec<u8> {
    let prefix = format!(
        "{}Content-Type: application/pkcs7-mime; smime-type={smime_type};\r\n \
         name=\"smime.p7m\"\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=\"smime.p7m\"\r\n\r\n",
        header(outer),
    );
    prefix.into_bytes()
}

/// An entity with its detached S/MIME signature [RFC 8551 §3.5.3], itself an entity.
///
/// `entity` is what was signed, exactly; `token` makes the boundary and must not be guessable to
/// who wrote the entity.
pub fn clear_signed(entity: &[u8], der_signature: &[u8], token: &str) -> Plaintext {
    let boundary = boundary(token);
    let before = format!(
        "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n \
         micalg=sha-256; boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n"
    );
    let mut out = Plaintext::from(Vec::with_capacity(entity.len() + AROUND_BYTES));
    out.extend_from_slice(before.as_bytes());
    out.extend_from_slice(entity);
    let behind = format!(
        "\r\n--{boundary}\r\nContent-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n\
         Content-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=\"smime.p7s\"\r\n\r\n"
    );
    out.extend_from_slice(behind.as_bytes());
    out.extend_from_slice(&base64_lines(der_signature));
    out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    out
}

/// A plain mail of our own, for the notice that a copy is waiting. Never with content of others.
pub fn notice(outer: &OuterHeader<'_>, text: &str) -> Vec<u8> {
    let mut body = Vec::new();
    crlf(text.as_bytes(), &mut body);
    let mut out = header(outer).into_bytes();
    out.extend_from_slice(
        b"Auto-Submitted: auto-generated\r\nContent-Type: text/plain; charset=utf-8\r\n\
          Content-Transfer-Encoding: base64\r\n\r\n",
    );
    out.extend_from_slice(&base64_lines(&body));
    out
}

#[cfg(test)]
mod tests {
    use super::super::Origin;
    use super::*;
    use crate::mime::{read, text::body_text};
    use crate::model::time::Timestamp;

    fn with_outer<T>(test: impl FnOnce(&OuterHeader<'_>) -> T) -> T {
        let list = "alert@list.example".parse().unwrap();
        let origin = Origin {
            from_display: "DFN-CERT via alert".into(),
            from: "alert@list.example".parse().unwrap(),
            to: "alert@list.example".parse().unwrap(),
            reply_to: None,
            subject: "secret".into(),
            date: Timestamp::from_seconds(0),
            message_id: "<1@list.example>".into(),
            in_reply_to: None,
            references: Vec::new(),
        };
        test(&OuterHeader {
            origin: &origin,
            subject: "[alert] \u{2026}",
            list_name: "Alert list",
            list: &list,
            token: "t0k\"en",
        })
    }

    #[test]
    fn openpgp_message_has_its_two_parts_and_a_neutral_header() {
        let (mut mail, suffix) = with_outer(wrap_openpgp);
        mail.extend_from_slice(b"AAAA\r\n");
        mail.extend_from_slice(&suffix);
        let root = read(&mail).unwrap();
        assert_eq!(root.media_type, "multipart/encrypted");
        assert_eq!(root.parts[0].body, b"Version: 1\r\n");
        let armor = b"-----BEGIN PGP MESSAGE-----\r\n\r\nAAAA\r\n-----END PGP MESSAGE-----\r\n";
        assert_eq!(root.parts[1].body, armor);
        assert_eq!(root.parts.len(), 2);
        let listed = root.field("List-Id").unwrap().unwrap();
        assert_eq!(listed.value, b"Alert list\r\n <alert.list.example>");
        assert!(!String::from_utf8_lossy(&mail).contains("secret"));
    }

    #[test]
    fn smime_message_is_one_part() {
        let mut mail = with_outer(|outer| wrap_smime(outer, "enveloped-data"));
        mail.extend_from_slice(b"aGFsbG8=\r\n");
        let root = read(&mail).unwrap();
        assert_eq!(root.media_type, "application/pkcs7-mime");
        assert_eq!(root.parameter("smime-type"), Some("enveloped-data"));
        assert_eq!(root.decoded().unwrap(), &b"hallo"[..]);
    }

    #[test]
    fn signed_entity_is_found_again_exactly() {
        let entity = b"Content-Type: text/plain\r\n\r\nhallo \r\n\r\n";
        let signed = clear_signed(entity, b"\x30\x03der", "abc");
        let root = read(&signed).unwrap();
        assert_eq!(root.parts[0].whole, entity);
        assert_eq!(root.parts[1].decoded().unwrap(), &b"\x30\x03der"[..]);
        assert_eq!(root.parts.len(), 2);
    }

    #[test]
    fn notice_carries_its_text() {
        let mail = with_outer(|outer| notice(outer, "Gr\u{fc}\u{df}e\n"));
        assert_eq!(body_text(&read(&mail).unwrap()), "Gr\u{fc}\u{df}e\r\n");
    }
}
