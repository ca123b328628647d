//! Sealing: encrypt the bulk once, wrap the content key per recipient.
//!
//! All copies of one mail share the base64 text of everything but the first kilobyte. For that
//! the octets in front of the shared part must be a multiple of three in every copy, though
//! RecipientInfos differ in length. BER gives the freedom: the encrypted content is an OCTET
//! STRING in several pieces [X.690 §8.7.3], and cutting the first kilobyte ("lead") in another
//! way shifts what follows by the octets of the headers of the pieces. Everything around is of
//! indefinite length, as streaming senders write it (and as gpgsm needs it to see the pieces).

use openssl::error::ErrorStack;
use openssl::rand::rand_bytes;
use openssl::symm::{Cipher, Crypter, Mode};
use zeroize::Zeroizing;

use super::ber::{OCTET_STRING, SEQUENCE, SET, context, context_primitive};
use super::{Recipient, der, oid};
use crate::crypto::{Bulk, SealError};
use crate::mime::text::base64_lines;
use crate::model::plaintext::Plaintext;

/// The two forms of encrypted content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// EnvelopedData, AES-256-CBC [RFC 5652 §6]; every program reads it.
    Enveloped,
    /// AuthEnvelopedData, AES-256-GCM [RFC 5083, RFC 5084].
    AuthEnveloped,
}

const KEY_BYTES: usize = 32;
const TAG_BYTES: usize = 16;
/// What ends an element of indefinite length.
const END: &[u8] = &[0, 0];
/// Ciphertext that goes into every head.
const LEAD_BYTES: usize = 1024;
/// Ways to cut the lead. The headers of the pieces take 4, 6 and 8 octets: every remainder by
/// three.
const CUTS: [&[usize]; 3] = [&[1024], &[100, 924], &[512, 512]];

impl Container {
    fn cipher(self) -> Cipher {
        match self {
            Self::Enveloped => Cipher::aes_256_cbc(),
            Self::AuthEnveloped => Cipher::aes_256_gcm(),
        }
    }

    /// Octets of initialisation vector or nonce.
    fn iv_bytes(self) -> usize {
        match self {
            Self::Enveloped => 16,
            Self::AuthEnveloped => 12,
        }
    }

    fn content_type(self) -> Vec<u8> {
        match self {
            Self::Enveloped => der::oid(oid::ENVELOPED_DATA),
            Self::AuthEnveloped => der::oid(oid::AUTH_ENVELOPED_DATA),
        }
    }

    /// The contentEncryptionAlgorithm.
    fn algorithm(self, iv: &[u8]) -> Vec<u8> {
        let iv = der::octet_string(iv);
        match self {
            Self::Enveloped => der::algorithm(oid::AES256_CBC, &iv),
            Self::AuthEnveloped => {
                let parameters = der::sequence(&[&iv, &der::small(16)]);
                der::algorithm(oid::AES256_GCM, &parameters)
            }
        }
    }
}

/// Encrypts an entity (already signed) under a fresh content key, and lets go of it.
///
/// `lead` is the initialisation vector and the first octets of the ciphertext; when that is all
/// of it, the GCM tag follows.
///
/// # Errors
/// OpenSSL's.
pub fn bulk(entity: Plaintext, container: Container) -> Result<Bulk, SealError> {
    let sealed = encrypt(&entity, container);
    drop(entity);
    let (session_key, mut lead, mut rest, tag) =
        sealed.map_err(|_| SealError("content encryption".into()))?;
    lead.extend(rest.drain(..rest.len().min(LEAD_BYTES)));
    let rest_bytes = rest.len();
    match container {
        _ if rest.is_empty() => lead.extend(&tag),
        // The ends of encryptedContent, EncryptedContentInfo, EnvelopedData, [0], ContentInfo.
        Container::Enveloped => rest.extend([END; 5].concat()),
        Container::AuthEnveloped => {
            let mac = der::octet_string(&tag);
            rest.extend([END, END, &mac, END, END, END].concat());
        }
    }
    Ok(Bulk { session_key, lead, rest, rest_bytes })
}

type Sealed = (Zeroizing<Vec<u8>>, Vec<u8>, Vec<u8>, Vec<u8>);

