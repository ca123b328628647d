//! Secret keys of lists with their certificates.

use zeroize::Zeroizing;

use super::Certificate;
use crate::crypto::{Refusal, SealError};
use crate::model::address::EmailAddress;
use crate::model::key::Fingerprint;
use crate::model::time::Timestamp;

/// A private key of a list with its certificate. Its `Debug` shows the fingerprint only.
#[derive(Clone)]
pub struct SecretKey {
    certificate: openssl::x509::X509,
    key: openssl::pkey::PKey<openssl::pkey::Private>,
}

impl SecretKey {
    /// Reads a certificate and its private key (PEM or DER, no passphrase); they have to match.
    pub fn read(_certificate: &[u8], _key: &[u8]) -> Result<Self, Refusal> {
        todo!()
    }
    /// Makes a P-256 key with a self-signed certificate, valid for `days`.
    pub fn generate(
        _name: &str,
        _address: &EmailAddress,
        _now: Timestamp,
        _days: u32,
    ) -> Result<Self, SealError> {
        todo!()
    }
    /// Private key and certificate as one PEM text, for the key file.
    pub fn to_secret_pem(&self) -> Zeroizing<Vec<u8>> {
        todo!()
    }
    /// Reads back what [`SecretKey::to_secret_pem`] wrote.
    pub fn from_secret_pem(_pem: &[u8]) -> Result<Self, Refusal> {
        todo!()
    }
    /// The public half.
    pub fn certificate(&self) -> Certificate {
        todo!()
    }
    /// SHA-256 of the DER certificate.
    pub fn fingerprint(&self) -> Fingerprint {
        todo!()
    }
}
