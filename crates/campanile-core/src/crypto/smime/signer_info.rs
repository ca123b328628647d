//! SignerInfo [RFC 5652 §5.3]: verifying one signature against the registered certificates.

use std::borrow::Cow;

use openssl::pkey::{Id, PKeyRef, Public};
use openssl::rsa::Padding;
use openssl::sign::{RsaPssSaltlen, Verifier};

use super::attributes::Attributes;
use super::ber::{Algorithm, BROKEN, Element, INTEGER, SET, context};
use super::digest::Digest;
use super::identifier::Identifier;
use super::{Certificate, TrustStore, oid};
use crate::crypto::SignatureFact;
use crate::model::condition::Condition;
use crate::model::key::Protocol;
use crate::model::limits;
use crate::model::time::Timestamp;

/// Most registered certificates that one signer can name and that are tried: one CA never
/// gives out the same serial number or key identifier twice.
const CANDIDATES_MAX: usize = 3;

/// One signer, as it stands in the message.
pub(super) struct SignerInfo<'a> {
    signer: Identifier<'a>,
    digest: &'a [u8],
    attributes: Option<Element<'a>>,
    algorithm: Algorithm<'a>,
    signature: Cow<'a, [u8]>,
}

/// What a signature is verified against.
pub(super) struct Verification<'a> {
    /// eContentType.
    pub content_type: &'a [u8],
    /// The octets that are to be covered.
    pub content: &'a [u8],
    /// The registered certificates; no other ever counts.
    pub signers: &'a [&'a Certificate],
    pub trust: &'a TrustStore,
    pub now: Timestamp,
}

impl<'a> SignerInfo<'a> {
    /// From the SEQUENCE.
    pub fn read(info: Element<'a>) -> Result<Self, Condition> {
        let mut fields = info.reader();
        fields.take(INTEGER)?;
        let signer = Identifier::of(fields.any()?)?;
        let digest = Algorithm::read(&mut fields)?.oid;
        let attributes = fields.take_if(context(0))?;
        let algorithm = Algorithm::read(&mut fields)?;
        let signature = fields.octet_string()?;
        // unsignedAttrs: nobody has vouched for them.
        fields.take_if(context(1))?;
        fields.end()?;
        Ok(Self {
            signer,
            digest,
            attributes,
            algorithm,
            signature,
        })
    }

    /// Everything about this signature. Nothing is taken from the message but the signature
    /// itself: neither its certificates nor what it says about its own strength.
    pub fn verify(&self, against: &Verification<'_>) -> SignatureFact {
        let mut faults = Vec::new();
        let attributes = self.attributes(&mut faults);
        let made_at = self.signing_time(attributes.as_ref(), &mut faults);
        let digest = Digest::from_oid(self.digest);
        let scheme = match digest {
            Some(digest) => Scheme::read(&self.algorithm, digest),
            None => Err(Condition::DigestWeak),
        };
        if let Some(attributes) = &attributes {
            check_content(attributes, digest, against, &mut faults);
        }
        let signer = match scheme {
            Ok(scheme) => self.signer(against, &scheme, &mut faults),
            Err(fault) => {
                faults.push(fault);
                self.candidates(against).next()
            }
        };
        match signer {
            None => faults.push(Condition::SignerUnknown),
            Some(signer) => {
                if attributes.is_some_and(|attributes| !attributes.name_signer(signer)) {
                    faults.push(Condition::SignedAttributes);
                }
                check_signer(signer, made_at, against, &mut faults);
            }
        }
        faults.sort_unstable();
        faults.dedup();
        SignatureFact {
            protocol: Protocol::Smime,
            signer: signer.map(Certificate::fingerprint),
            made_at,
            faults,
        }
    }

