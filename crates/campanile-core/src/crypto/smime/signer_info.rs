//! SignerInfo [RFC 5652 §5.3]: verifying one signature against the registered certificates.

use std::borrow::Cow;

use super::attributes::Attributes;
use super::ber::{Algorithm, Element, INTEGER, SET, context};
use super::digest::Digest;
use super::identifier::Identifier;
use super::signature::Scheme;
use super::{Certificate, TrustStore};
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
        Ok(Self { signer, digest, attributes, algorithm, signature })
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
        let attributes =
            self.attributes.ok_or(Condition::SignedAttributes).and_then(Attributes::read);
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
        named.filter(|certificate| self.signer.names(certificate)).take(CANDIDATES_MAX)
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
    let refusals =
        [signer.check_key(), signer.check_purpose(), against.trust.check(signer, against.now)];
    faults.extend(refusals.into_iter().filter_map(|r| Some(r.err()?.condition)));
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
