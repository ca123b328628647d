//! Ranges of versions of one product that overlap [CSAF 2.1 §6.2.50, §6.3.19].
//!
//! Branches that hang on one branch are compared, all at once: sorted by where they begin, each is
//! set beside what reaches furthest before it. Versions whose order is not known are left out.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashSet};

use super::findings::Findings;
use super::interval::{End, Interval, Key, is_further};
use super::mandatory::status::STATES;
use super::range::Range;
use super::tree::Node;
use super::view::{View, with_status};

/// Most intervals that are compared for one test: a range of thousands of versions that each
/// vulnerability names would cost the square of the document.
const COMPARED_MAX: usize = 300_000;
const TOO_MANY: &str = "the document has more ranges of versions than are compared";
/// The state that contradicts no other.
const RECOMMENDED: usize = STATES.len();

/// How a branch says which versions it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Syntax {
    Vers,
    Vls,
    Version,
}

/// Which states of two products are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Contradicting,
    Same,
}

impl Relation {
    fn holds(self, one: usize, other: usize) -> bool {
        match self {
            Self::Same => one == other,
            Self::Contradicting => one != other && one.max(other) < RECOMMENDED,
        }
    }

    fn what(self) -> &'static str {
        match self {
            Self::Contradicting => {
                "some of these versions are in another range too, which has a contradicting \
                 state: split the ranges"
            }
            Self::Same => "some of these versions are in another range of the same state too",
        }
    }
}

/// 6.2.50.1
pub(super) fn vers_contradicts<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    of_products(view, Syntax::Vers, Relation::Contradicting, findings);
}

/// 6.2.50.2
pub(super) fn vls_contradicts<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    of_products(view, Syntax::Vls, Relation::Contradicting, findings);
}

/// 6.2.50.3
pub(super) fn version_contradicts<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    of_products(view, Syntax::Version, Relation::Contradicting, findings);
}

/// 6.3.19.1
pub(super) fn vers_repeats<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    of_products(view, Syntax::Vers, Relation::Same, findings);
}

/// 6.3.19.2
pub(super) fn vls_repeats<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    of_products(view, Syntax::Vls, Relation::Same, findings);
}

/// 6.3.19.3
pub(super) fn version_repeats<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    of_products(view, Syntax::Version, Relation::Same, findings);
}

/// 6.3.19.4
pub(super) fn ranges_of_branches<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    of_branches(view, false, findings);
}

/// 6.3.19.5
pub(super) fn versions_of_branches<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    of_branches(view, true, findings);
}

/// The versions that a branch holds.
struct Held {
    syntax: Syntax,
    intervals: Vec<Interval>,
    /// Whether the branch has a product, and no branches.
    leaf: bool,
}

/// What each branch holds, by position; `None` for those that name no versions.
fn held(view: &View<'_>) -> Vec<Option<Held>> {
    let branch = |branch: &super::view::Branch<'_>| {
        let leaf = branch.node.get("product").is_some();
        match branch.category {
            "product_version_range" => {
                let range = Range::parse(branch.name).ok()?;
                let syntax = if range.kind.is_some() { Syntax::Vers } else { Syntax::Vls };
                Some(Held { syntax, intervals: range.intervals()?, leaf })
            }
            "product_version" => {
                let intervals = vec![Interval::point(Key::parse(branch.name)?)];
                Some(Held { syntax: Syntax::Version, intervals, leaf })
            }
            _ => None,
        }
    };
    let any = view.branches.iter().any(|branch| branch.category == "product_version_range");
    if any { view.branches.iter().map(branch).collect() } else { Vec::new() }
}

/// One interval among those of its siblings.
struct Entry<'h, 'd> {
    interval: &'h Interval,
    /// Position of the state.
    state: usize,
    node: &'d Node<'d>,
    /// Whether the test is about this one; the other one is any range.
    asked: bool,
    range: bool,
}

/// What reaches furthest, for each state; the inner `None` is for ever.
type Reach<'h> = [Option<Option<&'h End>>; RECOMMENDED + 1];

fn reaches(reach: &Reach<'_>, entry: &Entry<'_, '_>, relation: Relation) -> bool {
    reach.iter().enumerate().any(|(state, upper)| {
        relation.holds(state, entry.state)
            && upper.is_some_and(|upper| entry.interval.begins_before(upper))
    })
}

fn extend<'h>(reach: &mut Reach<'h>, entry: &Entry<'h, '_>) {
    let upper = entry.interval.upper.as_ref();
    if let Some(furthest) = reach.get_mut(entry.state)
        && furthest.is_none_or(|furthest| is_further(upper, furthest))
    {
        *furthest = Some(upper);
    }
}

/// The values whose interval overlaps with one that begins no later.
fn sweep<'d>(mut entries: Vec<Entry<'_, 'd>>, relation: Relation) -> Vec<&'d Node<'d>> {
    entries.sort_by(|one, other| one.interval.order(other.interval));
    let (mut ranges, mut asked): (Reach<'_>, Reach<'_>) = (Reach::default(), Reach::default());
    let (mut found, mut seen) = (Vec::new(), HashSet::default());
    for entry in &entries {
        let hit = entry.asked && reaches(&ranges, entry, relation)
            || entry.range && reaches(&asked, entry, relation);
        if hit && seen.insert(std::ptr::from_ref(entry.node).addr()) {
            found.push(entry.node);
        }
        if entry.range {
            extend(&mut ranges, entry);
        }
        if entry.asked {
            extend(&mut asked, entry);
        }
    }
    found
}

