//! Which products are versions of one another, as far as the product tree tells.
//!
//! Products in branches are of one family when vendor and name are the same. Products made by a
//! path are when they begin with one family and go on to the same products. Of a product that
//! stands in no branch nothing is known: it may be a version of any other.

use std::collections::{HashMap, HashSet};

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

/// What makes a family.
#[derive(PartialEq, Eq, Hash)]
enum Mark<'d> {
    /// Categories and names of branches.
    Branches(Vec<(&'d str, &'d str)>),
    /// A family, and how it goes on: category and product.
    Step(Family, &'d str, &'d str),
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
            Self { marks: HashMap::new(), own: HashMap::new(), hosts: HashMap::new() };
        for product in &view.products {
            families.find(view, &products, product, 0);
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

    fn find(
        &mut self,
        view: &View<'d>,
        products: &HashMap<&'d str, &Product<'d>>,
        product: &Product<'d>,
        depth: usize,
    ) -> Option<Family> {
        if let Some(known) = self.own.get(product.id) {
            return *known;
        }
        let family = if product.branch.is_some() {
            Some(self.number(branches(view, product)))
        } else {
            let begin = product.path.and_then(beginning).and_then(|id| products.get(id));
            let begin = begin.filter(|_| depth < NESTED_MAX);
            let begin = begin.and_then(|begin| self.find(view, products, begin, depth + 1));
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
        self.number(Mark::Step(family, category, next(step)))
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

/// Vendor and name; where there is no name, all but the version.
fn branches<'d>(view: &View<'d>, product: &Product<'d>) -> Mark<'d> {
    let way = || view.upwards(product.branch).map(|branch| (branch.category, branch.name));
    let named = way().any(|(category, _)| category == "product_name");
    Mark::Branches(
        way()
            .filter(|(category, _)| match named {
                true => NAMES.contains(category),
                false => !VERSIONS.contains(category),
            })
            .collect(),
    )
}
