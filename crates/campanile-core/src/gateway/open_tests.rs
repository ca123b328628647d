use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::super::decide::{ReplayKey, decide};
use super::super::network::Team;
use super::*;
use crate::crypto::openpgp::{Container, SecretKey, bulk, head};
use crate::crypto::smime::TrustStore;
use crate::model::list::{Disposition, Policy};
use crate::model::team::TeamState;

const HEADER: &str = "From: cert@alpha.example\r\nTo: alert@list.example\r\n";

fn now() -> Timestamp {
    Timestamp::parse("2026-08-25T02:00:00Z").unwrap()
}

/// Keys of the list and of ALPHA; made once.
fn keys() -> &'static [SecretKey; 2] {
    static KEYS: OnceLock<[SecretKey; 2]> = OnceLock::new();
    let make = |address: &str| {
        let address = address.parse().unwrap();
        SecretKey::generate("key", &address, now().plus_seconds(-86_400)).unwrap()
    };
    KEYS.get_or_init(|| [make("alert@list.example"), make("cert@alpha.example")])
}

fn network() -> Network {
    let [list, alpha] = keys();
    Network {
        teams: vec![Team {
            id: "alpha".into(),
            handle: "alpha".parse().unwrap(),
            state: TeamState::Active,
            addresses: vec!["cert@alpha.example".parse().unwrap()],
            openpgp: vec![alpha.certificate()],
            smime: Vec::new(),
        }],
        lists: vec![List {
            id: "list".into(),
            name: "alert".into(),
            address: "alert@list.example".parse().unwrap(),
            policy: Policy::default(),
            openpgp: vec![list.clone()],
            smime: Vec::new(),
            subscribers: vec!["alpha".into()],
        }],
        trust: TrustStore::new(Vec::new()),
    }
}

/// Signed by ALPHA and encrypted for the list, with these armor headers.
fn sealed(content: &str, headers: &str) -> String {
    let [list, alpha] = keys();
    let bulk = bulk(content.as_bytes(), alpha, Container::SeipdV1, now()).unwrap();
    let recipient = list.certificate().recipient(now()).unwrap();
    let head = head(&bulk, &recipient, Container::SeipdV1).unwrap();
    let armor = [head, bulk.body().flatten().collect()].concat();
    let armor = String::from_utf8(armor).unwrap();
    format!("-----BEGIN PGP MESSAGE-----\r\n{headers}\r\n{armor}-----END PGP MESSAGE-----\r\n")
}

fn inline(armor: &str) -> String {
    format!("{HEADER}Content-Type: text/plain; charset=utf-8\r\n\r\n{armor}")
}

fn pgp_mime(armor: &str) -> String {
    format!(
        "{HEADER}Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; \
         boundary=b\r\n\r\n--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\
         --b\r\nContent-Type: application/octet-stream\r\n\r\n{armor}\r\n--b--\r\n"
    )
}

fn verdict(message: &str) -> (Disposition, Vec<Condition>, Option<ReplayKey>) {
    let network = network();
    let list = &network.lists[0];
    let opened = open(message.as_bytes(), list, &network, now());
    let verdict = decide(message.as_bytes(), &opened, list, &network, now());
    (verdict.disposition, verdict.reasons, verdict.replay_key)
}

#[test]
fn signed_text_is_the_same_posting_inline_and_as_pgp_mime_and_in_any_charset() {
    let content = "Content-Type: text/plain\r\n\r\nworm on 7001/tcp\r\n";
    let keys: Vec<_> = [
        pgp_mime(&sealed(content, "")),
        inline(&sealed(content, "")),
        inline(&sealed(content, "Charset: iso-8859-1\r\n")),
    ]
    .iter()
    .map(|message| verdict(message))
    .map(|(disposition, _, key)| (disposition, key.unwrap()))
    .collect();
    assert_eq!(keys[0].0, Disposition::Accept);
    assert_eq!(keys[1], keys[0]);
    assert_eq!(keys[2], keys[0]);
}

#[test]
fn other_text_is_another_posting_inline() {
    let [one, other] = ["one", "other"].map(|text| verdict(&inline(&sealed(text, ""))).2);
    assert!(one.is_some());
    assert_ne!(one, other);
}

