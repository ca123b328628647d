//! What stands behind a field.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime, Time};

use super::words::{is_bare, quoted};
use crate::model::time::Timestamp;

/// What a field has to be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Test {
    /// One of these.
    OneOf(Vec<Value>),
    /// More or less than this.
    Compare(Comparison, Value),
}

/// How values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>=`
    AtLeast,
    /// `>`
    More,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// A text or name, as typed.
    Text(String),
    /// A word that the field knows.
    Word(&'static str),
    /// A number, in hundredths.
    Number(i64),
    /// A point or span of time.
    When(When),
}

/// A point or span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// A day in UTC.
    Day(Day),
    /// This day in UTC.
    Today,
    /// The day before.
    Yesterday,
    /// A second.
    At(Timestamp),
    /// So long ago.
    Ago(Span),
}

/// A day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

/// A span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// How many.
    pub count: u16,
    /// Of what.
    pub unit: Unit,
}

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Unit {
    /// `h`
    Hour,
    /// `d`: 24 hours.
    Day,
    /// `w`: seven of these.
    Week,
}

/// From when on, and before when; `None` for ever. In microseconds, as in the database.
pub type Interval = (Option<i64>, Option<i64>);

const DAY_SECONDS: i64 = 24 * 3600;

impl Comparison {
    /// As it is written.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::AtLeast => ">=",
            Self::More => ">",
        }
    }

    /// The same between a time and an age: what is younger than a week came later than a week ago.
    const fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::More,
            Self::AtMost => Self::AtLeast,
            Self::AtLeast => Self::AtMost,
            Self::More => Self::Less,
        }
    }

    /// Whether it holds between two numbers.
    pub const fn holds(self, left: i64, right: i64) -> bool {
        match self {
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::AtLeast => left >= right,
            Self::More => left > right,
        }
    }
}

impl When {
    /// Reads a day, a time, `today`, `yesterday`, or a span as `7d`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "today" => return Some(Self::Today),
            "yesterday" => return Some(Self::Yesterday),
            _ => {}
        }
        let day = Day::parse(text).map(Self::Day);
        // To the second: that is how it is written back.
        let at = || Timestamp::parse(&text.to_ascii_uppercase()).ok();
        let at = || at().map(|at| Self::At(Timestamp::from_seconds(at.seconds())));
        day.or_else(at).or_else(|| Span::parse(text).map(Self::Ago))
    }

    /// From when on, and before when, that is.
    fn interval(self, now: Timestamp) -> (i64, i64) {
        let today = now.seconds().div_euclid(DAY_SECONDS);
        let day = |day: i64| {
            let from = Timestamp::from_seconds(day.saturating_mul(DAY_SECONDS));
            (from.micros(), from.plus_seconds(DAY_SECONDS).micros())
        };
        match self {
            Self::Day(Day(date)) => {
                let from = OffsetDateTime::new_utc(date, Time::MIDNIGHT).unix_timestamp();
                day(from.div_euclid(DAY_SECONDS))
            }
            Self::Today => day(today),
            Self::Yesterday => day(today - 1),
            Self::At(at) => (at.micros(), at.plus_seconds(1).micros()),
            Self::Ago(span) => {
                let at = now.plus_seconds(-span.seconds()).micros();
                (at, at.saturating_add(1))
            }
        }
    }
}

impl Day {
    /// Reads `2026-11-01`.
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let digits = |text: &str, count| {
            let fits = text.len() == count && text.bytes().all(|octet| octet.is_ascii_digit());
            fits.then(|| text.parse::<u16>().ok()).flatten()
        };
        let month = u8::try_from(digits(month, 2)?).ok()?.try_into().ok()?;
        let day = u8::try_from(digits(day, 2)?).ok()?;
        let date = Date::from_calendar_date(digits(year, 4)?.into(), month, day).ok()?;
        parts.next().is_none().then_some(Self(date))
    }

    /// So many days after 1970-01-01.
    pub fn after_epoch(days: u16) -> Self {
        Self(OffsetDateTime::UNIX_EPOCH.date().saturating_add(Duration::days(days.into())))
    }
}

