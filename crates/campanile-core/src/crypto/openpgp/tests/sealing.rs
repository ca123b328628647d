//! What we seal can be opened, and copies have the shape that streaming needs.

use proptest::prelude::*;

use super::*;
use crate::crypto::openpgp::packets::{self, tag};
use crate::crypto::openpgp::{armor, decrypt};

fn both() -> impl Iterator<Item = (&'static SecretKey, Container)> {
    let v1 = members().iter().map(|member| (member, Container::SeipdV1));
    v1.chain(members().iter().map(|member| (member, Container::SeipdV2)))
}

fn opens(entity: &[u8], member: &SecretKey, container: Container) {
    let copy = sealed(entity, member, container);
    let lines = copy.split(|octet| *octet == b'\n').map(<[u8]>::len);
    assert!(lines.max().unwrap() <= 77, "76 characters and CR");
    let signer = list().certificate();
    let opened = decrypt(&copy, std::slice::from_ref(member), &[&signer], now()).unwrap();
    assert_eq!(opened.plaintext.as_slice(), entity);
    let [fact] = opened.signatures.as_slice() else {
        panic!("{:?}", opened.signatures);
    };
    assert!(fact.is_good(), "{fact:?}");
    assert_eq!(fact.signer, Some(list().fingerprint()));
    assert_eq!(fact.made_at, Some(now()));
}

#[test]
fn sizes_around_the_lead_open_for_every_kind_of_key() {
    for size in [0, 1, 900, 1100, 1300, 1340, 1380, 1420, 1536, 1537, 2000, 9000] {
        for (member, container) in both() {
            opens(&vec![b'x'; size], member, container);
        }
    }
}

