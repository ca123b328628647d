//! Sealing: sign once, encrypt the bulk once, wrap the session key per recipient.
//!
//! A copy is `PKESK ‖ SEIPD`. The SEIPD packet is cut behind [`LEAD_BYTES`] of its content: the
//! front goes into every head, the rest is base64 already and shared. Base64 works on groups of
//! three octets, and key slots have any length, so the header of the SEIPD packet makes the
//! difference: each of up to two partial chunks of 512 octets [RFC 9580 §4.2.1.4] costs one
//! octet more.
//!
//! There is no checksum line [RFC 9580 §6.1 makes it optional]: it would differ per copy behind
//! the shared body. GnuPG before 2.4 finds the end of such an armor by its padding only, so the
//! last group of three is never full.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sequoia_openpgp::crypto::{self, SessionKey};
use sequoia_openpgp::packet::pkesk::{PKESK3, PKESK6};
use sequoia_openpgp::packet::{Key, PKESK, Packet, key};
use sequoia_openpgp::serialize::Serialize;
use sequoia_openpgp::serialize::stream::{Encryptor, LiteralWriter, Message, Signer};
use sequoia_openpgp::types::{AEADAlgorithm, HashAlgorithm, SymmetricAlgorithm};
use zeroize::Zeroizing;

use super::packets::{self, tag};
use super::rsa::RsaKey;
use super::{Recipient, SecretKey, seipd_v1};
use crate::crypto::{Bulk, SealError};
use crate::mime::text::base64_lines;
use crate::model::plaintext::Plaintext;
use crate::model::time::Timestamp;

/// The two forms of encrypted data [RFC 9580 §5.13].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// Version 1: CFB with modification detection; every program reads it.
    SeipdV1,
    /// Version 2: AEAD (OCB), with AES-256.
    SeipdV2,
}

const CIPHER: SymmetricAlgorithm = SymmetricAlgorithm::AES256;
/// Most octets of the container's content that go into every head: three partial chunks.
const LEAD_BYTES: usize = 3 * PARTIAL_BYTES;
/// The smallest partial chunk that the standard allows in front.
const PARTIAL_BYTES: usize = 512;
/// Its length octet: 2^9.
const PARTIAL_OCTET: u8 = 0xe9;

/// Signs `entity` and encrypts both under a fresh session key.
///
/// The signature names no intended recipients: all copies share it.
///
/// # Errors
/// [`SealError`] when `signer` has no key that may sign at `now`, or the library fails.
pub fn bulk(
    entity: &[u8],
    signer: &SecretKey,
    container: Container,
    now: Timestamp,
) -> Result<Bulk, SealError> {
    let key = signer.signing_key(now).ok_or_else(|| failed("no usable signing key"))?;
    let pair = signing_pair(key)?;
    let session = SessionKey::new(32).map_err(|_| failed("no random session key"))?;
    let signed = signed(entity, pair, now).map_err(|_| failed("signing"))?;
    let content = match container {
        Container::SeipdV1 => seipd_v1::seal(&signed, &session),
        Container::SeipdV2 => seipd_v2(&signed, &session),
    };
    let mut rest = content.ok_or_else(|| failed("encrypting"))?;
    let lead = rest.drain(..lead_bytes(rest.len())).collect();
    let rest_bytes = rest.len();
    Ok(Bulk { session_key: Zeroizing::new(session.to_vec()), lead, rest, rest_bytes })
}

/// The packets of a signed message: one-pass signature, literal, signature.
fn signed(
    entity: &[u8],
    pair: Box<dyn crypto::Signer + Send + Sync>,
    now: Timestamp,
) -> sequoia_openpgp::Result<Plaintext> {
    let mut packets = Plaintext::from(Vec::with_capacity(entity.len() + 4096));
    let signer = Signer::new(Message::new(&mut *packets), pair)?
        .hash_algo(HashAlgorithm::SHA512)?
        .creation_time(now.system_time());
    let mut literal = LiteralWriter::new(signer.build()?).build()?;
    literal.write_all(entity)?;
    literal.finalize()?;
    Ok(packets)
}

