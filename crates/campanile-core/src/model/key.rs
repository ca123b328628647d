//! Credentials: what binds a key to a team.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::team::named;

/// The two ways to seal mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// OpenPGP [RFC 9580], PGP/MIME [RFC 3156].
    Openpgp,
    /// S/MIME [RFC 8551], CMS [RFC 5652].
    Smime,
}

/// State of a registered credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyState {
    /// Seen, not yet confirmed: never trusted.
    Pending,
    /// Trusted, as far as its own dates and revocations allow.
    Active,
    /// Its own validity has ended.
    Expired,
    /// Withdrawn by its owner, its issuer or the operator.
    Revoked,
    /// A newer credential has taken its place.
    Replaced,
}

named!(Protocol, "protocol", Openpgp = "openpgp", Smime = "smime");
named!(
    KeyState,
    "key state",
    Pending = "pending",
    Active = "active",
    Expired = "expired",
    Revoked = "revoked",
    Replaced = "replaced"
);

/// A full fingerprint in upper-case hexadecimal.
///
/// OpenPGP v4: 40 digits (SHA-1), v6: 64 digits (SHA-256) of the primary key
/// [RFC 9580 §5.5.4]; X.509: 64 digits, SHA-256 of the DER certificate. Always the whole
/// fingerprint: short forms can be forged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// From the raw digest.
    pub fn from_bytes(digest: &[u8]) -> Self {
        Self(digest.iter().map(|b| format!("{b:02X}")).collect())
    }

    /// From hexadecimal as people paste it: blanks and colons are dropped, case is folded.
    /// `None` unless 40 or 64 digits remain.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String =
            text.chars().filter(|c| !c.is_whitespace() && *c != ':').collect::<String>();
        let digits = digits.to_ascii_uppercase();
        let hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
        (hex && matches!(digits.len(), 40 | 64)).then_some(Self(digits))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
