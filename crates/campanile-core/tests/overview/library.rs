//! A store in memory that keeps groups up to date change by change, as the program's does.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use campanile_core::grouping::decision::Decision;
use campanile_core::grouping::{
    AdvisoryKey, Change, Entry, GroupId, Groups, Known, Question, Region, Role,
};
use campanile_core::model::advisory::Identifier;

#[derive(Default)]
pub struct Library {
    entries: HashMap<AdvisoryKey, Entry>,
    pub groups: Groups,
    members: HashMap<GroupId, BTreeSet<AdvisoryKey>>,
    index: HashMap<(Role, Identifier), BTreeSet<AdvisoryKey>>,
    decisions: BTreeMap<AdvisoryKey, BTreeSet<Decision>>,
    /// How many advisories were read from it.
    pub read: usize,
    /// The most rounds of questions for one change.
    pub rounds: usize,
}

impl Library {
    pub fn add(&mut self, entry: Entry) -> Change {
        let before = self.known(&entry.key);
        let decisions = self.decisions_of(&entry.key);
        let change = self.work(Region::added(entry.clone(), before, decisions));
        self.unindex(&entry.key);
        for line in entry.index() {
            let place = self.index.entry((line.role, line.identifier.clone())).or_default();
            place.insert(entry.key.clone());
        }
        self.entries.insert(entry.key.clone(), entry);
        self.take(&change);
        change
    }

    pub fn remove(&mut self, key: &AdvisoryKey) -> Change {
        let Some(before) = self.known(key) else { return Change::default() };
        let change = self.work(Region::removed(before));
        self.unindex(key);
        self.entries.remove(key);
        if let Some(group) = self.groups.remove(key) {
            self.members.get_mut(&group).unwrap().remove(key);
        }
        self.take(&change);
        change
    }

    pub fn decide(&mut self, decision: Decision) -> Change {
        self.rule(decision, |all, one| all.insert(one))
    }

    pub fn undo(&mut self, decision: Decision) -> Change {
        self.rule(decision, |all, one| all.remove(&one))
    }

    fn rule(
        &mut self,
        decision: Decision,
        how: impl Fn(&mut BTreeSet<Decision>, Decision) -> bool,
    ) -> Change {
        for key in decision.verdict.names() {
            how(self.decisions.entry(key.clone()).or_default(), decision.clone());
        }
        let now = decision.verdict.names().filter_map(|key| self.known(key)).collect();
        let change = self.work(Region::decided(now));
        self.take(&change);
        change
    }

    fn work(&mut self, mut region: Region) -> Change {
        let mut rounds = 0;
        while let Some(question) = region.question() {
            let answer = self.answer(&question);
            self.read += answer.len();
            region.answer(answer);
            rounds += 1;
        }
        self.rounds = self.rounds.max(rounds);
        region.settle()
    }

    fn answer(&self, question: &Question) -> Vec<Known> {
        let mut keys: BTreeSet<&AdvisoryKey> = question.advisories.iter().collect();
        keys.extend(question.groups.iter().filter_map(|group| self.members.get(group)).flatten());
        let bearing =
            |role: Role, id: &Identifier| self.index.get(&(role, id.clone())).into_iter().flatten();
        for id in &question.vulnerabilities {
            keys.extend(bearing(Role::Vulnerability, id));
        }
        let named = |key: &AdvisoryKey| self.entries[key].names_vulnerabilities();
        for role in [Role::Own, Role::Cites] {
            for id in &question.leaning {
                keys.extend(bearing(role, id).filter(|key| !named(key)));
            }
            for id in &question.hosts {
                let decided = |key: &AdvisoryKey| self.decisions.contains_key(key);
                keys.extend(bearing(role, id).filter(|key| named(key) || decided(key)).take(101));
            }
        }
        keys.into_iter().filter_map(|key| self.known(key)).collect()
    }

    fn known(&self, key: &AdvisoryKey) -> Option<Known> {
        Some(Known {
            entry: self.entries.get(key)?.clone(),
            group: self.groups.get(key)?.clone(),
            decisions: self.decisions_of(key),
        })
    }

    fn decisions_of(&self, key: &AdvisoryKey) -> Vec<Decision> {
        self.decisions.get(key).into_iter().flatten().cloned().collect()
    }

    fn unindex(&mut self, key: &AdvisoryKey) {
        let Some(old) = self.entries.get(key) else { return };
        for line in old.index() {
            let place = self.index.get_mut(&(line.role, line.identifier.clone()));
            place.unwrap().remove(key);
        }
    }

    fn take(&mut self, change: &Change) {
        for (key, group) in &change.moved {
            if let Some(old) = self.groups.insert(key.clone(), group.clone()) {
                self.members.get_mut(&old).unwrap().remove(key);
            }
            self.members.entry(group.clone()).or_default().insert(key.clone());
        }
        for (was, now) in &change.redirects {
            assert!(self.members.get(was).is_none_or(BTreeSet::is_empty), "{was} is left");
            assert!(!self.members[now].is_empty(), "{was} leads to nothing");
        }
    }
}
