//! The data keys in use: what goes into a column of sealed texts, and comes out again.

use std::sync::{Arc, PoisonError, RwLock};

use campanile_core::crypto::at_rest::{self, AtRestError, DataKey, KeyId};
use campanile_core::model::plaintext::Plaintext;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::keys::{KeyFiles, seals_from};
use crate::store::sealed::Place;
use crate::store::{Db, settings};

/// Seals and opens texts at rest. The newest key whose time has come seals, every key opens.
pub struct Vault {
    files: KeyFiles,
    clock: Clock,
    keys: RwLock<Arc<Vec<DataKey>>>,
}

impl Vault {
    /// Reads the data keys; makes the first one of a network.
    ///
    /// # Errors
    /// The keys are lost, or cannot be read or made.
    pub async fn open(files: KeyFiles, db: &Db, clock: Clock) -> Result<Self> {
        let done = settings::value(&mut *db.read().await?, "data_keyed").await?;
        if done.as_deref() != Some("1") {
            // One after the other: two processes must not make two first keys.
            let mut write = settings::begin_registry_change(db).await?;
            if files.data_keys()?.is_empty() {
                files.make_data_key(clock.now())?;
            }
            settings::set(&mut write, "data_keyed", "1").await?;
            write.commit().await?;
        }
        let keys = files.data_keys()?;
        if keys.is_empty() {
            return Err(Error::not_found("the data keys are lost")
                .hint("copy keys/data from another node, or restore it from a backup"));
        }
        Ok(Self { files, clock, keys: RwLock::new(Arc::new(keys)) })
    }

    /// Reads the key files again.
    ///
    /// # Errors
    /// One of them cannot be read; those known before stay in use.
    pub fn reload(&self) -> Result<()> {
        let keys = Arc::new(self.files.data_keys()?);
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    fn keys(&self) -> Arc<Vec<DataKey>> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Every key, oldest first.
    pub fn key_ids(&self) -> Vec<KeyId> {
        self.keys().iter().map(|key| *key.id()).collect()
    }

    /// The key that seals now.
    ///
    /// # Errors
    /// There is none.
    pub fn sealing_key(&self) -> Result<KeyId> {
        let keys = self.keys();
        sealing(&keys, self.clock).map(|key| *key.id()).ok_or_else(|| failed(AtRestError::NoKey))
    }

    /// Seals a text for a row.
    ///
    /// # Errors
    /// There is no key, or the crypto library fails.
    pub fn seal(&self, place: Place, row: &str, text: &[u8]) -> Result<Vec<u8>> {
        let keys = self.keys();
        let key = sealing(&keys, self.clock).ok_or_else(|| failed(AtRestError::NoKey))?;
        at_rest::seal(key, &place.of_row(row), text).map_err(failed)
    }

    /// Opens a text of a row.
    ///
    /// # Errors
    /// Its key is not here, or it was changed.
    pub fn open_text(&self, place: Place, row: &str, sealed: &[u8]) -> Result<Plaintext> {
        let place = place.of_row(row);
        match at_rest::open(&self.keys(), &place, sealed) {
            Err(AtRestError::UnknownKey(_)) => {
                // Another node has begun to seal with a new one.
                self.reload()?;
                at_rest::open(&self.keys(), &place, sealed).map_err(failed)
            }
            opened => opened.map_err(failed),
        }
    }

    /// Seals a value as JSON.
    ///
    /// # Errors
    /// As [`Vault::seal`].
    pub fn seal_json(&self, place: Place, row: &str, value: &impl Serialize) -> Result<Vec<u8>> {
        let text = serde_json::to_vec(value).map(Plaintext::from).map_err(unreadable)?;
        self.seal(place, row, &text)
    }

    /// Opens a value that was sealed as JSON.
    ///
    /// # Errors
    /// As [`Vault::open_text`], or a newer version wrote it.
    pub fn open_json<T: DeserializeOwned>(
        &self,
        place: Place,
        row: &str,
        sealed: &[u8],
    ) -> Result<T> {
        let text = self.open_text(place, row, sealed)?;
        serde_json::from_slice(&text).map_err(unreadable)
    }
}

/// The newest key whose time has come; when the clock is behind all of them, the oldest.
fn sealing(keys: &[DataKey], clock: Clock) -> Option<&DataKey> {
    let now = clock.now();
    keys.iter().rfind(|key| seals_from(key.id()) <= now).or_else(|| keys.first())
}

fn failed(source: AtRestError) -> Error {
    let hint = match source {
        AtRestError::UnknownKey(_) => "copy keys/data from the node that has its key",
        AtRestError::Damaged => "was the database changed by hand? compare it with a backup",
        AtRestError::NoKey | AtRestError::Library(_) => "the log has the cause",
    };
    Error::internal("a stored text cannot be opened or sealed").source(source).hint(hint)
}

/// The cause is left out: it may quote the text.
fn unreadable(_: serde_json::Error) -> Error {
    Error::internal("a stored text cannot be read")
        .hint("was the database written by a newer version?")
}
