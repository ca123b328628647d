//! RSA key transport [RFC 5652 §6.2.1]: PKCS #1 v1.5 and OAEP.
//!
//! Opening never fails. When the padding is wrong, the result is a key that depends on the
//! ciphertext and on a secret of ours, and the content decrypts to noise: nobody learns from the
//! answer, nor from the path to it, whether the padding was right (Bleichenbacher 1998,
//! Marvin 2023; the remedy is that of RFC 3218 §2.3.2 and of "implicit rejection").

use std::hint::black_box;

use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::md::{Md, MdRef};
use openssl::pkey::{PKey, PKeyRef, Private, Public};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::Padding;
use openssl::sign::Signer;
use zeroize::Zeroizing;

use super::ber::{Algorithm, BROKEN, context};
use super::{der, oid};
use crate::model::condition::Condition;

/// How a content key was encrypted.
#[derive(Clone)]
pub(super) enum Scheme {
    /// PKCS #1 v1.5.
    Pkcs1,
    /// OAEP.
    Oaep(Oaep),
}

/// Parameters of OAEP.
#[derive(Clone)]
pub(super) struct Oaep {
    label_digest: &'static MdRef,
    mask_digest: &'static MdRef,
    /// Empty with almost everybody.
    label: Vec<u8>,
}

impl Scheme {
    /// From the keyEncryptionAlgorithm.
    ///
    /// # Errors
    /// `CipherWeak` for any other algorithm, or a digest that we do not know.
    pub fn read(algorithm: &Algorithm<'_>) -> Result<Self, Condition> {
        match algorithm.oid {
            oid::RSA_ENCRYPTION => Ok(Self::Pkcs1),
            oid::RSAES_OAEP => oaep(algorithm),
            _ => Err(Condition::CipherWeak),
        }
    }
}

/// RSAES-OAEP-params [RFC 8017 appendix A.2.1]; SHA-1 is the default of every absent field, and
/// safe in this place.
fn oaep(algorithm: &Algorithm<'_>) -> Result<Scheme, Condition> {
    let mut oaep = Oaep { label_digest: Md::sha1(), mask_digest: Md::sha1(), label: Vec::new() };
    if let Some(parameters) = algorithm.parameters {
        let mut fields = parameters.reader();
        if let Some(field) = fields.take_if(context(0))? {
            oaep.label_digest = digest(&Algorithm::read(&mut field.reader())?)?;
        }
        if let Some(field) = fields.take_if(context(1))? {
            let mgf = Algorithm::read(&mut field.reader())?;
            if mgf.oid != oid::MGF1 {
                return Err(Condition::CipherWeak);
            }
            oaep.mask_digest = digest(&Algorithm::of(mgf.parameters.ok_or(BROKEN)?)?)?;
        }
        if let Some(field) = fields.take_if(context(2))? {
            let source = Algorithm::read(&mut field.reader())?;
            let label = source.parameters.ok_or(BROKEN)?;
            oaep.label = label.octets()?.into_owned();
        }
        fields.end()?;
    }
    Ok(Scheme::Oaep(oaep))
}

