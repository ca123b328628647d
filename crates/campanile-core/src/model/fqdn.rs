//! Host and domain names.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A host or domain name in lower case: dot-separated labels of letters, digits and `-`.
///
/// At most 253 octets, 63 per label [RFC 1123 §2.1]; no trailing dot, no non-ASCII letters
/// (write them as `xn--…`), no address literal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fqdn(String);

/// A text that is no [`Fqdn`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no host or domain name like cert.example.org")]
pub struct BadFqdn(String);

impl Fqdn {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

impl FromStr for Fqdn {
    type Err = BadFqdn;
    fn from_str(text: &str) -> Result<Self, BadFqdn> {
        let numeric_end =
            text.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
        match text.len() <= 253 && text.split('.').all(is_label) && !numeric_end {
            true => Ok(Self(text.to_ascii_lowercase())),
            false => Err(BadFqdn(text.chars().take(100).collect())),
        }
    }
}

impl fmt::Display for Fqdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Fqdn {
    type Error = BadFqdn;
    fn try_from(text: String) -> Result<Self, BadFqdn> {
        text.parse()
    }
}

impl From<Fqdn> for String {
    fn from(name: Fqdn) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_is_lowered() {
        assert_eq!("CERT.Example.ORG".parse::<Fqdn>().unwrap().as_str(), "cert.example.org");
        assert!("localhost".parse::<Fqdn>().is_ok());
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in ["", ".", "a..b", "a.", "-a.b", "a_b.c", "192.0.2.1", "a b", "ä.example"] {
            assert!(text.parse::<Fqdn>().is_err(), "{text:?}");
        }
        assert!(format!("{}.example", "a".repeat(64)).parse::<Fqdn>().is_err());
    }
}