#[test]
fn wrapping_that_signs_nothing_is_refused() {
    // An OpenPGP packet that only pads, where the signature should be.
    let padding = STANDARD.encode(b"\xd5\x01\x00");
    let inner = pgp_mime(&sealed("Content-Type: text/plain\r\n\r\nx\r\n", ""));
    let inner = inner.strip_prefix(HEADER).unwrap();
    let message = format!(
        "{HEADER}Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; \
         boundary=outer\r\n\r\n--outer\r\n{inner}\r\n--outer\r\n\
         Content-Type: application/pgp-signature\r\nContent-Transfer-Encoding: base64\r\n\r\n\
         {padding}\r\n--outer--\r\n"
    );
    let (disposition, reasons, _) = verdict(&message);
    assert_eq!(reasons, [Condition::SignatureInvalid]);
    assert_eq!(disposition, Disposition::Refuse);
}

/// Whether the signature of ALPHA over the first text is good over the second one.
fn covers(signed: &str, found: &str) -> bool {
    let address = "cert@alpha.example".parse().unwrap();
    let alpha = smime::SecretKey::generate("key", &address, now(), 30).unwrap();
    let mut network = network();
    network.teams[0].smime = vec![alpha.certificate()];
    let signature = smime::sign(signed.as_bytes(), &alpha, now()).unwrap();
    let keys = Keys::new(&network.lists[0], &network, now());
    let facts = keys.verify(Protocol::Smime, &signature, found.as_bytes());
    !facts[0].faults.contains(&Condition::SignatureInvalid)
}

#[test]
fn signed_lines_that_were_sealed_with_lf_are_still_the_signed_ones() {
    assert!(covers("A: b\r\n\r\nx\r\n", "A: b\r\n\r\nx\r\n"));
    assert!(covers("A: b\r\n\r\nx\r\n", "A: b\n\nx\n"));
    assert!(covers("A: b\n\nx\n", "A: b\n\nx\n"));
}

#[test]
fn other_lines_and_mixed_line_ends_are_not_the_signed_ones() {
    for found in ["A: b\n\ny\n", "A: b\r\n\r\nx\n", "A: b\n\nx\n\n", "A: b\n\nx"] {
        assert!(!covers("A: b\r\n\r\nx\r\n", found), "{found:?}");
    }
    assert!(!covers("A: b\n\nx\n", "A: b\r\n\r\nx\r\n"));
}

#[test]
fn clear_text_under_the_name_of_encryption_is_seen_from_outside() {
    let literal = STANDARD.encode(b"\xcb\x0bt\x00\x00\x00\x00\x00worm\n");
    let armored =
        format!("-----BEGIN PGP MESSAGE-----\r\n\r\n{literal}\r\n-----END PGP MESSAGE-----\r\n");
    let mime = format!(
        "{HEADER}Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; \
         boundary=e\r\n\r\n--e\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\
         --e\r\nContent-Type: application/octet-stream\r\n\r\n{armored}\r\n--e--\r\n"
    );
    let inline = format!("{HEADER}\r\n{armored}");
    // SignedData without signers around "worm".
    let signed = [
        &b"\x30\x2a\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x1d\x30\x1b\x02\x01\x01\x31\x00"[..],
        b"\x30\x13\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x06\x04\x04worm\x31\x00",
    ]
    .concat();
    let opaque = format!(
        "{HEADER}Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}\r\n",
        STANDARD.encode(signed)
    );
    for mail in [mime, inline, opaque] {
        assert_eq!(check_outside(mail.as_bytes()), Err(Condition::NotEncrypted), "{mail}");
    }
}

#[test]
fn sealed_mail_passes_from_outside() {
    let [list, alpha] = keys();
    let sealed = bulk(b"Content-Type: text/plain\r\n\r\nx\r\n", alpha, Container::SeipdV1, now());
    let sealed = sealed.unwrap();
    let recipient = list.certificate().recipient(now()).unwrap();
    let head = head(&sealed, &recipient, Container::SeipdV1).unwrap();
    let armor = [head, sealed.body().flatten().collect()].concat();
    let mail = format!(
        "{HEADER}Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; \
         boundary=e\r\n\r\n--e\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\
         --e\r\nContent-Type: application/octet-stream\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n\r\n\
         {}-----END PGP MESSAGE-----\r\n\r\n--e--\r\n",
        String::from_utf8(armor).unwrap()
    );
    assert_eq!(check_outside(mail.as_bytes()), Ok(()));
}
