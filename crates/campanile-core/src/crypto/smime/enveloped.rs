//! EnvelopedData [RFC 5652 §6] and AuthEnvelopedData [RFC 5083] with AES.

use std::borrow::Cow;

use openssl::error::ErrorStack;
use openssl::symm::{Cipher, Crypter, Mode};

use super::ber::{
    Algorithm, BROKEN, Element, INTEGER, OCTET_STRING, Reader, SEQUENCE, SET, context,
    context_primitive,
};
use super::recipient_info;
use super::{SecretKey, oid};
use crate::crypto::Decrypted;
use crate::model::condition::Condition;
use crate::model::limits;
use crate::model::plaintext::Plaintext;

/// Shortest tag of AES-GCM in octets; OpenSSL alone would take four [RFC 5084 §3.2 asks for
/// twelve or more].
const TAG_BYTES_MIN: usize = 12;
const TAG_BYTES_MAX: usize = 16;
/// The only nonce length that everybody implements [RFC 5084 §3.2].
const NONCE_BYTES: usize = 12;
const BLOCK_BYTES: usize = 16;

/// The fields that matter of either structure.
pub(super) struct Enveloped<'a> {
    recipients: Element<'a>,
    algorithm: Algorithm<'a>,
    ciphertext: Cow<'a, [u8]>,
    /// AuthEnvelopedData: authenticated attributes, as they are authenticated, and the tag.
    authentication: Option<(Vec<u8>, Cow<'a, [u8]>)>,
}

impl<'a> Enveloped<'a> {
    /// Reads the content of a ContentInfo.
    pub fn read(content: Element<'a>, authenticated: bool) -> Result<Self, Condition> {
        let mut fields = content.reader();
        fields.take(INTEGER)?;
        fields.take_if(context(0))?; // originatorInfo: certificates that we do not use
        let recipients = fields.take(SET)?;
        let mut encrypted = fields.take(SEQUENCE)?.reader();
        if encrypted.oid()? != oid::DATA {
            return Err(BROKEN);
        }
        let algorithm = Algorithm::read(&mut encrypted)?;
        let ciphertext = ciphertext(&mut encrypted)?;
        let authentication = match authenticated {
            true => Some(authentication(&mut fields)?),
            false => None,
        };
        // unprotectedAttrs [1], unauthAttrs [2]: nobody has vouched for them.
        fields.take_if(context(if authenticated { 2 } else { 1 }))?;
        fields.end()?;
        Ok(Self { recipients, algorithm, ciphertext, authentication })
    }

    /// Decrypts the content with whichever of the keys it is for.
    pub fn open(&self, keys: &[SecretKey]) -> Result<Decrypted, Condition> {
        let slot = recipient_info::find(&self.recipients, keys)?;
        if self.ciphertext.len() > limits::PLAINTEXT_BYTES_MAX {
            return Err(Condition::TooLarge);
        }
        let (cipher, name) = cipher(self.algorithm.oid, self.authentication.is_some())?;
        let parameters = self.algorithm.parameters.ok_or(BROKEN)?;
        let plaintext = match &self.authentication {
            None => {
                let iv = Reader::new(parameters.raw).octet_string()?;
                check(iv.len() == BLOCK_BYTES, BROKEN)?;
                let key = slot.open(cipher.key_len())?;
                cbc(cipher, &key, &iv, &self.ciphertext)?
            }
            Some((attributes, tag)) => {
                let nonce = gcm_nonce(parameters, tag.len())?;
                let key = slot.open(cipher.key_len())?;
                let gcm = Gcm { cipher, nonce: &nonce, attributes, tag };
                gcm.open(&key, &self.ciphertext)?
            }
        };
        Ok(Decrypted {
            plaintext,
            signatures: Vec::new(),
            method: name.into(),
            findings: Vec::new(),
        })
    }
}

fn check(holds: bool, otherwise: Condition) -> Result<(), Condition> {
    match holds {
        true => Ok(()),
        false => Err(otherwise),
    }
}

/// encryptedContent `[0]` IMPLICIT OCTET STRING, in one piece or in several.
fn ciphertext<'a>(encrypted: &mut Reader<'a>) -> Result<Cow<'a, [u8]>, Condition> {
    let content = encrypted.any()?;
    encrypted.end()?;
    match content.tag {
        tag if tag == context_primitive(0) || tag == context(0) => content.octets(),
        _ => Err(BROKEN),
    }
}

