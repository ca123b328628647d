//! Finding our slot among the RecipientInfos [RFC 5652 §6.2].
//!
//! Slots are compared by name first; only the first one that names a key of the list costs a
//! private operation. Passwords, shared keys and other kinds of slots open nothing here.

use openssl::error::ErrorStack;
use zeroize::Zeroizing;

use super::SecretKey;
use super::ber::{Algorithm, Element, INTEGER, SEQUENCE, context};
use super::identifier::Identifier;
use super::key_agreement::Agreement;
use super::key_transport::{self, Scheme};
use crate::model::condition::Condition;
use crate::model::limits;

/// A slot for one of our keys.
pub(super) struct Slot<'a> {
    key: &'a SecretKey,
    lock: Lock<'a>,
    encrypted: std::borrow::Cow<'a, [u8]>,
}

enum Lock<'a> {
    Transport(Algorithm<'a>),
    Agreement { originator: Element<'a>, ukm: Option<Element<'a>>, algorithm: Algorithm<'a> },
}

/// The first slot for one of these keys.
///
/// # Errors
/// `NotForList` when there is none, `TooComplex` when there are more than
/// [`limits::KEY_SLOTS_MAX`].
pub(super) fn find<'a>(infos: &Element<'a>, keys: &'a [SecretKey]) -> Result<Slot<'a>, Condition> {
    let mut found = None;
    let mut count = 0_usize;
    let mut reader = infos.reader();
    while !reader.is_empty() {
        let info = reader.any()?;
        let (slot, slots) = match info.tag {
            SEQUENCE => (transport(&info, keys)?, 1),
            0xa1 => agreement(&info, keys)?,
            _ => (None, 1),
        };
        count += slots;
        if count > limits::KEY_SLOTS_MAX {
            return Err(Condition::TooComplex);
        }
        found = found.or(slot);
    }
    found.ok_or(Condition::NotForList)
}

fn owner<'a>(rid: Element<'_>, keys: &'a [SecretKey]) -> Result<Option<&'a SecretKey>, Condition> {
    let rid = Identifier::of(rid)?;
    Ok(keys.iter().find(|key| rid.names(&key.certificate())))
}

/// KeyTransRecipientInfo.
fn transport<'a>(info: &Element<'a>, keys: &'a [SecretKey]) -> Result<Option<Slot<'a>>, Condition> {
    let mut fields = info.reader();
    fields.take(INTEGER)?;
    let Some(key) = owner(fields.any()?, keys)? else {
        return Ok(None);
    };
    let algorithm = Algorithm::read(&mut fields)?;
    let encrypted = fields.octet_string()?;
    fields.end()?;
    Ok(Some(Slot { key, lock: Lock::Transport(algorithm), encrypted }))
}

/// KeyAgreeRecipientInfo; gives the number of its slots as well.
fn agreement<'a>(
    info: &Element<'a>,
    keys: &'a [SecretKey],
) -> Result<(Option<Slot<'a>>, usize), Condition> {
    let mut fields = info.reader();
    fields.take(INTEGER)?;
    let originator = fields.take(context(0))?;
    let ukm = fields.take_if(context(1))?;
    let algorithm = Algorithm::read(&mut fields)?;
    let mut slots = fields.take(SEQUENCE)?.reader();
    fields.end()?;
    let mut found = None;
    let mut count = 0;
    while !slots.is_empty() && count <= limits::KEY_SLOTS_MAX {
        count += 1;
        let mut slot = slots.take(SEQUENCE)?.reader();
        let key = owner(slot.any()?, keys)?;
        let (Some(key), None) = (key, &found) else {
            continue;
        };
        found = Some(Slot {
            key,
            lock: Lock::Agreement { originator, ukm, algorithm },
            encrypted: slot.octet_string()?,
        });
    }
    Ok((found, count))
}

impl Slot<'_> {
    /// The content key, which is `key_bytes` long.
    ///
    /// # Errors
    /// For key agreement `IntegrityBroken` when it does not open; for RSA nothing that depends
    /// on the padding. `CipherWeak` for an algorithm that we do not know or that does not fit
    /// our key.
    pub fn open(&self, key_bytes: usize) -> Result<Zeroizing<Vec<u8>>, Condition> {
        let failed = |_: ErrorStack| Condition::IntegrityBroken;
        match &self.lock {
            Lock::Transport(algorithm) => {
                let scheme = Scheme::read(algorithm)?;
                let (key, rejection) = self.key.rsa().ok_or(Condition::CipherWeak)?;
                key_transport::open(key, rejection, &scheme, &self.encrypted, key_bytes)
                    .map_err(failed)
            }
            Lock::Agreement { originator, ukm, algorithm } => {
                let agreement = Agreement::read(*originator, *ukm, algorithm)?;
                let key = agreement.open(self.key.private(), &self.encrypted)?;
                match key.len() == key_bytes {
                    true => Ok(key),
                    false => Err(Condition::IntegrityBroken),
                }
            }
        }
    }
}
