//! Certificates of teams: reading, checking for registration, choosing the encryption key.

use super::{Container, TrustStore};
use crate::crypto::{Abilities, Refusal};
use crate::model::address::EmailAddress;
use crate::model::key::Fingerprint;
use crate::model::time::Timestamp;

/// An X.509 certificate of a team.
#[derive(Debug, Clone)]
pub struct Certificate(openssl::x509::X509);

/// The encryption key of one certificate, checked once, ready to wrap a content key.
#[derive(Debug, Clone)]
pub struct Recipient(());

impl Certificate {
    /// Checks a file offered for registration (PEM or DER, one certificate) against every rule.
    pub fn register(
        _file: &[u8],
        _addresses: &[EmailAddress],
        _trust: &TrustStore,
        _now: Timestamp,
    ) -> Result<(Self, Abilities), Refusal> {
        todo!()
    }
    /// Reads back what [`Certificate::to_bytes`] wrote.
    pub fn read(_der: &[u8]) -> Result<Self, Refusal> {
        todo!()
    }
    /// The DER form that is stored.
    pub fn to_bytes(&self) -> Vec<u8> {
        todo!()
    }
    /// The PEM form, for export.
    pub fn pem(&self) -> String {
        todo!()
    }
    /// SHA-256 of the DER form.
    pub fn fingerprint(&self) -> Fingerprint {
        todo!()
    }
    /// What it can do at `now`.
    pub fn abilities(&self, _trust: &TrustStore, _now: Timestamp) -> Abilities {
        todo!()
    }
    /// Its encryption key at `now`; `None` when it cannot be used.
    pub fn recipient(&self, _trust: &TrustStore, _now: Timestamp) -> Option<Recipient> {
        todo!()
    }
}
impl Recipient {
    /// The strongest container its owner is known to open.
    pub fn container(&self) -> Container {
        todo!()
    }
}
