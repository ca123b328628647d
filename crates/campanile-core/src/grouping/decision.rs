//! Decisions of people about groups. They win over every rule, and belong to the keys of
//! advisories, so that a new version or import finds them again.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::entry::AdvisoryKey;
use crate::model::time::Timestamp;

/// What somebody decided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// These two are about the same.
    Join(AdvisoryKey, AdvisoryKey),
    /// These two are never in one group.
    Never(AdvisoryKey, AdvisoryKey),
    /// No rule puts this one into a group; a join does. (Whoever detaches one that was joined by
    /// hand means to undo the join as well: the action does that first.)
    Detach(AdvisoryKey),
}

/// A verdict, with who, when and why. To undo it is to remove it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Decision {
    /// What.
    pub verdict: Verdict,
    /// When.
    pub at: Timestamp,
    /// Who, as shown: a person and their team.
    pub by: String,
    /// Why.
    pub reason: String,
}

impl Verdict {
    /// The advisories it names.
    pub fn names(&self) -> impl Iterator<Item = &AdvisoryKey> {
        match self {
            Self::Join(a, b) | Self::Never(a, b) => [Some(a), Some(b)],
            Self::Detach(a) => [Some(a), None],
        }
        .into_iter()
        .flatten()
    }
}

/// The decisions that hold. Where two contradict each other the later one holds, and *never* of
/// two at the same time; which of them holds does not depend on the order in which they come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decisions {
    joins: BTreeSet<(AdvisoryKey, AdvisoryKey)>,
    nevers: BTreeMap<AdvisoryKey, BTreeSet<AdvisoryKey>>,
    detached: BTreeSet<AdvisoryKey>,
    joined: BTreeMap<AdvisoryKey, BTreeSet<AdvisoryKey>>,
}

impl Decisions {
    /// What holds of these.
    pub fn new<'a>(all: impl IntoIterator<Item = &'a Decision>) -> Self {
        let mut joins: BTreeMap<(AdvisoryKey, AdvisoryKey), Timestamp> = BTreeMap::new();
        let mut nevers = joins.clone();
        let mut held = Self::default();
        for decision in all {
            match &decision.verdict {
                Verdict::Join(a, b) if a != b => latest(&mut joins, pair(a, b), decision.at),
                Verdict::Never(a, b) if a != b => latest(&mut nevers, pair(a, b), decision.at),
                Verdict::Detach(a) => drop(held.detached.insert(a.clone())),
                Verdict::Join(..) | Verdict::Never(..) => {}
            }
        }
        for ((a, b), at) in &nevers {
            if joins.get(&(a.clone(), b.clone())).is_none_or(|joined| joined <= at) {
                held.nevers.entry(a.clone()).or_default().insert(b.clone());
                held.nevers.entry(b.clone()).or_default().insert(a.clone());
            }
        }
        for (a, b) in joins.into_keys() {
            if !held.never(&a, &b) {
                held.joined.entry(a.clone()).or_default().insert(b.clone());
                held.joined.entry(b.clone()).or_default().insert(a.clone());
                held.joins.insert((a, b));
            }
        }
        held
    }

    /// Whether these two may not be in one group.
    pub fn never(&self, a: &AdvisoryKey, b: &AdvisoryKey) -> bool {
        self.nevers.get(a).is_some_and(|others| others.contains(b))
    }

    /// Whether no rule puts this one into a group.
    pub fn is_detached(&self, key: &AdvisoryKey) -> bool {
        self.detached.contains(key)
    }

    /// Whether somebody joined this one with another.
    pub fn is_joined(&self, key: &AdvisoryKey) -> bool {
        self.joined.contains_key(key)
    }

    /// Those that are never with this one.
    pub fn kept_from(&self, key: &AdvisoryKey) -> impl Iterator<Item = &AdvisoryKey> {
        self.nevers.get(key).into_iter().flatten()
    }

    /// Those that somebody joined with this one.
    pub fn joined_with(&self, key: &AdvisoryKey) -> impl Iterator<Item = &AdvisoryKey> {
        self.joined.get(key).into_iter().flatten()
    }

    pub(super) fn joins(&self) -> impl Iterator<Item = (&AdvisoryKey, &AdvisoryKey)> {
        self.joins.iter().map(|(a, b)| (a, b))
    }

    pub(super) fn any_never(&self) -> bool {
        !self.nevers.is_empty()
    }
}

fn latest<K: Ord>(map: &mut BTreeMap<K, Timestamp>, key: K, at: Timestamp) {
    let kept = map.entry(key).or_insert(at);
    *kept = (*kept).max(at);
}

fn pair(a: &AdvisoryKey, b: &AdvisoryKey) -> (AdvisoryKey, AdvisoryKey) {
    if a <= b { (a.clone(), b.clone()) } else { (b.clone(), a.clone()) }
}
