//! The rules for a certificate that a team offers for registration.
//!
//! Everything is judged at one time, now. What passes is rebuilt from its verified parts: the
//! primary key, the user ids and subkeys that it has bound, and its own signatures on them.

use sequoia_openpgp::cert::prelude::*;
use sequoia_openpgp::crypto::SessionKey;
use sequoia_openpgp::packet::pkesk::PKESK3;
use sequoia_openpgp::packet::signature::subpacket::SubpacketValue;
use sequoia_openpgp::packet::{Signature, UserID};
use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::policy::StandardPolicy;
use sequoia_openpgp::types::SymmetricAlgorithm;
use sequoia_openpgp::{Cert, Packet};

use super::armor::{self, Kind};
use super::strip::{self, Stripped};
use super::{Certificate, signature, subpackets, transferable, validity};
use crate::crypto::Refusal;
use crate::model::address::EmailAddress;
use crate::model::condition::Condition;
use crate::model::limits;
use crate::model::time::Timestamp;

/// A refusal out of its three parts.
pub(super) fn refuse(condition: Condition, reason: &str, hint: &str) -> Refusal {
    Refusal { condition, reason: reason.into(), hint: hint.into() }
}

/// Applies every rule; returns the certificate rebuilt.
///
/// # Errors
/// A [`Refusal`] for the first rule that it breaks.
pub(super) fn check(
    file: &[u8],
    addresses: &[EmailAddress],
    now: Timestamp,
) -> Result<Cert, Refusal> {
    let stripped = read(file)?;
    let cert = Cert::from_bytes(&stripped.packets).map_err(|_| strip::no_certificate())?;
    let policy = validity::policy(now);
    check_primary(&cert, &policy, now)?;
    check_cross_certification(&cert, &stripped)?;
    let cert = rebuild(&cert)?;
    if !transferable::is_storable(&cert) {
        return Err(refuse(
            Condition::Malformed,
            "The certificate holds a signature of a kind that cannot be stored.",
            "Renew the self signatures (`gpg --quick-set-expire`) or make a new key.",
        ));
    }
    let valid = cert.with_policy(&policy, now.system_time());
    valid.map_err(|_| why_not_bound(&cert, now))?;
    check_user_ids(&cert, addresses, now)?;
    check_usable(&cert, &policy, now)?;
    Ok(cert)
}

/// As [`check`], for a key that only verifies what somebody publishes: whose addresses it carries
/// and whether it can be encrypted for does not matter, and its validity is judged with each
/// signature.
///
/// # Errors
/// A [`Refusal`] for the first rule that it breaks.
pub(super) fn check_publisher(file: &[u8]) -> Result<Cert, Refusal> {
    let stripped = read(file)?;
    let cert = Cert::from_bytes(&stripped.packets).map_err(|_| strip::no_certificate())?;
    check_cross_certification(&cert, &stripped)?;
    let cert = rebuild(&cert)?;
    match transferable::is_storable(&cert) {
        true => Ok(cert),
        false => Err(strip::no_certificate()),
    }
}

fn read(file: &[u8]) -> Result<Stripped, Refusal> {
    if file.len() > limits::CERTIFICATE_FILE_BYTES_MAX {
        return Err(refuse(
            Condition::TooLarge,
            "The file is too large for a certificate.",
            "Export it without foreign signatures: `gpg --export-options export-minimal`.",
        ));
    }
    if has_secret_label(file) {
        return Err(strip::secret());
    }
    match armor::binary(file) {
        Ok((binary, None | Some(Kind::PublicKey))) => strip::strip(&binary),
        Ok(_) | Err(_) => Err(strip::no_certificate()),
    }
}

/// Looked for before anything is decoded, and also beside something else: its owner has to
/// know that it has left the house.
fn has_secret_label(file: &[u8]) -> bool {
    const LABEL: &[u8] = b"PGP PRIVATE KEY";
    file.windows(LABEL.len()).any(|window| window == LABEL)
}

fn check_primary(cert: &Cert, policy: &StandardPolicy, now: Timestamp) -> Result<(), Refusal> {
    let time = now.system_time();
    if cert.primary_key().key().creation_time() > time {
        return Err(refuse(
            Condition::KeyNotYetValid,
            "The certificate was created in the future.",
            "Check the clock of the computer that made the key, and make a new one.",
        ));
    }
    if validity::is_revoked(&cert.revocation_status(policy, time)) {
        return Err(refuse(
            Condition::KeyRevoked,
            "The certificate has been revoked.",
            "Register the certificate that took its place.",
        ));
    }
    let valid = cert.with_policy(policy, time).map_err(|_| why_not_bound(cert, now))?;
    valid.alive().map_err(|_| {
        refuse(
            Condition::KeyExpired,
            "The certificate has expired.",
            "Extend it (`gpg --quick-set-expire`), or make a new one, and export it again.",
        )
    })
}

/// Why no self signature holds.
fn why_not_bound(cert: &Cert, now: Timestamp) -> Refusal {
    let bindings: Vec<_> = self_signatures(cert).collect();
    let any = |test: &dyn Fn(&Signature) -> bool| bindings.iter().any(|binding| test(binding));
    let later = |binding: &Signature| {
        binding.signature_creation_time().is_some_and(|at| at > now.system_time())
    };
    let (condition, reason) = if any(&has_unknown_critical) {
        (Condition::SignatureCritical, "Its self signature carries something critical and unknown.")
    } else if any(&|binding| signature::is_weak(binding.hash_algo())) {
        (Condition::DigestWeak, "Its self signatures use MD5, SHA-1 or RIPEMD-160 only.")
    } else if any(&later) {
        (Condition::KeyNotYetValid, "Its self signature was made in the future.")
    } else {
        (Condition::SignatureInvalid, "It has no valid self signature.")
    };
    refuse(
        condition,
        reason,
        "Renew the self signatures (`gpg --quick-set-expire`) or make a new key.",
    )
}

