//! Key, certificate and CA in one file that browsers import (PKCS #12) [RFC 7292].

use std::fmt;

use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::stack::Stack;
use openssl::x509::X509;
use zeroize::Zeroizing;

use super::{Authority, Issued, PkiError, step};

/// Rounds of PBKDF2 for the key and for the seal of the file. The passphrase has 98 random bits,
/// so they are there for those who choose a shorter one later.
const ROUNDS: u32 = 100_000;
/// Letters and digits that nobody confuses on the telephone.
const LETTERS: &[u8; 30] = b"abcdefghjkmnpqrstvwxyz23456789";
const GROUPS: usize = 4;
const GROUP_LETTERS: usize = 5;

/// A random passphrase, to be read out on the telephone. Its `Debug` shows nothing.
pub struct Passphrase(Zeroizing<String>);

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(…)")
    }
}

impl Passphrase {
    /// Four groups of five letters: 98 bits.
    ///
    /// # Errors
    /// No random numbers.
    pub fn generate() -> Result<Self, PkiError> {
        let mut text = Zeroizing::new(String::with_capacity(GROUPS * (GROUP_LETTERS + 1)));
        let mut letters = 0;
        while letters < GROUPS * GROUP_LETTERS {
            let mut octet = [0];
            openssl::rand::rand_bytes(&mut octet).map_err(step("make a passphrase"))?;
            // From 240 on some letters would be likelier than others: these are thrown again.
            let [octet] = octet;
            let letter = LETTERS.get(usize::from(octet) % LETTERS.len());
            if let Some(letter) = letter.filter(|_| octet < 240) {
                if letters > 0 && letters % GROUP_LETTERS == 0 {
                    text.push('-');
                }
                text.push(char::from(*letter));
                letters += 1;
            }
        }
        Ok(Self(text))
    }

    /// The text.
    ///
    /// # Security
    /// To be shown once, and stored nowhere.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Packs a key with its certificate and that of the CA. PBES2 with AES-256 and SHA-256, which
/// OpenSSL 3, NSS (Firefox, Thunderbird, Chromium on Linux), Windows 10 and macOS 15 import.
///
/// # Errors
/// OpenSSL's.
pub fn pack(
    authority: &Authority,
    issued: &Issued,
    key: &PKey<Private>,
    name: &str,
    passphrase: &Passphrase,
) -> Result<Zeroizing<Vec<u8>>, PkiError> {
    let packed = || {
        let mut chain = Stack::new()?;
        chain.push(authority.x509().clone())?;
        let certificate = X509::from_der(&issued.certificate)?;
        let mut builder = Pkcs12::builder();
        builder
            .name(name)
            .pkey(key)
            .cert(&certificate)
            .ca(chain)
            .key_algorithm(Nid::AES_256_CBC)
            .cert_algorithm(Nid::AES_256_CBC)
            .key_iter(ROUNDS)
            .mac_iter(ROUNDS)
            .mac_md(MessageDigest::sha256());
        builder.build2(passphrase.expose())?.to_der()
    };
    packed().map(Zeroizing::new).map_err(step("pack a key"))
}
