//! CERT-FR (CERTA until 2014): the JSON of `www.cert.ssi.gouv.fr/avis/…/json/`.
//!
//! In 2003 it names no vulnerability, only advisories of vendors: what links it to others are the
//! numbers in its references and texts.

use super::markdown::{marked, without_tags};
use super::{has, section, with_findings};
use crate::formats::json::{self, Json, Node};
use crate::formats::{Finding, Place, ReadError, parts};
use crate::model::advisory::{
    Advisory, Identifier, Issuer, Product, ProductStatus, Rating, Reference, Revision, SectionKind,
    Solution, Value, Vulnerability,
};

/// Its name as issuer and rater.
const ISSUER: &str = "CERT-FR";
/// The scheme of its list of risks: what an attack can do, without a degree.
pub const RISKS: &str = "cert-fr-risks";

/// Whether a document looks like one.
pub fn fits(value: &Json) -> bool {
    has(value, &["reference", "vendor_advisories", "risks"])
}

/// Reads a document.
///
/// # Errors
/// Its syntax, a limit, or when it is none of CERT-FR's.
pub fn read(octets: &[u8]) -> Result<(Advisory, Vec<Finding>), ReadError> {
    let value = json::read(octets)?;
    match fits(&value) {
        true => with_findings(&value, advisory),
        false => Err(ReadError::Foreign("CERT-FR")),
    }
}

fn advisory(root: &Node<'_, '_>) -> Result<Advisory, ReadError> {
    let number = root.text("reference").trim();
    if number.is_empty() {
        return Err(ReadError::Missing(Place::Pointer("/reference".to_owned()), "number"));
    }
    let revisions: Vec<_> = root.items("revisions").iter().map(revision).collect();
    let mut advisory = Advisory {
        issuer: Issuer {
            name: ISSUER.to_owned(),
            namespace: "https://www.cert.ssi.gouv.fr".to_owned(),
            category: "coordinator".to_owned(),
            contact: String::new(),
        },
        number: number.to_owned(),
        title: root.text("title").trim().to_owned(),
        language: "fr".to_owned(),
        published_at: revisions.first().and_then(|one| one.at.clone()),
        changed_at: revisions.last().and_then(|one| one.at.clone()),
        revisions,
        vulnerabilities: vulnerabilities(root),
        ratings: risks(root).into_iter().collect(),
        references: references(root),
        ..Advisory::default()
    };
    texts(root, &mut advisory);
    let products = root.items("affected_systems");
    let products = products.iter().map(|one| (product(one), ProductStatus::KnownAffected));
    parts::affect(root, &mut advisory, products.collect());
    mentions(root, &mut advisory.references);
    Ok(advisory)
}

fn revision(node: &Node<'_, '_>) -> Revision {
    Revision {
        version: String::new(),
        at: parts::moment(node, "revision_date"),
        summary: node.text("description").trim().to_owned(),
    }
}

fn vulnerabilities(root: &Node<'_, '_>) -> Vec<Vulnerability> {
    let mut ids: Vec<Identifier> = Vec::new();
    for cve in root.items("cves") {
        let id = Identifier::new("cve", cve.text("name"));
        if !id.number.is_empty() && !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids.into_iter().map(|id| Vulnerability { ids: vec![id], ..Vulnerability::default() }).collect()
}

fn risks(root: &Node<'_, '_>) -> Option<Rating> {
    let risks = root.items("risks");
    let risks = risks.iter().map(|one| one.text("description").trim().to_owned());
    let risks: Vec<_> = risks.filter(|text| !text.is_empty()).collect();
    let criteria = |risks| Value::Criteria([("impact".to_owned(), risks)].into());
    (!risks.is_empty()).then(|| Rating::stated(ISSUER, RISKS, criteria(risks)))
}

fn references(root: &Node<'_, '_>) -> Vec<Reference> {
    let mut all = Vec::new();
    for (name, kind) in [("vendor_advisories", "vendor_advisory"), ("links", "link")] {
        for one in root.items(name) {
            let (title, url) = (one.text("title").trim(), one.text("url").trim());
            all.push(Reference {
                identifier: Identifier::of_reference(url, title),
                kind: kind.to_owned(),
                title: title.to_owned(),
                url: url.to_owned(),
            });
        }
    }
    all
}

/// Numbers that stand in the texts only, and further ones of a title.
fn mentions(root: &Node<'_, '_>, references: &mut Vec<Reference>) {
    let titles = references.iter().map(|one| one.title.as_str()).collect::<Vec<_>>().join("\n");
    let texts = [root.text("summary"), root.text("content"), &titles].join("\n");
    for identifier in Identifier::mentioned(&texts) {
        let known = |one: &Reference| one.identifier.as_ref() == Some(&identifier);
        if !references.iter().any(known) {
            let kind = "mentioned".to_owned();
            references.push(Reference {
                identifier: Some(identifier),
                kind,
                ..Reference::default()
            });
        }
    }
}

fn texts(root: &Node<'_, '_>, advisory: &mut Advisory) {
    let systems = without_tags(root.text("affected_systems_content"));
    let systems = section(SectionKind::TechnicalContext, "Systèmes affectés", &systems);
    advisory.sections.extend(section(SectionKind::Summary, "", root.text("summary")));
    advisory.sections.extend(systems);
    for part in marked(root.text("content"), "## ") {
        let heading = part.heading.to_lowercase();
        let kind = match heading.as_str() {
            "solution" => "vendor_fix",
            text if text.starts_with("contournement") || text.starts_with("solution p") => {
                "workaround"
            }
            _ => {
                let kind = match heading.as_str() {
                    "description" | "" => SectionKind::Description,
                    _ => SectionKind::Other,
                };
                advisory.sections.extend(section(kind, part.heading, &part.text));
                continue;
            }
        };
        advisory.solutions.push(Solution {
            kind: kind.to_owned(),
            text: part.text.trim().to_owned(),
            ..Solution::default()
        });
    }
}

fn product(node: &Node<'_, '_>) -> Product {
    let product = node.get("product");
    let vendor = product.as_ref().and_then(|one| Some(one.get("vendor")?.text("name").to_owned()));
    let name = product.as_ref().map(|one| one.text("name").trim()).unwrap_or_default();
    Product {
        vendor: vendor.unwrap_or_default(),
        name: name.to_owned(),
        version: node.text("description").trim().to_owned(),
        ..Product::default()
    }
}
