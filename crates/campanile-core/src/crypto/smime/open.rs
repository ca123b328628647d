//! Opening CMS structures, one layer at a time.

use super::ber::{BROKEN, OID, Reader};
use super::enveloped::Enveloped;
use super::signed_data::{SignedData, content_info};
use super::signer_info::Verification;
use super::{Certificate, SecretKey, TrustStore, oid};
use crate::crypto::{Decrypted, SignatureFact};
use crate::model::condition::Condition;
use crate::model::key::Protocol;
use crate::model::limits;
use crate::model::plaintext::Plaintext;
use crate::model::time::Timestamp;

/// What a CMS object says it is, whatever its media type claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CmsKind {
    /// EnvelopedData or AuthEnvelopedData.
    Encrypted,
    /// SignedData with content.
    Signed,
    /// CompressedData.
    Compressed,
    /// SignedData without content, DigestedData, anything else, or no CMS at all.
    Other,
}

/// Looks at the outermost content type only.
///
/// SignedData that is broken further inside counts as [`CmsKind::Signed`]: whoever verifies it
/// finds out.
pub fn kind(der: &[u8]) -> CmsKind {
    match outer_type(der) {
        Some(oid::ENVELOPED_DATA | oid::AUTH_ENVELOPED_DATA) => CmsKind::Encrypted,
        Some(oid::COMPRESSED_DATA) => CmsKind::Compressed,
        Some(oid::SIGNED_DATA) => match SignedData::read(der) {
            Ok(Some(signed)) if signed.content.is_none() => CmsKind::Other,
            _ => CmsKind::Signed,
        },
        _ => CmsKind::Other,
    }
}

/// The content type in the first octets, whatever follows.
fn outer_type(der: &[u8]) -> Option<&[u8]> {
    let (&[tag, length], rest) = der.split_first_chunk()?;
    let length_bytes = match length {
        0x81..=0x84 => usize::from(length & 0x7f),
        0..=0x80 => 0,
        _ => return None,
    };
    let mut fields = Reader::new(rest.get(length_bytes..)?);
    let first = fields.take(OID).ok()?;
    (tag == super::ber::SEQUENCE).then_some(first.content)
}

/// Decrypts EnvelopedData or AuthEnvelopedData (BER or DER) with the keys of a list.
///
/// # Errors
/// `NotForList` when it names none of the keys; `IntegrityBroken` when it was changed, or
/// pretends to be for us; `CipherWeak` for everything but AES; `TooComplex`, `TooLarge` and
/// `PacketStructure` for what should not be read to the end.
///
/// # Security
/// CBC has no integrity of its own: what comes out is the sender's only if a signature inside
/// says so. Wrong RSA paddings cannot be told from wrong contents.
pub fn decrypt(der: &[u8], keys: &[SecretKey]) -> Result<Decrypted, Condition> {
    let (content_type, content) = content_info(der)?;
    let authenticated = match content_type {
        oid::ENVELOPED_DATA => false,
        oid::AUTH_ENVELOPED_DATA => true,
        _ => return Err(BROKEN),
    };
    Enveloped::read(content, authenticated)?.open(keys)
}

/// Verifies a detached SignedData over exactly these octets.
///
/// One fact for each signer; none when the object is no SignedData or has no signer, which is
/// no signature. A SignedData that carries content of its own is refused: programs would show
/// one text and verify the other (Johnny, You Are Fired, attack C1; CVE-2018-18509).
pub fn verify_detached(
    der: &[u8],
    content: &[u8],
    signers: &[&Certificate],
    trust: &TrustStore,
    now: Timestamp,
) -> Vec<SignatureFact> {
    let signed = match SignedData::read(der) {
        Ok(Some(signed)) => signed,
        Ok(None) => return Vec::new(),
        Err(fault) => return vec![SignatureFact::faulty(Protocol::Smime, fault)],
    };
    let against = Verification { content_type: signed.content_type, content, signers, trust, now };
    let mut facts = verify(&signed, &against);
    if signed.content.is_some() {
        facts.iter_mut().for_each(|fact| add(fact, Condition::SignatureInvalid));
    }
    facts
}

/// The content of a SignedData, without verifying anything: what anybody can read.
///
/// # Errors
/// `NotSigned` when there is none, or what is wrong with the structure.
pub fn signed_content(der: &[u8]) -> Result<Vec<u8>, Condition> {
    let signed = SignedData::read(der)?.ok_or(Condition::NotSigned)?;
    let content = signed.content.as_ref().ok_or(Condition::NotSigned)?;
    Ok(content.to_vec())
}

/// Verifies a SignedData with content inside, and returns that content.
///
/// # Errors
/// It cannot be read, or has no content.
pub fn verify_opaque(
    der: &[u8],
    signers: &[&Certificate],
    trust: &TrustStore,
    now: Timestamp,
) -> Result<(Plaintext, Vec<SignatureFact>), Condition> {
    let signed = SignedData::read(der)?.ok_or(Condition::NotSigned)?;
    let content = signed.content.as_ref().ok_or(Condition::NotSigned)?;
    if content.len() > limits::PLAINTEXT_BYTES_MAX {
        return Err(Condition::TooLarge);
    }
    let against = Verification { content_type: signed.content_type, content, signers, trust, now };
    let facts = verify(&signed, &against);
    Ok((Plaintext::from(content.to_vec()), facts))
}

fn verify(signed: &SignedData<'_>, against: &Verification<'_>) -> Vec<SignatureFact> {
    let infos = match signed.signers() {
        Ok(infos) => infos,
        Err(fault) => return vec![SignatureFact::faulty(Protocol::Smime, fault)],
    };
    let mut facts: Vec<_> = infos.iter().map(|info| info.verify(against)).collect();
    // A mail is data, not a timestamp, a receipt or a program.
    if signed.content_type != oid::DATA {
        facts.iter_mut().for_each(|fact| add(fact, Condition::SignedAttributes));
    }
    facts
}

fn add(fact: &mut SignatureFact, fault: Condition) {
    fact.faults.push(fault);
    fact.faults.sort_unstable();
    fact.faults.dedup();
}
