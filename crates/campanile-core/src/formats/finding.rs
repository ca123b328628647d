//! What is odd about a document that was read all the same.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One observation about a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Where: `line:column` in XML, a pointer [RFC 6901] in JSON.
    pub place: String,
    /// What, and what was made of it, in a sentence for the author of the document.
    pub what: String,
    /// How much it matters.
    pub severity: Severity,
}

/// How much a [`Finding`] matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Good to know; nothing is lost.
    Note,
    /// Something was guessed, or is carried as text only.
    Warning,
    /// Against the rules of the format, or left out.
    Error,
}

impl Severity {
    /// The name: `note`, `warning`, `error`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: {}", self.severity.name(), self.place, self.what)
    }
}
