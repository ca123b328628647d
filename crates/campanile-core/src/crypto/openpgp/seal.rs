//! Sealing: sign once, encrypt the bulk once, wrap the session key per recipient.

use super::{Recipient, SecretKey};
use crate::crypto::{Bulk, SealError};
use crate::model::time::Timestamp;

/// The two forms of encrypted data [RFC 9580 §5.13].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// Version 1: CFB with modification detection; every program reads it.
    SeipdV1,
    /// Version 2: AEAD (OCB), with AES-256.
    SeipdV2,
}

/// Signs `entity` and encrypts both under a fresh session key.
pub fn bulk(
    _entity: &[u8],
    _signer: &SecretKey,
    _container: Container,
    _now: Timestamp,
) -> Result<Bulk, SealError> {
    todo!()
}

/// The base64 lines (each ended by CRLF) that stand between the armor header and `bulk.body`
/// in the copy for one recipient.
pub fn head(
    _bulk: &Bulk,
    _recipient: &Recipient,
    _container: Container,
) -> Result<Vec<u8>, SealError> {
    todo!()
}
