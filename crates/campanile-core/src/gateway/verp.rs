//! Variable envelope return paths: which copy a bounce is about, told by its recipient.
//!
//! `b-<delivery>-<mac>@domain`; the MAC keeps strangers from moving the delivery board.

use super::posting::mac_hex;
use crate::model::address::EmailAddress;

/// Hexadecimal digits of the MAC: 64 bits, and a forger gets one try per mail.
const MAC_DIGITS: usize = 16;

/// The envelope sender of one copy. `delivery` is 32 hexadecimal digits.
pub fn address(secret: &[u8], domain: &str, delivery: &str) -> String {
    format!("b-{delivery}-{}@{domain}", mac(secret, delivery))
}

/// The copy that an envelope recipient names; `None` unless the MAC is right.
pub fn delivery(secret: &[u8], address: &EmailAddress) -> Option<String> {
    let local = address.local().to_ascii_lowercase();
    let (delivery, given) = local.strip_prefix("b-")?.split_once('-')?;
    let expected = mac(secret, delivery);
    let equal =
        given.len() == expected.len() && openssl::memcmp::eq(given.as_bytes(), expected.as_bytes());
    equal.then(|| delivery.to_owned())
}

fn mac(secret: &[u8], delivery: &str) -> String {
    mac_hex(secret, &format!("verp {delivery}")).chars().take(MAC_DIGITS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0190f5f0c0de7000800000000000abcd";

    #[test]
    fn bounce_address_leads_back_to_its_copy() {
        let address = address(b"secret", "list.example", ID).parse().unwrap();
        assert_eq!(delivery(b"secret", &address).as_deref(), Some(ID));
    }

    #[test]
    fn address_made_with_another_secret_leads_nowhere() {
        let address = address(b"other", "list.example", ID).parse().unwrap();
        assert_eq!(delivery(b"secret", &address), None);
    }
}
