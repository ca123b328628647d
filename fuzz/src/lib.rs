//! What every fuzz target does with its bytes: one call into the core, and what must hold
//! whatever the bytes are.
//!
//! The guided runs (`fuzz_targets/`) and the blind ones (`main.rs`) share these functions.
#![forbid(unsafe_code)]

use std::net::Ipv4Addr;
use std::sync::OnceLock;

use campanile_core::crypto::{openpgp, smime};
use campanile_core::mime;
use campanile_core::model::address::EmailAddress;
use campanile_core::model::time::Timestamp;
use campanile_core::smtp::envelope::{Acceptance, RecipientAnswer};
use campanile_core::smtp::session::{Session, SessionSettings, Step};

/// One target: it panics when something that must hold does not.
pub type Target = fn(&[u8]);

/// Every target by name, sorted.
#[rustfmt::skip]
pub const TARGETS: [(&str, Target); 10] = [
    ("address", address),
    ("bounce", bounce),
    ("cms_message", cms_message),
    ("header_fields", header_fields),
    ("mime_entity", mime_entity),
    ("mime_outer", mime_outer),
    ("openpgp_certificate", openpgp_certificate),
    ("openpgp_message", openpgp_message),
    ("smtp_session", smtp_session),
    ("x509_certificate", x509_certificate),
];

/// 2026-11-21T18:40:00Z: every run sees the same time.
const NOW: Timestamp = Timestamp::from_seconds(1_795_286_400);

fn list_address() -> EmailAddress {
    "alert@list.example".parse().expect("the address is plain")
}

fn openpgp_keys() -> &'static [openpgp::SecretKey] {
    static KEYS: OnceLock<Vec<openpgp::SecretKey>> = OnceLock::new();
    let make = || openpgp::SecretKey::generate("alert", &list_address(), NOW);
    KEYS.get_or_init(|| vec![make().expect("a key can be made")])
}

fn smime_keys() -> &'static [smime::SecretKey] {
    static KEYS: OnceLock<Vec<smime::SecretKey>> = OnceLock::new();
    let make = || smime::SecretKey::generate("alert", &list_address(), NOW, 365);
    KEYS.get_or_init(|| vec![make().expect("a key can be made")])
}

/// An address that is taken reads back equal and holds nothing that ends a line or a path.
pub fn address(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Ok(address) = text.parse::<EmailAddress>() else {
        return;
    };
    assert_eq!(address.as_str().parse::<EmailAddress>().as_ref(), Ok(&address));
    assert!(!address.as_str().contains(['\r', '\n', '\0', ' ', '/', '<', '>']));
}

/// Every part is a slice of the message, and reading ends.
pub fn mime_entity(data: &[u8]) {
    let Ok(root) = mime::read(data) else { return };
    let mut open = vec![&root];
    while let Some(entity) = open.pop() {
        assert!(data.as_ptr_range().contains(&entity.whole.as_ptr()) || entity.whole.is_empty());
        assert!(entity.whole.len() <= data.len());
        let _ = entity.decoded();
        let _ = mime::protected::protected(entity);
        open.extend(&entity.parts);
    }
}

/// Names and values of fields hold no line end that is not a folding.
pub fn header_fields(data: &[u8]) {
    let Ok(root) = mime::read(data) else { return };
    for field in &root.fields {
        assert!(!field.name.contains(['\r', '\n', ':', ' ']));
        let _ = root.field(field.name);
        let _ = mime::fields::mailboxes(field);
        let _ = mime::fields::addresses(field);
        assert!(!mime::text::text(field).contains(['\r', '\n', '\0']));
    }
}

/// The form of the outermost layer.
pub fn mime_outer(data: &[u8]) {
    let Ok(root) = mime::read(data) else { return };
    let _ = mime::outer::classify(&root);
}

/// A bounce: reading ends.
pub fn bounce(data: &[u8]) {
    let _ = mime::bounce::bounce(data);
}

