//! Opening: one encrypted message, at most one layer of signatures inside it.

use super::{Certificate, SecretKey};
use crate::crypto::{Decrypted, SignatureFact};
use crate::model::condition::Condition;
use crate::model::time::Timestamp;

/// Decrypts one OpenPGP message (armored or binary) with the keys of a list and verifies the
/// signatures inside it.
pub fn decrypt(
    _message: &[u8],
    _keys: &[SecretKey],
    _signers: &[&Certificate],
    _now: Timestamp,
) -> Result<Decrypted, Condition> {
    todo!()
}

/// Verifies a detached signature (armored or binary) over exactly these octets.
pub fn verify_detached(
    _signature: &[u8],
    _content: &[u8],
    _keys: &[SecretKey],
    _signers: &[&Certificate],
    _now: Timestamp,
) -> Vec<SignatureFact> {
    todo!()
}
