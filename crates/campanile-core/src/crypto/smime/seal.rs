//! Sealing: sign once, encrypt the bulk once, wrap the content key per recipient.

use super::{Recipient, SecretKey};
use crate::crypto::{Bulk, SealError};
use crate::model::time::Timestamp;

/// The two forms of encrypted content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// EnvelopedData, AES-256-CBC [RFC 5652 §6]; every program reads it.
    Enveloped,
    /// AuthEnvelopedData, AES-256-GCM [RFC 5083, RFC 5084].
    AuthEnveloped,
}

/// A detached signature over `entity` as DER SignedData, with the list's certificate.
pub fn sign(_entity: &[u8], _signer: &SecretKey, _now: Timestamp) -> Result<Vec<u8>, SealError> {
    todo!()
}

/// Encrypts an entity (already signed) under a fresh content key.
pub fn bulk(_entity: &[u8], _container: Container) -> Result<Bulk, SealError> {
    todo!()
}

/// The base64 lines (each ended by CRLF) that stand in front of `bulk.body` in the copy for one
/// recipient.
pub fn head(
    _bulk: &Bulk,
    _recipient: &Recipient,
    _container: Container,
) -> Result<Vec<u8>, SealError> {
    todo!()
}
