//! Which products are versions of one another, as far as the product tree tells.
//!
//! Products in branches are of one family when vendor and name are the same; where there is no
//! name, when all is but the version. Products made by a path are when they begin with one family
//! and go on to the same products. Of a product that stands in no branch nothing is known: it may
//! be a version of any other.

use foldhash::{HashMap, HashSet};

use super::tree::Node;
use super::view::{Product, View};

/// Most paths that begin with each other; what is beyond may be a version of any other.
const NESTED_MAX: usize = 8;
/// Categories of branches that name a version, or a part of one.
const VERSIONS: [&str; 4] =
    ["patch_level", "product_version", "product_version_range", "service_pack"];
/// Categories of branches that name a product.
const NAMES: [&str; 3] = ["product_family", "product_name", "vendor"];

/// A family, by number.
type Family = usize;

/// What makes a family: another one, and how it goes on. For branches that is their category and
/// name, for paths category and product.
type Mark<'d> = (Option<Family>, &'d str, &'d str);

/// A branch with all above it.
#[derive(Clone, Copy, Default)]
struct Way {
    /// By what names a product.
    named: Option<Family>,
    /// By all but versions.
    unversioned: Option<Family>,
    /// Whether one of them is a product's name.
    has_name: bool,
}

/// The families of the products of a document.
pub(super) struct Families<'d> {
    marks: HashMap<Mark<'d>, Family>,
    /// The family of each product that is defined; `None` may be any.
    own: HashMap<&'d str, Option<Family>>,
    /// The families that something is installed with, by that and by both together.
    hosts: HashMap<&'d str, Vec<Family>>,
}

/// The families of some products.
#[derive(Default)]
pub(super) struct Group {
    families: HashSet<Family>,
    /// One of them may be of any family.
    any: bool,
    empty: bool,
}

impl<'d> Families<'d> {
    pub(super) fn of(view: &View<'d>) -> Self {
        let products: HashMap<_, _> =
            view.products.iter().map(|product| (product.id, product)).collect();
        let mut families =
            Self { marks: HashMap::default(), own: HashMap::default(), hosts: HashMap::default() };
        let ways = families.ways(view);
        for product in &view.products {
            families.find(&ways, &products, product, 0);
        }
        for product in &view.products {
            families.installed(product);
        }
        families
    }

    fn number(&mut self, mark: Mark<'d>) -> Family {
        let next = self.marks.len();
        *self.marks.entry(mark).or_insert(next)
    }

    /// All branches, by position; parents come before their children.
    fn ways(&mut self, view: &View<'d>) -> Vec<Way> {
        let mut ways: Vec<Way> = Vec::with_capacity(view.branches.len());
        for branch in &view.branches {
            let above = branch.parent.and_then(|at| ways.get(at)).copied().unwrap_or_default();
            let mut way = above;
            way.has_name |= branch.category == "product_name";
            if NAMES.contains(&branch.category) {
                way.named = Some(self.number((above.named, branch.category, branch.name)));
            }
            if !VERSIONS.contains(&branch.category) {
                let mark = (above.unversioned, branch.category, branch.name);
                way.unversioned = Some(self.number(mark));
            }
            ways.push(way);
        }
        ways
    }

    fn find(
        &mut self,
        ways: &[Way],
        products: &HashMap<&'d str, &Product<'d>>,
        product: &Product<'d>,
        depth: usize,
    ) -> Option<Family> {
        if let Some(known) = self.own.get(product.id) {
            return *known;
        }
        let family = if let Some(way) = product.branch.and_then(|at| ways.get(at)) {
            if way.has_name { way.named } else { way.unversioned }
        } else {
            let begin = product.path.and_then(beginning).and_then(|id| products.get(id));
            let begin = begin.filter(|_| depth < NESTED_MAX);
            let begin = begin.and_then(|begin| self.find(ways, products, begin, depth + 1));
            begin.map(|begin| {
                let steps = product.path.map_or(&[][..], |path| path.list("subpaths"));
                steps.iter().fold(begin, |family, step| self.step(family, step))
            })
        };
        self.own.insert(product.id, family);
        family
    }

    fn step(&mut self, family: Family, step: &'d Node<'d>) -> Family {
        let category = step.text("category").unwrap_or_default();
        self.number((Some(family), category, next(step)))
    }

