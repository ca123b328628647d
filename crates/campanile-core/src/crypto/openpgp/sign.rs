//! Signatures beside what they are for.

use std::io::Write;

use sequoia_openpgp::armor::Kind;
use sequoia_openpgp::crypto;
use sequoia_openpgp::serialize::stream::{Armorer, Message, Signer};
use sequoia_openpgp::types::HashAlgorithm;

use super::SecretKey;
use super::seal::{failed, signing_pair};
use crate::crypto::SealError;
use crate::model::time::Timestamp;

/// Signs octets that are published, as an armored signature of its own.
///
/// # Errors
/// [`SealError`] when `signer` has no key that may sign at `now`, or the library fails.
pub fn sign_detached(
    octets: &[u8],
    signer: &SecretKey,
    now: Timestamp,
) -> Result<Vec<u8>, SealError> {
    let key = signer.signing_key(now).ok_or_else(|| failed("no usable signing key"))?;
    let pair = signing_pair(key)?;
    let mut armored = Vec::new();
    write(octets, pair, now, &mut armored).map_err(|_| failed("signing"))?;
    Ok(armored)
}

fn write(
    octets: &[u8],
    pair: Box<dyn crypto::Signer + Send + Sync>,
    now: Timestamp,
    armored: &mut Vec<u8>,
) -> sequoia_openpgp::Result<()> {
    let message = Armorer::new(Message::new(armored)).kind(Kind::Signature).build()?;
    let signer = Signer::new(message, pair)?
        .hash_algo(HashAlgorithm::SHA512)?
        .creation_time(now.system_time());
    let mut signer = signer.detached().build()?;
    signer.write_all(octets)?;
    signer.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::openpgp::verify_detached;

    #[test]
    fn signature_holds_for_these_octets_only() {
        let now = Timestamp::parse("2026-11-26T12:00:00Z").unwrap();
        let address = "list@list.example".parse().unwrap();
        let key = SecretKey::generate("list", &address, now).unwrap();
        let signature = sign_detached(b"advisory", &key, now).unwrap();
        assert!(signature.starts_with(b"-----BEGIN PGP SIGNATURE-----"));
        let certificate = key.certificate();
        let holds = |octets: &[u8]| {
            let facts = verify_detached(&signature, octets, &[], &[&certificate], now);
            facts.len() == 1 && facts[0].is_good()
        };
        assert!(holds(b"advisory"));
        assert!(!holds(b"advisory!"));
    }
}
