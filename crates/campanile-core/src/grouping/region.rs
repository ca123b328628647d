//! One change, worked out from what lies around it.
//!
//! A region grows by questions until it holds every group that the change can touch, whole, and
//! every leaning advisory that can move with them. Then the same rules are applied to it as to
//! everything. What is asked for is bounded by the neighbours of the change, not by the store.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::{Deserialize, Serialize};

use super::cluster;
use super::decision::{Decision, Decisions};
use super::entry::{AdvisoryKey, Entry};
use super::group_id::{GroupId, anchored};
use super::lean::{Hosts, settle};
use super::partition::stands;
use super::relation::{same_citations, same_vulnerabilities};
use crate::model::advisory::Identifier;

/// What the store knows of an advisory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The advisory.
    pub entry: Entry,
    /// The group in which it is.
    pub group: GroupId,
    /// Every decision that names it.
    pub decisions: Vec<Decision>,
}

/// What a region has to know next. An answer is one list of all that fits any part of it; what is
/// not in the store is left out, what is in the list twice or unasked does no harm.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// These advisories.
    pub advisories: BTreeSet<AdvisoryKey>,
    /// Every member of these groups.
    pub groups: BTreeSet<GroupId>,
    /// Every advisory that has one of these as `Role::Vulnerability`.
    pub vulnerabilities: BTreeSet<Identifier>,
    /// Every advisory that has one of these as `Role::Own` or `Role::Cites`, and names no
    /// vulnerability.
    pub leaning: BTreeSet<Identifier>,
    /// Advisories that have one of these as `Role::Own` or `Role::Cites`, and name vulnerabilities
    /// or are joined by a decision. More than `CITING_ADVISORIES_MAX` + 1 per identifier and role
    /// are not needed.
    pub hosts: BTreeSet<Identifier>,
}

impl Question {
    fn is_empty(&self) -> bool {
        self.advisories.is_empty()
            && self.groups.is_empty()
            && self.vulnerabilities.is_empty()
            && self.leaning.is_empty()
            && self.hosts.is_empty()
    }
}

/// What a change comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Advisories that are in another group now, or new in one, in order.
    pub moved: BTreeMap<AdvisoryKey, GroupId>,
    /// Names under which no group is any more, each with where it leads now.
    pub redirects: BTreeMap<GroupId, GroupId>,
    /// Groups whose members or evidence are not what they were; those of `redirects` included.
    pub touched: BTreeSet<GroupId>,
}

/// A change and its surroundings. The module's head shows the use.
#[derive(Debug, Clone)]
pub struct Region {
    /// What changes, as it is afterwards: none for what is removed.
    seeds: BTreeMap<AdvisoryKey, Option<Entry>>,
    /// What the seeds were and had before.
    before: Vec<Known>,
    known: BTreeMap<AdvisoryKey, Known>,
    decisions: BTreeSet<Decision>,
    held: Decisions,
    asked: Question,
}

impl Region {
    /// A new advisory, or a new version of one: `before` is what the store has of it. `decisions`
    /// are those that name it; they may be older than the advisory.
    pub fn added(entry: Entry, before: Option<Known>, decisions: Vec<Decision>) -> Self {
        Self::new([(entry.key.clone(), Some(entry))], before, decisions)
    }

    /// An advisory that is taken away.
    pub fn removed(before: Known) -> Self {
        let decisions = before.decisions.clone();
        Self::new([(before.entry.key.clone(), None)], Some(before), decisions)
    }

    /// Advisories about which something was decided or undone. In `now`, each has the decisions
    /// that hold from now on.
    pub fn decided(now: Vec<Known>) -> Self {
        let seeds = now.iter().map(|one| (one.entry.key.clone(), Some(one.entry.clone())));
        let decisions = now.iter().flat_map(|one| one.decisions.clone()).collect();
        Self::new(seeds.collect::<Vec<_>>(), now, decisions)
    }

    fn new(
        seeds: impl IntoIterator<Item = (AdvisoryKey, Option<Entry>)>,
        before: impl IntoIterator<Item = Known>,
        decisions: Vec<Decision>,
    ) -> Self {
        let decisions: BTreeSet<_> = decisions.into_iter().collect();
        Self {
            seeds: seeds.into_iter().collect(),
            before: before.into_iter().collect(),
            known: BTreeMap::new(),
            held: Decisions::new(&decisions),
            decisions,
            asked: Question::default(),
        }
    }

    /// What the region has to know next; `None` when it knows enough.
    pub fn question(&mut self) -> Option<Question> {
        let wanted = self.wanted_groups();
        let mut question = self.fresh(wanted);
        if question.is_empty() {
            // Only when the groups are whole is it known what leans on them.
            let wanted = self.wanted_leaning();
            question = self.fresh(wanted);
        }
        (!question.is_empty()).then_some(question)
    }

    /// Takes an answer.
    pub fn answer(&mut self, known: impl IntoIterator<Item = Known>) {
        for one in known {
            let key = &one.entry.key;
            if self.seeds.contains_key(key) {
                continue;
            }
            self.decisions.extend(one.decisions.iter().cloned());
            self.known.insert(key.clone(), one);
        }
        self.held = Decisions::new(&self.decisions);
    }

