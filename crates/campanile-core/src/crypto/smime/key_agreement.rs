//! Key agreement: ephemeral-static ECDH [RFC 5753], X25519 [RFC 8418], with AES key wrap
//! [RFC 3394].

use openssl::aes::{AesKey, unwrap_key, wrap_key};
use openssl::bn::BigNumContext;
use openssl::derive::Deriver;
use openssl::ec::{EcKey, EcPoint, PointConversionForm};
use openssl::error::ErrorStack;
use openssl::hash::{Hasher, MessageDigest};
use openssl::kdf::{HkdfMode, hkdf};
use openssl::md::Md;
use openssl::pkey::{HasPublic, Id, PKey, PKeyRef, Private, Public};
use zeroize::Zeroizing;

use super::ber::{Algorithm, BIT_STRING, Element, SEQUENCE, context};
use super::{der, oid};
use crate::crypto::SealError;
use crate::model::condition::Condition;

type Secret = Zeroizing<Vec<u8>>;

/// How the key-encryption key comes out of the shared secret.
#[derive(Clone, Copy)]
enum Derivation {
    /// X9.63 [RFC 5753 §7.2].
    X963(Digest),
    /// HKDF [RFC 8418 §2.2].
    Hkdf(Digest),
}

#[derive(Clone, Copy)]
enum Digest {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Derivation {
    fn read(scheme: &[u8]) -> Result<Self, Condition> {
        // The cofactor of the curves in use is 1, so both kinds of DH are the same.
        match scheme {
            oid::STDDH_SHA1 | oid::COFACTOR_SHA1 => Ok(Self::X963(Digest::Sha1)),
            oid::STDDH_SHA256 | oid::COFACTOR_SHA256 => Ok(Self::X963(Digest::Sha256)),
            oid::STDDH_SHA384 | oid::COFACTOR_SHA384 => Ok(Self::X963(Digest::Sha384)),
            oid::STDDH_SHA512 | oid::COFACTOR_SHA512 => Ok(Self::X963(Digest::Sha512)),
            oid::HKDF_SHA256 => Ok(Self::Hkdf(Digest::Sha256)),
            oid::HKDF_SHA384 => Ok(Self::Hkdf(Digest::Sha384)),
            oid::HKDF_SHA512 => Ok(Self::Hkdf(Digest::Sha512)),
            _ => Err(Condition::CipherWeak),
        }
    }

    /// Length of the key, shared secret, user keying material and ECC-CMS-SharedInfo to a key.
    fn derive(
        self,
        key_bytes: usize,
        secret: &[u8],
        ukm: Option<&[u8]>,
        info: &[u8],
    ) -> Result<Secret, ErrorStack> {
        let mut key = Zeroizing::new(vec![0; key_bytes]);
        match self {
            Self::X963(digest) => {
                let digest = match digest {
                    Digest::Sha1 => MessageDigest::sha1(),
                    Digest::Sha256 => MessageDigest::sha256(),
                    Digest::Sha384 => MessageDigest::sha384(),
                    Digest::Sha512 => MessageDigest::sha512(),
                };
                let blocks = key.chunks_mut(digest.size());
                for (block, counter) in blocks.zip(1_u32..) {
                    let mut hasher = Hasher::new(digest)?;
                    hasher.update(secret)?;
                    hasher.update(&counter.to_be_bytes())?;
                    hasher.update(info)?;
                    let output = hasher.finish()?;
                    block.iter_mut().zip(output.iter()).for_each(|(to, from)| *to = *from);
                }
            }
            Self::Hkdf(digest) => {
                let digest = match digest {
                    Digest::Sha1 => Md::sha1(),
                    Digest::Sha256 => Md::sha256(),
                    Digest::Sha384 => Md::sha384(),
                    Digest::Sha512 => Md::sha512(),
                };
                let mode = HkdfMode::ExtractAndExpand;
                hkdf(digest, secret, ukm, Some(info), mode, None, &mut key)?;
            }
        }
        Ok(key)
    }
}

/// ECC-CMS-SharedInfo [RFC 5753 §7.2].
fn shared_info(wrap: &[u8], ukm: Option<&[u8]>, key_bytes: usize) -> Vec<u8> {
    let ukm = ukm.map(|ukm| der::explicit(0, &der::octet_string(ukm)));
    let bits = u32::try_from(key_bytes * 8).unwrap_or(u32::MAX);
    let bits = der::explicit(2, &der::octet_string(&bits.to_be_bytes()));
    der::sequence(&[wrap, &ukm.unwrap_or_default(), &bits])
}

/// What all recipients of one KeyAgreeRecipientInfo have in common [RFC 5652 §6.2.2].
pub(super) struct Agreement<'a> {
    /// Algorithm of the sender's one-time key.
    algorithm: &'a [u8],
    /// The sender's one-time key.
    point: &'a [u8],
    ukm: Option<std::borrow::Cow<'a, [u8]>>,
    derivation: Derivation,
    /// AlgorithmIdentifier of the key wrap, as it came: it is part of the derivation.
    wrap: Element<'a>,
    wrap_key_bytes: usize,
}

