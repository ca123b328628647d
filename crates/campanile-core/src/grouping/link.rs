//! How an advisory stands to another one, with the evidence: what is shown as chips.

use serde::{Deserialize, Serialize};

use super::decision::{Decision, Verdict};
use super::entry::Entry;
use super::relation::{overlap, same_citations};
use crate::model::advisory::Identifier;

/// How one advisory stands to another. Only [`LinkKind::SameAs`] and decisions form groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkKind {
    /// They are about the same.
    SameAs,
    /// It is about everything that the other is about, and more.
    CoversAlso,
    /// The other is about everything that it is about, and more.
    CoveredBy,
    /// The other builds on it.
    UpstreamOf,
    /// It builds on the other.
    DownstreamOf,
    /// They have something to do with each other.
    Related,
}

/// Why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "by")]
pub enum Evidence {
    /// Both name these vulnerabilities: the first identifier of each.
    Vulnerabilities {
        /// What both name.
        shared: Vec<Identifier>,
        /// How many the one names.
        of: usize,
        /// How many the other names.
        of_other: usize,
    },
    /// Both cite these bulletins, or one cites the other.
    Bulletins {
        /// What they are.
        shared: Vec<Identifier>,
    },
    /// One says so of the other, by these identifiers.
    Stated {
        /// What they are.
        identifiers: Vec<Identifier>,
    },
    /// Somebody decided so.
    Decided(Decision),
}

/// How one advisory stands to another, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// How.
    pub kind: LinkKind,
    /// Why, the strongest first.
    pub evidence: Vec<Evidence>,
}

impl Evidence {
    /// In words, as on a chip: `CVE-2026-1 and CVE-2026-2 in both`.
    pub fn words(&self) -> String {
        let listed = |ids: &[Identifier]| {
            let first: Vec<String> = ids.iter().take(3).map(ToString::to_string).collect();
            match ids.len().saturating_sub(first.len()) {
                0 => first.join(", "),
                more => format!("{} and {more} more", first.join(", ")),
            }
        };
        match self {
            Self::Vulnerabilities { shared, of, of_other } if of == of_other => {
                format!("{} in both ({} of {of})", listed(shared), shared.len())
            }
            Self::Vulnerabilities { shared, of, of_other } => {
                format!("{} in both ({} of {of} and of {of_other})", listed(shared), shared.len())
            }
            Self::Bulletins { shared } => format!("vendor reference {}", listed(shared)),
            Self::Stated { identifiers } => format!("names {}", listed(identifiers)),
            Self::Decided(decision) => {
                let what = match &decision.verdict {
                    Verdict::Join(..) => "joined",
                    Verdict::Never(..) => "never together",
                    Verdict::Detach(_) => "detached",
                };
                let day = decision.at.to_string();
                let day = day.get(..10).unwrap_or(&day).to_owned();
                format!("{what}: {}, {day}, {}", decision.by, decision.reason)
            }
        }
    }
}

/// How `a` stands to `b`; `None` when they have nothing in common. Decisions that name both count
/// first, whatever they say about the rules.
pub fn between(a: &Entry, b: &Entry, decisions: &[Decision]) -> Option<Link> {
    let mut found = decided(a, b, decisions);
    found.extend(by_vulnerabilities(a, b));
    found.extend(by_bulletins(a, b));
    found.extend(by_statement(a, b));
    let kind = found.iter().map(|(kind, _)| *kind).min()?;
    let kind = match found.first() {
        Some((decided, Evidence::Decided(_))) => *decided,
        _ => kind,
    };
    Some(Link { kind, evidence: found.into_iter().map(|(_, evidence)| evidence).collect() })
}

fn decided(a: &Entry, b: &Entry, decisions: &[Decision]) -> Vec<(LinkKind, Evidence)> {
    let both = |decision: &&Decision| {
        let mut names = decision.verdict.names();
        match &decision.verdict {
            Verdict::Detach(key) => *key == a.key || *key == b.key,
            _ => names.all(|key| *key == a.key || *key == b.key),
        }
    };
    let mut both: Vec<&Decision> = decisions.iter().filter(both).collect();
    both.sort_by(|x, y| y.at.cmp(&x.at).then_with(|| x.cmp(y)));
    let kind = |decision: &Decision| match decision.verdict {
        Verdict::Join(..) => LinkKind::SameAs,
        Verdict::Never(..) | Verdict::Detach(_) => LinkKind::Related,
    };
    both.into_iter().map(|one| (kind(one), Evidence::Decided(one.clone()))).collect()
}

fn by_vulnerabilities(a: &Entry, b: &Entry) -> Option<(LinkKind, Evidence)> {
    let overlap = overlap(a, b);
    let kind = match overlap.both {
        0 => return None,
        _ if overlap.is_same() => LinkKind::SameAs,
        both if both == overlap.other => LinkKind::CoversAlso,
        both if both == overlap.one => LinkKind::CoveredBy,
        _ => LinkKind::Related,
    };
    let in_b = |id: &Identifier| b.vulnerabilities.iter().flatten().any(|other| other == id);
    let shared = a.vulnerabilities.iter().filter_map(|one| one.iter().find(|id| in_b(id)).cloned());
    let (of, of_other) = (overlap.one, overlap.other);
    Some((kind, Evidence::Vulnerabilities { shared: shared.collect(), of, of_other }))
}

fn by_bulletins(a: &Entry, b: &Entry) -> Option<(LinkKind, Evidence)> {
    let known = |entry: &Entry, id: &Identifier| entry.own.contains(id) || entry.cites.contains(id);
    let of_a = a.own.iter().chain(&a.cites);
    let shared: Vec<Identifier> = of_a.filter(|id| known(b, id)).cloned().collect();
    if shared.is_empty() {
        return None;
    }
    let both_lean = !a.names_vulnerabilities() && !b.names_vulnerabilities();
    let one_leans = !a.names_vulnerabilities() || !b.names_vulnerabilities();
    // Who leans on a single bulletin is about that; on several, covers them.
    let single = |entry: &Entry| !entry.names_vulnerabilities() && entry.cites.len() == 1;
    let kind = if both_lean && same_citations(a, b) || one_leans && (single(a) || single(b)) {
        LinkKind::SameAs
    } else if !a.names_vulnerabilities() && shared.iter().any(|id| b.own.contains(id)) {
        LinkKind::CoversAlso
    } else if !b.names_vulnerabilities() && shared.iter().any(|id| a.own.contains(id)) {
        LinkKind::CoveredBy
    } else {
        LinkKind::Related
    };
    Some((kind, Evidence::Bulletins { shared }))
}

fn by_statement(a: &Entry, b: &Entry) -> Option<(LinkKind, Evidence)> {
    let names = |entry: &Entry, id: &Identifier| {
        entry.own.contains(id) || entry.vulnerabilities.iter().flatten().any(|one| one == id)
    };
    let stated = |ids: &[Identifier], of: &Entry| -> Vec<Identifier> {
        ids.iter().filter(|id| names(of, id)).cloned().collect()
    };
    let found = [
        (LinkKind::DownstreamOf, stated(&a.upstream, b)),
        (LinkKind::UpstreamOf, stated(&b.upstream, a)),
        (LinkKind::Related, stated(&a.related, b)),
        (LinkKind::Related, stated(&b.related, a)),
    ];
    let found = found.into_iter().find(|(_, identifiers)| !identifiers.is_empty());
    found.map(|(kind, identifiers)| (kind, Evidence::Stated { identifiers }))
}
