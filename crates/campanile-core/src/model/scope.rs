//! What a token of a program is good for, within what its team may do.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::team::named;

/// One thing that a token may be good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Read alerts, boards and the directory.
    Read,
    /// Acknowledge alerts for the team.
    Acknowledge,
    /// Write and revise alerts in the name of the team.
    Write,
}

named!(Scope, "scope", Read = "read", Acknowledge = "acknowledge", Write = "write");

/// A set of scopes; reading is in every one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// From any number of scopes, in any order.
    pub fn new(scopes: impl IntoIterator<Item = Scope>) -> Self {
        let mut all: Vec<_> = scopes.into_iter().chain([Scope::Read]).collect();
        all.sort_unstable();
        all.dedup();
        Self(all)
    }

    /// Everything, as a certificate has it.
    pub fn all() -> Self {
        Self::new(Scope::ALL.iter().copied())
    }

    /// Whether it is good for this.
    pub fn allow(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.0.iter().map(|scope| scope.name()).collect();
        f.write_str(&names.join(" "))
    }
}

impl FromStr for Scopes {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let words = text.split([' ', ',']).filter(|word| !word.is_empty());
        Ok(Self::new(words.map(str::parse).collect::<Result<Vec<_>, _>>()?))
    }
}

impl TryFrom<String> for Scopes {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Scopes> for String {
    fn from(scopes: Scopes) -> Self {
        scopes.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_reads_back_equal_and_reading_is_always_in() {
        for text in ["", "read", "write", "acknowledge,read", "write acknowledge read"] {
            let scopes: Scopes = text.parse().unwrap();
            assert!(scopes.allow(Scope::Read));
            assert_eq!(scopes.to_string().parse(), Ok(scopes));
        }
        assert!(!"acknowledge".parse::<Scopes>().unwrap().allow(Scope::Write));
        assert!("admin".parse::<Scopes>().is_err());
    }
}