/// authAttrs `[1]` and mac.
fn authentication<'a>(fields: &mut Reader<'a>) -> Result<(Vec<u8>, Cow<'a, [u8]>), Condition> {
    let attributes = fields.take_if(context(1))?;
    let attributes = attributes.map(|set| set.canonical_under(SET));
    Ok((attributes.transpose()?.unwrap_or_default(), fields.octet_string()?))
}

/// # Errors
/// `CipherWeak` for all but AES; `PacketStructure` when the mode does not belong into the
/// structure: GCM without its tag, taken for CBC, is a known way to an oracle.
fn cipher(oid: &[u8], authenticated: bool) -> Result<(Cipher, &'static str), Condition> {
    let (cipher, gcm, name) = match oid {
        oid::AES128_CBC => (Cipher::aes_128_cbc(), false, "EnvelopedData AES128-CBC"),
        oid::AES192_CBC => (Cipher::aes_192_cbc(), false, "EnvelopedData AES192-CBC"),
        oid::AES256_CBC => (Cipher::aes_256_cbc(), false, "EnvelopedData AES256-CBC"),
        oid::AES128_GCM => (Cipher::aes_128_gcm(), true, "AuthEnvelopedData AES128-GCM"),
        oid::AES192_GCM => (Cipher::aes_192_gcm(), true, "AuthEnvelopedData AES192-GCM"),
        oid::AES256_GCM => (Cipher::aes_256_gcm(), true, "AuthEnvelopedData AES256-GCM"),
        _ => return Err(Condition::CipherWeak),
    };
    check(gcm == authenticated, BROKEN)?;
    Ok((cipher, name))
}

/// What comes out is noise when the key is wrong, and may be changed in places when it is
/// right: a signature inside has to vouch for it.
fn cbc(cipher: Cipher, key: &[u8], iv: &[u8], ciphertext: &[u8]) -> Result<Plaintext, Condition> {
    let whole = !ciphertext.is_empty() && ciphertext.len().is_multiple_of(BLOCK_BYTES);
    check(whole, Condition::IntegrityBroken)?;
    let open = || -> Result<_, ErrorStack> {
        let mut plaintext = Plaintext::from(vec![0; ciphertext.len() + BLOCK_BYTES]);
        let mut crypter = Crypter::new(cipher, Mode::Decrypt, key, Some(iv))?;
        let start = crypter.update(ciphertext, &mut plaintext)?;
        let end = crypter.finalize(plaintext.get_mut(start..).unwrap_or_default())?;
        plaintext.truncate(start + end);
        Ok(plaintext)
    };
    open().map_err(|_| Condition::IntegrityBroken)
}

/// GCMParameters [RFC 5084 §3.2]: nonce, and length of the tag, 12 when absent. Both are checked
/// before anything is decrypted.
fn gcm_nonce(parameters: Element<'_>, tag_bytes: usize) -> Result<Vec<u8>, Condition> {
    check(parameters.tag == SEQUENCE, BROKEN)?;
    let mut fields = parameters.reader();
    let nonce = fields.take(OCTET_STRING)?.content;
    let announced = match fields.take_if(INTEGER)? {
        Some(length) => usize::try_from(length.small()?).map_err(|_| BROKEN)?,
        None => TAG_BYTES_MIN,
    };
    fields.end()?;
    check(nonce.len() == NONCE_BYTES, BROKEN)?;
    let long_enough = (TAG_BYTES_MIN..=TAG_BYTES_MAX).contains(&tag_bytes);
    let fits = long_enough && tag_bytes == announced;
    check(fits, Condition::IntegrityBroken)?;
    Ok(nonce.to_vec())
}

struct Gcm<'a> {
    cipher: Cipher,
    nonce: &'a [u8],
    attributes: &'a [u8],
    tag: &'a [u8],
}

impl Gcm<'_> {
    /// Nothing is returned before the tag is found good.
    fn open(&self, key: &[u8], ciphertext: &[u8]) -> Result<Plaintext, Condition> {
        let open = || -> Result<_, ErrorStack> {
            let mut plaintext = Plaintext::from(vec![0; ciphertext.len() + BLOCK_BYTES]);
            let nonce = Some(self.nonce);
            let mut crypter = Crypter::new(self.cipher, Mode::Decrypt, key, nonce)?;
            crypter.aad_update(self.attributes)?;
            let start = crypter.update(ciphertext, &mut plaintext)?;
            crypter.set_tag(self.tag)?;
            let end = crypter.finalize(plaintext.get_mut(start..).unwrap_or_default())?;
            plaintext.truncate(start + end);
            Ok(plaintext)
        };
        open().map_err(|_| Condition::IntegrityBroken)
    }
}
