//! Whether a public key is strong and sound enough to be trusted with anything.
//!
//! Looks at numbers only, before any signature is verified with them: a 16,384-bit modulus
//! with an exponent as long costs minutes, an exponent of 1 verifies everything, and a curve
//! point of small order verifies signatures that nobody made.

use openssl::bn::BigNum;
use sequoia_openpgp::crypto::mpi;
use sequoia_openpgp::packet::Key;
use sequoia_openpgp::packet::key::{KeyParts, KeyRole};
use sequoia_openpgp::types::{Curve, PublicKeyAlgorithm};

use crate::model::limits;

/// Longest RSA exponent, in bits: OpenSSL's own limit for large moduli. Usual is 17.
const EXPONENT_BITS_MAX: usize = 64;
/// A modulus divisible by a prime below this was not made by a key generator.
const SMALL_FACTOR_MAX: u32 = 2000;

/// What is wrong with a key, in words behind "the key …"; `None` when nothing is.
pub(super) fn weakness<P: KeyParts, R: KeyRole>(key: &Key<P, R>) -> Option<&'static str> {
    if is_misplaced(key) {
        return Some("is of a kind that version 6 does not have");
    }
    match key.mpis() {
        mpi::PublicKey::RSA { e, n } => rsa(e, n),
        mpi::PublicKey::EdDSA { curve: Curve::Ed25519, q } => match q.value() {
            [0x40, point @ ..] => edwards(point),
            _ => Some("is no point of its curve"),
        },
        mpi::PublicKey::Ed25519 { a } => edwards(a),
        mpi::PublicKey::ECDSA { curve, .. } | mpi::PublicKey::ECDH { curve, .. } => {
            matches!(curve, Curve::Unknown(_)).then_some("uses an unknown curve")
        }
        mpi::PublicKey::DSA { .. } => Some("uses DSA, which has been withdrawn"),
        mpi::PublicKey::ElGamal { .. } => Some("uses ElGamal, which has been withdrawn"),
        _ if !key.pk_algo().is_supported() => Some("uses an unknown algorithm"),
        _ => None,
    }
}

/// The old forms of Curve25519 in a version 6 key: nobody may accept them [RFC 9580 §9.2.1].
pub(super) fn is_misplaced<P: KeyParts, R: KeyRole>(key: &Key<P, R>) -> bool {
    let old = matches!(
        key.mpis(),
        mpi::PublicKey::EdDSA { .. } | mpi::PublicKey::ECDH { curve: Curve::Cv25519, .. }
    );
    old && key.version() >= 6
}

fn rsa(e: &mpi::MPI, n: &mpi::MPI) -> Option<&'static str> {
    if n.bits() < limits::RSA_BITS_MIN {
        return Some("is RSA with fewer than 2048 bits");
    }
    if n.bits() > limits::RSA_BITS_MAX {
        return Some("is RSA with more than 8192 bits");
    }
    let odd = |number: &mpi::MPI| number.value().last().is_some_and(|low| low & 1 == 1);
    if e.bits() < 2 || e.bits() > EXPONENT_BITS_MAX || !odd(e) {
        return Some("is RSA with an impossible exponent");
    }
    let small_factor = || {
        let n = BigNum::from_slice(n.value()).ok()?;
        (3..SMALL_FACTOR_MAX).step_by(2).find(|p| n.mod_word(*p).is_ok_and(|rest| rest == 0))
    };
    (!odd(n) || small_factor().is_some()).then_some("is RSA with a modulus that can be factored")
}

/// Refuses the points of small order, in all their encodings: y of the eight torsion points,
/// and y + p where that fits into 255 bits [RFC 8032 §5.1.3, §8.9].
fn edwards(point: &[u8]) -> Option<&'static str> {
    let Ok(mut y) = <[u8; 32]>::try_from(point) else {
        return Some("is no point of its curve");
    };
    y[31] &= 0x7f;
    SMALL_ORDER.contains(&y).then_some("is a point of small order")
}

const SMALL_ORDER: [[u8; 32]; 7] = [
    // 0, 1
    [0; 32],
    little(1),
    // The two of order eight.
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
    // p - 1, p, p + 1
    near_p(0xec),
    near_p(0xed),
    near_p(0xee),
];

const fn little(low: u8) -> [u8; 32] {
    let mut y = [0; 32];
    y[0] = low;
    y
}

const fn near_p(low: u8) -> [u8; 32] {
    let mut y = [0xff; 32];
    y[0] = low;
    y[31] = 0x7f;
    y
}

/// The algorithm for people: `RSA 3072`, `Ed25519`.
pub(super) fn algorithm<P: KeyParts, R: KeyRole>(key: &Key<P, R>) -> String {
    match key.mpis() {
        mpi::PublicKey::RSA { n, .. } => format!("RSA {}", n.bits()),
        mpi::PublicKey::EdDSA { curve: Curve::Ed25519, .. } => "Ed25519".into(),
        mpi::PublicKey::ECDH { curve: Curve::Cv25519, .. } => "X25519".into(),
        mpi::PublicKey::EdDSA { curve, .. }
        | mpi::PublicKey::ECDSA { curve, .. }
        | mpi::PublicKey::ECDH { curve, .. } => curve.to_string(),
        _ => match key.pk_algo() {
            PublicKeyAlgorithm::Ed25519 => "Ed25519".into(),
            PublicKeyAlgorithm::X25519 => "X25519".into(),
            other => other.to_string(),
        },
    }
}

/// Whether using the key at all would take too long.
pub(super) fn is_costly<P: KeyParts, R: KeyRole>(key: &Key<P, R>) -> bool {
    match key.mpis() {
        mpi::PublicKey::RSA { e, n } => {
            n.bits() > limits::RSA_BITS_MAX || e.bits() > EXPONENT_BITS_MAX
        }
        _ => key.mpis().bits().is_some_and(|bits| bits > limits::RSA_BITS_MAX),
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use sequoia_openpgp::packet::key::{Key4, Key6, PrimaryRole, PublicParts};

    use super::*;

    #[test]
    fn old_form_of_a_curve_is_refused_in_a_version_6_key() {
        let point = mpi::MPI::new(&[[0x40].as_slice(), &[9; 32]].concat());
        let numbers = mpi::PublicKey::EdDSA { curve: Curve::Ed25519, q: point };
        let (at, kind) = (SystemTime::UNIX_EPOCH, PublicKeyAlgorithm::EdDSA);
        let old: Key4<PublicParts, PrimaryRole> = Key4::new(at, kind, numbers.clone()).unwrap();
        let new: Key6<PublicParts, PrimaryRole> = Key6::new(at, kind, numbers).unwrap();
        assert_eq!(weakness(&Key::from(old)), None);
        assert!(weakness(&Key::from(new)).is_some());
    }
}
