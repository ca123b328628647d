//! Opening mail of other programs: line ends inside the encryption.

use std::io::Write;

use sequoia_openpgp::Cert;
use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::policy::StandardPolicy;
use sequoia_openpgp::serialize::stream::{
    Armorer, Encryptor, LiteralWriter, Message, Recipient, Signer,
};

use super::*;
use crate::crypto::openpgp::SecretKey;
use crate::crypto::smime::TrustStore;
use crate::model::list::Policy;
use crate::model::team::TeamState;

const SIGNED: &str = "Content-Type: text/plain\r\n\r\nworm on\r\n7001/tcp\r\n";

fn now() -> Timestamp {
    Timestamp::parse("2026-08-25T02:00:00Z").unwrap()
}

fn key(name: &str) -> SecretKey {
    let address = format!("{name}@{name}.example").parse().unwrap();
    SecretKey::generate(name, &address, now().plus_seconds(-86_400)).unwrap()
}

fn cert(key: &SecretKey) -> Cert {
    Cert::from_bytes(&key.to_secret_armored()).unwrap()
}

fn armored_signature(content: &[u8], key: &SecretKey) -> String {
    let cert = cert(key);
    let policy = StandardPolicy::at(now().system_time());
    let keys = cert.keys().with_policy(&policy, now().system_time());
    let signing = keys.secret().for_signing().next().unwrap().key().clone();
    let mut armor = Vec::new();
    let message = Armorer::new(Message::new(&mut armor))
        .kind(sequoia_openpgp::armor::Kind::Signature)
        .build()
        .unwrap();
    let signer = Signer::new(message, signing.into_keypair().unwrap()).unwrap();
    let signer = signer.detached().creation_time(now().system_time());
    let mut signer = signer.build().unwrap();
    signer.write_all(content).unwrap();
    signer.finalize().unwrap();
    String::from_utf8(armor).unwrap()
}

/// A PGP/MIME mail around exactly this entity, not signed by the encryption itself.
fn sealed(entity: &[u8], key: &SecretKey) -> Vec<u8> {
    let cert = cert(key);
    let policy = StandardPolicy::at(now().system_time());
    let keys = cert.keys().with_policy(&policy, now().system_time());
    let mut armor = Vec::new();
    let message = Armorer::new(Message::new(&mut armor)).build().unwrap();
    let recipients = keys.for_transport_encryption().map(Recipient::from);
    let message = Encryptor::for_recipients(message, recipients).build().unwrap();
    let mut literal = LiteralWriter::new(message).build().unwrap();
    literal.write_all(entity).unwrap();
    literal.finalize().unwrap();
    let head = "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\";\r\n \
        boundary=e\r\n\r\n--e\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\
        --e\r\nContent-Type: application/octet-stream\r\n\r\n";
    [head.as_bytes(), &armor, b"\r\n--e--\r\n"].concat()
}

/// What opens of a mail whose signature is over [`SIGNED`], with the line ends of `content`.
fn opened(content: &str) -> Opened {
    let (list_key, team_key) = (key("list"), key("alpha"));
    let signature = armored_signature(SIGNED.as_bytes(), &team_key).replace("\r\n", "\n");
    let entity = format!(
        "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; boundary=s\n\n\
         --s\n{content}\n--s\nContent-Type: application/pgp-signature\n\n{signature}\n--s--\n"
    );
    let list = List {
        id: "list".into(),
        name: "alert".into(),
        address: "list@list.example".parse().unwrap(),
        policy: Policy::default(),
        openpgp: vec![list_key.clone()],
        smime: Vec::new(),
        subscribers: vec!["alpha".into()],
    };
    let team = crate::gateway::network::Team {
        id: "alpha".into(),
        handle: "alpha".parse().unwrap(),
        state: TeamState::Active,
        addresses: vec!["alpha@alpha.example".parse().unwrap()],
        openpgp: vec![team_key.certificate()],
        smime: Vec::new(),
    };
    let network =
        Network { teams: vec![team], lists: Vec::new(), trust: TrustStore::new(Vec::new()) };
    open(&sealed(entity.as_bytes(), &list_key), &list, &network, now())
}

#[test]
fn signature_over_crlf_verifies_over_lf_and_the_content_is_what_was_signed() {
    for content in [SIGNED.into(), SIGNED.replace("\r\n", "\n")] {
        let opened = opened(&content);
        assert!(opened.conditions.is_empty(), "{:?}", opened.conditions);
        assert!(opened.signatures[0].is_good(), "{:?}", opened.signatures);
        assert_eq!(opened.content.unwrap().as_slice(), SIGNED.as_bytes());
    }
}

#[test]
fn unified_line_ends_do_not_make_changed_content_good() {
    for content in [
        SIGNED.replace("\r\n", "\n").replace("7001", "7002"),
        SIGNED.replace("on\r\n", "on\r"),
        SIGNED.replace("on\r\n", "on\n\n"),
        SIGNED.replace("on\r\n", "on\r\r\n"),
    ] {
        let opened = opened(&content);
        let faults = &opened.signatures[0].faults;
        assert!(faults.contains(&Condition::SignatureInvalid), "{content:?}");
    }
}
