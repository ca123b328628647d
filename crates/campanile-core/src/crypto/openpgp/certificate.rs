//! Certificates of teams: reading, checking for registration, choosing encryption keys.

use crate::crypto::{Abilities, Refusal};
use crate::model::address::EmailAddress;
use crate::model::key::Fingerprint;
use crate::model::time::Timestamp;

/// A public OpenPGP certificate of a team, v4 or v6.
#[derive(Debug, Clone)]
pub struct Certificate(sequoia_openpgp::Cert);

/// The encryption keys of one certificate, chosen and checked once, ready to wrap a session key.
#[derive(Debug, Clone)]
pub struct Recipient(());

impl Certificate {
    /// Checks a file offered for registration against every rule and returns it stripped of
    /// foreign signatures and user attributes.
    pub fn register(
        _file: &[u8],
        _addresses: &[EmailAddress],
        _now: Timestamp,
    ) -> Result<(Self, Abilities), Refusal> {
        todo!()
    }
    /// Reads back what [`Certificate::to_bytes`] wrote.
    pub fn read(_bytes: &[u8]) -> Result<Self, Refusal> {
        todo!()
    }
    /// The binary form that is stored.
    pub fn to_bytes(&self) -> Vec<u8> {
        todo!()
    }
    /// The armored form, for export.
    pub fn armored(&self) -> String {
        todo!()
    }
    /// The full fingerprint of the primary key.
    pub fn fingerprint(&self) -> Fingerprint {
        todo!()
    }
    /// What it can do at `now`.
    pub fn abilities(&self, _now: Timestamp) -> Abilities {
        todo!()
    }
    /// Its encryption keys at `now`; `None` when it has no usable one.
    pub fn recipient(&self, _now: Timestamp) -> Option<Recipient> {
        todo!()
    }
}
impl Recipient {
    /// Whether it announces SEIPDv2 (v6, or v4 with the AEAD feature).
    pub fn aead(&self) -> bool {
        todo!()
    }
}
