//! The signature algorithms: RSA (PKCS #1 v1.5 and PSS), ECDSA, Ed25519
//! [RFC 8551 §2.2, RFC 8419].

use openssl::error::ErrorStack;
use openssl::pkey::{Id, PKeyRef, Public};
use openssl::rsa::Padding;
use openssl::sign::{RsaPssSaltlen, Verifier};

use super::ber::{Algorithm, BROKEN, INTEGER, context};
use super::digest::Digest;
use super::oid;
use crate::model::condition::Condition;

/// A signature algorithm with all of its parameters.
pub(super) enum Scheme {
    RsaPkcs1(Digest),
    /// With the length of the salt in octets.
    RsaPss(Digest, i32),
    Ecdsa(Digest),
    Ed25519,
}

impl Scheme {
    /// From the signatureAlgorithm; the digest is that of the digestAlgorithm.
    ///
    /// # Errors
    /// `DigestWeak` for MD5, SHA-1 and algorithms that we do not know, `SignatureInvalid` when
    /// the two algorithms name different digests.
    pub fn read(algorithm: &Algorithm<'_>, digest: Digest) -> Result<Self, Condition> {
        let same = |named| match named == digest {
            true => Ok(digest),
            false => Err(Condition::SignatureInvalid),
        };
        Ok(match algorithm.oid {
            oid::RSA_ENCRYPTION => Self::RsaPkcs1(digest),
            oid::SHA256_WITH_RSA => Self::RsaPkcs1(same(Digest::Sha256)?),
            oid::SHA384_WITH_RSA => Self::RsaPkcs1(same(Digest::Sha384)?),
            oid::SHA512_WITH_RSA => Self::RsaPkcs1(same(Digest::Sha512)?),
            oid::RSASSA_PSS => Self::RsaPss(digest, pss_salt(algorithm, digest)?),
            oid::EC_PUBLIC_KEY => Self::Ecdsa(digest),
            oid::ECDSA_WITH_SHA256 => Self::Ecdsa(same(Digest::Sha256)?),
            oid::ECDSA_WITH_SHA384 => Self::Ecdsa(same(Digest::Sha384)?),
            oid::ECDSA_WITH_SHA512 => Self::Ecdsa(same(Digest::Sha512)?),
            // With signed attributes the digest has to be SHA-512 [RFC 8419 §3.1].
            oid::ED25519 => same(Digest::Sha512).map(|_| Self::Ed25519)?,
            other if oid::WEAK_WITH_RSA.contains(&other) => return Err(Condition::DigestWeak),
            other if oid::ECDSA_WEAK.contains(&other) => return Err(Condition::DigestWeak),
            _ => return Err(Condition::SignatureInvalid),
        })
    }

    /// Whether the key has signed these octets.
    pub fn verify(&self, key: &PKeyRef<Public>, signed: &[u8], signature: &[u8]) -> bool {
        let verify = || -> Result<bool, ErrorStack> {
            match (self, key.id()) {
                (Self::RsaPkcs1(digest), Id::RSA) => {
                    let mut verifier = Verifier::new(digest.algorithm(), key)?;
                    verifier.set_rsa_padding(Padding::PKCS1)?;
                    verifier.verify_oneshot(signature, signed)
                }
                (Self::RsaPss(digest, salt), Id::RSA | Id::RSA_PSS) => {
                    let mut verifier = Verifier::new(digest.algorithm(), key)?;
                    verifier.set_rsa_padding(Padding::PKCS1_PSS)?;
                    verifier.set_rsa_mgf1_md(digest.algorithm())?;
                    verifier.set_rsa_pss_saltlen(RsaPssSaltlen::custom(*salt))?;
                    verifier.verify_oneshot(signature, signed)
                }
                (Self::Ecdsa(digest), Id::EC) => {
                    Verifier::new(digest.algorithm(), key)?.verify_oneshot(signature, signed)
                }
                (Self::Ed25519, Id::ED25519) => {
                    Verifier::new_without_digest(key)?.verify_oneshot(signature, signed)
                }
                _ => Ok(false),
            }
        };
        // An error is a signature of impossible form.
        verify().unwrap_or(false)
    }
}

/// RSASSA-PSS-params [RFC 8017 appendix A.2.3]. Absent fields mean SHA-1, so the first two have
/// to be there, and name the digest of the signer.
fn pss_salt(algorithm: &Algorithm<'_>, digest: Digest) -> Result<i32, Condition> {
    let weak = Condition::DigestWeak;
    let mut fields = algorithm.parameters.ok_or(weak)?.reader();
    let hash = fields.take_if(context(0))?.ok_or(weak)?;
    let hash = Algorithm::read(&mut hash.reader())?;
    let mask = fields.take_if(context(1))?.ok_or(weak)?;
    let mask = Algorithm::read(&mut mask.reader())?;
    let mask_hash = Algorithm::of(mask.parameters.ok_or(BROKEN)?)?;
    let salt = match fields.take_if(context(2))? {
        Some(salt) => salt.inner(INTEGER)?.small()?,
        None => 20,
    };
    let named = Digest::from_oid(hash.oid).ok_or(weak)?;
    let mask_named = Digest::from_oid(mask_hash.oid).ok_or(weak)?;
    let salt = i32::try_from(salt).map_err(|_| BROKEN)?;
    match named == digest && mask_named == digest && mask.oid == oid::MGF1 {
        true => Ok(salt),
        false => Err(Condition::SignatureInvalid),
    }
}
