//! Message authentication codes under the secret of the network: HMAC-SHA-256 [RFC 2104].

use std::fmt::Write as _;

use hmac::digest::InvalidLength;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// HMAC-SHA-256 in lower-case hexadecimal, 64 digits.
///
/// `text` begins with a word that says what it is used for, so that a code made for one thing is
/// none for another.
///
/// # Errors
/// The secret has a length that the algorithm does not take; HMAC takes any.
pub fn mac(secret: &[u8], text: &str) -> Result<String, InvalidLength> {
    let mut code = Hmac::<Sha256>::new_from_slice(secret)?;
    code.update(text.as_bytes());
    let mut digits = String::with_capacity(64);
    for octet in code.finalize().into_bytes() {
        // Writing to a `String` cannot fail.
        let _ = write!(digits, "{octet:02x}");
    }
    Ok(digits)
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