fn digest(algorithm: &Algorithm<'_>) -> Result<&'static MdRef, Condition> {
    match algorithm.oid {
        oid::SHA1 => Ok(Md::sha1()),
        oid::SHA256 => Ok(Md::sha256()),
        oid::SHA384 => Ok(Md::sha384()),
        oid::SHA512 => Ok(Md::sha512()),
        _ => Err(Condition::CipherWeak),
    }
}

/// Decrypts a content key of `key_bytes` octets, or gives one that nobody can foresee.
///
/// # Errors
/// Only when OpenSSL has no memory or no randomness.
pub(super) fn open(
    key: &PKeyRef<Private>,
    rejection: &[u8; 32],
    scheme: &Scheme,
    encrypted: &[u8],
    key_bytes: usize,
) -> Result<Zeroizing<Vec<u8>>, ErrorStack> {
    let substitute = substitute(rejection, encrypted, key_bytes)?;
    match scheme {
        Scheme::Pkcs1 => {
            let block = decrypt(key, encrypted, |context| context.set_rsa_padding(Padding::NONE));
            // A length or number out of range is public; so is this failure.
            let block = block.unwrap_or_else(|_| Zeroizing::new(vec![0; key.size()]));
            Ok(unpad(&block, &substitute))
        }
        Scheme::Oaep(oaep) => {
            let found = decrypt(key, encrypted, |context| {
                context.set_rsa_padding(Padding::PKCS1_OAEP)?;
                context.set_rsa_oaep_md(oaep.label_digest)?;
                context.set_rsa_mgf1_md(oaep.mask_digest)?;
                match oaep.label.as_slice() {
                    [] => Ok(()),
                    label => context.set_rsa_oaep_label(label),
                }
            });
            let found = found.ok().filter(|found| found.len() == key_bytes);
            Ok(found.unwrap_or(substitute))
        }
    }
}

fn decrypt(
    key: &PKeyRef<Private>,
    encrypted: &[u8],
    set_up: impl FnOnce(&mut PkeyCtx<Private>) -> Result<(), ErrorStack>,
) -> Result<Zeroizing<Vec<u8>>, ErrorStack> {
    let mut context = PkeyCtx::new(key)?;
    context.decrypt_init()?;
    set_up(&mut context)?;
    let mut block = Zeroizing::new(vec![0; key.size()]);
    let length = context.decrypt(encrypted, Some(&mut block))?;
    block.truncate(length);
    Ok(block)
}

/// HMAC-SHA-256 of the ciphertext under a secret that never leaves the key. The same ciphertext
/// gives the same key every time, so that repeating a question tells nothing either.
fn substitute(
    rejection: &[u8; 32],
    encrypted: &[u8],
    key_bytes: usize,
) -> Result<Zeroizing<Vec<u8>>, ErrorStack> {
    let secret = PKey::hmac(rejection)?;
    let mut mac = Signer::new(MessageDigest::sha256(), &secret)?;
    mac.update(encrypted)?;
    let mut key = Zeroizing::new(mac.sign_to_vec()?);
    key.truncate(key_bytes);
    Ok(key)
}

/// Takes `00 02 PS 00 key` apart [RFC 8017 §7.2.2]. The content cipher fixes the length of the
/// key, so every octet has its place, and all of them are looked at without a branch.
fn unpad(block: &[u8], substitute: &[u8]) -> Zeroizing<Vec<u8>> {
    let key_at = block.len().saturating_sub(substitute.len());
    let (padding, key) = block.split_at_checked(key_at).unwrap_or_default();
    let last = padding.len().saturating_sub(1);
    let mut wrong = u8::from(padding.len() < 11);
    for (at, octet) in padding.iter().enumerate() {
        wrong |= match at {
            0 => *octet,
            1 => *octet ^ 2,
            _ if at == last => *octet,
            _ => is_zero(*octet),
        };
    }
    let use_substitute = !is_zero(wrong).wrapping_neg();
    let mask = black_box(use_substitute);
    let chosen = key.iter().zip(substitute);
    Zeroizing::new(chosen.map(|(real, other)| (real & !mask) | (other & mask)).collect())
}

/// 1 if the octet is zero, else 0, without a branch.
fn is_zero(octet: u8) -> u8 {
    let wide = u16::from(black_box(octet));
    (wide.wrapping_sub(1) >> 8) as u8 & 1
}

/// Encrypts a content key; gives the keyEncryptionAlgorithm and the encrypted key.
pub(super) fn seal(
    key: &PKeyRef<Public>,
    oaep: bool,
    content_key: &[u8],
) -> Result<(Vec<u8>, Vec<u8>), ErrorStack> {
    let mut context = PkeyCtx::new(key)?;
    context.encrypt_init()?;
    let algorithm = match oaep {
        false => {
            context.set_rsa_padding(Padding::PKCS1)?;
            der::algorithm(oid::RSA_ENCRYPTION, der::NULL)
        }
        true => {
            context.set_rsa_padding(Padding::PKCS1_OAEP)?;
            context.set_rsa_oaep_md(Md::sha256())?;
            context.set_rsa_mgf1_md(Md::sha256())?;
            let sha256 = der::algorithm(oid::SHA256, der::NULL);
            let mgf1 = der::algorithm(oid::MGF1, &sha256);
            let parameters = [der::explicit(0, &sha256), der::explicit(1, &mgf1)].concat();
            der::algorithm(oid::RSAES_OAEP, &der::sequence(&[&parameters]))
        }
    };
    let mut encrypted = vec![0; key.size()];
    let length = context.encrypt(content_key, Some(&mut encrypted))?;
    encrypted.truncate(length);
    Ok((algorithm, encrypted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(padding: &[u8], key: &[u8]) -> Vec<u8> {
        [padding, key].concat()
    }

    #[test]
    fn good_padding_gives_the_key() {
        let mut padding = vec![0x5a; 224];
        (padding[0], padding[1], padding[223]) = (0, 2, 0);
        let found = unpad(&block(&padding, &[7; 32]), &[9; 32]);
        assert_eq!(found.as_slice(), [7; 32]);
    }

    #[test]
    fn any_wrong_octet_gives_the_substitute() {
        let mut good = vec![0x5a; 224];
        (good[0], good[1], good[223]) = (0, 2, 0);
        for at in 0..224 {
            for value in 0..=255_u8 {
                let mut padding = good.clone();
                padding[at] = value;
                let harmless = value == good[at] || (2..223).contains(&at) && value != 0;
                let expected = if harmless { [7; 32] } else { [9; 32] };
                let found = unpad(&block(&padding, &[7; 32]), &[9; 32]);
                assert_eq!(found.as_slice(), expected, "octet {at} = {value}");
            }
        }
    }

    #[test]
    fn both_schemes_open_what_they_sealed() {
        let key = PKey::from_rsa(openssl::rsa::Rsa::generate(2048).unwrap()).unwrap();
        let public = PKey::public_key_from_der(&key.public_key_to_der().unwrap()).unwrap();
        for oaep in [false, true] {
            let (algorithm, encrypted) = seal(&public, oaep, &[7; 32]).unwrap();
            let algorithm = super::super::ber::Element::only(&algorithm).unwrap();
            let scheme = Scheme::read(&Algorithm::of(algorithm).unwrap()).unwrap();
            let opened = open(&key, &[1; 32], &scheme, &encrypted, 32).unwrap();
            assert_eq!(opened.as_slice(), [7; 32], "oaep {oaep}");
        }
    }

    #[test]
    fn what_does_not_open_gives_a_steady_key_of_the_right_length() {
        let key = PKey::from_rsa(openssl::rsa::Rsa::generate(2048).unwrap()).unwrap();
        let oaep = Scheme::Oaep(Oaep {
            label_digest: Md::sha256(),
            mask_digest: Md::sha256(),
            label: Vec::new(),
        });
        for (scheme, encrypted) in [
            (&Scheme::Pkcs1, vec![1; 256]),
            (&Scheme::Pkcs1, vec![0xff; 256]),
            (&Scheme::Pkcs1, vec![1; 3]),
            (&Scheme::Pkcs1, vec![]),
            (&oaep, vec![1; 256]),
            (&oaep, vec![]),
        ] {
            let first = open(&key, &[1; 32], scheme, &encrypted, 16).unwrap();
            let again = open(&key, &[1; 32], scheme, &encrypted, 16).unwrap();
            let elsewhere = open(&key, &[2; 32], scheme, &encrypted, 16).unwrap();
            assert_eq!(first.len(), 16);
            assert_eq!(first, again);
            assert_ne!(first, elsewhere);
        }
    }
}
