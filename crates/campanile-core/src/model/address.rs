//! Mail addresses.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::limits;

/// A mail address of the form `local@domain`, domain in lower case.
///
/// Only dot-atoms are taken [RFC 5322 §3.2.3]: quoted local parts, address literals, routes
/// and comments are legal mail but no address a team registers, and each of them has been
/// used to make two programs read two addresses. Non-ASCII letters are refused as well, so
/// that homographs cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

/// Why a text is not an [`EmailAddress`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no plain mail address like cert@team.example")]
pub struct BadAddress(String);

impl EmailAddress {
    /// The whole address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part in front of the `@`.
    pub fn local(&self) -> &str {
        self.0.split_once('@').map_or("", |(local, _)| local)
    }

    /// The domain, in lower case.
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }

    /// Whether both name the same mailbox when letter case does not count.
    ///
    /// The network's policy: two teams never differ by the case of a local part.
    pub fn same_mailbox(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

fn is_atom(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
}

fn is_label(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 63
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

impl FromStr for EmailAddress {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let bad = || BadAddress(text.chars().take(100).collect());
        let (local, domain) = text.rsplit_once('@').ok_or_else(bad)?;
        let whole = text.len() <= limits::ADDRESS_BYTES_MAX && local.len() <= 64;
        let plain = local.split('.').all(is_atom) && domain.split('.').all(is_label);
        if !whole || !plain || local.contains(['/', '!', '%']) {
            return Err(bad());
        }
        Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase())))
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = BadAddress;
    fn try_from(text: String) -> Result<Self, BadAddress> {
        text.parse()
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_is_lowered_and_local_part_kept() {
        let address: EmailAddress = "Cert@DFN.Example".parse().unwrap();
        assert_eq!(address.as_str(), "Cert@dfn.example");
        assert!(address.same_mailbox(&"cert@dfn.example".parse().unwrap()));
    }

    #[test]
    fn what_two_programs_read_as_two_addresses_is_refused() {
        for text in [
            "",
            "cert",
            "@dfn.example",
            "cert@",
            "a@b@c.example",
            "\"a b\"@c.example",
            "<a@b.example>",
            "a@[192.0.2.1]",
            "other.example!victim",
            "victim%other@list.example",
            "/tmp/pwn@list.example",
            "a..b@c.example",
            "a@b..example",
            "a\r\n@b.example",
            "cert@dfn.ex\u{430}mple",
            "a\0@b.example",
        ] {
            assert!(text.parse::<EmailAddress>().is_err(), "{text:?}");
        }
    }
}
