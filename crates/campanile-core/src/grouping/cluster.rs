//! From pairs to groups: the pairs that the rules and the people give, strongest first, and no
//! group with two that are never together.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::decision::Decisions;
use super::entry::{AdvisoryKey, Entry};
use super::relation::{Overlap, overlap};
use crate::model::advisory::Identifier;

/// How sure a pair is, surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    /// Somebody said so.
    Joined,
    /// Exactly the same identifiers.
    Equal,
    /// So many thousandths of all identifiers are in both.
    Overlap(Reverse<usize>),
}

impl Strength {
    fn of(overlap: Overlap) -> Self {
        let all = overlap.one + overlap.other - overlap.both;
        Self::Overlap(Reverse(overlap.both * 1000 / all.max(1)))
    }
}

type Pair = (Strength, usize, usize);

/// Groups of advisories that name vulnerabilities or were joined, as lists of indexes.
pub(super) fn of_named(entries: &[&Entry], decisions: &Decisions) -> Vec<Vec<usize>> {
    let mut pairs = joined_pairs(entries, decisions);
    named_pairs(entries, decisions, &mut pairs);
    unite(entries, decisions, pairs)
}

/// Groups of advisories that only cite, as lists of indexes.
pub(super) fn of_citing(entries: &[&Entry], decisions: &Decisions) -> Vec<Vec<usize>> {
    let mut pairs = Vec::new();
    citing_pairs(entries, decisions, &mut pairs);
    unite(entries, decisions, pairs)
}

fn joined_pairs(entries: &[&Entry], decisions: &Decisions) -> Vec<Pair> {
    let place: BTreeMap<&AdvisoryKey, usize> = match decisions.joins().next() {
        Some(_) => entries.iter().enumerate().map(|(at, entry)| (&entry.key, at)).collect(),
        None => BTreeMap::new(),
    };
    let both = |(a, b)| Some((Strength::Joined, *place.get(a)?, *place.get(b)?));
    decisions.joins().filter_map(both).collect()
}

/// Pairs by vulnerabilities. Advisories with the same list are one class, and only classes are
/// compared: a vulnerability that everybody writes about costs no square of its advisories.
fn named_pairs(entries: &[&Entry], decisions: &Decisions, pairs: &mut Vec<Pair>) {
    let free = |entry: &Entry| !decisions.is_detached(&entry.key);
    let named = |entry: &Entry| entry.names_vulnerabilities() && free(entry);
    let heads = classes(entries, named, |entry| &entry.vulnerabilities, pairs);
    let (collective, small): (Vec<_>, Vec<_>) =
        heads.into_iter().partition(|(_, head)| head.is_collective());
    // Of those that share most vulnerabilities, or all, one bears what the other has to bear.
    for heads in [collective, small] {
        let borne = bearers(&heads, |head| head.vulnerabilities.iter().flatten());
        for (class, &(at, head)) in heads.iter().enumerate() {
            let telling = head.telling().iter().flatten();
            let mut others: Vec<usize> =
                telling.filter_map(|id| borne.get(id)).flatten().copied().collect();
            others.sort_unstable();
            others.dedup();
            for other in others.into_iter().filter(|other| *other != class) {
                let Some(&(other_at, other_head)) = heads.get(other) else { continue };
                let overlap = overlap(head, other_head);
                if overlap.is_same() {
                    pairs.push((Strength::of(overlap), at, other_at));
                }
            }
        }
    }
}

type Heads<'a> = Vec<(usize, &'a Entry)>;

/// Which classes bear an identifier.
fn bearers<'a, I: Iterator<Item = &'a Identifier>>(
    heads: &Heads<'a>,
    ids: impl Fn(&'a Entry) -> I,
) -> HashMap<&'a Identifier, Vec<usize>> {
    let mut bearers: HashMap<&Identifier, Vec<usize>> = HashMap::new();
    for (class, &(_, head)) in heads.iter().enumerate() {
        ids(head).for_each(|id| bearers.entry(id).or_default().push(class));
    }
    bearers
}

/// Pairs by citations, in the same manner.
fn citing_pairs(entries: &[&Entry], decisions: &Decisions, pairs: &mut Vec<Pair>) {
    let free = |entry: &Entry| !decisions.is_detached(&entry.key);
    let heads =
        classes(entries, |entry| !entry.cites.is_empty() && free(entry), |e| &e.cites, pairs);
    let borne = bearers(&heads, |head| head.cites.iter());
    let mut counts: HashMap<usize, usize> = HashMap::new();
    for (class, &(at, head)) in heads.iter().enumerate() {
        counts.clear();
        let others = head.cites.iter().filter_map(|id| borne.get(id)).flatten();
        others.filter(|other| **other > class).for_each(|o| *counts.entry(*o).or_default() += 1);
        for (&other, &both) in &counts {
            let Some(&(other_at, other_head)) = heads.get(other) else { continue };
            let overlap = Overlap { one: head.cites.len(), other: other_head.cites.len(), both };
            if overlap.is_same() {
                pairs.push((Strength::of(overlap), at, other_at));
            }
        }
    }
    owner_pairs(entries, free, pairs);
}

