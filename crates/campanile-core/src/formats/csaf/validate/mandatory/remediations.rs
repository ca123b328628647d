//! Remediations of 2.1 against each other and against the state of a product.

use foldhash::{HashMap, HashSet};

use crate::formats::csaf::validate::findings::Findings;
use crate::formats::csaf::validate::tree::Node;
use crate::formats::csaf::validate::view::{AFFECTED, FIXED, View, texts, with_status};

/// Categories that allow no other one.
const ALONE: [&str; 2] = ["none_available", "optional_patch"];
/// Categories of which a product has one at most.
const ONE_OF: [&str; 3] = ["no_fix_planned", "fix_planned", "vendor_fix"];
/// All categories; a set of them is a number with one bit each.
const CATEGORIES: [&str; 7] = [
    "none_available",
    "optional_patch",
    "no_fix_planned",
    "fix_planned",
    "vendor_fix",
    "mitigation",
    "workaround",
];

fn bit(category: Option<&str>) -> u8 {
    let at = CATEGORIES.iter().position(|known| Some(*known) == category);
    at.map_or(0, |at| 1 << at)
}

/// The categories that products and groups have been given; each group is unfolded once.
fn categories<'d>(view: &View<'d>, vulnerability: &'d Node<'d>) -> HashMap<&'d str, u8> {
    let (mut products, mut groups) = (HashMap::default(), HashMap::default());
    for item in vulnerability.list("remediations") {
        let category = bit(item.text("category"));
        for id in texts(item.list("product_ids")) {
            *products.entry(id).or_default() |= category;
        }
        for id in texts(item.list("group_ids")) {
            *groups.entry(id).or_insert(0) |= category;
        }
    }
    for (group, categories) in groups {
        for id in texts(view.group(group)) {
            *products.entry(id).or_default() |= categories;
        }
    }
    products
}

fn contradicts(set: u8) -> bool {
    let alone = ALONE.iter().any(|name| set & bit(Some(name)) != 0) && set.count_ones() > 1;
    let one_of: u8 = ONE_OF.iter().map(|name| bit(Some(name))).fold(0, |all, bit| all | bit);
    alone || (set & one_of).count_ones() > 1
}

/// 6.1.35
pub(in super::super) fn contradiction<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for vulnerability in view.vulnerabilities {
        let items = vulnerability.list("remediations").iter();
        let all = items.fold(0, |all, item| all | bit(item.text("category")));
        if !contradicts(all) {
            continue;
        }
        let products = categories(view, vulnerability);
        let bad: HashSet<_> =
            products.into_iter().filter(|(_, set)| contradicts(*set)).map(|(id, _)| id).collect();
        let what = "another remediation for the same product contradicts this one: keep one";
        tell(view, vulnerability, |_| Some(&bad), what, findings);
    }
}

/// Tells the remediations that name a product of a set that depends on their category.
fn tell<'d, 's>(
    view: &View<'d>,
    vulnerability: &'d Node<'d>,
    bad: impl Fn(&str) -> Option<&'s HashSet<&'d str>>,
    what: &str,
    findings: &mut Findings<'d>,
) where
    'd: 's,
{
    // Whether a group has such a product is asked once for each category.
    let mut groups: HashMap<(&str, &str), bool> = HashMap::default();
    for item in vulnerability.list("remediations") {
        let category = item.text("category").unwrap_or_default();
        let Some(bad) = bad(category).filter(|bad| !bad.is_empty()) else { continue };
        let direct = texts(item.list("product_ids")).any(|id| bad.contains(id));
        let grouped = texts(item.list("group_ids")).any(|group| {
            *groups
                .entry((category, group))
                .or_insert_with(|| texts(view.group(group)).any(|id| bad.contains(id)))
        });
        if direct || grouped {
            findings.add(item, what);
        }
    }
}

/// States, and the categories that they exclude.
const EXCLUDED: [(&[&str], &[&str]); 3] = [
    (&AFFECTED, &["optional_patch"]),
    (&["known_not_affected"], &["workaround", "mitigation", "vendor_fix", "none_available"]),
    (
        &FIXED,
        &[
            "none_available",
            "fix_planned",
            "no_fix_planned",
            "vendor_fix",
            "mitigation",
            "workaround",
        ],
    ),
];

/// States, and the categories that make little sense.
const DISCOURAGED: [(&[&str], &[&str]); 3] = [
    (&["known_not_affected"], &["fix_planned", "no_fix_planned"]),
    (&["under_investigation"], &["fix_planned", "no_fix_planned", "vendor_fix"]),
    (&["unknown"], &["fix_planned", "vendor_fix", "optional_patch"]),
];

fn against_state<'d>(
    view: &View<'d>,
    table: &[(&[&str], &[&str])],
    what: &str,
    findings: &mut Findings<'d>,
) {
    for vulnerability in view.vulnerabilities {
        for (states, categories) in table {
            let nodes = with_status(vulnerability, states);
            let products: HashSet<_> = nodes.filter_map(|node| node.as_text()).collect();
            let bad = |category: &str| categories.contains(&category).then_some(&products);
            tell(view, vulnerability, bad, what, findings);
        }
    }
}

/// 6.1.36
pub(in super::super) fn state<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let what = "this remediation does not fit the state of a product that it names: correct one";
    against_state(view, &EXCLUDED, what, findings);
}

/// 6.2.27
pub(in super::super) fn discouraged<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let what = "this remediation hardly fits the state of a product that it names: look again";
    against_state(view, &DISCOURAGED, what, findings);
}
