//! Where an advisory leans that names no vulnerability: on the group of the bulletins it cites.
//!
//! It is taken into that group when there is exactly one, and never connects two. What it leans on
//! is asked again whenever one of these groups changes.

use std::collections::{BTreeMap, BTreeSet};

use super::decision::Decisions;
use super::entry::Entry;
use super::group_id::{GroupId, before};
use crate::model::advisory::Identifier;
use crate::model::limits::CITING_ADVISORIES_MAX;

/// Where advisories lean that cite the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lean {
    /// On one group.
    On(GroupId),
    /// On several, so on none of them: it covers them all.
    Several(BTreeSet<GroupId>),
    /// On none.
    Nothing,
}

/// Advisories with a group of their own that bear an identifier as their number or cite it.
#[derive(Debug, Clone, Default)]
pub(super) struct Hosts<'a> {
    own: BTreeMap<&'a Identifier, Vec<(&'a Entry, GroupId)>>,
    cites: BTreeMap<&'a Identifier, Vec<(&'a Entry, GroupId)>>,
}

impl<'a> Hosts<'a> {
    /// Takes one; only identifiers in `wanted` count, which saves the memory for the others.
    pub(super) fn take(
        &mut self,
        entry: &'a Entry,
        group: &GroupId,
        wanted: impl Fn(&Identifier) -> bool,
    ) {
        for id in entry.own.iter().filter(|id| wanted(id)) {
            self.own.entry(id).or_default().push((entry, group.clone()));
        }
        for id in entry.cites.iter().filter(|id| wanted(id)) {
            self.cites.entry(id).or_default().push((entry, group.clone()));
        }
    }

    /// Where these lean: first on whose number they cite, else on who cites what they cite.
    pub(super) fn lean(&self, block: &[&Entry]) -> Lean {
        let cited = || block.iter().flat_map(|entry| &entry.cites);
        let groups = |found: &Vec<(&Entry, GroupId)>| -> Vec<GroupId> {
            found.iter().map(|(_, group)| group.clone()).collect()
        };
        let numbered: BTreeSet<GroupId> =
            cited().filter_map(|id| self.own.get(id)).flat_map(groups).collect();
        let citing = || -> BTreeSet<GroupId> {
            let ids = cited().chain(block.iter().flat_map(|entry| &entry.own));
            let telling = |found: &&Vec<_>| found.len() <= CITING_ADVISORIES_MAX;
            ids.filter_map(|id| self.cites.get(id)).filter(telling).flat_map(groups).collect()
        };
        let mut groups = if numbered.is_empty() { citing() } else { numbered };
        match (groups.len(), groups.pop_first()) {
            (1, Some(only)) => Lean::On(only),
            (_, Some(first)) => {
                groups.insert(first);
                Lean::Several(groups)
            }
            (_, None) => Lean::Nothing,
        }
    }
}

/// The group of each block: the one it leans on unless somebody of it is kept from somebody
/// there, else one of its own. `members` tells whether an advisory is in a group.
pub(super) fn settle<'a>(
    mut blocks: Vec<Vec<&'a Entry>>,
    hosts: &Hosts<'_>,
    decisions: &Decisions,
    is_in: impl Fn(&super::AdvisoryKey, &GroupId) -> bool,
) -> Vec<(&'a Entry, GroupId)> {
    for block in &mut blocks {
        block.sort_by(|a, b| before(a, b));
    }
    blocks.sort_by(|a, b| match (a.first(), b.first()) {
        (Some(a), Some(b)) => before(a, b),
        _ => a.len().cmp(&b.len()),
    });
    let mut placed: Vec<(&Entry, GroupId)> = Vec::new();
    let mut taken: BTreeMap<super::AdvisoryKey, GroupId> = BTreeMap::new();
    for block in blocks {
        let Some(anchor) = block.first() else { continue };
        let kept = |group: &GroupId| {
            let mut others = block.iter().flat_map(|entry| decisions.kept_from(&entry.key));
            others.any(|other| is_in(other, group) || taken.get(other) == Some(group))
        };
        let free = !block.iter().any(|entry| decisions.is_detached(&entry.key));
        let group = match hosts.lean(&block) {
            Lean::On(group) if free && !kept(&group) => group,
            _ => anchor.key.group_id(),
        };
        taken.extend(block.iter().map(|entry| (entry.key.clone(), group.clone())));
        placed.extend(block.into_iter().map(|entry| (entry, group.clone())));
    }
    placed
}
