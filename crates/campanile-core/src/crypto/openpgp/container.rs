//! The outer message: key slots, then exactly one encrypted container.
//!
//! Decryption happens into one buffer, and nothing of it is returned before all of it has been
//! authenticated. Not read: tag 9 (no integrity protection), LibrePGP's packet 20, slots for
//! passwords (an Argon2 slot can ask for 2 TiB).

use sequoia_openpgp::crypto::SessionKey;
use sequoia_openpgp::crypto::aead::{DecryptionContext, SEIPv2Schedule, Schedule};
use sequoia_openpgp::types::{AEADAlgorithm, SymmetricAlgorithm};

use super::packets::{self, Framed, tag};
use super::seipd_v1;
use crate::model::condition::Condition;
use crate::model::limits;
use crate::model::plaintext::Plaintext;

/// Octets of an authentication tag; the same in EAX, OCB and GCM [RFC 9580 §5.13.2].
const TAG_BYTES: usize = 16;
/// Octets in front of the first chunk of version 2: version, cipher, AEAD, chunk size, salt.
const V2_HEAD_BYTES: usize = 36;

/// An encrypted message, taken apart.
pub(super) struct Sealed<'a> {
    /// Bodies of the PKESK packets.
    pub slots: Vec<Vec<u8>>,
    /// The container packet.
    pub container: Framed<'a>,
}

/// Reads the outermost packets.
///
/// # Errors
/// `NotEncrypted` when it starts with content, `NoIntegrity` for tag 9, `TooComplex` above
/// [`limits::KEY_SLOTS_MAX`], `IntegrityBroken` when it is cut off, else `PacketStructure`.
pub(super) fn read(message: &[u8]) -> Result<Sealed<'_>, Condition> {
    let mut slots = Vec::new();
    let mut passwords = 0;
    let mut rest = message;
    while let Some((packet, behind)) = packets::next(rest).map_err(|e| e.condition())? {
        rest = behind;
        match packet.tag {
            tag::PKESK => slots.push(packet.body().into_owned()),
            // Never tried: a list has no password.
            tag::SKESK => passwords += 1,
            tag::MARKER | tag::PADDING => {}
            tag::SED => return Err(Condition::NoIntegrity),
            tag::SEIPD if rest.is_empty() => {
                return Ok(Sealed { slots, container: packet });
            }
            tag::LITERAL | tag::COMPRESSED | tag::ONE_PASS | tag::SIGNATURE
                if slots.is_empty() && passwords == 0 =>
            {
                return Err(Condition::NotEncrypted);
            }
            _ => return Err(Condition::PacketStructure),
        }
        if slots.len() + passwords > limits::KEY_SLOTS_MAX {
            return Err(Condition::TooComplex);
        }
    }
    match message.is_empty() {
        true => Err(Condition::NotEncrypted),
        false => Err(Condition::PacketStructure),
    }
}

/// A decrypted container.
pub(super) struct Opened {
    /// Its content, authenticated.
    pub data: Plaintext,
    /// Container and algorithms, for reports.
    pub method: String,
}

/// A container with its parameters read.
pub(super) enum Container {
    /// CFB with modification detection [RFC 9580 §5.13.1].
    V1,
    /// AEAD [RFC 9580 §5.13.2].
    V2 {
        /// The cipher.
        cipher: SymmetricAlgorithm,
        /// The mode.
        aead: AEADAlgorithm,
        /// Plaintext octets per chunk.
        chunk_bytes: usize,
        /// Input of the key derivation.
        salt: Vec<u8>,
    },
}

impl Container {
    /// Reads the first octets of the body.
    ///
    /// # Errors
    /// `PacketStructure` for other versions and impossible parameters, `IntegrityBroken` for
    /// modes that are not allowed.
    pub(super) fn read(packet: &Framed<'_>) -> Result<Self, Condition> {
        let mut octets = packet.chunks.iter().flat_map(|chunk| chunk.iter()).copied();
        let mut octet = || octets.next().ok_or(Condition::IntegrityBroken);
        match octet()? {
            1 => Ok(Self::V1),
            2 => {
                let cipher = SymmetricAlgorithm::from(octet()?);
                let aead = AEADAlgorithm::from(octet()?);
                let size = octet()?;
                if size > 16 {
                    return Err(Condition::PacketStructure);
                }
                allowed(cipher)?;
                if !aead.is_supported() {
                    return Err(Condition::IntegrityBroken);
                }
                let salt = (0..32).map(|_| octet()).collect::<Result<_, _>>()?;
                Ok(Self::V2 { cipher, aead, chunk_bytes: 1 << (size + 6), salt })
            }
            _ => Err(Condition::PacketStructure),
        }
    }