    /// What was not asked yet; from now on it was.
    fn fresh(&mut self, wanted: Question) -> Question {
        fn new<T: Ord + Clone>(asked: &mut BTreeSet<T>, wanted: BTreeSet<T>) -> BTreeSet<T> {
            wanted.into_iter().filter(|one| asked.insert(one.clone())).collect()
        }
        let known =
            |key: &AdvisoryKey| self.known.contains_key(key) || self.seeds.contains_key(key);
        let advisories = wanted.advisories.into_iter().filter(|key| !known(key)).collect();
        Question {
            advisories: new(&mut self.asked.advisories, advisories),
            groups: new(&mut self.asked.groups, wanted.groups),
            vulnerabilities: new(&mut self.asked.vulnerabilities, wanted.vulnerabilities),
            leaning: new(&mut self.asked.leaning, wanted.leaning),
            hosts: new(&mut self.asked.hosts, wanted.hosts),
        }
    }

    /// Groups that can change, whole: those of the seeds, of what is the same as a seed, and of
    /// what was joined with or is kept from a member.
    fn wanted_groups(&self) -> Question {
        let mut wanted = Question::default();
        wanted.groups.extend(self.before.iter().map(|one| one.group.clone()));
        for seed in self.seeds.values().flatten() {
            if self.held.is_detached(&seed.key) {
                continue;
            }
            wanted.vulnerabilities.extend(seed.telling().iter().flatten().cloned());
            let same = |one: &&Known| {
                !self.held.is_detached(&one.entry.key) && same_vulnerabilities(seed, &one.entry)
            };
            wanted.groups.extend(self.known.values().filter(same).map(|one| one.group.clone()));
        }
        let inside = self.known.values().filter(|one| self.asked.groups.contains(&one.group));
        let standing = inside.map(|one| &one.entry.key).chain(self.seeds.keys());
        for key in standing {
            for other in self.held.joined_with(key).chain(self.held.kept_from(key)) {
                wanted.advisories.insert(other.clone());
                let other = self.known.get(other);
                let other = other.filter(|one| stands(&one.entry, &self.held));
                wanted.groups.extend(other.map(|one| one.group.clone()));
            }
        }
        wanted
    }

    /// What may lean on the groups that change, all that is the same as that or kept from it, and
    /// what it may lean on.
    fn wanted_leaning(&self) -> Question {
        let mut wanted = Question { leaning: self.shaken_ids(), ..Question::default() };
        wanted.advisories.extend(self.seeds.keys().flat_map(|k| self.held.kept_from(k)).cloned());
        for (entry, group) in self.standing() {
            if self.moves(entry, &group) {
                wanted.advisories.extend(self.held.kept_from(&entry.key).cloned());
            }
        }
        for entry in self.leaning() {
            wanted.leaning.extend(entry.own.iter().chain(&entry.cites).cloned());
            wanted.hosts.extend(entry.own.iter().chain(&entry.cites).cloned());
            wanted.advisories.extend(self.held.kept_from(&entry.key).cloned());
        }
        wanted
    }

    /// Identifiers of what stands by itself and moves: what leans on them may move as well.
    fn shaken_ids(&self) -> BTreeSet<Identifier> {
        let standing = self.standing();
        let moving = standing.iter().filter(|(entry, group)| self.moves(entry, group));
        let moving = moving.map(|(entry, _)| *entry);
        let all = moving.chain(self.before.iter().map(|one| &one.entry));
        all.flat_map(|entry| entry.own.iter().chain(&entry.cites)).cloned().collect()
    }

    /// Whether an advisory is not where it was, or is itself what changes.
    fn moves(&self, entry: &Entry, group: &GroupId) -> bool {
        self.known.get(&entry.key).is_none_or(|known| known.group != *group)
    }

    /// Every advisory of the whole groups, as it is after the change.
    fn inside(&self) -> impl Iterator<Item = &Entry> {
        let whole = self.known.values().filter(|one| self.asked.groups.contains(&one.group));
        self.seeds.values().flatten().chain(whole.map(|one| &one.entry))
    }

    /// The advisories of the whole groups that stand by themselves, in their groups.
    fn standing(&self) -> Vec<(&Entry, GroupId)> {
        let entries: Vec<&Entry> =
            self.inside().filter(|entry| stands(entry, &self.held)).collect();
        let mut placed = Vec::with_capacity(entries.len());
        for list in cluster::of_named(&entries, &self.held) {
            let members: Vec<&Entry> =
                list.iter().filter_map(|at| entries.get(*at).copied()).collect();
            let Some(id) = anchored(members.iter().copied()) else { continue };
            placed.extend(members.into_iter().map(|member| (member, id.clone())));
        }
        placed
    }

