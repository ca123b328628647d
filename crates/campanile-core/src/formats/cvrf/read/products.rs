//! The product tree, laid flat.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use super::{all, attribute, grouped, note, one};
use crate::formats::json::Findings;
use crate::formats::{Element, Severity};
use crate::model::advisory::Product;
use crate::model::limits::DOCUMENT_ELEMENTS_MAX;

/// The products of a document, and the groups that stand for several of them.
#[derive(Debug, Default)]
pub struct Products<'e> {
    list: Vec<Product>,
    at: HashMap<&'e str, usize>,
    groups: HashMap<&'e str, Vec<String>>,
    /// How many more products may come out of groups.
    left: Cell<usize>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Branch<'e> {
    vendor: &'e str,
    family: &'e str,
    name: &'e str,
    version: &'e str,
}

impl<'e> Products<'e> {
    /// Reads the product tree.
    pub fn read(root: &'e Element, found: &Findings) -> Self {
        let mut products = Self { left: Cell::new(DOCUMENT_ELEMENTS_MAX), ..Self::default() };
        let Some(tree) = one(root, "ProductTree") else { return products };
        all(tree, "Branch").for_each(|node| products.branch(node, Branch::default(), found));
        for node in all(tree, "FullProductName") {
            products.add(node, Branch::default(), found);
        }
        for node in all(tree, "Relationship") {
            let part = products.of(attribute(node, "ProductReference")).cloned();
            for whole in all(node, "FullProductName") {
                products.part(whole, part.clone().unwrap_or_default(), found);
            }
        }
        for group in grouped(tree, "ProductGroups", "Group") {
            let ids = all(group, "ProductID").map(Element::whole_text).collect();
            products.groups.insert(attribute(group, "GroupID"), ids);
        }
        products
    }

    /// The products, in the order of the document.
    pub fn into_list(self) -> Vec<Product> {
        self.list
    }

    /// The vendor of all products, if it is one.
    pub fn sole_vendor(&self) -> Option<&str> {
        let first = self.list.first()?.vendor.as_str();
        self.list.iter().all(|product| product.vendor == first).then_some(first)
    }

    /// The products that an entry names, one by one or by groups; each once.
    pub fn named(&self, node: &Element, found: &Findings) -> Vec<String> {
        let mut named: Vec<String> = all(node, "ProductID").map(Element::whole_text).collect();
        for group in all(node, "GroupID") {
            let members = self.groups.get(group.whole_text().as_str());
            let members = members.map(Vec::as_slice).unwrap_or_default();
            let Some(left) = self.left.get().checked_sub(members.len()) else {
                note(found, node, Severity::Error, "product groups are named too often; left out");
                break;
            };
            self.left.set(left);
            named.extend_from_slice(members);
        }
        let mut seen = HashSet::new();
        named.retain(|id| seen.insert(id.clone()));
        named
    }

    fn branch(&mut self, node: &'e Element, outer: Branch<'e>, found: &Findings) {
        let mut branch = outer;
        let name = attribute(node, "Name");
        match attribute(node, "Type") {
            "Vendor" => branch.vendor = name,
            "Product Family" => branch.family = name,
            "Product Name" => branch.name = name,
            "Product Version" => branch.version = name,
            _ => {}
        }
        for product in all(node, "FullProductName") {
            self.add(product, branch, found);
        }
        all(node, "Branch").for_each(|inner| self.branch(inner, branch, found));
    }

    fn add(&mut self, node: &'e Element, branch: Branch<'e>, found: &Findings) {
        let whole = node.whole_text();
        let names = [branch.name, branch.family, &whole];
        let name = names.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
        let product = Product {
            id: attribute(node, "ProductID").to_owned(),
            vendor: branch.vendor.to_owned(),
            name: name.to_owned(),
            version: branch.version.to_owned(),
            purl: String::new(),
            cpe: attribute(node, "CPE").to_owned(),
        };
        self.push(node, product, found);
    }

    /// A product as a part of another one: it has the version of the part.
    fn part(&mut self, node: &'e Element, part: Product, found: &Findings) {
        let id = attribute(node, "ProductID").to_owned();
        let name = node.whole_text();
        let cpe = match attribute(node, "CPE") {
            "" => part.cpe.clone(),
            cpe => cpe.to_owned(),
        };
        self.push(node, Product { id, name, cpe, ..part }, found);
    }

    fn of(&self, id: &str) -> Option<&Product> {
        self.list.get(*self.at.get(id)?)
    }

    fn push(&mut self, node: &'e Element, product: Product, found: &Findings) {
        let id = attribute(node, "ProductID");
        match self.at.insert(id, self.list.len()) {
            Some(first) => {
                self.at.insert(id, first);
                note(found, node, Severity::Error, "this ProductID is there already; left out");
            }
            None => self.list.push(product),
        }
    }
}
