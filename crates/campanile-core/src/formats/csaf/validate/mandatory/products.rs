//! Products and groups: what is named has to be defined, once, and not in a circle.

use foldhash::{HashMap, HashSet};

use crate::formats::csaf::validate::findings::Findings;
use crate::formats::csaf::validate::tree::Node;
use crate::formats::csaf::validate::view::{View, texts};

/// 6.1.1
pub(in super::super) fn missing_product<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let known: HashSet<_> = view.products.iter().map(|product| product.id).collect();
    for node in &view.uses().products {
        if let Some(id) = node.as_text().filter(|id| !known.contains(id)) {
            findings.add(node, format!("the product `{id}` is not in the product tree: define it"));
        }
    }
}

/// 6.1.2
pub(in super::super) fn product_twice<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let mut seen = HashSet::default();
    for product in &view.products {
        if !seen.insert(product.id) {
            let node = product.node.get("product_id").unwrap_or(product.node);
            let what =
                format!("another product is `{}` already: give this one its own", product.id);
            findings.add(node, what);
        }
    }
}

/// 6.1.3: a product that is made of itself, through any number of others.
pub(in super::super) fn product_circle<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let mut made_of: HashMap<&str, Vec<&str>> = HashMap::default();
    for product in &view.products {
        if let Some(path) = product.path {
            made_of.entry(product.id).or_default().extend(parts(path));
        }
    }
    let circular = in_circles(&made_of);
    for product in view.products.iter().filter(|product| product.path.is_some()) {
        if circular.contains(product.id) {
            let what = format!("`{}` is defined by itself: name another product", product.id);
            findings.add(product.path.unwrap_or(product.node), what);
        }
    }
}

/// The products that a relationship or path puts together.
fn parts<'d>(path: &'d Node<'d>) -> impl Iterator<Item = &'d str> {
    let names =
        ["product_reference", "relates_to_product_reference", "beginning_product_reference"];
    let subpaths = path.list("subpaths").iter();
    let next = subpaths.filter_map(|subpath| subpath.text("next_product_reference"));
    names.into_iter().filter_map(|name| path.text(name)).chain(next)
}

/// The names that lead back to themselves: what is left when everything that leads nowhere, and
/// then everything that nothing leads to, is taken away. Linear in the edges.
fn in_circles<'d>(made_of: &HashMap<&'d str, Vec<&'d str>>) -> HashSet<&'d str> {
    let mut edges: Vec<(&str, &str)> = made_of
        .iter()
        .flat_map(|(whole, parts)| parts.iter().map(|part| (*whole, *part)))
        .collect();
    for _ in 0..2 {
        edges = without_ends(&edges).into_iter().map(|(from, to)| (to, from)).collect();
    }
    edges.into_iter().map(|(from, _)| from).collect()
}

/// The edges that are left when those to names without edges of their own go, again and again.
fn without_ends<'d>(edges: &[(&'d str, &'d str)]) -> Vec<(&'d str, &'d str)> {
    let mut outgoing: HashMap<&str, usize> = HashMap::default();
    let mut incoming: HashMap<&str, Vec<&str>> = HashMap::default();
    for (from, to) in edges {
        *outgoing.entry(from).or_default() += 1;
        outgoing.entry(to).or_default();
        incoming.entry(to).or_default().push(from);
    }
    let mut ends: Vec<_> =
        outgoing.iter().filter(|(_, count)| **count == 0).map(|(name, _)| *name).collect();
    let mut gone: HashSet<&str> = ends.iter().copied().collect();
    while let Some(end) = ends.pop() {
        for from in incoming.get(end).into_iter().flatten() {
            if let Some(count) = outgoing.get_mut(from) {
                *count = count.saturating_sub(1);
                if *count == 0 && gone.insert(from) {
                    ends.push(from);
                }
            }
        }
    }
    edges.iter().filter(|(from, to)| !gone.contains(from) && !gone.contains(to)).copied().collect()
}

/// 6.1.4
pub(in super::super) fn missing_group<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let groups = view.tree.list("product_groups").iter();
    let known: HashSet<_> = groups.filter_map(|group| group.text("group_id")).collect();
    for node in &view.uses().groups {
        if let Some(id) = node.as_text().filter(|id| !known.contains(id)) {
            let what = format!("the group `{id}` is not in the product tree: define it");
            findings.add(node, what);
        }
    }
}

/// 6.1.5
pub(in super::super) fn group_twice<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let mut seen = HashSet::default();
    for group in view.tree.list("product_groups") {
        if let Some(node) = group.get("group_id")
            && let Some(id) = node.as_text()
            && !seen.insert(id)
        {
            findings.add(node, format!("another group is `{id}` already: give this one its own"));
        }
    }
}

/// 6.1.25
pub(in super::super) fn hash_algorithm_twice<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for hashes in view.hash_lists() {
        let mut seen = HashSet::default();
        for hash in hashes.items() {
            if let Some(node) = hash.get("algorithm")
                && let Some(algorithm) = node.as_text()
                && !seen.insert(algorithm)
            {
                findings.add(node, format!("the file has two hashes by {algorithm}: keep one"));
            }
        }
    }
}

/// Words that say that a version is a range of them.
const RANGE_WORDS: [&str; 7] = ["after", "all", "before", "earlier", "later", "prior", "versions"];

/// 6.1.31
pub(in super::super) fn range_as_version<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for branch in view.branches.iter().filter(|branch| branch.category == "product_version") {
        let word = |word: &str| RANGE_WORDS.iter().any(|known| word.eq_ignore_ascii_case(known));
        if branch.name.contains(['<', '>']) || branch.name.split_whitespace().any(word) {
            let node = branch.node.get("name").unwrap_or(branch.node);
            let what = "this is a range of versions: make it a `product_version_range`, or name \
                        one version in each branch";
            findings.add(node, what);
        }
    }
}

/// The identifiers of all products that are used for something.
pub(in super::super) fn used<'d>(view: &View<'d>) -> HashSet<&'d str> {
    let mut used: HashSet<_> =
        view.uses().products.iter().filter_map(|node| node.as_text()).collect();
    for group in view.tree.list("product_groups") {
        used.extend(texts(group.list("product_ids")));
    }
    used
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_leads_back_to_itself_is_in_a_circle() {
        let made_of = HashMap::from_iter([
            ("a", vec!["b"]),
            ("b", vec!["c", "x"]),
            ("c", vec!["a"]),
            ("x", vec!["y"]),
            ("z", vec!["a"]),
            ("s", vec!["s"]),
        ]);
        let mut found: Vec<_> = in_circles(&made_of).into_iter().collect();
        found.sort_unstable();
        assert_eq!(found, ["a", "b", "c", "s"]);
    }
}
