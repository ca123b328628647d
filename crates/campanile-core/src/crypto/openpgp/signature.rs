//! Judging one signature over a content: every fault becomes a fact, nothing is decided.
//!
//! The identity of the signer comes from the key that verifies, and only keys of registered
//! certificates are tried. What a signature says about its issuer only narrows the choice.

use sequoia_openpgp::KeyHandle;
use sequoia_openpgp::crypto::{hash, mpi};
use sequoia_openpgp::packet::{Key, Signature, key};
use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::types::{HashAlgorithm, SignatureType};

use super::certificate::fingerprint;
use super::content::Signed;
use super::subpackets::{self, Survey};
use super::{Certificate, SecretKey, strength, validity};
use crate::crypto::SignatureFact;
use crate::model::condition::Condition;
use crate::model::key::Protocol;
use crate::model::limits;
use crate::model::time::Timestamp;

type AnyKey = Key<key::PublicParts, key::UnspecifiedRole>;

/// What signatures are judged against.
pub(super) struct Judge<'a> {
    /// The octets that were signed.
    pub content: &'a [u8],
    /// The list's keys: intended recipients must name one of them.
    pub keys: &'a [SecretKey],
    /// Every registered certificate.
    pub signers: &'a [&'a Certificate],
    /// The time of the judgement.
    pub now: Timestamp,
}

impl Judge<'_> {
    /// The facts about signatures in order; those of unknown versions are left out, they count
    /// as no signature [RFC 9580 §5.2].
    pub(super) fn facts(&self, signatures: &[Signed]) -> Vec<SignatureFact> {
        signatures.iter().filter_map(|signed| self.fact(signed)).collect()
    }

    fn fact(&self, signed: &Signed) -> Option<SignatureFact> {
        let version = signed.body.first().copied()?;
        let survey = match version {
            2 => return Some(faulty(Condition::SignatureVersion)),
            3 => Survey::default(),
            4 | 6 => match subpackets::survey(&signed.body) {
                Ok(survey) => survey,
                Err(condition) => return Some(faulty(condition)),
            },
            _ => return None,
        };
        // A signature on a document has no business carrying another one.
        if survey.embedded {
            return Some(faulty(Condition::SignatureInvalid));
        }
        let Ok(signature) = Signature::from_bytes(&signed.body) else {
            return Some(faulty(Condition::SignatureInvalid));
        };
        let mut faults = self.own_faults(&signature, &survey);
        if !announcement_fits(signed.announced.as_deref(), &signature) {
            push(&mut faults, Condition::SignatureInvalid);
        }
        Some(self.find_signer(&signature, faults))
    }

    /// What the signature itself shows, whoever made it.
    fn own_faults(&self, signature: &Signature, survey: &Survey) -> Vec<Condition> {
        let mut faults = Vec::new();
        let mut note = |bad: bool, condition| {
            if bad {
                push(&mut faults, condition);
            }
        };
        let is_v3 = signature.version() == 3;
        let kind = signature.typ();
        note(is_v3, Condition::SignatureVersion);
        note(
            !matches!(kind, SignatureType::Binary | SignatureType::Text),
            Condition::SignatureType,
        );
        note(is_weak(signature.hash_algo()), Condition::DigestWeak);
        note(survey.critical, Condition::SignatureCritical);
        note(!is_v3 && survey.created == 0, Condition::SignatureTimeMissing);
        // Of two times one program takes the first, another the last.
        let doubled = survey.created > 1 || survey.expires > 1;
        note(doubled, Condition::SignatureTimeWrong);
        if let Some(made_at) = made_at(signature) {
            let latest = self.now.plus_seconds(limits::CLOCK_SKEW_SECONDS_MAX);
            note(made_at > latest, Condition::SignatureTimeWrong);
            let valid = signature.signature_validity_period().map_or(0, |d| d.as_secs());
            let valid = i64::try_from(valid).unwrap_or(i64::MAX);
            let expired = valid > 0 && made_at.plus_seconds(valid) <= self.now;
            note(expired, Condition::SignatureExpired);
        }
        note(!self.is_intended(survey), Condition::IntendedForOthers);
        note(!scalar_is_reduced(signature.mpis()), Condition::SignatureInvalid);
        faults
    }

    fn is_intended(&self, survey: &Survey) -> bool {
        let named = |fingerprint: &[u8]| {
            self.keys
                .iter()
                .flat_map(|key| key.cert().keys())
                .any(|key| key.key().fingerprint().as_bytes() == fingerprint)
        };
        survey.intended.is_empty() || survey.intended.iter().any(|fpr| named(fpr))
    }

    /// Tries the registered keys that the signature may be by.
    fn find_signer(&self, signature: &Signature, own: Vec<Condition>) -> SignatureFact {
        let digest = self.digest(signature);
        let mut best: Option<(bool, SignatureFact)> = None;
        for (certificate, key) in self.candidates(signature) {
            let costly = strength::is_costly(key);
            let verifies = !costly
                && digest
                    .as_ref()
                    .is_some_and(|digest| signature.verify_hash(key, digest.clone()).is_ok());
            let mut faults = own.clone();
            if !verifies && !faults.contains(&Condition::DigestWeak) {
                push(&mut faults, Condition::SignatureInvalid);
            }
            let signed_at = made_at(signature);
            if signed_at.is_some_and(|at| at.system_time() < key.creation_time()) {
                push(&mut faults, Condition::SignatureTimeWrong);
            }
            for fault in validity::faults(certificate.cert(), key, signed_at, self.now) {
                push(&mut faults, fault);
            }
            let better = best.as_ref().is_none_or(|(verified, fact)| {
                (verifies, fact.faults.len()) > (*verified, faults.len())
            });
            if better {
                let fact = SignatureFact {
                    protocol: Protocol::Openpgp,
                    signer: Some(fingerprint(certificate.cert())),
                    made_at: signed_at,
                    faults,
                };
                best = Some((verifies, fact));
            }
        }
        best.map_or_else(|| unknown_signer(signature, own), |(_, fact)| fact)
    }

    /// Keys whose ID or fingerprint the signature names; all of its algorithm when it names
    /// none.
    fn candidates<'s>(
        &'s self,
        signature: &Signature,
    ) -> impl Iterator<Item = (&'s Certificate, &'s AnyKey)> + use<'s> {
        let issuers = signature.get_issuers();
        let algorithm = signature.pk_algo();
        let fits = move |key: &AnyKey| match issuers.is_empty() {
            true => key.pk_algo() == algorithm,
            false => {
                let handle = KeyHandle::from(key.fingerprint());
                issuers.iter().any(|issuer| issuer.aliases(&handle))
            }
        };
        self.signers
            .iter()
            .flat_map(|certificate| certificate.cert().keys().map(|key| (*certificate, key.key())))
            .filter(move |(_, key)| fits(key))
    }

    /// The hash state over the content, in the form that the type of the signature asks for.
    fn digest(&self, signature: &Signature) -> Option<hash::Context> {
        let context = signature.hash_algo().context().ok()?;
        let mut context = context.for_signature(signature.version());
        if let Some(salt) = signature.salt() {
            context.update(salt);
        }
        match signature.typ() {
            SignatureType::Text => update_canonical(&mut context, self.content),
            _ => context.update(self.content),
        }
        Some(context)
    }
}

