//! The list's own signature: detached SignedData [RFC 5652 §5, RFC 8551 §2.5].

use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{Id, PKeyRef, Private};
use openssl::sha::{sha256, sha512};
use openssl::sign::Signer;

use super::ber::context;
use super::{SecretKey, der, oid};
use crate::crypto::SealError;
use crate::model::time::Timestamp;

/// A detached signature over `entity` as DER SignedData, with the list's certificate.
///
/// SHA-256 (Ed25519: SHA-512), with the attributes contentType, messageDigest, signingTime
/// (`now`), S/MIME capabilities and signingCertificateV2.
///
/// # Errors
/// The key cannot sign (X25519), or `now` cannot be written.
pub fn sign(entity: &[u8], signer: &SecretKey, now: Timestamp) -> Result<Vec<u8>, SealError> {
    let certificate = signer.certificate();
    let suite = Suite::of(signer.private())?;
    let attributes = attributes(&suite, entity, &certificate.to_bytes(), now)?;
    let signature = suite.sign(signer.private(), &attributes);
    let signature = signature.map_err(|_| SealError("signature".into()))?;

    // The attributes are signed as SET OF and sent as [0], in the same order.
    let content = attributes.split_at_checked(attributes_header(&attributes));
    let (_, content) = content.ok_or_else(|| SealError("attributes".into()))?;
    let info = der::sequence(&[
        &der::small(1),
        &certificate.anatomy().issuer_and_serial(),
        &suite.digest_algorithm(),
        &der::tlv(context(0), &[content]),
        &suite.signature_algorithm,
        &der::octet_string(&signature),
    ]);
    let signed_data = der::sequence(&[
        &der::small(1),
        &der::set(&suite.digest_algorithm()),
        &der::sequence(&[&der::oid(oid::DATA)]),
        &der::tlv(context(0), &[&certificate.to_bytes()]),
        &der::set(&info),
    ]);
    let content = der::explicit(0, &signed_data);
    Ok(der::sequence(&[&der::oid(oid::SIGNED_DATA), &content]))
}

/// Octets of identifier and length.
fn attributes_header(attributes: &[u8]) -> usize {
    match attributes.get(1) {
        Some(length @ 0x81..) => 2 + usize::from(length & 0x7f),
        _ => 2,
    }
}

/// How a key signs.
struct Suite {
    kind: Id,
    signature_algorithm: Vec<u8>,
}

impl Suite {
    fn of(key: &PKeyRef<Private>) -> Result<Self, SealError> {
        let signature_algorithm = match key.id() {
            // The digest stands beside it [RFC 8551 §2.2].
            Id::RSA => der::algorithm(oid::RSA_ENCRYPTION, der::NULL),
            Id::EC => der::algorithm(oid::ECDSA_WITH_SHA256, &[]),
            Id::ED25519 => der::algorithm(oid::ED25519, &[]),
            _ => return Err(SealError("the list key cannot sign".into())),
        };
        Ok(Self { kind: key.id(), signature_algorithm })
    }

    fn digest_algorithm(&self) -> Vec<u8> {
        match self.kind {
            Id::ED25519 => der::algorithm(oid::SHA512, &[]),
            _ => der::algorithm(oid::SHA256, &[]),
        }
    }

    fn digest(&self, octets: &[u8]) -> Vec<u8> {
        match self.kind {
            Id::ED25519 => sha512(octets).to_vec(),
            _ => sha256(octets).to_vec(),
        }
    }

    fn sign(&self, key: &PKeyRef<Private>, octets: &[u8]) -> Result<Vec<u8>, ErrorStack> {
        let mut signer = match self.kind {
            Id::ED25519 => Signer::new_without_digest(key)?,
            _ => Signer::new(MessageDigest::sha256(), key)?,
        };
        signer.sign_oneshot_to_vec(octets)
    }
}

fn attributes(
    suite: &Suite,
    entity: &[u8],
    certificate: &[u8],
    now: Timestamp,
) -> Result<Vec<u8>, SealError> {
    let attribute = |name, value: &[u8]| der::sequence(&[&der::oid(name), &der::set(value)]);
    let now = der::time(now).ok_or_else(|| SealError("signing time".into()))?;
    let digest = der::octet_string(&suite.digest(entity));
    let able = [oid::AES256_GCM, oid::AES256_CBC, oid::AES128_CBC];
    let able: Vec<u8> = able.iter().flat_map(|oid| der::algorithm(oid, &[])).collect();
    // ESSCertIDv2 with its default, SHA-256 [RFC 5035 §4].
    let id = der::sequence(&[&der::octet_string(&sha256(certificate))]);
    let own = der::sequence(&[&der::sequence(&[&id])]);
    Ok(der::sorted_set(vec![
        attribute(oid::CONTENT_TYPE, &der::oid(oid::DATA)),
        attribute(oid::SIGNING_TIME, &now),
        attribute(oid::MESSAGE_DIGEST, &digest),
        attribute(oid::SMIME_CAPABILITIES, &der::sequence(&[&able])),
        attribute(oid::SIGNING_CERTIFICATE_V2, &own),
    ]))
}
