//! The common scale to which words and scores are mapped, so that they can be compared at all.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A band of the common scale: the qualitative ratings of CVSS 3 [CVSS 3.1 §5].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Band {
    /// No risk.
    None,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

impl Band {
    const ALL: [Self; 5] = [Self::None, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The band with a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|band| band.name() == name)
    }

    /// The band in words, with its letter for where there is no room.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The letter that stands beside the colour.
    pub const fn letter(self) -> char {
        match self {
            Self::None => 'N',
            Self::Low => 'L',
            Self::Medium => 'M',
            Self::High => 'H',
            Self::Critical => 'C',
        }
    }
}

impl fmt::Display for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A score with one decimal, 0.0 to 10.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "f64")]
#[serde(from = "f64")]
pub struct Score(u8);

impl Score {
    /// A score of so many tenths; more than 100 are 100.
    pub const fn tenths(tenths: u8) -> Self {
        Self(if tenths > 100 { 100 } else { tenths })
    }

    /// So many tenths.
    pub const fn in_tenths(self) -> u8 {
        self.0
    }

    /// The score that a text states: `9.8`, `10`.
    pub fn parse(text: &str) -> Option<Self> {
        let value: f64 = text.trim().parse().ok()?;
        (0.0..=10.0).contains(&value).then(|| Self::from(value))
    }

    /// The band of CVSS 3 and 4 [CVSS 3.1 §5, CVSS 4.0 §6].
    pub const fn band(self) -> Band {
        match self.0 {
            0 => Band::None,
            1..=39 => Band::Low,
            40..=69 => Band::Medium,
            70..=89 => Band::High,
            _ => Band::Critical,
        }
    }

    /// The band of CVSS 2, which knew none of its own: NVD's, low up to 3.9, high from 7.0.
    pub const fn band_of_2(self) -> Band {
        match self.0 {
            0..=39 => Band::Low,
            40..=69 => Band::Medium,
            _ => Band::High,
        }
    }
}

impl From<f64> for Score {
    fn from(value: f64) -> Self {
        let tenths = (value * 10.0).round().clamp(0.0, 100.0);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // clamped above
        Self(tenths as u8)
    }
}

impl From<Score> for f64 {
    fn from(score: Score) -> Self {
        Self::from(score.0) / 10.0
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 / 10, self.0 % 10)
    }
}
