//! What grouping knows of an advisory: who it is, what it is about, what it cites.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::group_id::GroupId;
use crate::model::advisory::{Advisory, Identifier, Vulnerability};
use crate::model::limits::{COLLECTIVE_VULNERABILITIES_MIN, GROUPING_IDENTIFIERS_MAX};
use crate::model::time::Timestamp;

/// Who an advisory is, over all its versions and imports: its issuer and its number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AdvisoryKey(String);

impl AdvisoryKey {
    /// The key of a number of an issuer; letter case and outer blanks of the issuer do not count.
    pub fn new(issuer: &str, number: &str) -> Self {
        Self(format!("{}/{}", issuer.trim().to_lowercase(), number.trim()))
    }

    /// As text: `dfn-cert/DFN-CERT-2026-0815`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name that a group has while this advisory is its anchor.
    pub fn group_id(&self) -> GroupId {
        GroupId::of(self)
    }
}

impl fmt::Display for AdvisoryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One advisory, as far as grouping looks at it. Made by [`Entry::of`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Who it is.
    pub key: AdvisoryKey,
    /// When its first version was published.
    pub published_at: Option<Timestamp>,
    /// The vulnerabilities it is about. Each is a list of its identifiers, sorted; the lists are
    /// sorted as well, and share no identifier.
    pub vulnerabilities: Vec<Vec<Identifier>>,
    /// The numbers by which others cite it, sorted.
    pub own: Vec<Identifier>,
    /// Advisories of vendors and notes that it cites, sorted; never its own numbers.
    pub cites: Vec<Identifier>,
    /// What it builds on, sorted.
    pub upstream: Vec<Identifier>,
    /// What has to do with it, sorted.
    pub related: Vec<Identifier>,
}

/// How an advisory bears an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// It is about this vulnerability.
    Vulnerability,
    /// It is its number.
    Own,
    /// It cites it.
    Cites,
    /// It builds on it.
    Upstream,
    /// It has to do with it.
    Related,
}

/// One line of the index that the store keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Indexed<'a> {
    /// The identifier.
    pub identifier: &'a Identifier,
    /// How the advisory bears it.
    pub role: Role,
}

/// Numberings of vulnerabilities, best known first. All others number bulletins, which may be
/// about several vulnerabilities each.
const OF_VULNERABILITIES: [&str; 16] = [
    "cve", "ghsa", "gcve", "euvd", "cert-cc", "jvndb", "jvn", "bdu", "cnvd", "cnnvd", "pysec",
    "go", "rustsec", "osv", "zdi", "osvdb",
];

fn rank(system: &str) -> Option<usize> {
    OF_VULNERABILITIES.iter().position(|known| *known == system)
}

impl Entry {
    /// What grouping looks at in an advisory. `own` are identifiers of the advisory itself, by
    /// which others cite it, as far as they are known.
    pub fn of(advisory: &Advisory, own: &[Identifier]) -> Self {
        let key = AdvisoryKey::new(&advisory.issuer.name, &advisory.number);
        let own = sorted(own.iter());
        let cited: Vec<&Identifier> =
            advisory.all_references().filter_map(|one| one.identifier.as_ref()).collect();
        let cites = sorted(cited.iter().copied().filter(|id| !id.is_cve()));
        let cites = cites.into_iter().filter(|id| !own.contains(id)).collect();
        Self {
            key,
            published_at: advisory.published_at.as_ref().map(|moment| moment.at),
            vulnerabilities: disjoint(vulnerabilities(advisory, &cited)),
            own,
            cites,
            upstream: sorted(advisory.upstream.iter()),
            related: sorted(advisory.related.iter()),
        }
    }

    /// Every identifier with the role it has: one line of the index each.
    pub fn index(&self) -> impl Iterator<Item = Indexed<'_>> {
        let line = |role| move |identifier| Indexed { identifier, role };
        let inside = self.vulnerabilities.iter().flatten().map(line(Role::Vulnerability));
        inside
            .chain(self.own.iter().map(line(Role::Own)))
            .chain(self.cites.iter().map(line(Role::Cites)))
            .chain(self.upstream.iter().map(line(Role::Upstream)))
            .chain(self.related.iter().map(line(Role::Related)))
    }

    /// Whether it is a collective bulletin: a patch day, a kernel.
    pub fn is_collective(&self) -> bool {
        self.vulnerabilities.len() >= COLLECTIVE_VULNERABILITIES_MIN
    }

    /// So many of its vulnerabilities that every advisory about the same names at least one of
    /// them: half of all, or one of a collective bulletin.
    pub fn telling(&self) -> &[Vec<Identifier>] {
        let count = self.vulnerabilities.len();
        let needed = if self.is_collective() { 1 } else { count - count / 2 };
        self.vulnerabilities.get(count.saturating_sub(needed)..).unwrap_or_default()
    }

    /// Whether it names the vulnerabilities it is about. The others lean.
    pub fn names_vulnerabilities(&self) -> bool {
        !self.vulnerabilities.is_empty()
    }
}