fn of_products<'d>(
    view: &View<'d>,
    syntax: Syntax,
    relation: Relation,
    findings: &mut Findings<'d>,
) {
    let held = held(view);
    if held.is_empty() {
        return;
    }
    let places = places(view, &held);
    let mut left = COMPARED_MAX;
    for vulnerability in view.vulnerabilities {
        // By the branch that siblings hang on.
        let mut siblings: BTreeMap<Option<usize>, Vec<Entry<'_, 'd>>> = BTreeMap::new();
        let mut seen = HashSet::default();
        for (state, node) in states(vulnerability) {
            let places = node.as_text().and_then(|id| places.get(id));
            for at in places.into_iter().flatten().filter(|at| seen.insert((**at, state))) {
                let (Some(branch), Some(Some(held))) = (view.branches.get(*at), held.get(*at))
                else {
                    continue;
                };
                let list = siblings.entry(branch.parent).or_default();
                left = left.saturating_sub(held.intervals.len());
                list.extend(held.intervals.iter().map(|interval| Entry {
                    interval,
                    state,
                    node,
                    asked: held.leaf && held.syntax == syntax,
                    range: held.syntax != Syntax::Version,
                }));
            }
            if left == 0 {
                return findings.skip(TOO_MANY);
            }
        }
        for node in siblings.into_values().flat_map(|entries| sweep(entries, relation)) {
            findings.add(node, relation.what());
        }
    }
}

/// The products of a vulnerability with their states, by position.
fn states<'d>(vulnerability: &'d Node<'d>) -> impl Iterator<Item = (usize, &'d Node<'d>)> {
    let all = STATES.iter().map(|(_, names)| *names).chain([&["recommended"][..]]);
    all.enumerate()
        .flat_map(move |(at, names)| with_status(vulnerability, names).map(move |node| (at, node)))
}

/// The branches with versions that lead to each product: the one that holds it, and ranges above.
fn places<'d>(view: &View<'d>, held: &[Option<Held>]) -> HashMap<&'d str, Vec<usize>> {
    let mut places: HashMap<&str, Vec<usize>> = HashMap::default();
    for product in &view.products {
        let mut at = product.branch;
        while let Some(branch) = at {
            if let Some(Some(held)) = held.get(branch)
                && (held.syntax != Syntax::Version || held.leaf)
            {
                places.entry(product.id).or_default().push(branch);
            }
            at = view.branches.get(branch).and_then(|branch| branch.parent);
        }
    }
    places
}

fn of_branches<'d>(view: &View<'d>, versions: bool, findings: &mut Findings<'d>) {
    let held = held(view);
    let mut siblings: BTreeMap<Option<usize>, Vec<Entry<'_, 'd>>> = BTreeMap::new();
    for (branch, held) in view.branches.iter().zip(&held) {
        let Some(held) = held else { continue };
        let is_version = held.syntax == Syntax::Version;
        let entries = held.intervals.iter().map(|interval| Entry {
            interval,
            state: 0,
            node: branch.node.get("name").unwrap_or(branch.node),
            asked: !held.leaf && is_version == versions,
            range: !is_version,
        });
        siblings.entry(branch.parent).or_default().extend(entries);
    }
    for node in siblings.into_values().flat_map(|entries| sweep(entries, Relation::Same)) {
        findings.add(node, "some of these versions are in another branch beside this one too");
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::csaf::validate::{Profile, Status, validate};

    /// What becomes of a test when branches hang on one product, with these vulnerabilities.
    fn status(test: &str, branches: &str, vulnerabilities: &str) -> Status {
        let text = format!(
            r#"{{"document": {{"csaf_version": "2.1"}}, "product_tree": {{"branches": [
            {{"category": "product_name", "name": "P", "branches": [{branches}]}}]}},
            "vulnerabilities": [{vulnerabilities}]}}"#
        );
        validate(text.as_bytes(), Profile::Full).unwrap().status(test).unwrap()
    }

    fn leaf(category: &str, name: &str, id: &str) -> String {
        let product = format!(r#"{{"product_id": "{id}"}}"#);
        format!(r#"{{"category": "{category}", "name": "{name}", "product": {product}}}"#)
    }

    const CONTRADICTING: &str =
        r#"{"product_status": {"known_affected": ["a"], "known_not_affected": ["b"]}}"#;

    #[test]
    fn range_above_other_branches_is_compared_with_those_beside_it() {
        let inner = leaf("language", "de", "a");
        let range = format!(
            r#"{{"category": "product_version_range", "name": ">1|<3", "branches": [{inner}]}}"#
        );
        for (beside, test, expected) in [
            (leaf("product_version_range", ">=2|<4", "b"), "6.2.50.2", Status::Failed),
            (leaf("product_version_range", ">=3|<4", "b"), "6.2.50.2", Status::Passed),
            (leaf("product_version_range", "vers:npm/>=2|<4", "b"), "6.2.50.1", Status::Failed),
            (leaf("product_version", "2.5", "b"), "6.2.50.3", Status::Failed),
            (leaf("product_version", "1.0.0", "b"), "6.2.50.3", Status::Passed),
            (leaf("product_version", "2 Update 5", "b"), "6.2.50.3", Status::Passed),
        ] {
            let branches = format!("{range}, {beside}");
            assert_eq!(status(test, &branches, CONTRADICTING), expected, "{beside}");
        }
    }

    #[test]
    fn more_ranges_than_are_compared_are_told_as_not_looked_at() {
        let versions: Vec<_> = (1..1000).map(|number| number.to_string()).collect();
        let branches = leaf("product_version_range", &versions.join("|"), "a");
        let vulnerabilities = vec![CONTRADICTING; 400].join(", ");
        let found = status("6.2.50.2", &branches, &vulnerabilities);
        assert_eq!(found, Status::NotRun(super::TOO_MANY));
    }
}