/// Pairs by own numbers: two that have the same, and one that cites nothing but the other.
fn owner_pairs(entries: &[&Entry], free: impl Fn(&Entry) -> bool, pairs: &mut Vec<Pair>) {
    let mut owners: HashMap<&Identifier, usize> = HashMap::new();
    let mut by_key: Vec<usize> = (0..entries.len()).collect();
    by_key.sort_by_key(|at| entries.get(*at).map(|entry| &entry.key));
    for at in by_key.iter().copied() {
        let Some(entry) = entries.get(at).filter(|entry| free(entry)) else { continue };
        for id in &entry.own {
            let first = *owners.entry(id).or_insert(at);
            if first != at {
                pairs.push((Strength::Equal, first, at));
            }
        }
    }
    for (at, entry) in entries.iter().enumerate().filter(|(_, entry)| free(entry)) {
        if let [only] = entry.cites.as_slice()
            && let Some(owner) = owners.get(only).filter(|owner| **owner != at)
        {
            pairs.push((Strength::Equal, *owner, at));
        }
    }
}

/// One of each class of equals, the one with the smallest key; the others are paired with it.
fn classes<'a, F: std::hash::Hash + Eq + 'a>(
    entries: &[&'a Entry],
    wanted: impl Fn(&Entry) -> bool,
    feature: impl Fn(&'a Entry) -> &'a F,
    pairs: &mut Vec<Pair>,
) -> Heads<'a> {
    let mut members: HashMap<&F, Vec<(usize, &'a Entry)>> = HashMap::new();
    for (at, entry) in entries.iter().enumerate().filter(|(_, entry)| wanted(entry)) {
        members.entry(feature(entry)).or_default().push((at, entry));
    }
    let mut heads = Vec::with_capacity(members.len());
    for class in members.into_values() {
        let Some(&head) = class.iter().min_by_key(|(_, entry)| &entry.key) else { continue };
        let others = class.iter().filter(|(at, _)| *at != head.0);
        pairs.extend(others.map(|(at, _)| (Strength::Equal, head.0, *at)));
        heads.push(head);
    }
    heads
}

/// Unites pair by pair, unless that would bring two together that are never together.
fn unite(entries: &[&Entry], decisions: &Decisions, mut pairs: Vec<Pair>) -> Vec<Vec<usize>> {
    let mut sets = Sets::new(entries.len());
    if decisions.any_never() {
        let key = |at: usize| entries.get(at).map(|entry| &entry.key);
        pairs.sort_by(|(s, a, b), (t, c, d)| {
            let ordered = |x, y| (key(x).min(key(y)), key(x).max(key(y)));
            s.cmp(t).then_with(|| ordered(*a, *b).cmp(&ordered(*c, *d)))
        });
        for (at, entry) in entries.iter().enumerate() {
            sets.watch(at, decisions.kept_from(&entry.key).next().is_some());
        }
    }
    let apart = |a: usize, b: usize| match (entries.get(a), entries.get(b)) {
        (Some(a), Some(b)) => decisions.never(&a.key, &b.key),
        _ => false,
    };
    for (_, a, b) in pairs {
        sets.unite(a, b, apart);
    }
    sets.into_lists()
}

/// Disjoint sets of indexes, each with those of its members that are kept from others.
struct Sets {
    parent: Vec<usize>,
    watched: HashMap<usize, Vec<usize>>,
}

impl Sets {
    fn new(count: usize) -> Self {
        Self { parent: (0..count).collect(), watched: HashMap::new() }
    }

    fn watch(&mut self, at: usize, is_kept: bool) {
        if is_kept {
            self.watched.insert(at, vec![at]);
        }
    }

    fn root(&mut self, mut at: usize) -> usize {
        while let Some(up) = self.parent.get(at).copied().filter(|up| *up != at) {
            let above = self.parent.get(up).copied().unwrap_or(up);
            if let Some(slot) = self.parent.get_mut(at) {
                *slot = above;
            }
            at = above;
        }
        at
    }

    fn unite(&mut self, a: usize, b: usize, apart: impl Fn(usize, usize) -> bool) {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return;
        }
        let kept = |root| self.watched.get(&root).map_or(&[][..], Vec::as_slice);
        if kept(a).iter().any(|x| kept(b).iter().any(|y| apart(*x, *y))) {
            return;
        }
        let (root, child) = (a.min(b), a.max(b));
        if let Some(slot) = self.parent.get_mut(child) {
            *slot = root;
        }
        if let Some(moved) = self.watched.remove(&child) {
            self.watched.entry(root).or_default().extend(moved);
        }
    }

    fn into_lists(mut self) -> Vec<Vec<usize>> {
        let mut lists: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for at in 0..self.parent.len() {
            lists.entry(self.root(at)).or_default().push(at);
        }
        lists.into_values().collect()
    }
}
