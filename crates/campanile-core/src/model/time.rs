//! Points in time.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A point in time: microseconds since 1970-01-01T00:00:00Z.
///
/// Written as RFC 3339 in UTC. Never read from a clock inside this crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(i64);

/// A text that is no RFC 3339 date and time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no date and time like 2026-11-21T18:40:00Z")]
pub struct BadTimestamp(String);

impl Timestamp {
    /// From microseconds since the Unix epoch, as the database stores it.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From whole seconds since the Unix epoch; saturates.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    /// Microseconds since the Unix epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// This point, `seconds` later (or earlier, when negative); saturates.
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// The same point for the libraries that want a [`SystemTime`].
    pub fn system_time(self) -> SystemTime {
        let magnitude = Duration::from_micros(self.0.unsigned_abs());
        let moved = match self.0 >= 0 {
            true => UNIX_EPOCH.checked_add(magnitude),
            false => UNIX_EPOCH.checked_sub(magnitude),
        };
        moved.unwrap_or(UNIX_EPOCH)
    }

    /// From a [`SystemTime`]; saturates outside of the range of `i64` microseconds.
    pub fn from_system_time(at: SystemTime) -> Self {
        match at.duration_since(UNIX_EPOCH) {
            Ok(after) => Self(i64::try_from(after.as_micros()).unwrap_or(i64::MAX)),
            Err(before) => {
                Self(i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |m| -m))
            }
        }
    }

    /// Reads an RFC 3339 date and time with any offset.
    ///
    /// # Errors
    /// [`BadTimestamp`] with the text.
    pub fn parse(text: &str) -> Result<Self, BadTimestamp> {
        let at = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| BadTimestamp(text.into()))?;
        let micros = i64::try_from(at.unix_timestamp_nanos() / 1000);
        micros.map(Self).map_err(|_| BadTimestamp(text.into()))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = OffsetDateTime::from_unix_timestamp(self.seconds());
        match at.ok().and_then(|at| at.format(&Rfc3339).ok()) {
            Some(text) => f.write_str(&text),
            None => write!(f, "{} µs", self.0),
        }
    }
}

impl TryFrom<String> for Timestamp {
    type Error = BadTimestamp;
    fn try_from(text: String) -> Result<Self, BadTimestamp> {
        Self::parse(&text)
    }
}

impl From<Timestamp> for String {
    fn from(at: Timestamp) -> Self {
        at.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_reads_back_equal() {
        let at = Timestamp::parse("2026-08-25T02:00:00Z").unwrap();
        assert_eq!(at.to_string(), "2026-08-25T02:00:00Z");
        assert_eq!(Timestamp::from_system_time(at.system_time()), at);
    }

    #[test]
    fn offset_is_turned_into_utc() {
        let at = Timestamp::parse("2026-08-25T04:00:00+02:00").unwrap();
        assert_eq!(at.to_string(), "2026-08-25T02:00:00Z");
    }

    #[test]
    fn text_without_offset_is_refused() {
        assert!(Timestamp::parse("2026-08-25 02:00:00").is_err());
    }
}
