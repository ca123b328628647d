//! Message authentication codes under the secret of the network: HMAC-SHA-256 [RFC 2104].

use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer;

/// HMAC-SHA-256 in lower-case hexadecimal, 64 digits.
///
/// `text` begins with a word that says what it is used for, so that a code made for one thing is
/// none for another.
///
/// # Errors
/// OpenSSL has no memory left.
pub fn mac(secret: &[u8], text: &str) -> Result<String, ErrorStack> {
    let key = PKey::hmac(secret)?;
    let mut signer = Signer::new(MessageDigest::sha256(), &key)?;
    let code = signer.sign_oneshot_to_vec(text.as_bytes())?;
    Ok(code.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::mac;

    #[test]
    fn code_is_that_of_rfc_4231() {
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(mac(b"Jefe", "what do ya want for nothing?").unwrap(), expected);
    }
}