impl<'a> Agreement<'a> {
    /// From the fields originator, ukm and keyEncryptionAlgorithm.
    ///
    /// # Errors
    /// `PacketStructure` when the sender's key is not in the message, `CipherWeak` for
    /// algorithms that we do not know.
    pub fn read(
        originator: Element<'a>,
        ukm: Option<Element<'a>>,
        algorithm: &Algorithm<'a>,
    ) -> Result<Self, Condition> {
        let mut key = originator.inner(context(1))?.reader();
        let sender = Algorithm::read(&mut key)?;
        let point = key.take(BIT_STRING)?.bits()?;
        key.end()?;
        let wrap = algorithm.parameters.filter(|p| p.tag == SEQUENCE);
        let wrap = wrap.ok_or(Condition::CipherWeak)?;
        Ok(Self {
            algorithm: sender.oid,
            point,
            ukm: match ukm {
                Some(field) => {
                    let mut field = field.reader();
                    let octets = field.octet_string()?;
                    field.end()?;
                    Some(octets)
                }
                None => None,
            },
            derivation: Derivation::read(algorithm.oid)?,
            wrap,
            wrap_key_bytes: match Algorithm::of(wrap)?.oid {
                oid::AES128_WRAP => 16,
                oid::AES192_WRAP => 24,
                oid::AES256_WRAP => 32,
                _ => return Err(Condition::CipherWeak),
            },
        })
    }

    /// Unwraps a content key with the recipient's key.
    ///
    /// # Errors
    /// `IntegrityBroken` whatever fails: a point off the curve, of low order, or a wrong key.
    pub fn open(&self, key: &PKeyRef<Private>, wrapped: &[u8]) -> Result<Secret, Condition> {
        let broken = |_: ErrorStack| Condition::IntegrityBroken;
        let sender = self.sender_key(key).map_err(broken)?;
        let sender = sender.ok_or(Condition::IntegrityBroken)?;
        let secret = agree(key, &sender).map_err(broken)?;
        // RFC 8418 §2: a point of low order gives a secret that everyone knows.
        if secret.iter().all(|octet| *octet == 0) {
            return Err(Condition::IntegrityBroken);
        }
        let ukm = self.ukm.as_deref();
        let wrap = self.wrap.canonical()?;
        let info = shared_info(&wrap, ukm, self.wrap_key_bytes);
        let derivation = self.derivation;
        let wrapping = derivation.derive(self.wrap_key_bytes, &secret, ukm, &info);
        unwrap(&wrapping.map_err(broken)?, wrapped)
    }

    /// The sender's key, on the recipient's curve; `None` when it is of another kind.
    fn sender_key(&self, key: &PKeyRef<Private>) -> Result<Option<PKey<Public>>, ErrorStack> {
        match (key.id(), self.algorithm) {
            (Id::X25519, oid::X25519) => {
                PKey::public_key_from_raw_bytes(self.point, Id::X25519).map(Some)
            }
            (Id::EC, oid::EC_PUBLIC_KEY) => {
                let ec = key.ec_key()?;
                let mut numbers = BigNumContext::new()?;
                // Both refuse points off the curve, the second one infinity too.
                let point = EcPoint::from_bytes(ec.group(), self.point, &mut numbers)?;
                let sender = EcKey::from_public_key(ec.group(), &point)?;
                sender.check_key()?;
                PKey::from_ec_key(sender).map(Some)
            }
            _ => Ok(None),
        }
    }
}