#[test]
fn content_with_many_chunks_opens() {
    let entity: Vec<u8> =
        (0..3_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    for container in [Container::SeipdV1, Container::SeipdV2] {
        opens(&entity, &members()[0], container);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn any_content_opens_for_any_key(
        entity in proptest::collection::vec(any::<u8>(), 0..5000),
        member in 0..6_usize,
        v2 in any::<bool>(),
    ) {
        let container = if v2 { Container::SeipdV2 } else { Container::SeipdV1 };
        opens(&entity, &members()[member], container);
    }
}

#[test]
fn body_is_shared_and_head_ends_on_a_group_of_three() {
    let entity = vec![b'x'; 6000];
    for container in [Container::SeipdV1, Container::SeipdV2] {
        let bulk = bulk(&entity, list(), container, now()).unwrap();
        assert!(bulk.rest_bytes > 0 && !bulk.rest.is_empty());
        let mut partials = [0; 3];
        for _ in 0..8 {
            for member in members() {
                let recipient = member.certificate().recipient(now()).unwrap();
                let head = head(&bulk, &recipient, container).unwrap();
                assert!(head.ends_with(b"\r\n") && !head.contains(&b'='));
                let copy = copy(&bulk, &recipient, container);
                let (binary, _) = armor::binary(&copy).unwrap();
                let (_, seipd) = packets::next(&binary).unwrap().unwrap();
                let (framed, rest) = packets::next(seipd).unwrap().unwrap();
                assert!(rest.is_empty());
                partials[framed.chunks.len() - 1] += 1;
            }
        }
        assert!(partials.iter().all(|count| *count > 0), "{partials:?}");
    }
}

#[test]
fn every_armor_ends_on_padding_or_checksum() {
    for size in 0..40 {
        for (member, container) in both() {
            for extra in [0, 1200, 4000] {
                let copy = sealed(&vec![b'x'; size + extra], member, container);
                let lines = std::str::from_utf8(&copy).unwrap().lines();
                let data: Vec<_> = lines.filter(|line| !line.starts_with('-')).collect();
                assert!(data.last().unwrap().contains('='), "{size} {extra}");
            }
        }
    }
}

#[test]
fn copy_carries_one_key_slot_and_names_nobody_else() {
    let copy = sealed(b"x", &members()[0], Container::SeipdV1);
    let (binary, _) = armor::binary(&copy).unwrap();
    let (slot, rest) = packets::next(&binary).unwrap().unwrap();
    let (container, rest) = packets::next(rest).unwrap().unwrap();
    assert_eq!((slot.tag, container.tag, rest.len()), (tag::PKESK, tag::SEIPD, 0));
}

#[test]
fn newest_of_several_encryption_keys_is_used() {
    let key = secret(
        builder(CipherSuite::Cv25519, Profile::RFC4880)
            .add_signing_subkey()
            .add_transport_encryption_subkey()
            .add_transport_encryption_subkey(),
    );
    let recipient = key.certificate().recipient(now()).unwrap();
    let keys: Vec<_> = key.decryption_keys().collect();
    assert_eq!(keys.len(), 2);
    assert!(keys.iter().any(|key| key.fingerprint() == recipient.key.fingerprint()));
    opens(b"x", &key, Container::SeipdV1);
}

#[test]
fn version_two_is_announced_by_v6_keys_only_here() {
    let aead = |key: &SecretKey| key.certificate().recipient(now()).unwrap().aead();
    assert!(aead(&members()[1]), "v6");
    assert!(!aead(&gpg_like()), "v4 without the feature");
}

/// A v4 key that announces version 1 only, as GnuPG makes it.
fn gpg_like() -> SecretKey {
    let features = sequoia_openpgp::types::Features::empty().set_seipdv1();
    let builder = builder(CipherSuite::Cv25519, Profile::RFC4880).set_features(features).unwrap();
    secret(builder.add_signing_subkey().add_transport_encryption_subkey())
}

#[test]
fn key_that_may_not_sign_does_not_seal() {
    let key =
        secret(builder(CipherSuite::Cv25519, Profile::RFC4880).add_transport_encryption_subkey());
    assert!(bulk(b"x", &key, Container::SeipdV1, now()).is_err());
    let expired = secret(
        builder(CipherSuite::Cv25519, Profile::RFC4880)
            .set_validity_period(std::time::Duration::from_secs(3600))
            .add_signing_subkey(),
    );
    assert!(bulk(b"x", &expired, Container::SeipdV1, now()).is_err());
}

#[test]
fn debug_of_a_secret_key_shows_the_fingerprint_only() {
    let text = format!("{:?}", list());
    assert_eq!(text, format!("SecretKey({})", list().fingerprint()));
}

#[test]
fn secret_key_survives_its_file() {
    let file = list().to_secret_armored();
    assert!(file.starts_with(b"-----BEGIN PGP PRIVATE KEY BLOCK-----"));
    assert_eq!(SecretKey::read(&file).unwrap().fingerprint(), list().fingerprint());
    assert!(SecretKey::read(list().certificate().armored().as_bytes()).is_err());
    assert!(SecretKey::read(b"hello").is_err());
}

#[test]
fn locked_secret_key_is_refused() {
    let (cert, _) = builder(CipherSuite::Cv25519, Profile::RFC4880)
        .add_signing_subkey()
        .set_password(Some("secret".into()))
        .generate()
        .unwrap();
    let refusal = SecretKey::read(&cert.as_tsk().to_vec().unwrap()).unwrap_err();
    assert!(refusal.reason.contains("passphrase"), "{refusal}");
}

#[test]
fn generated_key_never_expires_and_registers() {
    let file = list().certificate().armored();
    let claimed = [address("Alert@list.example")];
    let (certificate, abilities) = Certificate::register(file.as_bytes(), &claimed, now()).unwrap();
    assert_eq!(certificate.fingerprint(), list().fingerprint());
    assert_eq!(abilities.algorithms, "Ed25519, X25519");
    assert_eq!(abilities.expires_at, None);
    assert!(abilities.sign && abilities.encrypt);
}
