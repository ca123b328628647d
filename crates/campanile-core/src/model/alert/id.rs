//! Incident identifiers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::model::team::Handle;

/// Longest identifier, in octets: it stands in subjects, file names and addresses of pages.
pub const ALERT_ID_OCTETS_MAX: usize = 100;

/// The identifier of an alert, with the handle of its team in front: `DFN-CERT-0816`.
///
/// 1 to 100 ASCII letters, digits, `.`, `-`, `_`, `:`; the first is a letter or digit. Compared
/// without letter case, as people read them out on the telephone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AlertId(String);

/// A text that is no [`AlertId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no incident ID: up to 100 letters, digits, `.`, `-`, `_` or `:`, like 0816")]
pub struct BadAlertId(String);

impl AlertId {
    /// The identifier of a team's alert: the handle is put in front unless it stands there.
    ///
    /// # Errors
    /// [`BadAlertId`] when the whole is none.
    pub fn of_team(team: &Handle, text: &str) -> Result<Self, BadAlertId> {
        let (text, prefix) = (text.trim(), format!("{team}-"));
        let head = text.get(..prefix.len());
        match head.is_some_and(|head| head.eq_ignore_ascii_case(&prefix)) {
            true => format!("{prefix}{}", text.get(prefix.len()..).unwrap_or_default()).parse(),
            false if text.is_empty() => Err(BadAlertId(String::new())),
            false => format!("{prefix}{text}").parse(),
        }
    }

    /// The identifier.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form that is compared and looked up.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl FromStr for AlertId {
    type Err = BadAlertId;
    fn from_str(text: &str) -> Result<Self, BadAlertId> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b".-_:".contains(&b);
        let good = (1..=ALERT_ID_OCTETS_MAX).contains(&text.len())
            && text.bytes().all(allowed)
            && text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && !text.ends_with('-');
        match good {
            true => Ok(Self(text.into())),
            false => Err(BadAlertId(text.chars().take(ALERT_ID_OCTETS_MAX).collect())),
        }
    }
}

impl fmt::Display for AlertId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for AlertId {
    type Error = BadAlertId;
    fn try_from(text: String) -> Result<Self, BadAlertId> {
        text.parse()
    }
}

impl From<AlertId> for String {
    fn from(id: AlertId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handle_is_put_in_front_once() {
        let team: Handle = "DFN-CERT".parse().unwrap();
        let id = |text| AlertId::of_team(&team, text).map(String::from);
        assert_eq!(id("0816").unwrap(), "DFN-CERT-0816");
        assert_eq!(id(" dfn-cert-0816 ").unwrap(), "DFN-CERT-0816");
        assert!(id("").is_err() && id("DFN-CERT-").is_err() && id("a b").is_err());
    }

    #[test]
    fn what_is_no_identifier_is_refused() {
        for text in ["", "-1", "a/b", "a\nb", "ä", &"x".repeat(101)] {
            assert!(text.parse::<AlertId>().is_err(), "{text:?}");
        }
    }
}