    /// A signature without attributes covers the content directly. It is refused: it says
    /// nothing about time and type, and its octets could be the attributes of another
    /// signature (draft-vangeest-lamps-cms-euf-cma-signeddata).
    fn attributes(&self, faults: &mut Vec<Condition>) -> Option<Attributes<'a>> {
        let attributes = self
            .attributes
            .ok_or(Condition::SignedAttributes)
            .and_then(Attributes::read);
        attributes.map_err(|fault| faults.push(fault)).ok()
    }

    fn signing_time(
        &self,
        attributes: Option<&Attributes<'_>>,
        faults: &mut Vec<Condition>,
    ) -> Option<Timestamp> {
        match attributes.map(Attributes::signing_time) {
            Some(Ok(Some(at))) => Some(at),
            Some(Err(fault)) => {
                faults.push(fault);
                None
            }
            Some(Ok(None)) | None => {
                faults.push(Condition::SignatureTimeMissing);
                None
            }
        }
    }

    /// The registered certificates that it names.
    fn candidates<'v>(
        &self,
        against: &Verification<'v>,
    ) -> impl Iterator<Item = &'v Certificate> + use<'v, '_, 'a> {
        let named = against.signers.iter().copied();
        named
            .filter(|certificate| self.signer.names(certificate))
            .take(CANDIDATES_MAX)
    }

    /// The candidate that it verifies with, else the first one, with a fault.
    fn signer<'v>(
        &self,
        against: &Verification<'v>,
        scheme: &Scheme,
        faults: &mut Vec<Condition>,
    ) -> Option<&'v Certificate> {
        let signed = self.attributes.map(|set| set.canonical_under(SET));
        let Some(Ok(signed)) = signed else {
            faults.push(Condition::SignatureInvalid);
            return self.candidates(against).next();
        };
        let verifying = self.candidates(against).find(|candidate| {
            // An RSA key of 16,384 bits costs seconds; such keys are never touched.
            let usable = candidate.check_key().is_ok();
            usable && scheme.verify(candidate.key(), &signed, &self.signature)
        });
        verifying.or_else(|| {
            let named = self.candidates(against).next()?;
            faults.push(Condition::SignatureInvalid);
            Some(named)
        })
    }
}

/// contentType and messageDigest against the content.
fn check_content(
    attributes: &Attributes<'_>,
    digest: Option<Digest>,
    against: &Verification<'_>,
    faults: &mut Vec<Condition>,
) {
    if !attributes.names_content_type(against.content_type) {
        faults.push(Condition::SignedAttributes);
    }
    let Some(claimed) = attributes.message_digest() else {
        faults.push(Condition::SignedAttributes);
        return;
    };
    let Some(digest) = digest else { return };
    let found = openssl::hash::hash(digest.algorithm(), against.content);
    if !found.is_ok_and(|found| *found == *claimed) {
        faults.push(Condition::SignatureInvalid);
    }
}

/// The certificate now and when the signature was made.
fn check_signer(
    signer: &Certificate,
    made_at: Option<Timestamp>,
    against: &Verification<'_>,
    faults: &mut Vec<Condition>,
) {
    let refusals = [
        signer.check_key(),
        signer.check_purpose(),
        against.trust.check(signer, against.now),
    ];
    faults.extend(
        refusals
            .into_iter()
            .filter_map(|r| Some(r.err()?.condition)),
    );
    if !signer.may_sign() {
        faults.push(Condition::KeyUsage);
    }
    let Some(made_at) = made_at else { return };
    let latest = against.now.plus_seconds(limits::CLOCK_SKEW_SECONDS_MAX);
    if made_at > latest {
        faults.push(Condition::SignatureTimeWrong);
    } else if let Err(then) = against.trust.check(signer, made_at) {
        faults.push(match then.condition {
            Condition::KeyNotYetValid => Condition::SignatureTimeWrong,
            condition => condition,
        });
    }
}

/// A signature algorithm with all of its parameters.
enum Scheme {
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
    fn read(algorithm: &Algorithm<'_>, digest: Digest) -> Result<Self, Condition> {
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

    fn verify(&self, key: &PKeyRef<Public>, signed: &[u8], signature: &[u8]) -> bool {
        let verify = || match (self, key.id()) {
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
        };
        // An error is a signature of impossible form.
        verify().unwrap_or_else(|_: openssl::error::ErrorStack| false)
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
