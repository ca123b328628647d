//! Newer versions of registered certificates.

use std::time::Duration;

use sequoia_openpgp::Cert;
use sequoia_openpgp::packet::Packet;
use sequoia_openpgp::policy::StandardPolicy;
use sequoia_openpgp::types::ReasonForRevocation;

use super::*;
use crate::model::condition::Condition;

const DAY: u64 = 86_400;

fn claimed() -> [EmailAddress; 1] {
    ["team@team.example".parse().unwrap()]
}

/// The library dates new binding signatures by the real clock, so these tests live there.
fn now() -> Timestamp {
    Timestamp::from_system_time(std::time::SystemTime::now()).plus_seconds(60)
}

fn made() -> Cert {
    let keys = builder(CipherSuite::Cv25519, Profile::RFC4880)
        .set_creation_time(now().plus_seconds(-(DAY as i64)).system_time())
        .set_validity_period(Duration::from_secs(3 * DAY))
        .add_signing_subkey()
        .add_transport_encryption_subkey();
    keys.generate().unwrap().0
}

fn public(cert: &Cert) -> Vec<u8> {
    cert.to_vec().unwrap()
}

/// The same certificate, valid for ten days more.
fn extended(cert: &Cert) -> Cert {
    let policy = StandardPolicy::new();
    let primary = cert.primary_key().key().clone();
    let mut signer = primary.parts_into_secret().unwrap().into_keypair().unwrap();
    let valid = cert.with_policy(&policy, now().system_time()).unwrap();
    let until = now().plus_seconds(13 * DAY as i64).system_time();
    let mut signatures = valid.primary_key().set_expiration_time(&mut signer, Some(until)).unwrap();
    for subkey in valid.keys().subkeys() {
        let mut backsig = subkey
            .key()
            .clone()
            .parts_into_secret()
            .ok()
            .filter(|_| subkey.for_signing())
            .and_then(|key| key.into_keypair().ok());
        let backsig = backsig.as_mut().map(|pair| pair as &mut dyn sequoia_openpgp::crypto::Signer);
        let bound = subkey.set_expiration_time(&mut signer, backsig, Some(until));
        signatures.extend(bound.unwrap());
    }
    cert.clone().insert_packets(signatures).unwrap().0
}

#[test]
fn longer_expiry_is_taken() {
    let cert = made();
    let (older, abilities) = Certificate::register(&public(&cert), &claimed(), now()).unwrap();
    let (newer, renewed) = older.renew(&public(&extended(&cert)), &claimed(), now()).unwrap();
    assert!(renewed.expires_at > abilities.expires_at);
    let later = now().plus_seconds(5 * DAY as i64);
    assert!(older.recipient(later).is_none());
    assert!(newer.recipient(later).is_some());
}

#[test]
fn revocation_known_before_cannot_be_left_out() {
    let cert = made();
    let mut signer =
        cert.primary_key().key().clone().parts_into_secret().unwrap().into_keypair().unwrap();
    let revocation = CertRevocationBuilder::new()
        .set_signature_creation_time(now().system_time())
        .unwrap()
        .set_reason_for_revocation(ReasonForRevocation::KeyCompromised, b"")
        .unwrap()
        .build(&mut signer, &cert, None)
        .unwrap();
    let revoked = cert.clone().insert_packets([Packet::from(revocation)]).unwrap().0;
    let older = Certificate::read(&public(&revoked)).unwrap();
    let refusal = older.renew(&public(&extended(&cert)), &claimed(), now()).unwrap_err();
    assert_eq!(refusal.condition, Condition::KeyRevoked);
}

#[test]
fn another_certificate_is_no_newer_version() {
    let (older, _) = Certificate::register(&public(&made()), &claimed(), now()).unwrap();
    let refusal = older.renew(&public(&made()), &claimed(), now()).unwrap_err();
    assert_eq!(refusal.condition, Condition::SignerUnknown);
}
