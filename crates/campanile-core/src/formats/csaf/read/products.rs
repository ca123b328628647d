//! The product tree, laid flat: every product with what its branches say about it.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use crate::formats::Severity;
use crate::formats::json::Node;
use crate::model::advisory::Product;
use crate::model::limits::DOCUMENT_ELEMENTS_MAX;

/// The products of a document, and the groups that stand for several of them.
#[derive(Debug, Default)]
pub struct Products<'j> {
    list: Vec<Product>,
    at: HashMap<&'j str, usize>,
    groups: HashMap<&'j str, Vec<&'j str>>,
    /// How many more products may come out of groups: a few groups that are named often are more
    /// than memory holds.
    left: Cell<usize>,
}

/// What the branches from the root down to a product say.
#[derive(Debug, Clone, Copy, Default)]
struct Branch<'j> {
    vendor: &'j str,
    family: &'j str,
    name: &'j str,
    version: &'j str,
}

impl<'j> Products<'j> {
    /// Reads `/product_tree`.
    pub fn read(root: &Node<'j, '_>) -> Self {
        let mut products = Self { left: Cell::new(DOCUMENT_ELEMENTS_MAX), ..Self::default() };
        let Some(tree) = root.get("product_tree") else { return products };
        for node in tree.items("full_product_names") {
            products.add(&node, Branch::default());
        }
        for node in tree.items("branches") {
            products.branch(&node, Branch::default());
        }
        for node in tree.items("relationships") {
            products.relationship(&node);
        }
        for node in tree.items("product_groups") {
            products.groups.insert(node.text("group_id"), node.texts("product_ids"));
        }
        products
    }

    /// The products, in the order of the document.
    pub fn into_list(self) -> Vec<Product> {
        self.list
    }

    /// The products that an entry names, one by one or by groups; each once.
    pub fn named(&self, node: &Node<'j, '_>, ids: &str) -> Vec<String> {
        let mut named: Vec<&str> = node.texts(ids);
        let groups = node.texts("group_ids");
        if groups.is_empty() {
            return named.into_iter().map(str::to_owned).collect();
        }
        for group in groups {
            let Some(members) = self.groups.get(group) else {
                node.find(Severity::Error, "there is no product group of that name");
                continue;
            };
            let Some(left) = self.left.get().checked_sub(members.len()) else {
                node.find(Severity::Error, "product groups are named too often; left out");
                break;
            };
            self.left.set(left);
            named.extend(members);
        }
        let mut seen = HashSet::new();
        named.retain(|id| seen.insert(*id));
        named.into_iter().map(str::to_owned).collect()
    }

    fn branch(&mut self, node: &Node<'j, '_>, outer: Branch<'j>) {
        let mut branch = outer;
        let name = node.text("name");
        match node.text("category") {
            "vendor" => branch.vendor = name,
            "product_family" => branch.family = name,
            "product_name" => branch.name = name,
            "product_version" | "product_version_range" => branch.version = name,
            _ => {}
        }
        if let Some(product) = node.get("product") {
            self.add(&product, branch);
        }
        // The reader of JSON has limited the depth.
        node.items("branches").iter().for_each(|inner| self.branch(inner, branch));
    }

    fn add(&mut self, node: &Node<'j, '_>, branch: Branch<'j>) {
        let name = [branch.name, branch.family, node.text("name")];
        let name = name.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
        let helper = node.get("product_identification_helper");
        let text = |name| helper.map(|helper| helper.text(name)).unwrap_or_default();
        // 2.1 has a list of package URLs.
        let purls = helper.map(|helper| match helper.get("purls") {
            Some(_) => helper.texts("purls"),
            None => Vec::new(),
        });
        let purl = purls.and_then(|purls| purls.first().copied()).unwrap_or_else(|| text("purl"));
        let product = Product {
            id: node.text("product_id").to_owned(),
            vendor: branch.vendor.to_owned(),
            name: name.to_owned(),
            version: branch.version.to_owned(),
            purl: purl.to_owned(),
            cpe: text("cpe").to_owned(),
        };
        self.push(node.text("product_id"), product, node);
    }

    /// A product as a part of another one: it has the version of the part.
    fn relationship(&mut self, node: &Node<'j, '_>) {
        let Some(whole) = node.get("full_product_name") else { return };
        let (part, of) = (
            self.of(node.text("product_reference")),
            self.of(node.text("relates_to_product_reference")),
        );
        let mut product = Product {
            id: whole.text("product_id").to_owned(),
            name: whole.text("name").to_owned(),
            ..part.cloned().unwrap_or_default()
        };
        if product.cpe.is_empty() {
            product.cpe = of.map(|of| of.cpe.clone()).unwrap_or_default();
        }
        self.push(whole.text("product_id"), product, &whole);
    }

    fn of(&self, id: &str) -> Option<&Product> {
        self.list.get(*self.at.get(id)?)
    }

    fn push(&mut self, id: &'j str, product: Product, node: &Node<'_, '_>) {
        match self.at.insert(id, self.list.len()) {
            Some(first) => {
                self.at.insert(id, first);
                node.find(Severity::Error, "this product_id is there already; left out");
            }
            None => self.list.push(product),
        }
    }
}
