//! Copies: what is sealed opens again, and only for its owner.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openssl::pkey::{PKey, Private};
use proptest::prelude::*;

use super::super::{CmsKind, Container, Recipient, SecretKey, bulk, decrypt, head, kind};
use super::message::{certificate, network, now, secret};
use super::pki::{self, Request};
use crate::crypto::Bulk;
use crate::model::condition::Condition;

fn member(key: PKey<Private>, capability: Option<(&'static str, bool, Vec<u8>)>) -> Member {
    let (root, trust) = network();
    let mut request = Request::mail("cert@team.example", key);
    request.extra.extend(capability);
    let issued = root.issue(request);
    Member {
        recipient: certificate(&issued).recipient(&trust, now()).unwrap(),
        secret: secret(&issued),
    }
}

struct Member {
    recipient: Recipient,
    secret: SecretKey,
}

/// The octets of one copy; also checks the form of its text.
fn copy(bulk: &Bulk, recipient: &Recipient, container: Container) -> Vec<u8> {
    let head = head(bulk, recipient, container).unwrap();
    let text = [head.clone(), bulk.body().flatten().collect()].concat();
    let text = String::from_utf8(text).unwrap();
    assert!(text.ends_with("\r\n"));
    assert!(text.split("\r\n").all(|line| line.len() <= 76));
    if !bulk.rest.is_empty() {
        let head = String::from_utf8(head).unwrap();
        assert_eq!(head.replace("\r\n", "").len() % 4, 0);
        assert!(!head.contains('='), "a head never ends inside of a group");
    }
    STANDARD.decode(text.replace("\r\n", "")).unwrap()
}

fn content(size: usize) -> Vec<u8> {
    (0..size).map(|at| (at * 31 % 251) as u8).collect()
}

fn opens(member: &Member, size: usize) {
    let entity = content(size);
    let container = member.recipient.container();
    let bulk = bulk(entity.clone().into(), container).unwrap();
    let copy = copy(&bulk, &member.recipient, container);
    assert_eq!(kind(&copy), CmsKind::Encrypted);
    let opened = decrypt(&copy, std::slice::from_ref(&member.secret)).unwrap();
    assert!(*opened.plaintext == entity, "{size} octets");
}

#[test]
fn copies_open_for_every_kind_of_key() {
    let members = [
        member(pki::rsa(2048), None),
        member(pki::rsa(3072), Some(pki::oaep_capability())),
        member(pki::rsa(2048), Some(pki::gcm_capability())),
        member(pki::p256(), None),
        member(pki::p256(), Some(pki::gcm_capability())),
        member(pki::curve(openssl::nid::Nid::SECP384R1), None),
        member(pki::curve(openssl::nid::Nid::SECP521R1), None),
        member(PKey::generate_x25519().unwrap(), None),
    ];
    for member in &members {
        for size in [0, 1, 1007, 1008, 1023, 1024, 1025, 1040, 5000, 70_000] {
            opens(member, size);
        }
    }
}

#[test]
fn copies_of_one_bulk_share_the_body_and_nothing_else() {
    let (root, trust) = network();
    let issue = |address: &str, key| root.issue(Request::mail(address, key));
    let members = [
        issue("a@one.example", pki::rsa(2048)),
        issue("somebody-with-a-long-name@two.example", pki::p256()),
        issue("c@three.example", pki::rsa(3072)),
        issue("d@four.example", PKey::generate_x25519().unwrap()),
    ];
    let bulk = bulk(content(5000).into(), Container::Enveloped).unwrap();
    let copies: Vec<_> = members
        .iter()
        .map(|issued| {
            let recipient = certificate(issued).recipient(&trust, now()).unwrap();
            copy(&bulk, &recipient, Container::Enveloped)
        })
        .collect();
    for (at, copy) in copies.iter().enumerate() {
        for (of, owner) in members.iter().enumerate() {
            let opened = decrypt(copy, &[secret(owner)]);
            match at == of {
                true => assert!(*opened.unwrap().plaintext == content(5000)),
                false => assert_eq!(opened.err(), Some(Condition::NotForList)),
            }
        }
    }
}

#[test]
fn head_for_another_container_is_refused() {
    let member = member(pki::p256(), None);
    let sealed = bulk(content(5000).into(), Container::AuthEnveloped).unwrap();
    assert!(head(&sealed, &member.recipient, Container::Enveloped).is_err());
}

#[test]
fn every_bulk_has_its_own_key() {
    let first = bulk(b"same".to_vec().into(), Container::Enveloped).unwrap();
    let second = bulk(b"same".to_vec().into(), Container::Enveloped).unwrap();
    assert_ne!(first.session_key, second.session_key);
    assert_ne!(first.lead, second.lead);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn copies_open_at_every_size(size in 0_usize..5000, gcm: bool, name in "[a-z]{1,40}") {
        let (root, trust) = network();
        let mut request = Request::mail(&format!("{name}@team.example"), pki::p256());
        if gcm {
            request.extra.push(pki::gcm_capability());
        }
        let issued = root.issue(request);
        let member = Member {
            recipient: certificate(&issued).recipient(&trust, now()).unwrap(),
            secret: secret(&issued),
        };
        opens(&member, size);
    }

    #[test]
    fn changed_authenticated_copies_do_not_open(at in 0_usize..1500, bit in 0_u8..8) {
        let member = member(pki::p256(), Some(pki::gcm_capability()));
        let entity = content(1200);
        let sealed = bulk(entity.clone().into(), Container::AuthEnveloped).unwrap();
        let mut changed = copy(&sealed, &member.recipient, Container::AuthEnveloped);
        let at = at % changed.len();
        changed[at] ^= 1 << bit;
        // Numbers of versions mean nothing; what opens is the content.
        if let Ok(opened) = decrypt(&changed, &[member.secret]) {
            prop_assert!(*opened.plaintext == entity);
        }
    }
}