/// The body of a version 2 container around `content`.
fn seipd_v2(content: &[u8], session: &SessionKey) -> Option<Vec<u8>> {
    let mut packet = Vec::with_capacity(content.len() + content.len() / 64 + 4096);
    let encryptor = Encryptor::with_session_key(Message::new(&mut packet), CIPHER, session.clone());
    let mut encryptor = encryptor.ok()?.aead_algo(AEADAlgorithm::OCB).build().ok()?;
    encryptor.write_all(content).ok()?;
    encryptor.finalize().ok()?;
    let (framed, rest) = packets::next(&packet).ok()??;
    (framed.tag == tag::SEIPD && rest.is_empty()).then(|| framed.body().into_owned())
}

/// The key as the library wants it.
pub(super) fn signing_pair(
    key: Key<key::SecretParts, key::UnspecifiedRole>,
) -> Result<Box<dyn crypto::Signer + Send + Sync>, SealError> {
    match RsaKey::of(&key) {
        Some(key) => Ok(Box::new(key)),
        None => match key.into_keypair() {
            Ok(pair) => Ok(Box::new(pair)),
            Err(_) => Err(failed("the signing key is locked")),
        },
    }
}

/// Where the content is cut, so that padding ends the rest.
fn lead_bytes(content: usize) -> usize {
    match content.checked_sub(LEAD_BYTES) {
        None | Some(0) => content,
        Some(rest) if rest.is_multiple_of(3) => LEAD_BYTES - 1,
        Some(_) => LEAD_BYTES,
    }
}

/// The base64 lines (each ended by CRLF) that stand between the armor header and the body
/// in the copy for one recipient.
///
/// # Errors
/// [`SealError`] when nothing can be encrypted for the recipient's key.
pub fn head(
    bulk: &Bulk,
    recipient: &Recipient,
    container: Container,
) -> Result<Vec<u8>, SealError> {
    let session = SessionKey::from(bulk.session_key.as_slice());
    let slot = match container {
        Container::SeipdV1 => {
            PKESK3::for_recipient(CIPHER, &session, &recipient.key).map(PKESK::from)
        }
        Container::SeipdV2 => PKESK6::for_recipient(&session, &recipient.key).map(PKESK::from),
    };
    let slot = slot.map_err(|_| failed("wrapping the session key"))?;
    let mut octets = Vec::with_capacity(1024 + bulk.lead.len());
    Packet::from(slot).serialize(&mut octets).map_err(|_| failed("writing the key slot"))?;
    begin_container(&mut octets, bulk)?;
    let mut lines = base64_lines(&octets);
    if bulk.rest_bytes == 0 && octets.len().is_multiple_of(3) {
        lines.extend(checksum(&octets));
    }
    Ok(lines)
}

/// The checksum line of a copy that fits into its head and needs no padding: the other sign of
/// the end that GnuPG before 2.4 knows.
fn checksum(octets: &[u8]) -> Vec<u8> {
    let mut crc = 0x00b7_04ce_u32;
    for octet in octets {
        crc ^= u32::from(*octet) << 16;
        for _ in 0..8 {
            crc <<= 1;
            if crc & 0x0100_0000 != 0 {
                crc ^= 0x0186_4cfb;
            }
        }
    }
    let [_, crc @ ..] = crc.to_be_bytes();
    format!("={}\r\n", STANDARD.encode(crc)).into_bytes()
}

/// Header and lead of the container, ending on a multiple of three octets unless nothing
/// follows.
fn begin_container(octets: &mut Vec<u8>, bulk: &Bulk) -> Result<(), SealError> {
    octets.push(0xc0 | tag::SEIPD);
    let partial = match bulk.rest_bytes {
        0 => 0,
        // The final length takes five octets, each partial chunk one.
        _ => (3 - (octets.len() + 5 + bulk.lead.len()) % 3) % 3,
    };
    let (chunks, last) = bulk
        .lead
        .split_at_checked(partial * PARTIAL_BYTES)
        .ok_or_else(|| failed("the lead is too short"))?;
    for chunk in chunks.chunks(PARTIAL_BYTES) {
        octets.push(PARTIAL_OCTET);
        octets.extend_from_slice(chunk);
    }
    let length = u32::try_from(last.len() + bulk.rest_bytes);
    octets.push(0xff);
    octets.extend(length.map_err(|_| failed("the content is too large"))?.to_be_bytes());
    octets.extend_from_slice(last);
    Ok(())
}

pub(super) fn failed(step: &str) -> SealError {
    SealError(format!("OpenPGP: {step}"))
}
