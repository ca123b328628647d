//! What many tests ask of a document, looked up once.

use std::cell::OnceCell;

use foldhash::{HashMap, HashSet};

use super::cvss;
use super::document;
use super::schema::Fault;
use super::tree::Node;
use crate::formats::csaf::Version;

/// Stands for what is not there.
static NOTHING: Node<'static> = Node::Null;

/// Most groups that are asked one by one whether they have a product.
const GROUPS_ASKED_MAX: usize = 16;

/// Elements of a vulnerability that may name products and groups.
const NAMING: [&str; 7] = [
    "first_known_exploitation_dates",
    "flags",
    "ids",
    "involvements",
    "notes",
    "remediations",
    "threats",
];

/// A document, with its products.
pub(super) struct View<'d> {
    pub(super) version: Version,
    pub(super) root: &'d Node<'d>,
    /// `/document`.
    pub(super) document: &'d Node<'d>,
    /// `/document/category`.
    pub(super) category: &'d str,
    /// `/document/tracking`.
    pub(super) tracking: &'d Node<'d>,
    /// `/product_tree`.
    pub(super) tree: &'d Node<'d>,
    /// `/vulnerabilities`.
    pub(super) vulnerabilities: &'d [Node<'d>],
    /// Every branch, parents before their children.
    pub(super) branches: Vec<Branch<'d>>,
    /// Every full product name.
    pub(super) products: Vec<Product<'d>>,
    groups: OnceCell<HashMap<&'d str, &'d Node<'d>>>,
    members: OnceCell<HashMap<&'d str, HashSet<&'d str>>>,
    uses: OnceCell<Uses<'d>>,
    faults: OnceCell<Vec<Fault<'d>>>,
    in_cvss: OnceCell<HashSet<usize>>,
}

/// A branch of the product tree.
pub(super) struct Branch<'d> {
    pub(super) node: &'d Node<'d>,
    pub(super) category: &'d str,
    pub(super) name: &'d str,
    /// Position of the branch that this one hangs on.
    pub(super) parent: Option<usize>,
    /// 1 for the first level.
    pub(super) depth: usize,
}

/// A full product name.
pub(super) struct Product<'d> {
    pub(super) node: &'d Node<'d>,
    pub(super) id: &'d str,
    /// Position of the branch that holds it.
    pub(super) branch: Option<usize>,
    /// The relationship (2.0) or product path (2.1) that makes it out of others.
    pub(super) path: Option<&'d Node<'d>>,
}

/// The products that some items name.
pub(super) struct Named<'v, 'd> {
    products: HashSet<&'d str>,
    groups: Vec<&'v HashSet<&'d str>>,
}

impl Named<'_, '_> {
    pub(super) fn contains(&self, id: &str) -> bool {
        self.products.contains(id) || self.groups.iter().any(|group| group.contains(id))
    }
}

/// Values that name products and groups.
#[derive(Default)]
pub(super) struct Uses<'d> {
    pub(super) products: Vec<&'d Node<'d>>,
    pub(super) groups: Vec<&'d Node<'d>>,
}

impl<'d> View<'d> {
    pub(super) fn new(root: &'d Node<'d>, version: Version) -> Self {
        let document = root.get("document").unwrap_or(&NOTHING);
        let tree = root.get("product_tree").unwrap_or(&NOTHING);
        let mut view = Self {
            version,
            root,
            document,
            category: document.text("category").unwrap_or_default(),
            tracking: document.get("tracking").unwrap_or(&NOTHING),
            tree,
            vulnerabilities: root.list("vulnerabilities"),
            branches: Vec::new(),
            products: Vec::new(),
            groups: OnceCell::new(),
            members: OnceCell::new(),
            uses: OnceCell::new(),
            faults: OnceCell::new(),
            in_cvss: OnceCell::new(),
        };
        view.descend(tree, None, 1);
        for name in tree.list("full_product_names") {
            view.product(name, None, None);
        }
        for path in tree.list("relationships").iter().chain(tree.list("product_paths")) {
            if let Some(name) = path.get("full_product_name") {
                view.product(name, None, Some(path));
            }
        }
        view
    }

