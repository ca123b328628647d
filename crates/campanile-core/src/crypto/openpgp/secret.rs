//! Secret keys of lists.

use zeroize::Zeroizing;

use super::Certificate;
use crate::crypto::{Refusal, SealError};
use crate::model::address::EmailAddress;
use crate::model::key::Fingerprint;
use crate::model::time::Timestamp;

/// A secret OpenPGP key of a list. Its `Debug` shows the fingerprint only.
#[derive(Clone)]
pub struct SecretKey(sequoia_openpgp::Cert);

impl SecretKey {
    /// Reads a transferable secret key, armored or binary, without passphrase.
    pub fn read(_bytes: &[u8]) -> Result<Self, Refusal> {
        todo!()
    }
    /// Makes an Ed25519 and X25519 key, v4, that does not expire.
    pub fn generate(
        _name: &str,
        _address: &EmailAddress,
        _now: Timestamp,
    ) -> Result<Self, SealError> {
        todo!()
    }
    /// The secret, armored, for the key file.
    pub fn to_secret_armored(&self) -> Zeroizing<Vec<u8>> {
        todo!()
    }
    /// The public half.
    pub fn certificate(&self) -> Certificate {
        todo!()
    }
    /// The full fingerprint of the primary key.
    pub fn fingerprint(&self) -> Fingerprint {
        todo!()
    }
}
