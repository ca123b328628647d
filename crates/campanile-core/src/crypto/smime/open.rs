//! Opening CMS structures, one layer at a time.

use zeroize::Zeroizing;

use super::{Certificate, SecretKey, TrustStore};
use crate::crypto::{Decrypted, SignatureFact};
use crate::model::condition::Condition;
use crate::model::time::Timestamp;

/// What a CMS object says it is, whatever its media type claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CmsKind {
    /// EnvelopedData or AuthEnvelopedData.
    Encrypted,
    /// SignedData with content.
    Signed,
    /// CompressedData.
    Compressed,
    /// SignedData without content, DigestedData, anything else, or no CMS at all.
    Other,
}

/// Looks at the outermost content type only.
pub fn kind(_der: &[u8]) -> CmsKind {
    todo!()
}

/// Decrypts EnvelopedData or AuthEnvelopedData (BER or DER) with the keys of a list.
pub fn decrypt(_der: &[u8], _keys: &[SecretKey]) -> Result<Decrypted, Condition> {
    todo!()
}

/// Verifies a detached SignedData over exactly these octets.
pub fn verify_detached(
    _der: &[u8],
    _content: &[u8],
    _signers: &[&Certificate],
    _trust: &TrustStore,
    _now: Timestamp,
) -> Vec<SignatureFact> {
    todo!()
}

/// Verifies a SignedData with content inside, and returns that content.
pub fn verify_opaque(
    _der: &[u8],
    _signers: &[&Certificate],
    _trust: &TrustStore,
    _now: Timestamp,
) -> Result<(Zeroizing<Vec<u8>>, Vec<SignatureFact>), Condition> {
    todo!()
}
