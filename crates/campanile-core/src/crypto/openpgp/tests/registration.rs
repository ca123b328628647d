//! Certificates made here, each with one deviation from what is registered.

use std::time::Duration;

use proptest::prelude::*;
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::packet::signature::subpacket::{Subpacket, SubpacketValue};
use sequoia_openpgp::packet::{Packet, UserID};
use sequoia_openpgp::serialize::Serialize;
use sequoia_openpgp::types::SignatureType;

use super::*;
use crate::model::condition::Condition::{self, *};
use crate::model::limits;

fn register(file: &[u8]) -> Result<Certificate, Condition> {
    let claimed = [address("other@team.example"), address("team@team.example")];
    let result = Certificate::register(file, &claimed, now());
    result.map(|(certificate, _)| certificate).map_err(|refusal| {
        assert!(!refusal.reason.is_empty() && !refusal.hint.is_empty());
        refusal.condition
    })
}

fn usual() -> CertBuilder<'static> {
    builder(CipherSuite::Cv25519, Profile::RFC4880)
        .add_signing_subkey()
        .add_transport_encryption_subkey()
}

fn file(builder: CertBuilder<'_>) -> Vec<u8> {
    builder.generate().unwrap().0.to_vec().unwrap()
}

#[test]
fn binary_and_armored_files_are_registered() {
    let (cert, _) = usual().generate().unwrap();
    assert!(register(&cert.to_vec().unwrap()).is_ok());
    assert!(register(&cert.armored().to_vec().unwrap()).is_ok());
    assert!(register(&file(usual().set_profile(Profile::RFC9580).unwrap())).is_ok());
}

#[test]
fn secret_key_is_refused_in_every_form() {
    let (cert, _) = usual().generate().unwrap();
    let armored = cert.as_tsk().armored().to_vec().unwrap();
    let public = cert.armored().to_vec().unwrap();
    assert_eq!(register(&cert.as_tsk().to_vec().unwrap()).err(), Some(KeyUsage));
    assert_eq!(register(&armored).err(), Some(KeyUsage));
    assert_eq!(register(&[public, armored].concat()).err(), Some(KeyUsage));
}

#[test]
fn what_is_no_single_certificate_is_refused() {
    let one = file(usual());
    for bytes in [
        Vec::new(),
        b"hello".to_vec(),
        [one.clone(), file(usual())].concat(),
        one[..one.len() - 1].to_vec(),
        one[1..].to_vec(),
        sealed(b"x", &members()[0], Container::SeipdV1),
    ] {
        assert_eq!(register(&bytes).err(), Some(Malformed));
    }
    assert_eq!(register(&vec![0; limits::CERTIFICATE_FILE_BYTES_MAX + 1]).err(), Some(TooLarge));
}

#[test]
fn key_without_a_purpose_is_refused() {
    let only = |builder: CertBuilder<'_>| register(&file(builder)).err();
    let bare = || builder(CipherSuite::Cv25519, Profile::RFC4880);
    assert_eq!(only(bare().add_signing_subkey()), Some(KeyUsage));
    assert_eq!(only(bare().add_transport_encryption_subkey()), Some(KeyUsage));
    assert_eq!(only(bare().add_signing_subkey().add_storage_encryption_subkey()), None);
}

#[test]
fn expired_and_revoked_certificates_are_refused() {
    let short = usual().set_validity_period(Duration::from_secs(3600));
    assert_eq!(register(&file(short)).err(), Some(KeyExpired));
    let (cert, revocation) = usual().generate().unwrap();
    let (cert, _) = cert.insert_packets(Packet::from(revocation)).unwrap();
    assert_eq!(register(&cert.to_vec().unwrap()).err(), Some(KeyRevoked));
}

#[test]
fn revoked_user_id_does_not_carry_its_address() {
    let (cert, _) = usual().generate().unwrap();
    let mut pair =
        cert.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap();
    let id = cert.userids().next().unwrap().userid().clone();
    let revocation = SignatureBuilder::new(SignatureType::CertificationRevocation)
        .set_signature_creation_time(now().plus_seconds(-60).system_time())
        .unwrap()
        .sign_userid_binding(&mut pair, None, &id)
        .unwrap();
    let (cert, _) = cert.insert_packets(vec![Packet::from(id), revocation.into()]).unwrap();
    assert_eq!(register(&cert.to_vec().unwrap()).err(), Some(SignerAddress));
    assert_eq!(Certificate::read(&cert.to_vec().unwrap()).unwrap().addresses(now()), []);
}

#[test]
fn address_beside_the_brackets_does_not_count() {
    let named = |text: &str| {
        let builder = CertBuilder::new()
            .set_creation_time(now().plus_seconds(-60).system_time())
            .add_userid(UserID::from(text))
            .add_signing_subkey()
            .add_transport_encryption_subkey();
        register(&file(builder)).err()
    };
    assert_eq!(named("team@team.example"), None);
    assert_eq!(named("TEAM@team.example"), None);
    assert_eq!(named("team@team.example <evil@else.example>"), Some(SignerAddress));
    assert_eq!(named("Team <team@team.example> (x)"), Some(SignerAddress));
    assert_eq!(named("Team <team@team.example>\n"), Some(Malformed));
}

