//! When two advisories are the same: a rule about the two alone, so that no order matters.

use super::entry::Entry;
use crate::model::advisory::Identifier;
use crate::model::limits::COLLECTIVE_VULNERABILITIES_MIN;

/// How many things two advisories name, and how many both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlap {
    /// How many the one names.
    pub one: usize,
    /// How many the other names.
    pub other: usize,
    /// How many both name.
    pub both: usize,
}

impl Overlap {
    /// Whether both are about the same: more than half of all that either names is named by both.
    /// For collective bulletins: exactly the same.
    ///
    /// More than half, because a chain of advisories that share only a part leads from any
    /// vulnerability of a year to any other one. Exactly the same for collective bulletins,
    /// because the bulletins of one month and the next share most of theirs for years.
    pub fn is_same(self) -> bool {
        if self.one.max(self.other) >= COLLECTIVE_VULNERABILITIES_MIN {
            return self.both == self.one && self.both == self.other;
        }
        // both / (one + other - both) > 1/2
        3 * self.both > self.one + self.other
    }
}

/// The overlap of the vulnerabilities of two advisories; two vulnerabilities are one when they
/// share an identifier.
pub fn overlap(a: &Entry, b: &Entry) -> Overlap {
    let hits = |from: &Entry, to: &Entry| {
        let within = |id: &Identifier| to.vulnerabilities.iter().any(|one| has(one, id));
        from.vulnerabilities.iter().filter(|one| one.iter().any(within)).count()
    };
    let both = match simple(a) && simple(b) {
        true => common(first_ids(a), first_ids(b)),
        // Aliases may tie two of one side to one of the other.
        false => hits(a, b).min(hits(b, a)),
    };
    Overlap { one: a.vulnerabilities.len(), other: b.vulnerabilities.len(), both }
}

/// Whether two advisories that name vulnerabilities are about the same.
pub fn same_vulnerabilities(a: &Entry, b: &Entry) -> bool {
    overlap(a, b).is_same()
}

/// Whether two advisories that name no vulnerabilities are about the same: they cite the same
/// bulletins, or one cites nothing but the other.
pub fn same_citations(a: &Entry, b: &Entry) -> bool {
    let both = common(a.cites.iter(), b.cites.iter());
    let cited = Overlap { one: a.cites.len(), other: b.cites.len(), both };
    let only = |a: &Entry, b: &Entry| matches!(a.cites.as_slice(), [id] if has(&b.own, id));
    cited.is_same() || only(a, b) || only(b, a) || common(a.own.iter(), b.own.iter()) > 0
}

/// Whether every vulnerability has one identifier.
fn simple(entry: &Entry) -> bool {
    entry.vulnerabilities.iter().all(|one| one.len() == 1)
}

fn first_ids(entry: &Entry) -> impl Iterator<Item = &Identifier> {
    entry.vulnerabilities.iter().filter_map(|one| one.first())
}

fn has(sorted: &[Identifier], id: &Identifier) -> bool {
    sorted.binary_search(id).is_ok()
}

/// How many identifiers two sorted lists have in common.
fn common<'a>(
    a: impl Iterator<Item = &'a Identifier>,
    b: impl Iterator<Item = &'a Identifier>,
) -> usize {
    let (mut a, mut b) = (a.peekable(), b.peekable());
    let mut count = 0;
    while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => drop(a.next()),
            std::cmp::Ordering::Greater => drop(b.next()),
            std::cmp::Ordering::Equal => {
                count += 1;
                a.next();
                b.next();
            }
        }
    }
    count
}
