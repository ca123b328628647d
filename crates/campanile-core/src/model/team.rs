//! Teams of the network.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The short name of a team, as people say it: `DFN-CERT`.
///
/// 1 to 64 ASCII letters, digits, `.`, `-`, `_`; compared without letter case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Handle(String);

/// A text that is no team handle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no team handle: 1 to 64 letters, digits, `.`, `-` or `_`, first a letter or digit"
)]
pub struct BadHandle(String);

impl Handle {
    /// The handle as registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Handle {
    type Err = BadHandle;
    fn from_str(text: &str) -> Result<Self, BadHandle> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b".-_".contains(&b);
        let good = (1..=64).contains(&text.len())
            && text.bytes().all(allowed)
            && text.starts_with(|c: char| c.is_ascii_alphanumeric());
        match good {
            true => Ok(Self(text.into())),
            false => Err(BadHandle(text.chars().take(64).collect())),
        }
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Handle {
    type Error = BadHandle;
    fn try_from(text: String) -> Result<Self, BadHandle> {
        text.parse()
    }
}

impl From<Handle> for String {
    fn from(handle: Handle) -> Self {
        handle.0
    }
}

/// How a team came to the network (`GLOSSARY.md`, standing).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Project partner.
    Partner,
    /// Accredited by Trusted Introducer.
    Accredited,
    /// Certified by Trusted Introducer.
    Certified,
    /// Listed by Trusted Introducer.
    Listed,
    /// Liaison member: the alert list only.
    Liaison,
}

/// Where a team is in its membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TeamState {
    /// Applied, not yet admitted.
    Candidate,
    /// Full member.
    Active,
    /// Barred for now; nothing is lost.
    Suspended,
    /// No longer a member; kept for the record.
    Left,
}

/// What a team may do: one row per state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Capabilities {
    /// Its people may log in.
    pub log_in: bool,
    /// It sees the shared objects of the network.
    pub see: bool,
    /// Its mail to lists is distributed.
    pub send: bool,
    /// It gets copies of mail to lists.
    pub receive: bool,
    /// Other teams see it in the directory.
    pub be_listed: bool,
}

impl TeamState {
    /// The row of capabilities of this state.
    pub fn capabilities(self) -> Capabilities {
        let row = |log_in, see, send, receive, be_listed| Capabilities {
            log_in,
            see,
            send,
            receive,
            be_listed,
        };
        match self {
            Self::Candidate => row(true, false, false, false, false),
            Self::Active => row(true, true, true, true, true),
            Self::Suspended => row(true, false, false, false, true),
            Self::Left => row(false, false, false, false, false),
        }
    }
}

/// Writes and reads an enum by its serde name, for columns and command lines.
macro_rules! named {
    ($type:ty, $what:literal, $($variant:ident = $name:literal),+ $(,)?) => {
        impl $type {
            /// The name, as stored and as typed on the command line.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
        }
        impl std::str::FromStr for $type {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                Self::ALL.iter().copied().find(|v| v.name() == text).ok_or_else(|| {
                    let names: Vec<_> = Self::ALL.iter().map(|v| v.name()).collect();
                    format!(concat!("`{}` is no ", $what, ": one of {}"), text, names.join(", "))
                })
            }
        }
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}
pub(crate) use named;

named!(
    Standing,
    "standing",
    Partner = "partner",
    Accredited = "accredited",
    Certified = "certified",
    Listed = "listed",
    Liaison = "liaison"
);
named!(
    TeamState,
    "team state",
    Candidate = "candidate",
    Active = "active",
    Suspended = "suspended",
    Left = "left"
);