#[test]
fn foreign_certifications_are_stripped_and_own_signatures_kept() {
    let (cert, _) = usual().generate().unwrap();
    let plain = register(&cert.to_vec().unwrap()).unwrap().to_bytes();
    let mut pair = stranger().signing_key(now()).unwrap().into_keypair().unwrap();
    let id = cert.userids().next().unwrap().userid().clone();
    let foreign = id
        .certify(&mut pair, &cert, SignatureType::PositiveCertification, None, now().system_time())
        .unwrap();
    let (flooded, _) = cert.insert_packets(vec![Packet::from(id), foreign.into()]).unwrap();
    let bytes = flooded.to_vec().unwrap();
    assert!(bytes.len() > plain.len());
    assert_eq!(register(&bytes).unwrap().to_bytes(), plain);
}

#[test]
fn forged_own_signatures_are_stripped_and_their_flood_refused() {
    let (cert, _) = usual().generate().unwrap();
    let plain = register(&cert.to_vec().unwrap()).unwrap().to_bytes();
    let id = cert.userids().next().unwrap();
    let mut signature = Vec::new();
    let binding = id.self_signatures().next().unwrap().clone();
    Packet::from(binding).serialize(&mut signature).unwrap();
    let last = signature.len() - 1;
    let mut forged = Vec::new();
    for n in 1..=255_u8 {
        signature[last] ^= n;
        forged.extend_from_slice(&signature);
        signature[last] ^= n;
    }
    let few = [cert.to_vec().unwrap(), forged[..signature.len() * 20].to_vec()].concat();
    assert_eq!(register(&few).unwrap().to_bytes(), plain);
    let many = [cert.to_vec().unwrap(), forged].concat();
    assert_eq!(register(&many).err(), Some(TooComplex));
}

#[test]
fn certificate_that_could_not_be_stored_is_refused() {
    let (cert, _) = usual().generate().unwrap();
    let issuer = SubpacketValue::IssuerFingerprint(cert.fingerprint());
    let subkey = cert.keys().subkeys().next().unwrap();
    let mut binding = subkey.self_signatures().next().unwrap().clone();
    // Beside what is signed, so that the signature stays good.
    binding.unhashed_area_mut().add(Subpacket::new(issuer, false).unwrap()).unwrap();
    let subkey = subkey.key().clone().role_into_subordinate();
    let (cert, _) = cert.insert_packets(vec![Packet::from(subkey), binding.into()]).unwrap();
    let mut file = cert.to_vec().unwrap();
    assert!(register(&file).is_ok());
    // The subpackets that name the issuer, of version 4: 22 octets, type 33; the unsigned one is
    // the second of a pair.
    let issuers: Vec<_> = memchr::memmem::find_iter(&file, &[22, 33, 4]).collect();
    let close = issuers.windows(2).find(|pair| pair[1] - pair[0] < 80).unwrap();
    file[close[1] + 2] = 7;
    assert_eq!(register(&file).err(), Some(Malformed));
    assert!(Certificate::read(&file).is_err());
}

#[test]
fn points_of_small_order_are_refused() {
    use crate::crypto::openpgp::strength;
    use sequoia_openpgp::packet::Key;
    use sequoia_openpgp::packet::key::{Key6, PublicParts, UnspecifiedRole};
    for (low, weak) in [(0, true), (1, true), (9, false)] {
        let mut point = [0; 32];
        point[0] = low;
        let made = now().system_time();
        let key: Key<PublicParts, UnspecifiedRole> =
            Key6::import_public_ed25519(&point, made).unwrap().into();
        assert_eq!(strength::weakness(&key).is_some(), weak, "{low}");
    }
}

#[test]
fn end_of_abilities_is_the_first_that_is_lost() {
    let soon = Duration::from_secs(3 * 86_400);
    let flags = sequoia_openpgp::types::KeyFlags::empty().set_transport_encryption();
    let builder = builder(CipherSuite::Cv25519, Profile::RFC4880)
        .add_signing_subkey()
        .add_subkey(flags, soon, None);
    let (_, abilities) =
        Certificate::register(&file(builder), &[address("team@team.example")], now()).unwrap();
    assert_eq!(abilities.expires_at, Some(now().plus_seconds(2 * 86_400)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn changed_certificate_is_refused_or_means_the_same(
        at in any::<proptest::sample::Index>(),
        change in 1..=255_u8,
    ) {
        let certificate = members()[0].certificate();
        let mut bytes = certificate.to_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= change;
        if let Ok(registered) = register(&bytes) {
            prop_assert_eq!(registered.fingerprint(), certificate.fingerprint());
            prop_assert_eq!(registered.addresses(now()), certificate.addresses(now()));
            let recipient = registered.recipient(now()).unwrap().key.fingerprint();
            prop_assert_eq!(recipient, certificate.recipient(now()).unwrap().key.fingerprint());
        }
    }
}