    /// The leaning advisories that may move: the seeds, those of groups that move, those that bear
    /// an identifier of what moves, and all that is the same as one of them or kept from it.
    fn leaning(&self) -> Vec<&Entry> {
        let around = self.known.values().filter(|one| !stands(&one.entry, &self.held));
        let mut rest: Vec<&Known> = around.collect();
        let seeds = self.seeds.values().flatten();
        let mut found: Vec<&Entry> = seeds.filter(|one| !stands(one, &self.held)).collect();
        let standing = self.standing();
        let moving = standing.iter().filter(|(entry, group)| self.moves(entry, group));
        let moving: Vec<&Entry> = moving.map(|(entry, _)| *entry).collect();
        let left = moving.iter().filter_map(|entry| self.known.get(&entry.key));
        let left: BTreeSet<&GroupId> = left.chain(&self.before).map(|one| &one.group).collect();
        let ids = self.shaken_ids();
        let shaken = moving.iter().map(|entry| &entry.key).chain(self.seeds.keys());
        let mut kept: BTreeSet<&AdvisoryKey> =
            shaken.flat_map(|key| self.held.kept_from(key)).collect();
        let is_first = |one: &Known| {
            let entry = &one.entry;
            left.contains(&one.group)
                || kept.contains(&entry.key)
                || entry.own.iter().chain(&entry.cites).any(|i| ids.contains(i))
        };
        let (first, others) = rest.into_iter().partition(|one| is_first(one));
        rest = others;
        found.extend(first.iter().map(|one: &&Known| &one.entry));
        let mut next = 0;
        while let Some(entry) = found.get(next).copied() {
            next += 1;
            kept.extend(self.held.kept_from(&entry.key));
            let free = |entry: &Entry| !self.held.is_detached(&entry.key);
            let same =
                |one: &Known| free(entry) && free(&one.entry) && same_citations(entry, &one.entry);
            let (more, others): (Vec<&Known>, Vec<&Known>) =
                rest.into_iter().partition(|one| kept.contains(&one.entry.key) || same(one));
            rest = others;
            found.extend(more.into_iter().map(|one| &one.entry));
        }
        found
    }

    /// Who is in which group after the change.
    pub fn settle(self) -> Change {
        let standing = self.standing();
        let placed: BTreeMap<&AdvisoryKey, &GroupId> =
            standing.iter().map(|(entry, group)| (&entry.key, group)).collect();
        // Advisories around, in the groups where they were and stay.
        let around = |key: &AdvisoryKey| self.known.get(key).map(|one| &one.group);
        let group_of = |key: &AdvisoryKey| placed.get(key).copied().or_else(|| around(key));
        let leaning = self.leaning();
        let cited: HashSet<_> =
            leaning.iter().flat_map(|entry| entry.cites.iter().chain(&entry.own)).collect();
        let mut hosts = Hosts::default();
        let everything = self.seeds.values().flatten().chain(self.known.values().map(|k| &k.entry));
        for entry in everything.filter(|entry| stands(entry, &self.held)) {
            if let Some(group) = group_of(&entry.key).filter(|_| !self.held.is_detached(&entry.key))
            {
                hosts.take(entry, group, |id| cited.contains(id));
            }
        }
        let lists = cluster::of_citing(&leaning, &self.held).into_iter();
        let blocks = lists
            .map(|list| list.iter().filter_map(|at| leaning.get(*at).copied()).collect())
            .collect();
        let is_in = |key: &AdvisoryKey, group: &GroupId| {
            let stands = self.known.get(key).is_none_or(|one| stands(&one.entry, &self.held));
            stands && group_of(key) == Some(group)
        };
        let leaned = settle(blocks, &hosts, &self.held, is_in);
        self.change(standing.iter().chain(&leaned))
    }

    fn change<'a>(&self, placed: impl Iterator<Item = &'a (&'a Entry, GroupId)>) -> Change {
        let old = |key: &AdvisoryKey| {
            let before = self.before.iter().find(|one| one.entry.key == *key);
            before.or_else(|| self.known.get(key)).map(|one| &one.group)
        };
        let mut change = Change::default();
        for (entry, group) in placed {
            let was = old(&entry.key);
            if was != Some(group) {
                change.moved.insert(entry.key.clone(), group.clone());
                change.touched.extend(was.cloned());
                change.touched.insert(group.clone());
            } else if self.seeds.contains_key(&entry.key) {
                change.touched.insert(group.clone());
            }
        }
        change.touched.extend(self.before.iter().map(|one| one.group.clone()));
        for was in &change.touched {
            if let Some(now) = self.leads_to(was, &change.moved) {
                change.redirects.insert(was.clone(), now);
            }
        }
        change
    }

    /// Where a name leads under which no group is any more: to where its anchor is now, or, when
    /// that was removed, to where another of its members is.
    fn leads_to(&self, was: &GroupId, moved: &BTreeMap<AdvisoryKey, GroupId>) -> Option<GroupId> {
        let members = || self.known.values().chain(&self.before).filter(|one| one.group == *was);
        let anchor = members().find(|one| one.entry.key.group_id() == *was)?;
        if let Some(now) = moved.get(&anchor.entry.key) {
            return Some(now.clone());
        }
        let removed = matches!(self.seeds.get(&anchor.entry.key), Some(None));
        let mut now = members().filter_map(|one| moved.get(&one.entry.key));
        removed.then(|| now.next().cloned()).flatten()
    }
}
