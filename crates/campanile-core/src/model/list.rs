//! Lists and their policy.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::alert::Encoding;
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
/// [alerts]
/// format = "iodef-2"
/// remind_after_minutes = [30, 60]
/// call_after_minutes = 90
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Oldest signature that is distributed, in seconds before now.
    pub freshness_seconds: i64,
    /// Answers that differ from [`Condition::default_disposition`].
    pub conditions: BTreeMap<Condition, Disposition>,
    /// How alerts are written, and what happens about teams that do not acknowledge one.
    pub alerts: AlertRules,
}

/// How alerts are written, and what happens about silence. Minutes count from when a team is
/// asked; a step is taken once for each team, and only while it is silent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AlertRules {
    /// The encoding of the document in the mail.
    pub format: Encoding,
    /// When silent teams are reminded by sealed mail.
    pub remind_after_minutes: Vec<u32>,
    /// When silent teams are put on the calling list.
    pub call_after_minutes: Option<u32>,
    /// When the telephones of silent teams are paged by the operator's program or webhook.
    pub page_after_minutes: Vec<u32>,
}

/// A step that the rules want.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Sealed mail to the silent teams.
    Remind,
    /// The silent teams are put on the calling list.
    Call,
    /// A message without content to their telephones.
    Page,
}

named!(Step, "step", Remind = "remind", Call = "call", Page = "page");

impl AlertRules {
    /// All steps with their minutes, in order.
    pub fn steps(&self) -> Vec<(u32, Step)> {
        let remind = self.remind_after_minutes.iter().map(|minutes| (*minutes, Step::Remind));
        let call = self.call_after_minutes.iter().map(|minutes| (*minutes, Step::Call));
        let page = self.page_after_minutes.iter().map(|minutes| (*minutes, Step::Page));
        let mut steps: Vec<_> = remind.chain(call).chain(page).collect();
        steps.sort_unstable();
        steps.dedup();
        steps
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            freshness_seconds: limits::FRESHNESS_SECONDS,
            conditions: BTreeMap::new(),
            alerts: AlertRules::default(),
        }
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
