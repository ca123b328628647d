//! A calendar day, as records of teams name it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::model::time::Timestamp;

/// A day, a month or a year as registries write it: `2008-01-05`, `2008-01` or `2008`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(String);

/// A text that is no [`Day`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no day like 2008-01-05, no month and no year")]
pub struct BadDay(String);

impl Day {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The day of a point in time, in UTC.
    pub fn of(at: Timestamp) -> Self {
        Self(at.to_string().chars().take(10).collect())
    }
}

fn number(text: &str, digits: usize, range: std::ops::RangeInclusive<u32>) -> bool {
    text.len() == digits
        && text.bytes().all(|b| b.is_ascii_digit())
        && text.parse().is_ok_and(|n| range.contains(&n))
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl FromStr for Day {
    type Err = BadDay;
    fn from_str(text: &str) -> Result<Self, BadDay> {
        let text = text.trim();
        let mut parts = text.split('-');
        let year = parts.next().filter(|year| number(year, 4, 1900..=2200));
        let month = parts.next();
        let day = parts.next();
        let days = || {
            let (year, month) = (year?.parse().ok()?, month?.parse().ok()?);
            Some(days_in(year, month))
        };
        let good = year.is_some()
            && month.is_none_or(|month| number(month, 2, 1..=12))
            && day.is_none_or(|day| number(day, 2, 1..=days().unwrap_or_default()))
            && parts.next().is_none();
        match good {
            true => Ok(Self(text.into())),
            false => Err(BadDay(text.chars().take(40).collect())),
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Day {
    type Error = BadDay;
    fn try_from(text: String) -> Result<Self, BadDay> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn day_month_and_year_are_taken() {
        for text in ["2008", "2008-01", "2008-01-05", "2024-02-29", " 1999-12-31 "] {
            assert_eq!(text.parse::<Day>().unwrap().as_str(), text.trim());
        }
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in ["", "08", "2008-13", "2008-1-5", "2023-02-29", "2008-01-05-", "05.01.2008"] {
            assert!(text.parse::<Day>().is_err(), "{text:?}");
        }
    }
}
