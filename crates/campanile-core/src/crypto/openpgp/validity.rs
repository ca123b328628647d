//! Whether a key may sign or receive, at a point in time.
//!
//! Expiry and revocation are looked at twice: when the signature was made, and now. What a key
//! is for is asked now only: a team that renews its self signatures often drops the old ones,
//! and its mail of the hour before must not become unreadable by that.

use std::time::SystemTime;

use sequoia_openpgp::Cert;
use sequoia_openpgp::cert::prelude::*;
use sequoia_openpgp::packet::{Key, key};
use sequoia_openpgp::policy::StandardPolicy;
use sequoia_openpgp::types::RevocationStatus;

use super::{signature, strength};
use crate::model::condition::Condition;
use crate::model::time::Timestamp;

type AnyKey = Key<key::PublicParts, key::UnspecifiedRole>;
/// A key with its binding at a time.
pub(super) type BoundKey<'a> =
    ValidKeyAmalgamation<'a, key::PublicParts, key::UnspecifiedRole, bool>;

/// The rules of the library for algorithms, as of `now`. It would ask the clock otherwise.
pub(super) fn policy(now: Timestamp) -> StandardPolicy<'static> {
    StandardPolicy::at(now.system_time())
}

/// What speaks against a signature by `key` of `cert`.
pub(super) fn faults(
    cert: &Cert,
    key: &AnyKey,
    signed_at: Option<Timestamp>,
    now: Timestamp,
) -> Vec<Condition> {
    let policy = policy(now);
    if strength::weakness(key).is_some() {
        return vec![Condition::KeyWeak];
    }
    let mut faults = at(cert, key, &policy, now.system_time());
    if let Some(then) = signed_at {
        let timely = |fault: &Condition| {
            matches!(
                fault,
                Condition::KeyExpired | Condition::KeyRevoked | Condition::KeyNotYetValid
            )
        };
        for fault in at(cert, key, &policy, then.system_time()) {
            if timely(&fault) && !faults.contains(&fault) {
                faults.push(fault);
            }
        }
    }
    faults
}

fn at(cert: &Cert, key: &AnyKey, policy: &StandardPolicy, time: SystemTime) -> Vec<Condition> {
    if key.creation_time() > time || cert.primary_key().key().creation_time() > time {
        return vec![Condition::KeyNotYetValid];
    }
    let Ok(valid) = cert.with_policy(policy, time) else {
        return vec![Condition::KeyWeak];
    };
    let mut faults = Vec::new();
    if is_revoked(&valid.revocation_status()) {
        faults.push(Condition::KeyRevoked);
    }
    if valid.alive().is_err() {
        faults.push(Condition::KeyExpired);
    }
    match valid.keys().find(|bound| bound.key().fingerprint() == key.fingerprint()) {
        Some(bound) => {
            if is_revoked(&bound.revocation_status()) && !faults.contains(&Condition::KeyRevoked) {
                faults.push(Condition::KeyRevoked);
            }
            if bound.alive().is_err() && !faults.contains(&Condition::KeyExpired) {
                faults.push(Condition::KeyExpired);
            }
            if !bound.for_signing() {
                faults.push(Condition::KeyUsage);
            }
        }
        None => faults.push(why_unbound(cert, key)),
    }
    faults
}

/// A binding may be missing, or made with a digest that proves nothing.
fn why_unbound(cert: &Cert, key: &AnyKey) -> Condition {
    let weak = cert
        .keys()
        .filter(|candidate| candidate.key().fingerprint() == key.fingerprint())
        .flat_map(|candidate| candidate.self_signatures().collect::<Vec<_>>())
        .any(|binding| signature::is_weak(binding.hash_algo()));
    match weak {
        true => Condition::KeyWeak,
        false => Condition::KeyUsage,
    }
}

/// Revocations by others are hearsay.
pub(super) fn is_revoked(status: &RevocationStatus<'_>) -> bool {
    matches!(status, RevocationStatus::Revoked(_))
}

/// The keys of `cert` that may sign mail at `now`.
pub(super) fn signing_keys<'a>(
    cert: &'a Cert,
    policy: &'a StandardPolicy<'a>,
    now: Timestamp,
) -> Vec<BoundKey<'a>> {
    usable(cert, policy, now, |key| key.for_signing())
}

/// The keys of `cert` that mail may be encrypted for at `now`, newest first: those for
/// transport, and those for storage only when there are none.
pub(super) fn encryption_keys<'a>(
    cert: &'a Cert,
    policy: &'a StandardPolicy<'a>,
    now: Timestamp,
) -> Vec<BoundKey<'a>> {
    let mut keys = usable(cert, policy, now, |key| key.for_transport_encryption());
    if keys.is_empty() {
        keys = usable(cert, policy, now, |key| key.for_storage_encryption());
    }
    keys.sort_by_key(|key| std::cmp::Reverse(key.key().creation_time()));
    keys
}

fn usable<'a>(
    cert: &'a Cert,
    policy: &'a StandardPolicy<'a>,
    now: Timestamp,
    fits: impl Fn(&BoundKey<'a>) -> bool,
) -> Vec<BoundKey<'a>> {
    let Ok(valid) = cert.with_policy(policy, now.system_time()) else {
        return Vec::new();
    };
    if valid.alive().is_err() || is_revoked(&valid.revocation_status()) {
        return Vec::new();
    }
    let keys = valid.keys().supported().alive().revoked(false);
    keys.filter(|key| fits(key) && strength::weakness(key.key()).is_none()).collect()
}