fn faulty(condition: Condition) -> SignatureFact {
    SignatureFact::faulty(Protocol::Openpgp, condition)
}

fn unknown_signer(signature: &Signature, mut faults: Vec<Condition>) -> SignatureFact {
    push(&mut faults, Condition::SignerUnknown);
    SignatureFact { protocol: Protocol::Openpgp, signer: None, made_at: made_at(signature), faults }
}

fn push(faults: &mut Vec<Condition>, fault: Condition) {
    if !faults.contains(&fault) {
        faults.push(fault);
    }
}

/// The creation time; the library looks into the hashed area only.
fn made_at(signature: &Signature) -> Option<Timestamp> {
    signature.signature_creation_time().map(Timestamp::from_system_time)
}

/// Digests for which collisions can be made, or will be soon.
pub(super) fn is_weak(digest: HashAlgorithm) -> bool {
    matches!(digest, HashAlgorithm::MD5 | HashAlgorithm::SHA1 | HashAlgorithm::RipeMD)
}

/// Text signatures cover the lines with CRLF ends [RFC 9580 §5.2.1.2].
fn update_canonical(context: &mut hash::Context, content: &[u8]) {
    for line in content.split_inclusive(|&octet| octet == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(text) if !text.ends_with(b"\r") => {
                context.update(text);
                context.update(b"\r\n");
            }
            _ => context.update(line),
        }
    }
}

/// A one-pass packet must announce the signature that follows; one of an unknown version
/// announces nothing [RFC 9580 §5.4].
fn announcement_fits(announced: Option<&[u8]>, signature: &Signature) -> bool {
    match announced {
        Some([3 | 6, kind, digest, algorithm, ..]) => {
            *kind == u8::from(signature.typ())
                && *digest == u8::from(signature.hash_algo())
                && *algorithm == u8::from(signature.pk_algo())
        }
        _ => true,
    }
}

/// Whether S < L in an Ed25519 signature: with S + L it would be a second signature on the same
/// content that nobody made [RFC 8032 §5.1.7].
fn scalar_is_reduced(numbers: &mpi::Signature) -> bool {
    let scalar = match numbers {
        // Stored as a number, so leading zeros are lost; the octets are little-endian.
        mpi::Signature::EdDSA { s, .. } => s.value_padded(32).ok().map(|s| s.into_owned()),
        mpi::Signature::Ed25519 { s } => s.get(32..).map(<[u8]>::to_vec),
        _ => return true,
    };
    let Some(mut scalar) = scalar else {
        return false;
    };
    scalar.reverse();
    scalar.as_slice() < ORDER.as_slice()
}

/// L, the order of the base point, big-endian [RFC 8032 §5.1].
const ORDER: [u8; 32] = [
    0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0xde, 0xf9, 0xde, 0xa2, 0xf7, 0x9c,
    0xd6, 0x58, 0x12, 0x63, 0x1a, 0x5c, 0xf5, 0xd3, 0xed,
];