impl Span {
    /// Reads `7d`.
    fn parse(text: &str) -> Option<Self> {
        let (count, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let unit = match unit {
            "h" | "H" => Unit::Hour,
            "d" | "D" => Unit::Day,
            "w" | "W" => Unit::Week,
            _ => return None,
        };
        let digits = !count.is_empty() && count.bytes().all(|octet| octet.is_ascii_digit());
        digits.then(|| Some(Self { count: count.parse().ok()?, unit })).flatten()
    }

    /// How long it is.
    pub const fn seconds(self) -> i64 {
        let unit = match self.unit {
            Unit::Hour => 3600,
            Unit::Day => DAY_SECONDS,
            Unit::Week => 7 * DAY_SECONDS,
        };
        self.count as i64 * unit
    }
}

impl Test {
    /// The spans of time in which it holds.
    pub fn intervals(&self, now: Timestamp) -> Vec<Interval> {
        let of = |value: &Value| match value {
            Value::When(when) => Some(*when),
            _ => None,
        };
        match self {
            Self::OneOf(values) => {
                let all = values.iter().filter_map(of).map(|when| when.interval(now));
                all.map(|(from, before)| (Some(from), Some(before))).collect()
            }
            Self::Compare(comparison, value) => {
                let Some(when) = of(value) else { return Vec::new() };
                let (from, before) = when.interval(now);
                let comparison = match when {
                    When::Ago(_) => comparison.mirrored(),
                    _ => *comparison,
                };
                vec![match comparison {
                    Comparison::Less => (None, Some(from)),
                    Comparison::AtMost => (None, Some(before)),
                    Comparison::AtLeast => (Some(from), None),
                    Comparison::More => (Some(before), None),
                }]
            }
        }
    }

    /// Whether a number passes.
    pub fn takes(&self, number: i64) -> bool {
        match self {
            Self::OneOf(values) => values.contains(&Value::Number(number)),
            Self::Compare(comparison, Value::Number(bound)) => comparison.holds(number, *bound),
            Self::Compare(..) => false,
        }
    }

    /// Whether a point of time passes.
    pub fn covers(&self, at: Timestamp, now: Timestamp) -> bool {
        let at = at.micros();
        let inside = |(from, before): &Interval| {
            from.is_none_or(|from| from <= at) && before.is_none_or(|before| at < before)
        };
        self.intervals(now).iter().any(inside)
    }

    /// Whether a word of the field is among the values.
    pub fn has(&self, word: &str) -> bool {
        self.words().any(|one| one == word)
    }

    /// The texts and names among the values.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.values().filter_map(|value| match value {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// The words of the field among the values.
    pub fn words(&self) -> impl Iterator<Item = &'static str> {
        self.values().filter_map(|value| match value {
            Value::Word(word) => Some(*word),
            _ => None,
        })
    }

    /// The numbers among the values.
    pub fn numbers(&self) -> impl Iterator<Item = i64> {
        self.values().filter_map(|value| match value {
            Value::Number(number) => Some(*number),
            _ => None,
        })
    }

    fn values(&self) -> std::slice::Iter<'_, Value> {
        match self {
            Self::OneOf(values) => values.iter(),
            Self::Compare(..) => [].iter(),
        }
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneOf(values) => {
                f.write_str(":")?;
                super::joined(f, values, ",")
            }
            Self::Compare(comparison, value) => write!(f, "{}{value}", comparison.sign()),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) if is_bare(text) => f.write_str(text),
            Self::Text(text) => f.write_str(&quoted(text)),
            Self::Word(word) => f.write_str(word),
            Self::Number(hundredths) => {
                let (whole, part) = (hundredths / 100, hundredths % 100);
                match (part, part % 10) {
                    (0, _) => write!(f, "{whole}"),
                    (_, 0) => write!(f, "{whole}.{}", part / 10),
                    _ => write!(f, "{whole}.{part:02}"),
                }
            }
            Self::When(when) => write!(f, "{when}"),
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(Day(date)) => {
                write!(f, "{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
            }
            Self::Today => f.write_str("today"),
            Self::Yesterday => f.write_str("yesterday"),
            Self::At(at) => write!(f, "{at}"),
            Self::Ago(Span { count, unit }) => {
                let unit = match unit {
                    Unit::Hour => 'h',
                    Unit::Day => 'd',
                    Unit::Week => 'w',
                };
                write!(f, "{count}{unit}")
            }
        }
    }
}
