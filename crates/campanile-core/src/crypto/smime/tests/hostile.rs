//! Changed octets in everything that comes from outside: an answer each time, never a panic,
//! and never a good signature.

use openssl::pkey::PKey;
use proptest::prelude::*;
use proptest::sample::Index;

use super::super::{
    Anchor, Certificate, Container, SecretKey, TrustStore, bulk, decrypt, head, kind, sign,
    verify_detached, verify_opaque,
};
use super::mail::Entity;
use super::message::{certificate, network, now, secret};
use super::pki::{self, NOW, Request};
use std::sync::LazyLock;

const CONTENT: &[u8] = b"Content-Type: text/plain\r\n\r\nAlert\r\n";

struct Scene {
    trust: TrustStore,
    keys: Vec<SecretKey>,
    letters: Vec<Vec<u8>>,
    signer: Certificate,
    signature: Vec<u8>,
    certificate: Vec<u8>,
    anchor: Vec<u8>,
    crl: Vec<u8>,
}

static SCENE: LazyLock<Scene> = LazyLock::new(|| {
    let (root, trust) = network();
    let keys = [pki::rsa(2048), pki::p256(), PKey::generate_x25519().unwrap()];
    let lists = keys.map(|key| root.issue(Request::mail("list@list.example", key)));
    let letters = lists.iter().map(|list| {
        let recipient = certificate(list).recipient(&trust, now()).unwrap();
        let bulk = bulk(vec![65; 2000].into(), Container::Enveloped).unwrap();
        let body = head(&bulk, &recipient, Container::Enveloped).unwrap();
        let entity = Entity {
            header: String::new(),
            body: [body, bulk.body().flatten().collect()].concat(),
        };
        entity.decoded()
    });
    let [_, signer, _] = &lists;
    Scene {
        letters: letters.collect(),
        keys: lists.iter().map(secret).collect(),
        signer: certificate(signer),
        signature: sign(CONTENT, &secret(signer), now()).unwrap(),
        certificate: signer.der(),
        anchor: root.der(),
        crl: root.crl(&[signer], NOW - 60),
        trust,
    }
});

type Changes = Vec<(Index, u8)>;

fn changes() -> impl Strategy<Value = (Changes, Option<Index>)> {
    let changes = prop::collection::vec((any::<Index>(), any::<u8>()), 1..6);
    (changes, any::<Option<Index>>())
}

fn changed(good: &[u8], (changes, cut): &(Changes, Option<Index>)) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for (at, value) in changes {
        bytes[at.index(good.len())] = *value;
    }
    if let Some(cut) = cut {
        bytes.truncate(cut.index(good.len()));
    }
    bytes
}

proptest! {
    #[test]
    fn changed_letters_are_answered(which in 0_usize..3, changes in changes()) {
        let letter = changed(&SCENE.letters[which], &changes);
        let _ = kind(&letter);
        let _ = decrypt(&letter, &SCENE.keys);
    }

    #[test]
    fn changed_signatures_are_never_good_for_other_content(changes in changes()) {
        let signature = changed(&SCENE.signature, &changes);
        let signers = [&SCENE.signer];
        let facts = verify_detached(&signature, b"other", &signers, &SCENE.trust, now());
        prop_assert!(facts.iter().all(|fact| !fact.is_good()));
        if let Ok((_, facts)) = verify_opaque(&signature, &signers, &SCENE.trust, now()) {
            prop_assert!(facts.iter().all(|fact| !fact.is_good()));
        }
    }

    #[test]
    fn changed_certificates_are_never_registered(changes in changes()) {
        let file = changed(&SCENE.certificate, &changes);
        let address = ["list@list.example".parse().unwrap()];
        let found = Certificate::register(&file, &address, &SCENE.trust, now());
        prop_assert!(found.is_err() || file == SCENE.certificate);
    }

    #[test]
    fn changed_anchors_and_lists_are_answered(changes in changes()) {
        let _ = Anchor::read(&changed(&SCENE.anchor, &changes), None, now());
        let crl = changed(&SCENE.crl, &changes);
        let found = Anchor::read(&SCENE.anchor, Some(&crl), now());
        prop_assert!(found.is_err() || crl == SCENE.crl);
    }
}
