//! The sets of values of rating schemes, read from data: `schemes.json`.
//!
//! A token that is not in its set is kept all the same. Aliases are for comparing, never for
//! rewriting: what an issuer wrote stays.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// A scheme: its criteria, each with its tokens in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Scheme {
    /// Where the set is from.
    pub origin: String,
    /// Tokens by criterion.
    pub criteria: BTreeMap<String, Vec<Token>>,
}

/// One value of a criterion.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Token {
    /// As it is written.
    pub token: String,
    /// Its place on the scale, where there is one; higher is more.
    #[serde(default)]
    pub rank: Option<u8>,
    /// Local spellings that mean the same.
    #[serde(default)]
    pub aliases: Vec<String>,
}

static SCHEMES: LazyLock<BTreeMap<String, Scheme>> =
    LazyLock::new(|| serde_json::from_str(include_str!("schemes.json")).unwrap_or_default());

/// All schemes by name.
pub fn all() -> &'static BTreeMap<String, Scheme> {
    &SCHEMES
}

/// The scheme of a name.
pub fn scheme(name: &str) -> Option<&'static Scheme> {
    SCHEMES.get(name)
}

impl Scheme {
    /// The token that a text means, by its own name or an alias.
    pub fn token(&self, criterion: &str, text: &str) -> Option<&Token> {
        let mut tokens = self.criteria.get(criterion)?.iter();
        tokens.find(|one| one.token == text || one.aliases.iter().any(|alias| alias == text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alias_means_the_token_and_ranks_compare() {
        let scheme = scheme("eispp-1.2").unwrap();
        assert_eq!(scheme.token("impact", "DoS").unwrap().token, "disrupt_service");
        let rank = |token| scheme.token("risk", token).unwrap().rank;
        assert!(rank("high") > rank("medium"));
        assert_eq!(rank("not_rated"), None);
        assert_eq!(scheme.token("risk", "severe"), None);
    }
}