    /// What is installed with something else corresponds to that alone. [CSAF 2.1 §6.1.27.13]
    fn installed(&mut self, product: &Product<'d>) {
        let Some(path) = product.path else { return };
        let begin = beginning(path).and_then(|id| self.own.get(id).copied().flatten());
        let Some(mut family) = begin else { return };
        for step in path.list("subpaths") {
            if step.text("category") == Some("installed_with") {
                self.hosts.entry(product.id).or_default().push(family);
                self.hosts.entry(next(step)).or_default().push(family);
            }
            family = self.step(family, step);
        }
    }

    /// The families of products; of those that are not defined nothing is said.
    pub(super) fn group(&self, nodes: impl Iterator<Item = &'d Node<'d>>) -> Group {
        let mut group = Group { empty: true, ..Group::default() };
        for own in nodes.filter_map(|node| self.own.get(node.as_text()?)) {
            group.empty = false;
            group.any |= own.is_none();
            group.families.extend(own);
        }
        group
    }

    /// The same, and the families of what these products are installed with.
    pub(super) fn group_with_hosts(&self, nodes: impl Iterator<Item = &'d Node<'d>>) -> Group {
        let nodes: Vec<_> = nodes.collect();
        let mut group = self.group(nodes.iter().copied());
        let hosts = nodes.iter().filter_map(|node| self.hosts.get(node.as_text()?));
        group.families.extend(hosts.flatten());
        group
    }

    /// Whether a product has another version in a group; true of one that is not defined.
    pub(super) fn is_version_in(&self, id: &str, group: &Group) -> bool {
        let Some(own) = self.own.get(id) else { return true };
        group.any || own.map_or(!group.empty, |own| group.families.contains(&own))
    }

    /// The same, where what the product is installed with counts as well.
    pub(super) fn is_installed_or_version_in(&self, id: &str, group: &Group) -> bool {
        let hosts = self.hosts.get(id).into_iter().flatten();
        self.is_version_in(id, group) || hosts.into_iter().any(|it| group.families.contains(it))
    }
}

fn beginning<'d>(path: &'d Node<'d>) -> Option<&'d str> {
    path.text("beginning_product_reference")
}

fn next<'d>(step: &'d Node<'d>) -> &'d str {
    step.text("next_product_reference").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::csaf::Version;
    use crate::formats::csaf::validate::tree::read;

    fn has(tree: &str, product: &str, others: &str) -> bool {
        let text = format!("{{\"product_tree\": {tree}, \"others\": {others}}}");
        let root = read(text.as_bytes()).unwrap();
        let families = Families::of(&View::new(&root, Version::V2_1));
        families.is_installed_or_version_in(product, &families.group(root.list("others").iter()))
    }

    #[test]
    fn products_in_branches_are_told_apart_by_vendor_and_name() {
        let version = |id: &str| {
            format!(
                r#"{{"category": "product_version", "name": "{id}", "product": {{"product_id": "{id}"}}}}"#
            )
        };
        let name = |name: &str, ids: [&str; 2]| {
            let [one, two] = ids.map(version);
            format!(
                r#"{{"category": "product_name", "name": "{name}", "branches": [{one}, {two}]}}"#
            )
        };
        let (a, b) = (name("A", ["a1", "a2"]), name("B", ["b1", "b2"]));
        let paths = r#"[{"beginning_product_reference": "a1", "full_product_name": {"product_id": "ab"},
            "subpaths": [{"category": "installed_with", "next_product_reference": "b1"}]},
            {"beginning_product_reference": "a2", "full_product_name": {"product_id": "ao"},
            "subpaths": [{"category": "installed_on", "next_product_reference": "b1"}]}]"#;
        let tree = format!(
            r#"{{"branches": [{{"category": "vendor", "name": "V", "branches": [{a}, {b}]}}],
            "full_product_names": [{{"product_id": "x"}}], "product_paths": {paths}}}"#
        );
        for (product, others, expected) in [
            ("a1", r#"["a2"]"#, true),
            ("a1", r#"["b1", "b2"]"#, false),
            // What is installed with something corresponds to that, and so does what is installed.
            ("ab", r#"["a2"]"#, true),
            ("b1", r#"["a2"]"#, true),
            // What is installed on something is a product of its own.
            ("ao", r#"["a1"]"#, false),
            // Nothing is known of what stands in no branch, and of what is not defined.
            ("x", r#"["a1"]"#, true),
            ("x", "[]", false),
            ("a1", r#"["x"]"#, true),
            ("nothing", "[]", true),
        ] {
            assert_eq!(has(&tree, product, others), expected, "{product} {others}");
        }
    }
}