/// Sorted, once each, and not more than anybody names.
fn sorted<'a>(identifiers: impl Iterator<Item = &'a Identifier>) -> Vec<Identifier> {
    let all: BTreeSet<&Identifier> = identifiers.collect();
    all.into_iter().take(GROUPING_IDENTIFIERS_MAX).cloned().collect()
}

/// The vulnerabilities of an advisory. Who names none in the place for them may do so elsewhere:
/// distributions name those of the project as `upstream` or `related`, EISPP among the references.
fn vulnerabilities(advisory: &Advisory, cited: &[&Identifier]) -> Vec<Vec<Identifier>> {
    let inside: Vec<_> = advisory.vulnerabilities.iter().flat_map(named_by).collect();
    if !inside.is_empty() {
        return inside;
    }
    let alone = |found: Vec<&Identifier>| -> Vec<Vec<Identifier>> {
        found.into_iter().map(|id| vec![id.clone()]).collect()
    };
    let known = |id: &&Identifier| rank(&id.system).is_some();
    let upstream: Vec<_> = advisory.upstream.iter().filter(known).collect();
    if !upstream.is_empty() {
        return alone(upstream);
    }
    let related: Vec<_> = advisory.related.iter().filter(|id| id.is_cve()).collect();
    if !related.is_empty() {
        return alone(related);
    }
    alone(cited.iter().copied().filter(|id| id.is_cve()).collect())
}

/// The vulnerabilities that one entry of an advisory means.
///
/// Its identifiers are aliases, unless it lists several of the best known numbering: then it is a
/// bundle (Go and GitHub write such), every number is a vulnerability, and nobody knows which of
/// the other identifiers belongs to which.
fn named_by(entry: &Vulnerability) -> Vec<Vec<Identifier>> {
    let mut by_rank: BTreeMap<usize, BTreeSet<&Identifier>> = BTreeMap::new();
    for id in &entry.ids {
        if let Some(rank) = rank(&id.system) {
            by_rank.entry(rank).or_default().insert(id);
        }
    }
    match by_rank.values().next() {
        None => Vec::new(),
        Some(best) if best.len() > 1 => best.iter().map(|id| vec![(*id).clone()]).collect(),
        Some(_) => {
            let single = by_rank.values().filter(|ids| ids.len() == 1).flatten();
            vec![single.map(|id| (*id).clone()).collect()]
        }
    }
}

/// Vulnerabilities that share an identifier are one; each is sorted, and so is the whole.
fn disjoint(mut lists: Vec<Vec<Identifier>>) -> Vec<Vec<Identifier>> {
    lists.iter_mut().for_each(|list| list.sort());
    lists.sort();
    lists.dedup();
    lists.truncate(GROUPING_IDENTIFIERS_MAX);
    let mut place: BTreeMap<Identifier, usize> = BTreeMap::new();
    let mut merged: Vec<BTreeSet<Identifier>> = Vec::with_capacity(lists.len());
    for list in lists {
        let hits: BTreeSet<usize> = list.iter().filter_map(|id| place.get(id).copied()).collect();
        let target = hits.first().copied().unwrap_or(merged.len());
        let mut all: BTreeSet<Identifier> = list.into_iter().collect();
        for hit in hits {
            if let Some(other) = merged.get_mut(hit) {
                all.append(other);
            }
        }
        place.extend(all.iter().map(|id| (id.clone(), target)));
        match merged.get_mut(target) {
            Some(slot) => *slot = all,
            None => merged.push(all),
        }
    }
    let mut result: Vec<Vec<Identifier>> = merged
        .into_iter()
        .filter(|one| !one.is_empty())
        .map(|one| one.into_iter().collect())
        .collect();
    result.sort();
    result
}
