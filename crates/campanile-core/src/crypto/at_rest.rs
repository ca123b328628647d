//! Texts at rest: sealed under the data keys of the server, AES-256-GCM [NIST SP 800-38D].
//!
//! A sealed text is a version octet, the identifier of its key, a nonce, the ciphertext and a tag.
//! It is bound to its place (table, column, row): whoever writes the database alone can remove a
//! text, but not put one in the place of another. Nonces are random: good for 2^32 texts under
//! one key [SP 800-38D §8.3].

use openssl::error::ErrorStack;
use openssl::symm::{Cipher, decrypt_aead, encrypt_aead};
use zeroize::Zeroizing;

use crate::model::plaintext::Plaintext;

/// First octet of every sealed text.
const VERSION: u8 = 1;
/// Length of the identifier of a key, in octets.
pub const KEY_ID_BYTES: usize = 16;
/// Length of a key, in octets.
pub const KEY_BYTES: usize = 32;
/// Length of a nonce, in octets [SP 800-38D §8.2].
const NONCE_BYTES: usize = 12;
/// Length of a tag, in octets.
const TAG_BYTES: usize = 16;
/// Length of what stands in front of the ciphertext, in octets.
const HEAD_BYTES: usize = 1 + KEY_ID_BYTES + NONCE_BYTES;

/// The identifier of a data key. Those that sort later are newer.
pub type KeyId = [u8; KEY_ID_BYTES];

/// A key that texts are sealed with. Wiped when dropped.
pub struct DataKey {
    id: KeyId,
    key: Zeroizing<Vec<u8>>,
}

impl DataKey {
    /// A key from its file; `None` when it has not [`KEY_BYTES`] octets.
    pub fn new(id: KeyId, key: Zeroizing<Vec<u8>>) -> Option<Self> {
        (key.len() == KEY_BYTES).then_some(Self { id, key })
    }

    /// Its identifier.
    pub fn id(&self) -> &KeyId {
        &self.id
    }
}

/// A sealed text that cannot be opened, or a text that cannot be sealed.
#[derive(Debug, thiserror::Error)]
pub enum AtRestError {
    /// Sealed under a key that is not here.
    #[error("it is sealed under another key")]
    UnknownKey(KeyId),
    /// No sealed text, changed, or moved here from another place.
    #[error("it was changed, or belongs to another place")]
    Damaged,
    /// There is no key to seal with.
    #[error("there is no data key")]
    NoKey,
    /// OpenSSL has no memory or no random numbers left.
    #[error("the crypto library fails")]
    Library(#[from] ErrorStack),
}

/// Seals a text for a place, like `alert_revision.sealed 0190…`.
///
/// # Errors
/// OpenSSL fails.
pub fn seal(key: &DataKey, place: &str, text: &[u8]) -> Result<Vec<u8>, AtRestError> {
    let mut head = [0; HEAD_BYTES];
    let (front, nonce) = head.split_at_mut(1 + KEY_ID_BYTES);
    if let Some((version, id)) = front.split_first_mut() {
        *version = VERSION;
        id.copy_from_slice(&key.id);
    }
    openssl::rand::rand_bytes(nonce)?;
    let bound = [front, place.as_bytes()].concat();
    let mut tag = [0; TAG_BYTES];
    let cipher = Cipher::aes_256_gcm();
    let sealed = encrypt_aead(cipher, &key.key, Some(nonce), &bound, text, &mut tag)?;
    Ok([head.as_slice(), &sealed, &tag].concat())
}

/// The key that a text is sealed under; `None` when it is no sealed text.
pub fn key_id(sealed: &[u8]) -> Option<KeyId> {
    let (version, rest) = sealed.split_first()?;
    (*version == VERSION).then(|| rest.first_chunk::<KEY_ID_BYTES>().copied()).flatten()
}

/// Opens a sealed text of a place with one of `keys`.
///
/// # Errors
/// Its key is not among them, or it was changed or belongs to another place.
pub fn open(keys: &[DataKey], place: &str, sealed: &[u8]) -> Result<Plaintext, AtRestError> {
    let id = key_id(sealed).ok_or(AtRestError::Damaged)?;
    let key = keys.iter().find(|key| key.id == id).ok_or(AtRestError::UnknownKey(id))?;
    let (head, rest) = sealed.split_at_checked(HEAD_BYTES).ok_or(AtRestError::Damaged)?;
    let (front, nonce) = head.split_at(1 + KEY_ID_BYTES);
    let end = rest.len().checked_sub(TAG_BYTES).ok_or(AtRestError::Damaged)?;
    let (text, tag) = rest.split_at(end);
    let bound = [front, place.as_bytes()].concat();
    let opened = decrypt_aead(Cipher::aes_256_gcm(), &key.key, Some(nonce), &bound, text, tag);
    opened.map(Plaintext::from).map_err(|_| AtRestError::Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(octet: u8) -> DataKey {
        DataKey::new([octet; 16], Zeroizing::new(vec![octet; 32])).unwrap()
    }

    #[test]
    fn sealed_text_opens_in_its_place_with_any_of_the_keys() {
        for text in [&b""[..], b"x", &[7; 100_000]] {
            let sealed = seal(&key(1), "draft.sealed 1", text).unwrap();
            assert_eq!(key_id(&sealed), Some([1; 16]));
            let opened = open(&[key(2), key(1)], "draft.sealed 1", &sealed).unwrap();
            assert_eq!(opened.as_slice(), text);
        }
    }

    #[test]
    fn same_text_is_sealed_differently_each_time() {
        assert_ne!(seal(&key(1), "a", b"x").unwrap(), seal(&key(1), "a", b"x").unwrap());
    }

    #[test]
    fn text_moved_to_another_place_is_damaged() {
        let sealed = seal(&key(1), "draft.sealed 1", b"x").unwrap();
        let moved = open(&[key(1)], "draft.sealed 2", &sealed);
        assert!(matches!(moved, Err(AtRestError::Damaged)));
    }

    #[test]
    fn every_changed_octet_is_noticed() {
        let sealed = seal(&key(1), "p", b"text").unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(open(&[key(1)], "p", &changed).is_err(), "octet {at}");
        }
        for length in 0..sealed.len() {
            assert!(open(&[key(1)], "p", &sealed[..length]).is_err(), "{length} octets");
        }
    }

    #[test]
    fn unknown_key_is_named() {
        let sealed = seal(&key(1), "p", b"text").unwrap();
        let opened = open(&[key(2)], "p", &sealed);
        assert!(matches!(opened, Err(AtRestError::UnknownKey(id)) if id == [1; 16]));
    }

    #[test]
    fn key_of_another_length_is_none() {
        assert!(DataKey::new([0; 16], Zeroizing::new(vec![0; 31])).is_none());
    }
}