/// The shared secret. The other key has been checked: the sender's in
/// [`Agreement::sender_key`], a recipient's when its certificate was read. Checking it for every
/// copy once more would double its time.
fn agree<T: HasPublic>(own: &PKeyRef<Private>, other: &PKeyRef<T>) -> Result<Secret, ErrorStack> {
    let mut deriver = Deriver::new(own)?;
    deriver.set_peer_ex(other, false)?;
    deriver.derive_to_vec().map(Zeroizing::new)
}

fn unwrap(wrapping: &[u8], wrapped: &[u8]) -> Result<Secret, Condition> {
    // 16 to 32 octets of key, 8 more when wrapped.
    if !matches!(wrapped.len(), 24 | 32 | 40) {
        return Err(Condition::IntegrityBroken);
    }
    let mut key = Zeroizing::new(vec![0; wrapped.len() - 8]);
    let wrapping = AesKey::new_decrypt(wrapping).map_err(|_| Condition::IntegrityBroken)?;
    let written = unwrap_key(&wrapping, None, &mut key, wrapped);
    match written {
        Ok(length) if length == key.len() => Ok(key),
        _ => Err(Condition::IntegrityBroken),
    }
}

/// Wraps a content key for one recipient; gives a whole KeyAgreeRecipientInfo `[1]` with exactly
/// one RecipientEncryptedKey. ECDH with the SHA-256 KDF for elliptic curves, HKDF for X25519,
/// both with AES-256 key wrap.
pub(super) fn seal(
    key: &PKeyRef<Public>,
    issuer_and_serial: &[u8],
    content_key: &[u8],
) -> Result<Vec<u8>, SealError> {
    let failed = |_: ErrorStack| SealError("key agreement".into());
    let one_time = OneTimeKey::new(key).map_err(failed)?;
    let secret = agree(&one_time.key, key).map_err(failed)?;
    let wrap = der::algorithm(oid::AES256_WRAP, &[]);
    let info = shared_info(&wrap, None, 32);
    let derivation = one_time.derivation.derive(32, &secret, None, &info);
    let wrapping = derivation.map_err(failed)?;
    let wrapping = AesKey::new_encrypt(&wrapping);
    let wrapping = wrapping.map_err(|_| SealError("key wrap".into()))?;
    let mut wrapped = vec![0; content_key.len() + 8];
    wrap_key(&wrapping, None, &mut wrapped, content_key)
        .map_err(|_| SealError("key wrap".into()))?;

    let public =
        [der::algorithm(one_time.algorithm, &[]), der::bit_string(&one_time.point)].concat();
    let originator = der::explicit(0, &der::explicit(1, &public));
    let scheme = der::algorithm(one_time.scheme, &wrap);
    let wrapped = der::octet_string(&wrapped);
    let keys = der::sequence(&[&der::sequence(&[issuer_and_serial, &wrapped])]);
    let version = der::small(3);
    Ok(der::tlv(context(1), &[&version, &originator, &scheme, &keys]))
}

/// A fresh key on the recipient's curve, and how it is used.
struct OneTimeKey {
    key: PKey<Private>,
    point: Vec<u8>,
    algorithm: &'static [u8],
    scheme: &'static [u8],
    derivation: Derivation,
}

impl OneTimeKey {
    fn new(recipient: &PKeyRef<Public>) -> Result<Self, ErrorStack> {
        if recipient.id() == Id::X25519 {
            let key = PKey::generate_x25519()?;
            return Ok(Self {
                point: key.raw_public_key()?,
                key,
                algorithm: oid::X25519,
                scheme: oid::HKDF_SHA256,
                derivation: Derivation::Hkdf(Digest::Sha256),
            });
        }
        let recipient = recipient.ec_key()?;
        let group = recipient.group();
        let key = EcKey::generate(group)?;
        let mut numbers = BigNumContext::new()?;
        let form = PointConversionForm::UNCOMPRESSED;
        Ok(Self {
            point: key.public_key().to_bytes(group, form, &mut numbers)?,
            key: PKey::from_ec_key(key)?,
            algorithm: oid::EC_PUBLIC_KEY,
            scheme: oid::STDDH_SHA256,
            derivation: Derivation::X963(Digest::Sha256),
        })
    }
}
