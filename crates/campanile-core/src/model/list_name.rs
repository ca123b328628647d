//! Names of lists.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The short name of a list, as in `[alert]` and on the command line.
///
/// 1 to 64 lower-case ASCII letters, digits, `-`, `_`, first a letter or digit. It names a
/// folder of key files, so it can be no path and no option, and never differs by letter case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ListName(String);

/// A text that is no list name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no list name: 1 to 64 lower-case letters, digits, `-` or `_`, \
     first a letter or digit"
)]
pub struct BadListName(String);

impl ListName {
    /// The name as registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ListName {
    type Err = BadListName;
    fn from_str(text: &str) -> Result<Self, BadListName> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let good = (1..=64).contains(&text.len())
            && text.bytes().all(|b| plain(b) || b"-_".contains(&b))
            && text.bytes().next().is_some_and(plain);
        match good {
            true => Ok(Self(text.into())),
            false => Err(BadListName(text.chars().take(64).collect())),
        }
    }
}

impl fmt::Display for ListName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ListName {
    type Error = BadListName;
    fn try_from(text: String) -> Result<Self, BadListName> {
        text.parse()
    }
}

impl From<ListName> for String {
    fn from(name: ListName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_a_path_or_an_option_is_refused() {
        for text in ["", ".", "..", "a/b", "-a", "_a", "Alert", "a b", "a.b", "ä", "a\0"] {
            assert!(text.parse::<ListName>().is_err(), "{text:?}");
        }
        assert!("a".repeat(65).parse::<ListName>().is_err());
    }

    #[test]
    fn plain_name_is_taken() {
        assert_eq!("ti-alerts_2".parse::<ListName>().unwrap().as_str(), "ti-alerts_2");
    }
}
