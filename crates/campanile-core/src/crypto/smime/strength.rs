//! Which public keys are strong enough, and not so strong that they stop the house.

use openssl::nid::Nid;
use openssl::pkey::{HasPublic, Id, PKeyRef};

use crate::model::limits;

/// Largest public exponent, in bits: 65,537 has 17, and every further one costs time.
const RSA_EXPONENT_BITS_MAX: i32 = 64;

/// Curves with at least 128 bits of strength that CSIRTs use: NIST and Brainpool.
const CURVES: &[(Nid, &str)] = &[
    (Nid::X9_62_PRIME256V1, "ECC P-256"),
    (Nid::SECP384R1, "ECC P-384"),
    (Nid::SECP521R1, "ECC P-521"),
    (Nid::BRAINPOOL_P256R1, "ECC brainpoolP256r1"),
    (Nid::BRAINPOOL_P384R1, "ECC brainpoolP384r1"),
    (Nid::BRAINPOOL_P512R1, "ECC brainpoolP512r1"),
];

/// The key in words: `RSA 3072`, `ECC P-256`, `X25519`.
///
/// # Errors
/// A sentence that says why no one should use it.
pub(crate) fn describe<T: HasPublic>(key: &PKeyRef<T>) -> Result<String, String> {
    match key.id() {
        Id::RSA => rsa(key, "RSA"),
        Id::RSA_PSS => rsa(key, "RSA-PSS"),
        Id::EC => curve(key),
        Id::ED25519 => Ok("Ed25519".into()),
        Id::X25519 => Ok("X25519".into()),
        _ => Err("its algorithm is none that we use".into()),
    }
}

fn rsa_size(bits: u32) -> Result<usize, String> {
    let bits = usize::try_from(bits).unwrap_or(usize::MAX);
    match bits {
        _ if bits < limits::RSA_BITS_MIN => Err(format!("RSA with {bits} bits is too weak")),
        _ if bits > limits::RSA_BITS_MAX => Err(format!("RSA with {bits} bits is too large")),
        _ => Ok(bits),
    }
}

fn rsa<T: HasPublic>(key: &PKeyRef<T>, name: &str) -> Result<String, String> {
    let bits = rsa_size(key.bits())?;
    let rsa = key.rsa().map_err(|_| "the RSA key is broken")?;
    let exponent = rsa.e();
    let odd = exponent.is_bit_set(0) && exponent.num_bits() > 1;
    match odd && exponent.num_bits() <= RSA_EXPONENT_BITS_MAX {
        true => Ok(format!("{name} {bits}")),
        false => Err("the RSA exponent is broken".into()),
    }
}

fn curve<T: HasPublic>(key: &PKeyRef<T>) -> Result<String, String> {
    let ec = key.ec_key().map_err(|_| "the ECC key is broken")?;
    ec.check_key().map_err(|_| "the ECC key is broken")?;
    let known = CURVES.iter().find(|(nid, _)| ec.group().curve_name() == Some(*nid));
    match known {
        Some((_, name)) => Ok((*name).into()),
        None => Err("its elliptic curve is none that we use".into()),
    }
}
