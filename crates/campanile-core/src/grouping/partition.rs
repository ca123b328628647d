//! All groups at once.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::cluster;
use super::decision::Decisions;
use super::entry::{AdvisoryKey, Entry};
use super::group_id::{GroupId, anchored};
use super::lean::{Hosts, settle};

/// In which group each advisory is.
pub type Groups = BTreeMap<AdvisoryKey, GroupId>;

/// The groups of these advisories. Of entries with one key the last counts.
pub fn partition(entries: &[Entry], decisions: &Decisions) -> Groups {
    let last: BTreeMap<&AdvisoryKey, &Entry> =
        entries.iter().map(|entry| (&entry.key, entry)).collect();
    let (named, citing): (Vec<&Entry>, Vec<&Entry>) =
        last.into_values().partition(|entry| stands(entry, decisions));
    let mut groups: HashMap<&AdvisoryKey, GroupId> = HashMap::with_capacity(entries.len());
    for list in cluster::of_named(&named, decisions) {
        let members: Vec<&Entry> = list.iter().filter_map(|at| named.get(*at).copied()).collect();
        let Some(id) = anchored(members.iter().copied()) else { continue };
        groups.extend(members.into_iter().map(|member| (&member.key, id.clone())));
    }
    let cited: HashSet<_> =
        citing.iter().flat_map(|entry| entry.cites.iter().chain(&entry.own)).collect();
    let mut hosts = Hosts::default();
    for entry in named.iter().filter(|entry| !decisions.is_detached(&entry.key)) {
        if let Some(group) = groups.get(&entry.key) {
            hosts.take(entry, group, |id| cited.contains(id));
        }
    }
    let lists = cluster::of_citing(&citing, decisions).into_iter();
    let blocks =
        lists.map(|list| list.iter().filter_map(|at| citing.get(*at).copied()).collect()).collect();
    let is_in = |key: &AdvisoryKey, group: &GroupId| groups.get(key) == Some(group);
    let leaning = settle(blocks, &hosts, decisions, is_in);
    let leaning: Vec<_> = leaning.into_iter().map(|(entry, group)| (&entry.key, group)).collect();
    let all = groups.into_iter().chain(leaning);
    all.map(|(key, group)| (key.clone(), group)).collect()
}

/// Whether an advisory stands by itself: it names vulnerabilities, or somebody joined it.
pub(super) fn stands(entry: &Entry, decisions: &Decisions) -> bool {
    entry.names_vulnerabilities() || decisions.is_joined(&entry.key)
}