/// Bytes that nobody encrypted for the list never open with a good signature.
pub fn openpgp_message(data: &[u8]) {
    if let Ok(opened) = openpgp::decrypt(data, openpgp_keys(), &[], NOW) {
        assert!(opened.signatures.iter().all(|signature| !signature.is_good()));
    }
    let facts = openpgp::verify_detached(data, b"content\r\n", openpgp_keys(), &[], NOW);
    assert!(facts.iter().all(|signature| !signature.is_good()));
}

/// A certificate that is taken reads back with the same fingerprint.
pub fn openpgp_certificate(data: &[u8]) {
    let Ok((certificate, _)) = openpgp::Certificate::register(data, &[list_address()], NOW) else {
        return;
    };
    let again = openpgp::Certificate::read(&certificate.to_bytes()).expect("what we wrote reads");
    assert_eq!(again.fingerprint(), certificate.fingerprint());
}

/// Bytes of strangers never verify without a registered signer.
pub fn cms_message(data: &[u8]) {
    let trust = smime::TrustStore::new(Vec::new());
    let _ = smime::kind(data);
    let _ = smime::decrypt(data, smime_keys());
    if let Ok((_, facts)) = smime::verify_opaque(data, &[], &trust, NOW) {
        assert!(facts.iter().all(|signature| !signature.is_good()));
    }
    let facts = smime::verify_detached(data, b"content\r\n", &[], &trust, NOW);
    assert!(facts.iter().all(|signature| !signature.is_good()));
}

/// Without a trust anchor no certificate is taken.
pub fn x509_certificate(data: &[u8]) {
    let trust = smime::TrustStore::new(Vec::new());
    let taken = smime::Certificate::register(data, &[list_address()], &trust, NOW);
    assert!(taken.is_err());
    let _ = smime::Certificate::read(data);
    let _ = smime::Anchor::read(data, Some(data), NOW);
}

/// A message that is taken ends its lines with CRLF and nothing else, whatever pieces it came in,
/// and every line we answer is a reply.
pub fn smtp_session(data: &[u8]) {
    let (first, rest) = data.split_first().map_or((1, data), |(first, rest)| (*first, rest));
    let settings = SessionSettings {
        hostname: "list.example".into(),
        message_bytes_max: 1 << 20,
        lmtp: first & 1 == 1,
        starttls: first & 2 == 2,
    };
    let mut session = Session::new(settings, Ipv4Addr::LOCALHOST.into());
    let hello = if first & 1 == 1 { "LHLO" } else { "EHLO" };
    let opening = format!("{hello} a.example\r\nMAIL FROM:<a@b.example>\r\n");
    let opening = opening + "RCPT TO:<alert@list.example>\r\nDATA\r\n";
    let input = if first & 4 == 4 { [opening.as_bytes(), rest].concat() } else { rest.to_vec() };
    for piece in input.chunks(usize::from(first >> 3) + 1) {
        if !smtp_piece(&mut session, piece) {
            break;
        }
    }
    let replies = String::from_utf8(session.take_output()).expect("replies are ASCII");
    for line in replies.lines() {
        assert!(line.bytes().take(3).all(|byte| byte.is_ascii_digit()), "{line:?}");
    }
}

/// Gives the session one piece of input; false when it has ended.
fn smtp_piece(session: &mut Session, mut piece: &[u8]) -> bool {
    loop {
        match session.step(&mut piece) {
            Step::Read => return true,
            Step::Close => return false,
            Step::Recipient(_) => session.answer_recipient(RecipientAnswer::Ok),
            Step::StartTls => session.tls_started(),
            Step::Message(_, message) => {
                let text = String::from_utf8_lossy(&message).replace("\r\n", "");
                assert!(!text.contains(['\r', '\n']));
                session.answer_message(&Acceptance::Temporary);
            }
        }
    }
}