    /// The tree is as deep as a document may be, which is little.
    fn descend(&mut self, node: &'d Node<'d>, parent: Option<usize>, depth: usize) {
        for branch in node.list("branches") {
            let category = branch.text("category").unwrap_or_default();
            let name = branch.text("name").unwrap_or_default();
            let at = self.branches.len();
            self.branches.push(Branch { node: branch, category, name, parent, depth });
            if let Some(product) = branch.get("product") {
                self.product(product, Some(at), None);
            }
            self.descend(branch, Some(at), depth + 1);
        }
    }

    fn product(&mut self, node: &'d Node<'d>, branch: Option<usize>, path: Option<&'d Node<'d>>) {
        if let Some(id) = node.text("product_id") {
            self.products.push(Product { node, id, branch, path });
        }
    }

    /// The branch and those that it hangs on, from the leaf to the root.
    pub(super) fn upwards(&self, branch: Option<usize>) -> impl Iterator<Item = &Branch<'d>> {
        let at = |at: Option<usize>| at.and_then(|at| self.branches.get(at));
        std::iter::successors(at(branch), move |branch| at(branch.parent))
    }

    /// The products of a group.
    pub(super) fn group(&self, id: &str) -> &'d [Node<'d>] {
        let groups = self.groups.get_or_init(|| {
            let groups = self.tree.list("product_groups").iter();
            groups.filter_map(|group| Some((group.text("group_id")?, group))).collect()
        });
        groups.get(id).map_or(&[], |group| group.list("product_ids"))
    }

    /// All values that name products or groups.
    pub(super) fn uses(&self) -> &Uses<'d> {
        self.uses.get_or_init(|| {
            let mut uses = Uses::default();
            for group in self.tree.list("product_groups") {
                uses.products.extend(group.list("product_ids"));
            }
            for path in self.tree.list("relationships") {
                let names = ["product_reference", "relates_to_product_reference"];
                uses.products.extend(names.iter().filter_map(|name| path.get(name)));
            }
            for path in self.tree.list("product_paths") {
                uses.products.extend(path.get("beginning_product_reference"));
                let next = |path: &'d Node<'d>| path.get("next_product_reference");
                uses.products.extend(path.list("subpaths").iter().filter_map(next));
            }
            for note in self.document.list("notes") {
                uses.naming(note);
            }
            for vulnerability in self.vulnerabilities {
                uses.vulnerability(vulnerability);
            }
            uses
        })
    }

    /// The products that items name, by themselves or in groups.
    ///
    /// Groups are asked, not unfolded: vulnerabilities that all name one large group would cost
    /// the square of the document. Only a crowd of groups is unfolded, each once.
    pub(super) fn named(&self, items: impl IntoIterator<Item = &'d Node<'d>>) -> Named<'_, 'd> {
        let (mut products, mut groups) = (HashSet::default(), HashSet::default());
        for item in items {
            products.extend(texts(item.list("product_ids")));
            groups.extend(texts(item.list("group_ids")));
        }
        if groups.len() > GROUPS_ASKED_MAX {
            products.extend(groups.drain().flat_map(|group| texts(self.group(group))));
        }
        let sets = self.members.get_or_init(|| {
            let groups = self.tree.list("product_groups").iter();
            let set = |group: &'d Node<'d>| texts(group.list("product_ids")).collect();
            groups.filter_map(|group| Some((group.text("group_id")?, set(group)))).collect()
        });
        Named { products, groups: groups.iter().filter_map(|group| sets.get(group)).collect() }
    }

    /// Where the document differs from its schema.
    pub(super) fn faults(&self) -> &[Fault<'d>] {
        self.faults.get_or_init(|| document::faults(self))
    }

    /// Whether a value is a CVSS object or stands in one.
    pub(super) fn is_in_cvss(&self, node: &Node<'d>) -> bool {
        let all = self.in_cvss.get_or_init(|| {
            let mut all = HashSet::default();
            let ratings = self.vulnerabilities.iter().flat_map(|each| self.ratings(each));
            for content in ratings.map(|rating| self.content(rating)) {
                for object in cvss::MEMBERS.iter().filter_map(|member| content.get(member)) {
                    gather(object, &mut all);
                }
            }
            all
        });
        all.contains(&std::ptr::from_ref(node).addr())
    }

    /// Scores (2.0) or metrics (2.1) of a vulnerability.
    pub(super) fn ratings(&self, vulnerability: &'d Node<'d>) -> &'d [Node<'d>] {
        match self.version {
            Version::V2_0 => vulnerability.list("scores"),
            Version::V2_1 => vulnerability.list("metrics"),
        }
    }

    /// What holds the CVSS objects of a rating.
    pub(super) fn content(&self, rating: &'d Node<'d>) -> &'d Node<'d> {
        match self.version {
            Version::V2_0 => rating,
            Version::V2_1 => rating.get("content").unwrap_or(&NOTHING),
        }
    }

    /// `/document/tracking/revision_history`.
    pub(super) fn history(&self) -> &'d [Node<'d>] {
        self.tracking.list("revision_history")
    }

    /// Product identification helpers, each with its product.
    pub(super) fn helpers(&self) -> impl Iterator<Item = (&Product<'d>, &'d Node<'d>)> {
        let helper = |product: &'d Node<'d>| product.get("product_identification_helper");
        self.products.iter().filter_map(move |product| Some((product, helper(product.node)?)))
    }

    /// Every list of hashes of one file.
    pub(super) fn hash_lists(&self) -> impl Iterator<Item = &'d Node<'d>> {
        let files = self.helpers().flat_map(|(_, helper)| helper.list("hashes"));
        files.filter_map(|file| file.get("file_hashes"))
    }
}

