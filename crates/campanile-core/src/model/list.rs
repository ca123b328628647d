//! Lists and their policy.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::condition::Condition;
use super::limits;
use super::team::named;

/// What happens to a mail that shows a condition.
///
/// Ordered from mild to severe: of several conditions the most severe answer counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Disposition {
    /// Distributed as if the condition were not there.
    Accept,
    /// Kept sealed until an operator releases or drops it.
    Hold,
    /// Not distributed; recorded with its reasons.
    Refuse,
    /// Not distributed, recorded as known already (replays).
    Discard,
}

named!(
    Disposition,
    "disposition",
    Accept = "accept",
    Hold = "hold",
    Refuse = "refuse",
    Discard = "discard"
);

/// The rules of one list: a table of conditions and a few numbers.
///
/// Read from TOML, every key optional:
///
/// ```toml
/// freshness_seconds = 604800        # oldest signature, in seconds
/// [conditions]
/// inline = "refuse"
/// stale = "hold"
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Oldest signature that is distributed, in seconds before now.
    pub freshness_seconds: i64,
    /// Answers that differ from [`Condition::default_disposition`].
    pub conditions: BTreeMap<Condition, Disposition>,
}

impl Default for Policy {
    fn default() -> Self {
        Self { freshness_seconds: limits::FRESHNESS_SECONDS, conditions: BTreeMap::new() }
    }
}

impl Policy {
    /// The answer to one condition.
    ///
    /// # Security
    /// A condition that [may not be waived](Condition::waivable) keeps its default whatever
    /// the table says.
    pub fn disposition(&self, condition: Condition) -> Disposition {
        let chosen = self.conditions.get(&condition).copied();
        match chosen {
            Some(chosen) if condition.waivable() || chosen > Disposition::Hold => chosen,
            _ => condition.default_disposition(),
        }
    }
}
