//! Version 1 of the container [RFC 9580 §5.13.1], read and written: CFB with a zero IV over a
//! random prefix, the content, and the SHA-1 of both (MDC).
//!
//! Both directions go to OpenSSL: here SHA-1 guards octets that nobody can choose without the
//! session key, and the library's own, which looks for collisions, takes four times as long.

use openssl::rand::rand_bytes;
use openssl::sha::Sha1;
use openssl::symm::{Cipher, Crypter, Mode};
use sequoia_openpgp::crypto::SessionKey;
use sequoia_openpgp::types::SymmetricAlgorithm;

use super::packets::Framed;
use crate::model::condition::Condition;
use crate::model::plaintext::Plaintext;

/// Octets of a block of all allowed ciphers.
const BLOCK_BYTES: usize = 16;
/// Octets of the random prefix: a block, and its last two again.
const PREFIX_BYTES: usize = BLOCK_BYTES + 2;
/// Header and length of the MDC packet.
const MDC_HEADER: [u8; 2] = [0xd3, 0x14];
/// Octets of SHA-1.
const DIGEST_BYTES: usize = 20;
/// The version octet in front of the ciphertext.
const VERSION: u8 = 1;
/// Octets that the cipher gets at once; the binding counts in `int`.
const PIECE_BYTES: usize = 1 << 20;

fn cfb(cipher: SymmetricAlgorithm) -> Option<Cipher> {
    use SymmetricAlgorithm as S;
    match cipher {
        S::AES128 => Some(Cipher::aes_128_cfb128()),
        S::AES192 => Some(Cipher::aes_192_cfb128()),
        S::AES256 => Some(Cipher::aes_256_cfb128()),
        S::Camellia128 => Some(Cipher::camellia_128_cfb128()),
        S::Camellia192 => Some(Cipher::camellia_192_cfb128()),
        S::Camellia256 => Some(Cipher::camellia_256_cfb128()),
        _ => None,
    }
}

/// Decrypts and authenticates the body of a container.
///
/// # Errors
/// `IntegrityBroken`.
pub(super) fn open(
    packet: &Framed<'_>,
    cipher: SymmetricAlgorithm,
    key: &SessionKey,
) -> Result<Plaintext, Condition> {
    let broken = Condition::IntegrityBroken;
    let cipher = cfb(cipher).ok_or(broken)?;
    if key.len() != cipher.key_len() {
        return Err(broken);
    }
    let mut data = decrypt(packet, cipher, key).ok_or(broken)?;
    let least = PREFIX_BYTES + MDC_HEADER.len();
    let Some(hashed) = data.len().checked_sub(DIGEST_BYTES).filter(|n| *n >= least) else {
        return Err(broken);
    };
    let (content, digest) = data.split_at(hashed);
    let mut sha1 = Sha1::new();
    sha1.update(content);
    let same = openssl::memcmp::eq(&sha1.finish(), digest);
    if !same || !content.ends_with(&MDC_HEADER) {
        return Err(broken);
    }
    data.truncate(hashed - MDC_HEADER.len());
    data.drain(..PREFIX_BYTES);
    Ok(data)
}

fn decrypt(packet: &Framed<'_>, cipher: Cipher, key: &[u8]) -> Option<Plaintext> {
    let mut crypter = Crypter::new(cipher, Mode::Decrypt, key, Some(&[0; BLOCK_BYTES])).ok()?;
    // CFB never writes more than it reads, but the binding asks for one more block.
    let mut data = Plaintext::from(vec![0; packet.len() + BLOCK_BYTES]);
    let mut length = 0;
    let mut version = 1;
    for chunk in &packet.chunks {
        let input = chunk.get(version..).unwrap_or(&[]);
        version = version.saturating_sub(chunk.len());
        for piece in input.chunks(PIECE_BYTES) {
            length += crypter.update(piece, data.get_mut(length..)?).ok()?;
        }
    }
    length += crypter.finalize(data.get_mut(length..)?).ok()?;
    data.truncate(length);
    Some(data)
}

/// The body of a container around `content`, under AES-256.
///
/// `None` when the library fails.
pub(super) fn seal(content: &[u8], key: &SessionKey) -> Option<Vec<u8>> {
    let mut prefix = [0; PREFIX_BYTES];
    rand_bytes(prefix.get_mut(..BLOCK_BYTES)?).ok()?;
    prefix.copy_within(BLOCK_BYTES - 2..BLOCK_BYTES, BLOCK_BYTES);
    let mut sha1 = Sha1::new();
    for part in [&prefix, content, &MDC_HEADER] {
        sha1.update(part);
    }
    let digest = sha1.finish();
    let cipher = Cipher::aes_256_cfb128();
    let mut crypter = Crypter::new(cipher, Mode::Encrypt, key, Some(&[0; BLOCK_BYTES])).ok()?;
    let around = 1 + PREFIX_BYTES + MDC_HEADER.len() + DIGEST_BYTES;
    let mut body = vec![VERSION; content.len() + around + BLOCK_BYTES];
    let mut length = 1;
    for part in [&prefix, content, &MDC_HEADER, &digest] {
        for piece in part.chunks(PIECE_BYTES) {
            length += crypter.update(piece, body.get_mut(length..)?).ok()?;
        }
    }
    length += crypter.finalize(body.get_mut(length..)?).ok()?;
    body.truncate(length);
    Some(body)
}
