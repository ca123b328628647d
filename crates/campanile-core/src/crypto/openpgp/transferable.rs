//! Transferable keys [RFC 9580 §10.1, §10.2]: files of which the library may build keys.
//!
//! The library unpacks compressed data wherever it meets it, without a limit, and looks for keys
//! inside: a kilobyte of bzip2 becomes a gigabyte. No key is compressed, so what holds anything
//! but the packets of keys does not get that far. And it reads what it cannot write. Verifies
//! nothing.

use sequoia_openpgp::Cert;
use sequoia_openpgp::serialize::SerializeInto;
use zeroize::Zeroizing;

use super::armor;
use super::packets::{self, tag};

/// The binary form of a file, armored or binary, that holds the packets of keys and nothing else;
/// `None` for every other file.
pub(super) fn packets(file: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (binary, _) = armor::binary(file).ok()?;
    let binary = Zeroizing::new(binary.into_owned());
    holds_only_keys(&binary).then_some(binary)
}

/// Whether the library can write what it has read: a signature may name an issuer with a
/// fingerprint of a future version, and the file of its key would be empty.
pub(super) fn is_storable(cert: &Cert) -> bool {
    cert.to_vec().is_ok()
}

fn holds_only_keys(binary: &[u8]) -> bool {
    let mut rest = binary;
    loop {
        match packets::next(rest) {
            Ok(None) => return true,
            Ok(Some((packet, behind))) if packet.is_ignorable() || is_key_part(packet.tag) => {
                rest = behind;
            }
            _ => return false,
        }
    }
}

fn is_key_part(packet: u8) -> bool {
    matches!(
        packet,
        tag::SIGNATURE
            | tag::SECRET_KEY
            | tag::PUBLIC_KEY
            | tag::SECRET_SUBKEY
            | tag::TRUST
            | tag::USER_ID
            | tag::PUBLIC_SUBKEY
            | tag::USER_ATTRIBUTE
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(tag: u8) -> Vec<u8> {
        vec![0xc0 | tag, 1, 0]
    }

    #[test]
    fn only_packets_of_keys_get_to_the_library() {
        let key = [packet(tag::PUBLIC_KEY), packet(tag::USER_ID), packet(tag::SIGNATURE)].concat();
        assert_eq!(packets(&key).as_deref(), Some(&key));
        for other in [tag::COMPRESSED, tag::LITERAL, tag::SEIPD, tag::PKESK, tag::ONE_PASS, 38] {
            for file in [packet(other), [key.clone(), packet(other)].concat()] {
                assert_eq!(packets(&file), None, "{other}");
            }
        }
    }

    #[test]
    fn what_every_reader_skips_is_passed_on() {
        let file = [packet(tag::MARKER), packet(tag::PUBLIC_KEY), packet(60)].concat();
        assert_eq!(packets(&file).as_deref(), Some(&file));
    }
}
