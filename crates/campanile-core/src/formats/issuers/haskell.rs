//! Haskell: Markdown with a head in TOML, with packages of Hackage and components of GHC.

use std::collections::BTreeMap;

use super::head::{self, Source};
use super::{reference, texts, with_findings};
use crate::formats::json::Node;
use crate::formats::{Finding, ReadError, Severity, parts};
use crate::model::advisory::{Advisory, Product, ProductStatus, Rating};

/// Its name as issuer and rater.
const ISSUER: &str = "Haskell";

/// Who writes these documents.
const SOURCE: Source = Source {
    name: ISSUER,
    namespace: "https://github.com/haskell/security-advisories",
    system: "haskell",
    number_at: "/advisory/id",
    published: "date",
};

/// Whether a document looks like one: the table of RustSec beside a list of packages.
pub fn fits(octets: &[u8]) -> bool {
    head::looked_at(octets, head::TOML, "```").is_some_and(|head| {
        head::has_line(head, "[advisory]") && head::has_line(head, "[[affected]]")
    })
}

/// Reads a document. Days stand in the history of the repository only, unless it says them.
///
/// # Errors
/// The syntax of its head, a limit, or when it is none of Haskell's.
pub fn read(octets: &[u8]) -> Result<(Advisory, Vec<Finding>), ReadError> {
    let (value, body) = head::toml(octets, ISSUER)?;
    with_findings(&value, |root| advisory(root, &body))
}

fn advisory(root: &Node<'_, '_>, body: &str) -> Result<Advisory, ReadError> {
    let head = root.need("advisory")?;
    let links = root.items("references");
    let mut advisory = Advisory {
        references: links.iter().map(|one| reference(one.text("type"), one.text("url"))).collect(),
        ..SOURCE.advisory(&head, body, Vec::new())?
    };
    let packages = root.items("affected");
    let products = packages.iter().map(|one| (product(one), ProductStatus::KnownAffected));
    parts::affect(root, &mut advisory, products.collect());
    let rated = ratings(&packages, &advisory.products);
    parts::rate(&mut advisory, rated);
    let weaknesses = texts(&head, "cwe").iter().map(|one| format!("CWE-{one}")).collect();
    parts::weaknesses(&mut advisory, weaknesses);
    Ok(advisory)
}

/// A package of Hackage, of another repository, or a component of GHC; ranges as OSV's are written
/// here.
fn product(node: &Node<'_, '_>) -> Product {
    let (package, component) = (node.text("package").trim(), node.text("ghc-component").trim());
    let repository = node.text("repository-name").trim();
    let (vendor, name) = match (package, repository) {
        ("", _) => ("GHC", component),
        (_, "") => ("Hackage", package),
        _ => (repository, package),
    };
    if name.is_empty() {
        node.find(Severity::Warning, "this names neither a package nor a component");
    }
    let range = |one: &Node<'_, '_>| {
        let bounds = [(">=", one.text("introduced").trim()), ("<", one.text("fixed").trim())];
        let bounds = bounds.iter().filter(|(_, version)| !version.is_empty());
        bounds.map(|(sign, version)| format!("{sign}{version}")).collect::<Vec<_>>().join(" ")
    };
    let ranges: Vec<_> = node.items("versions").iter().map(range).collect();
    let version = match ranges.is_empty() {
        true => String::new(),
        false => format!("ECOSYSTEM {}", ranges.join(" || ")),
    };
    Product { vendor: vendor.to_owned(), name: name.to_owned(), version, ..Product::default() }
}

/// A vector for each package; packages with the same one share a rating.
fn ratings(packages: &[Node<'_, '_>], products: &[Product]) -> Vec<Rating> {
    let mut of_vectors: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (package, product) in packages.iter().zip(products) {
        let vector = package.text("cvss").trim();
        if !vector.is_empty() {
            of_vectors.entry(vector).or_default().push(product.id.clone());
        }
    }
    let rating = |(vector, products)| Rating { products, ..parts::by_vector(ISSUER, vector, None) };
    of_vectors.into_iter().map(rating).collect()
}