/// Key, initialisation vector, ciphertext and tag (empty for CBC).
fn encrypt(entity: &[u8], container: Container) -> Result<Sealed, ErrorStack> {
    let mut key = Zeroizing::new(vec![0; KEY_BYTES]);
    let mut iv = vec![0; container.iv_bytes()];
    rand_bytes(&mut key)?;
    rand_bytes(&mut iv)?;
    let mut crypter = Crypter::new(container.cipher(), Mode::Encrypt, &key, Some(&iv))?;
    let mut ciphertext = vec![0; entity.len() + 2 * TAG_BYTES];
    let start = crypter.update(entity, &mut ciphertext)?;
    let end = crypter.finalize(ciphertext.get_mut(start..).unwrap_or_default())?;
    ciphertext.truncate(start + end);
    let mut tag = Vec::new();
    if container == Container::AuthEnveloped {
        tag.resize(TAG_BYTES, 0);
        crypter.get_tag(&mut tag)?;
    }
    Ok((key, iv, ciphertext, tag))
}

/// The base64 lines (each ended by CRLF) that stand in front of the body in the copy for one
/// recipient.
///
/// The copy holds one RecipientInfo and nothing of any other recipient.
///
/// # Errors
/// OpenSSL's; or `container` is not the one of `bulk`.
pub fn head(
    bulk: &Bulk,
    recipient: &Recipient,
    container: Container,
) -> Result<Vec<u8>, SealError> {
    let info = recipient.info(&bulk.session_key)?;
    let wrong = || SealError("the bulk is in another container".into());
    let (iv, lead) = bulk.lead.split_at_checked(container.iv_bytes()).ok_or_else(wrong)?;
    let version = match container {
        // [RFC 5652 §6.1]: 2 as soon as there is a RecipientInfo of another version than 0.
        Container::Enveloped if recipient.is_agreement() => 2,
        Container::Enveloped | Container::AuthEnveloped => 0,
    };
    let frame = Frame {
        content_type: container.content_type(),
        recipients: [der::small(version), der::tlv(SET, &[&info])].concat(),
        algorithm: [der::oid(oid::DATA), container.algorithm(iv)].concat(),
    };
    let tag_bytes = match container {
        Container::Enveloped => 0,
        Container::AuthEnveloped => TAG_BYTES,
    };
    if bulk.rest_bytes == 0 {
        let (content, tag) =
            lead.split_at_checked(lead.len().saturating_sub(tag_bytes)).ok_or_else(wrong)?;
        return Ok(base64_lines(&frame.whole(content, tag)));
    }
    if lead.len() != LEAD_BYTES {
        return Err(wrong());
    }
    Ok(base64_lines(&frame.front(lead, bulk.rest_bytes)))
}

/// The parts of a copy that stand around its ciphertext.
struct Frame {
    content_type: Vec<u8>,
    /// version and recipientInfos.
    recipients: Vec<u8>,
    /// contentType and contentEncryptionAlgorithm.
    algorithm: Vec<u8>,
}

impl Frame {
    /// All of a copy that is small: plain DER.
    fn whole(&self, content: &[u8], tag: &[u8]) -> Vec<u8> {
        let encrypted = der::tlv(context_primitive(0), &[content]);
        let encrypted = der::sequence(&[&self.algorithm, &encrypted]);
        let mac = match tag {
            [] => Vec::new(),
            _ => der::octet_string(tag),
        };
        let data = der::sequence(&[&self.recipients, &encrypted, &mac]);
        der::sequence(&[&self.content_type, &der::explicit(0, &data)])
    }

    /// The front of a copy, a multiple of three octets, up to where `rest` octets of ciphertext
    /// have to follow.
    fn front(&self, lead: &[u8], rest: usize) -> Vec<u8> {
        let mut front = Vec::with_capacity(self.recipients.len() + lead.len() + 256);
        let indefinite = |tag| [tag, 0x80];
        front.extend(indefinite(SEQUENCE));
        front.extend_from_slice(&self.content_type);
        front.extend(indefinite(context(0)));
        front.extend(indefinite(SEQUENCE));
        front.extend_from_slice(&self.recipients);
        front.extend(indefinite(SEQUENCE));
        front.extend_from_slice(&self.algorithm);
        front.extend(indefinite(context(0)));
        let fixed = front.len() + lead.len() + der::header_bytes(rest);
        let headers =
            |cut: &[usize]| -> usize { cut.iter().map(|piece| der::header_bytes(*piece)).sum() };
        let fits = |cut: &&[usize]| (fixed + headers(cut)).is_multiple_of(3);
        // One of the three always fits.
        let cut = CUTS.into_iter().find(fits).unwrap_or(&[LEAD_BYTES]);
        let mut lead = lead;
        for bytes in cut {
            let (piece, rest) = lead.split_at_checked(*bytes).unwrap_or((lead, &[]));
            der::header(&mut front, OCTET_STRING, piece.len());
            front.extend_from_slice(piece);
            lead = rest;
        }
        der::header(&mut front, OCTET_STRING, rest);
        front
    }
}
