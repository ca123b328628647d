//! Opening: one encrypted message, at most one layer of signatures inside it.
//!
//! Everything is decrypted and authenticated into memory before any of it is looked at. All
//! failures behind the framing look alike to the sender; the conditions are for the audit log.

use sequoia_openpgp::crypto::{Decryptor, SessionKey};
use sequoia_openpgp::packet::{Key, PKESK, key};
use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::types::SymmetricAlgorithm;

use super::armor::{self, ArmorError, Kind};
use super::container::{self, Container, Opened, Sealed};
use super::content::{self, Signed};
use super::packets::{self, tag};
use super::rsa::RsaKey;
use super::signature::Judge;
use super::{Certificate, SecretKey};
use crate::crypto::{Decrypted, SignatureFact};
use crate::model::condition::Condition;
use crate::model::key::Protocol;
use crate::model::limits;
use crate::model::time::Timestamp;

/// Most key slots naming the same list that are tried. A sender makes one per encryption
/// subkey; each costs a private-key operation.
const KEY_SLOTS_NAMED_MAX: usize = 20;

/// Whether the first packet of a message (armored or binary) belongs to encryption. Looks at
/// one octet, without any key; what is not of this kind is content that anybody can read.
pub fn looks_encrypted(message: &[u8]) -> bool {
    let first = match message.first() {
        Some(binary) if binary & 0x80 != 0 => Some(*binary),
        _ => armor::first_octet(message),
    };
    let tag = first.map(|octet| match octet & 0x40 {
        0 => (octet >> 2) & 0x0f,
        _ => octet & 0x3f,
    });
    let sealed = [tag::PKESK, tag::SKESK, tag::SED, tag::SEIPD, tag::MARKER, tag::PADDING];
    // 20 is GnuPG's own container: it is refused, but it is sealed.
    tag.is_some_and(|tag| tag == 20 || sealed.contains(&tag))
}

/// Decrypts one OpenPGP message (armored or binary) with the keys of a list and verifies the
/// signatures inside it.
///
/// # Errors
/// The first [`Condition`] that keeps it closed: see [`container`] and [`content`];
/// `PartlyEncrypted` when text stands around the armor, `NotForList` when no key fits.
///
/// # Limits
/// [`limits::KEY_SLOTS_MAX`], [`limits::KEY_SLOTS_HIDDEN_MAX`],
/// [`limits::PLAINTEXT_BYTES_MAX`], [`limits::SIGNATURES_MAX`].
///
/// # Security
/// The plaintext is returned whether or not it is signed: callers must look at `signatures`.
pub fn decrypt(
    message: &[u8],
    keys: &[SecretKey],
    signers: &[&Certificate],
    now: Timestamp,
) -> Result<Decrypted, Condition> {
    let (binary, kind) = armor::binary(message).map_err(|error| match error {
        ArmorError::Surrounded => Condition::PartlyEncrypted,
        ArmorError::Malformed => Condition::PacketStructure,
        ArmorError::Absent => Condition::NotEncrypted,
    })?;
    if !matches!(kind, None | Some(Kind::Message)) {
        return Err(Condition::NotEncrypted);
    }
    let sealed = container::read(&binary)?;
    let opened = unseal(&sealed, keys)?;
    drop(sealed);
    drop(binary);
    let content = content::read(opened.data)?;
    let judge = Judge { content: &content.plaintext, keys, signers, now };
    let signatures = judge.facts(&content.signatures);
    Ok(Decrypted {
        plaintext: content.plaintext,
        signatures,
        method: opened.method,
        findings: Vec::new(),
    })
}

/// Verifies a detached signature (armored or binary) over exactly these octets.
///
/// Empty when there is no signature packet of a known version. What is no signature at all is
/// one fact with `SignatureInvalid`.
///
/// # Limits
/// [`limits::SIGNATURES_MAX`].
pub fn verify_detached(
    signature: &[u8],
    content: &[u8],
    keys: &[SecretKey],
    signers: &[&Certificate],
    now: Timestamp,
) -> Vec<SignatureFact> {
    match read_detached(signature) {
        Ok(signatures) => Judge { content, keys, signers, now }.facts(&signatures),
        Err(condition) => vec![SignatureFact::faulty(Protocol::Openpgp, condition)],
    }
}

