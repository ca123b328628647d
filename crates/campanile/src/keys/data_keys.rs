//! Data keys: `keys/data/<id>.key`, what texts in the database are sealed under.
//!
//! The identifier is a time-ordered UUID; its time says from when on the key seals. So a new key
//! can be laid on every node before the first of them uses it.

use std::path::PathBuf;

use campanile_core::crypto::at_rest::{DataKey, KEY_BYTES, KeyId};
use campanile_core::model::time::Timestamp;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::KeyFiles;
use crate::error::{Error, Result};

/// The identifier as it is written: 32 hexadecimal digits.
pub fn key_name(id: &KeyId) -> String {
    Uuid::from_bytes(*id).simple().to_string()
}

/// From when on a key seals, as its identifier says.
pub fn seals_from(id: &KeyId) -> Timestamp {
    // The first 48 bits of a UUID of version 7 are milliseconds [RFC 9562 §5.7].
    let millis = id.iter().take(6).fold(0_i64, |millis, octet| millis << 8 | i64::from(*octet));
    Timestamp::from_micros(millis.saturating_mul(1000))
}

impl KeyFiles {
    /// Where a data key lies.
    pub fn data_key_path(&self, id: &KeyId) -> PathBuf {
        self.dir.join("data").join(format!("{}.key", key_name(id)))
    }

    /// Makes a data key that seals from `from` on.
    ///
    /// # Errors
    /// It cannot be made or written.
    pub fn make_data_key(&self, from: Timestamp) -> Result<KeyId> {
        let id = *new_uuid(from).as_bytes();
        let mut key = Zeroizing::new(vec![0; KEY_BYTES]);
        openssl::rand::rand_bytes(&mut key)
            .map_err(|source| Error::internal("no random numbers").source(source))?;
        self.write(&self.data_key_path(&id), &key)?;
        Ok(id)
    }

    /// Every data key, oldest first.
    ///
    /// # Errors
    /// One of them cannot be read: without it, texts would seem to be damaged.
    pub fn data_keys(&self) -> Result<Vec<DataKey>> {
        let mut keys = Vec::new();
        for path in self.files()? {
            let Ok(name) = path.strip_prefix(self.dir.join("data")) else { continue };
            let id = name.to_str().and_then(|name| name.strip_suffix(".key"));
            let Some(id) = id.and_then(|id| Uuid::try_parse(id).ok()) else { continue };
            let key = DataKey::new(*id.as_bytes(), self.read(&path)?);
            keys.push(key.ok_or_else(|| {
                Error::invalid(format!("{} is no data key", path.display()))
                    .hint("restore it from a backup, or from another node")
            })?);
        }
        keys.sort_by_key(|key| *key.id());
        Ok(keys)
    }
}

fn new_uuid(at: Timestamp) -> Uuid {
    let seconds = u64::try_from(at.seconds()).unwrap_or_default();
    let nanos = u32::try_from(at.micros().rem_euclid(1_000_000)).unwrap_or_default() * 1000;
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_back_in_the_order_in_which_they_seal() {
        let dir = tempfile::tempdir().unwrap();
        let keys = KeyFiles::of(dir.path());
        assert!(keys.data_keys().unwrap().is_empty());
        let at = Timestamp::from_seconds(1_787_623_200);
        let second = keys.make_data_key(at.plus_seconds(60)).unwrap();
        let first = keys.make_data_key(at).unwrap();
        let found: Vec<_> = keys.data_keys().unwrap().iter().map(|key| *key.id()).collect();
        assert_eq!(found, [first, second]);
        assert_eq!(seals_from(&first), at);
        assert_eq!(seals_from(&second), at.plus_seconds(60));
    }

    #[test]
    fn file_that_is_no_key_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let keys = KeyFiles::of(dir.path());
        let id = keys.make_data_key(Timestamp::from_seconds(1_787_623_200)).unwrap();
        keys.write(&keys.data_key_path(&id), b"short").unwrap();
        assert!(keys.data_keys().is_err());
    }
}
