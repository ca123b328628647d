//! `/product_tree`: a branch for each vendor, name and version.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{Object, form, ranges, set_list, set_text};
use crate::formats::csaf::Version;
use crate::model::advisory::{Advisory, Product};

/// The products that are defined, in order.
pub struct Tree<'a> {
    products: Vec<&'a Product>,
    ids: HashSet<&'a str>,
}

impl<'a> Tree<'a> {
    /// The products of an advisory that have an identifier, each once.
    pub fn of(advisory: &'a Advisory) -> Self {
        let (mut products, mut ids) = (Vec::new(), HashSet::new());
        for product in &advisory.products {
            if !product.id.is_empty() && ids.insert(product.id.as_str()) {
                products.push(product);
            }
        }
        Self { products, ids }
    }

    /// Whether a product is defined.
    pub fn has(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// All identifiers, in order.
    pub fn ids(&self) -> impl Iterator<Item = &'a str> {
        self.products.iter().map(|product| product.id.as_str())
    }

    /// The tree. Products that follow each other share their branches, so that the order stays.
    pub fn write(&self, version: Version) -> Object {
        let mut object = Object::new();
        let names: Vec<Value> = self
            .products
            .iter()
            .filter(|product| is_plain(product, version))
            .map(|product| full(product, version))
            .collect();
        let others: Vec<_> =
            self.products.iter().copied().filter(|it| !is_plain(it, version)).collect();
        let same_vendor = |one: &&Product, next: &&Product| {
            !one.vendor.trim().is_empty() && one.vendor == next.vendor
        };
        let branches = others.chunk_by(same_vendor).flat_map(|run| vendor(run, version));
        set_list(&mut object, "branches", branches.collect::<Vec<_>>());
        set_list(&mut object, "full_product_names", names);
        object
    }
}

/// Without vendor and version there is nothing to branch by.
fn is_plain(product: &Product, version: Version) -> bool {
    let versioned = !product.version.trim().is_empty();
    product.vendor.trim().is_empty()
        && !(versioned && ranges::branch(&product.version, version).is_some())
}

fn vendor(run: &[&Product], version: Version) -> Vec<Value> {
    let same_name = |one: &&Product, next: &&Product| one.name == next.name;
    let branches = run.chunk_by(same_name).flat_map(|run| named(run, version));
    let branches: Vec<_> = branches.collect();
    match run.first().map(|product| product.vendor.as_str()).unwrap_or_default() {
        "" => branches,
        vendor => vec![json!({ "category": "vendor", "name": vendor, "branches": branches })],
    }
}

fn named(run: &[&Product], version: Version) -> Vec<Value> {
    let Some(first) = run.first() else { return Vec::new() };
    let name = form::filled(&first.name, &first.id);
    let mut branches = Vec::new();
    let mut versions = Vec::new();
    for product in run {
        let full = full(product, version);
        if product.version.is_empty() {
            let category = "product_name";
            branches.push(json!({ "category": category, "name": name, "product": full }));
        } else if let Some((category, text)) = ranges::branch(&product.version, version) {
            versions.push(json!({ "category": category, "name": text, "product": full }));
        } else {
            let name = format!("{name} {}", product.version.trim());
            let category = "product_name";
            branches.push(json!({ "category": category, "name": name, "product": full }));
        }
    }
    if !versions.is_empty() {
        branches.push(json!({ "category": "product_name", "name": name, "branches": versions }));
    }
    branches
}

fn full(product: &Product, version: Version) -> Value {
    let words = [&product.vendor, &product.name, &product.version];
    let words: Vec<_> =
        words.iter().map(|word| word.trim()).filter(|word| !word.is_empty()).collect();
    let name = match words.as_slice() {
        [] => product.id.clone(),
        words => words.join(" "),
    };
    let mut helper = Object::new();
    if form::is_purl(&product.purl) {
        match version {
            Version::V2_0 => set_text(&mut helper, "purl", &product.purl),
            Version::V2_1 => set_list(&mut helper, "purls", vec![product.purl.as_str()]),
        }
    }
    if form::is_cpe(&product.cpe) {
        set_text(&mut helper, "cpe", &product.cpe);
    }
    let mut object = Object::new();
    set_text(&mut object, "name", &name);
    set_text(&mut object, "product_id", &product.id);
    super::set_object(&mut object, "product_identification_helper", helper);
    object.into()
}