fn read_detached(signature: &[u8]) -> Result<Vec<Signed>, Condition> {
    let (binary, kind) = armor::binary(signature).map_err(|_| Condition::SignatureInvalid)?;
    // PGP before 1997 labelled detached signatures as messages; some programs still do.
    if !matches!(kind, None | Some(Kind::Signature | Kind::Message)) {
        return Err(Condition::SignatureInvalid);
    }
    let mut signatures = Vec::new();
    let mut rest = binary.as_ref();
    while let Some((packet, behind)) =
        packets::next(rest).map_err(|_| Condition::SignatureInvalid)?
    {
        rest = behind;
        match packet.tag {
            tag::SIGNATURE => {
                signatures.push(Signed { body: packet.body().into_owned(), announced: None })
            }
            _ if packet.is_ignorable() => {}
            _ => return Err(Condition::SignatureInvalid),
        }
        if signatures.len() > limits::SIGNATURES_MAX {
            return Err(Condition::TooComplex);
        }
    }
    Ok(signatures)
}

type DecryptionKey = Key<key::SecretParts, key::UnspecifiedRole>;

/// Whom a key slot is for, read without a library.
#[derive(PartialEq, Eq)]
enum Slot<'a> {
    /// An ID or fingerprint.
    Named(&'a [u8]),
    /// Nobody: every key has to be tried.
    Hidden,
}

/// The recipient and the algorithm of a PKESK body [RFC 9580 §5.1]; `None` for slots that do
/// not belong to this version of container.
fn slot<'a>(body: &'a [u8], container: &Container) -> Option<(Slot<'a>, u8)> {
    match (body, container) {
        ([3, rest @ ..], Container::V1) => {
            let (id, rest) = rest.split_at_checked(8)?;
            let slot = match id.iter().all(|octet| *octet == 0) {
                true => Slot::Hidden,
                false => Slot::Named(id),
            };
            Some((slot, *rest.first()?))
        }
        ([6, 0, algorithm, ..], Container::V2 { .. }) => Some((Slot::Hidden, *algorithm)),
        ([6, length, _, rest @ ..], Container::V2 { .. }) => {
            let (fingerprint, rest) = rest.split_at_checked(usize::from(*length) - 1)?;
            Some((Slot::Named(fingerprint), *rest.first()?))
        }
        _ => None,
    }
}

/// Tries the slots that name our keys, then the hidden ones.
fn unseal(sealed: &Sealed<'_>, keys: &[SecretKey]) -> Result<Opened, Condition> {
    let container = Container::read(&sealed.container)?;
    let keys: Vec<_> = keys.iter().flat_map(SecretKey::decryption_keys).collect();
    let mut named = Vec::new();
    let mut hidden = Vec::new();
    for body in &sealed.slots {
        match slot(body, &container) {
            Some((Slot::Named(id), _)) => {
                let ours = keys.iter().filter(|key| is_named(key, id));
                named.extend(ours.map(|key| (body, key)));
            }
            Some((Slot::Hidden, algorithm)) => hidden.push((body, algorithm)),
            None => {}
        }
    }
    let mut failure = Condition::NotForList;
    named.truncate(KEY_SLOTS_NAMED_MAX);
    let mut attempt = |body: &[u8], key: &DecryptionKey| {
        let (algorithm, session) = session_key(body, key)?;
        match container.open(&sealed.container, algorithm, &session) {
            Ok(opened) => Some(opened),
            Err(condition) => {
                failure = condition;
                None
            }
        }
    };
    if let Some(opened) = named.iter().find_map(|(body, key)| attempt(body, key)) {
        return Ok(opened);
    }
    if hidden.len() > limits::KEY_SLOTS_HIDDEN_MAX {
        return Err(Condition::TooComplex);
    }
    for (body, algorithm) in hidden {
        let fitting = keys.iter().filter(|key| u8::from(key.pk_algo()) == algorithm);
        if let Some(opened) = fitting.into_iter().find_map(|key| attempt(body, key)) {
            return Ok(opened);
        }
    }
    Err(failure)
}

fn is_named(key: &DecryptionKey, id: &[u8]) -> bool {
    key.fingerprint().as_bytes() == id || key.keyid().as_bytes() == id
}

fn session_key(
    body: &[u8],
    key: &DecryptionKey,
) -> Option<(Option<SymmetricAlgorithm>, SessionKey)> {
    let slot = PKESK::from_bytes(body).ok()?;
    match RsaKey::of(key) {
        Some(mut key) => unwrap_with(&slot, &mut key),
        None => unwrap_with(&slot, &mut key.clone().into_keypair().ok()?),
    }
}

fn unwrap_with(
    slot: &PKESK,
    key: &mut dyn Decryptor,
) -> Option<(Option<SymmetricAlgorithm>, SessionKey)> {
    match slot {
        PKESK::V3(slot) => slot.decrypt(key, None).map(|(cipher, key)| (Some(cipher), key)),
        PKESK::V6(slot) => slot.decrypt(key, None).map(|key| (None, key)),
        _ => None,
    }
}