fn self_signatures(cert: &Cert) -> impl Iterator<Item = &Signature> {
    let primary = cert.primary_key();
    let direct: Vec<_> = primary.self_signatures().collect();
    let user_ids = cert.userids().flat_map(|id| id.self_signatures().collect::<Vec<_>>());
    direct.into_iter().chain(user_ids).chain(cert.bad_signatures())
}

fn has_unknown_critical(signature: &Signature) -> bool {
    signature.hashed_area().iter().filter(|subpacket| subpacket.critical()).any(|subpacket| {
        matches!(subpacket.value(), SubpacketValue::NotationData(_))
            || !subpackets::is_known(u8::from(subpacket.tag()))
    })
}

/// A subkey that claims to sign must agree [RFC 9580 §10.1.5]: otherwise anybody could adopt
/// another team's signing key, and with it that team's mail.
fn check_cross_certification(cert: &Cert, stripped: &Stripped) -> Result<(), Refusal> {
    for fingerprint in &stripped.signing_subkeys {
        let bound = cert
            .keys()
            .subkeys()
            .filter(|subkey| subkey.key().fingerprint() == *fingerprint)
            .flat_map(|subkey| subkey.self_signatures().collect::<Vec<_>>())
            .any(|binding| binding.key_flags().is_some_and(|flags| flags.for_signing()));
        if !bound {
            return Err(refuse(
                Condition::KeyUsage,
                "A signing subkey does not certify the primary key in return.",
                "Repair it with `gpg --edit-key … cross-certify`, or delete the subkey.",
            ));
        }
    }
    Ok(())
}

/// The primary key, what it has bound, and its own signatures.
fn rebuild(cert: &Cert) -> Result<Cert, Refusal> {
    let mut packets: Vec<Packet> = Vec::new();
    let primary = cert.primary_key();
    packets.push(primary.key().clone().into());
    packets.extend(primary.self_revocations().cloned().map(Packet::from));
    packets.extend(primary.self_signatures().cloned().map(Packet::from));
    for id in cert.userids() {
        let own: Vec<_> = id.self_revocations().chain(id.self_signatures()).cloned().collect();
        if !own.is_empty() {
            packets.push(UserID::clone(id.userid()).into());
            packets.extend(own.into_iter().map(Packet::from));
        }
    }
    for key in cert.keys().subkeys() {
        let own: Vec<_> = key.self_revocations().chain(key.self_signatures()).cloned().collect();
        if !own.is_empty() {
            packets.push(key.key().clone().into());
            packets.extend(own.into_iter().map(Packet::from));
        }
    }
    Cert::from_packets(packets.into_iter()).map_err(|_| strip::no_certificate())
}

fn check_user_ids(cert: &Cert, addresses: &[EmailAddress], now: Timestamp) -> Result<(), Refusal> {
    let carried = Certificate::of(cert.clone()).addresses(now);
    let named =
        carried.iter().any(|address| addresses.iter().any(|claimed| claimed.same_mailbox(address)));
    match named {
        true => Ok(()),
        false => Err(refuse(
            Condition::SignerAddress,
            "No valid user id carries a registered address of the team.",
            "Add a user id `Name <address>` with that address and export the key again.",
        )),
    }
}

fn check_usable(cert: &Cert, policy: &StandardPolicy, now: Timestamp) -> Result<(), Refusal> {
    let encryption = validity::encryption_keys(cert, policy, now);
    let Some(key) = encryption.first() else {
        return Err(unusable(cert, policy, now, "encryption", |key| {
            key.for_transport_encryption() || key.for_storage_encryption()
        }));
    };
    // A point that is not on its curve is noticed when it is used.
    let trial = SessionKey::new(32)
        .and_then(|session| PKESK3::for_recipient(SymmetricAlgorithm::AES256, &session, key.key()));
    if trial.is_err() {
        return Err(refuse(
            Condition::KeyWeak,
            "Nothing can be encrypted for its encryption key.",
            "Make a new encryption subkey.",
        ));
    }
    match validity::signing_keys(cert, policy, now).is_empty() {
        true => Err(unusable(cert, policy, now, "signing", |key| key.for_signing())),
        false => Ok(()),
    }
}

/// Says why there is no key for a purpose: none at all, or an expired, revoked or weak one.
fn unusable(
    cert: &Cert,
    policy: &StandardPolicy,
    now: Timestamp,
    purpose: &str,
    fits: impl Fn(&validity::BoundKey<'_>) -> bool,
) -> Refusal {
    let time = now.system_time();
    let bound = cert.keys().with_policy(policy, time).find(|key| fits(key));
    let (condition, state) = match &bound {
        None if is_bound_weakly(cert) => (Condition::DigestWeak, "only a weakly bound"),
        None => (Condition::KeyUsage, "no"),
        Some(key) if validity::is_revoked(&key.revocation_status()) => {
            (Condition::KeyRevoked, "only a revoked")
        }
        Some(key) if key.alive().is_err() => (Condition::KeyExpired, "only an expired"),
        Some(_) => (Condition::KeyWeak, "only a weak or unknown"),
    };
    refuse(
        condition,
        &format!("The certificate has {state} {purpose} key."),
        &format!("Add a subkey for {purpose} (`gpg --quick-add-key`) and export the key again."),
    )
}

/// Whether a subkey is bound with a digest that proves nothing.
fn is_bound_weakly(cert: &Cert) -> bool {
    cert.keys()
        .subkeys()
        .flat_map(|key| key.self_signatures().collect::<Vec<_>>())
        .any(|binding| signature::is_weak(binding.hash_algo()))
}
