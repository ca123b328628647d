//! The model of system information (CMSI): systems are combinations of platforms and software.

use super::reading::Reading;
use crate::formats::eispp::{ON, SYSTEMS};
use crate::formats::{Element, Severity};
use crate::model::advisory::{Advisory, Product, Section, SectionKind};
use crate::model::limits::DOCUMENT_ELEMENTS_MAX;

/// Reads `system_information`: a product for each piece of software, named with its platforms; for
/// each platform where there is none.
pub fn read(node: &Element, advisory: &mut Advisory, reading: &mut Reading) {
    for text in reading.all(node, "free_text") {
        let (kind, title) = (SectionKind::Other, SYSTEMS.to_owned());
        advisory.sections.push(Section { kind, title, text: text.whole_text() });
    }
    // Every product repeats the platforms of its system.
    let mut left = DOCUMENT_ELEMENTS_MAX;
    for system in reading.grouped(node, "system_list", "system") {
        let instances = |kind: &str| -> Vec<&Element> {
            let parts = reading.all(system, "system_part").into_iter();
            let parts = parts.filter(|part| part.attribute("type") == Some(kind));
            parts.flat_map(|part| reading.all(part, "instance")).collect()
        };
        let (platforms, software) = (instances("platform"), instances("software"));
        let Some(rest) = left.checked_sub(platforms.len() * software.len().max(1)) else {
            reading.find(&system.place, Severity::Error, "too many combinations; left out");
            return;
        };
        left = rest;
        let names: Vec<_> = platforms.iter().map(|one| tag(one)).collect();
        let suffix = match names.is_empty() || software.is_empty() {
            true => String::new(),
            false => format!("{ON}{}", names.join(", ")),
        };
        let named = if software.is_empty() { &platforms } else { &software };
        for instance in named {
            let id = format!("P{}", advisory.products.len() + 1);
            let name = format!("{}{suffix}", tag(instance));
            advisory.products.push(product(instance, id, name, reading));
        }
    }
}

fn tag(instance: &Element) -> &str {
    instance.attribute("tag").unwrap_or_default()
}

fn product(instance: &Element, id: String, name: String, reading: &Reading) -> Product {
    let mut product = Product { id, name, ..Product::default() };
    for node in reading.all(instance, "attribute_value") {
        let values: Vec<_> =
            reading.all(node, "value").into_iter().map(Element::whole_text).collect();
        let values = values.join(", ");
        match tag(node) {
            "vendor" => product.vendor = values,
            "purl" => product.purl = values,
            "cpe" => product.cpe = values,
            "version" => product.version = values,
            // A patch level narrows the version down.
            tag => product.version = format!("{} {tag} {values}", product.version).trim().into(),
        }
    }
    product
}