impl<'d> Uses<'d> {
    fn naming(&mut self, item: &'d Node<'d>) {
        self.products.extend(item.list("product_ids"));
        self.groups.extend(item.list("group_ids"));
    }

    fn vulnerability(&mut self, vulnerability: &'d Node<'d>) {
        for name in NAMING {
            for item in vulnerability.list(name) {
                self.naming(item);
            }
        }
        for name in ["scores", "metrics"] {
            let ratings = vulnerability.list(name).iter();
            self.products.extend(ratings.flat_map(|rating| rating.list("products")));
        }
        if let Some(status) = vulnerability.get("product_status") {
            self.products.extend(status.members().iter().flat_map(|(_, list)| list.items()));
        }
    }
}

/// The addresses of a value and of all in it.
pub(super) fn gather(node: &Node<'_>, all: &mut HashSet<usize>) {
    all.insert(std::ptr::from_ref(node).addr());
    node.items().iter().for_each(|item| gather(item, all));
    node.members().iter().for_each(|(_, member)| gather(member, all));
}

/// The texts of a list.
pub(super) fn texts<'d>(list: &'d [Node<'d>]) -> impl Iterator<Item = &'d str> {
    list.iter().filter_map(Node::as_text)
}

/// The products of a vulnerability with one of these states.
pub(super) fn with_status<'d>(
    vulnerability: &'d Node<'d>,
    names: &[&str],
) -> impl Iterator<Item = &'d Node<'d>> {
    let status = vulnerability.get("product_status");
    names.iter().flat_map(move |name| status.map_or(&[][..], |status| status.list(name)))
}

/// States that say that a product is affected.
pub(super) const AFFECTED: [&str; 3] = ["first_affected", "known_affected", "last_affected"];
/// States that say that a product is fixed.
pub(super) const FIXED: [&str; 2] = ["first_fixed", "fixed"];