    /// Decrypts and authenticates with one session key. `algorithm` is what the key slot
    /// names; version 2 names its own.
    ///
    /// # Errors
    /// `CipherWeak`, `IntegrityBroken`.
    pub(super) fn open(
        &self,
        packet: &Framed<'_>,
        algorithm: Option<SymmetricAlgorithm>,
        key: &SessionKey,
    ) -> Result<Opened, Condition> {
        match self {
            Self::V1 => {
                let cipher = algorithm.ok_or(Condition::IntegrityBroken)?;
                allowed(cipher)?;
                let data = seipd_v1::open(packet, cipher, key)?;
                Ok(Opened { data, method: format!("SEIPDv1 {}", name(cipher)) })
            }
            Self::V2 { cipher, aead, chunk_bytes, salt } => {
                let schedule = SEIPv2Schedule::new(key, *cipher, *aead, *chunk_bytes, salt);
                let schedule = schedule.map_err(|_| Condition::IntegrityBroken)?;
                let data = open_v2(packet, (*cipher, *aead), *chunk_bytes, &schedule);
                let data = data.ok_or(Condition::IntegrityBroken)?;
                let method = format!("SEIPDv2 {}-{aead:?}", name(*cipher));
                Ok(Opened { data, method })
            }
        }
    }
}

/// 64-bit blocks are too small since Sweet32; the others are what current programs write.
#[allow(deprecated)]
fn allowed(cipher: SymmetricAlgorithm) -> Result<(), Condition> {
    use SymmetricAlgorithm as S;
    match cipher {
        S::AES128 | S::AES192 | S::AES256 => Ok(()),
        S::Camellia128 | S::Camellia192 | S::Camellia256 => Ok(()),
        S::IDEA | S::TripleDES | S::CAST5 | S::Blowfish => Err(Condition::CipherWeak),
        _ => Err(Condition::IntegrityBroken),
    }
}

fn name(cipher: SymmetricAlgorithm) -> String {
    format!("{cipher:?}")
}

fn open_v2(
    packet: &Framed<'_>,
    (cipher, aead): (SymmetricAlgorithm, AEADAlgorithm),
    chunk_bytes: usize,
    schedule: &SEIPv2Schedule,
) -> Option<Plaintext> {
    let body = packet.body();
    let sealed = body.get(V2_HEAD_BYTES..)?;
    let (sealed, last_tag) = sealed.split_at_checked(sealed.len().checked_sub(TAG_BYTES)?)?;
    let mut data = Plaintext::from(vec![0; sealed.len()]);
    let mut length = 0;
    let mut index = 0;
    for chunk in sealed.chunks(chunk_bytes + TAG_BYTES) {
        let end = length + chunk.len().checked_sub(TAG_BYTES)?;
        let space = data.get_mut(length..end)?;
        let mut open = |context: &mut DecryptionContext| context.decrypt_verify(space, chunk);
        schedule
            .chunk(index, &mut |key, nonce, ad| {
                aead.context(cipher, key, ad, nonce)?.for_decryption()
            })
            .and_then(|mut context| open(&mut context))
            .ok()?;
        length = end;
        index += 1;
    }
    // The last tag authenticates the total length: nothing was cut off between chunks.
    schedule
        .finalizer(index, u64::try_from(length).ok()?, &mut |key, nonce, ad| {
            aead.context(cipher, key, ad, nonce)?.for_decryption()
        })
        .and_then(|mut context| context.decrypt_verify(&mut [], last_tag))
        .ok()?;
    data.truncate(length);
    Some(data)
}
