//! OpenStack: one YAML file for each advisory, with its vulnerabilities, packages and fixes.

use super::{has, reference, section, texts, with_findings};
use crate::formats::json::{Json, Node};
use crate::formats::{Finding, Place, ReadError, Severity, dates, parts, yaml};
use crate::model::advisory::{
    Advisory, Identifier, Issuer, Product, ProductStatus, Rating, Reference, Revision, SectionKind,
    Vulnerability,
};

/// Its name as issuer, and as rater where nobody else is named.
const ISSUER: &str = "OpenStack";

/// Whether a document looks like one.
pub fn fits(value: &Json) -> bool {
    has(value, &["id", "affected-products", "vulnerabilities"])
}

/// Reads a document.
///
/// # Errors
/// Its syntax, a limit, or when it is none of OpenStack's.
pub fn read(octets: &[u8]) -> Result<(Advisory, Vec<Finding>), ReadError> {
    let value = yaml::read(octets)?;
    match fits(&value) {
        true => with_findings(&value, advisory),
        false => Err(ReadError::Foreign(ISSUER)),
    }
}

fn advisory(root: &Node<'_, '_>) -> Result<Advisory, ReadError> {
    let number = root.text("id").trim();
    if number.is_empty() {
        return Err(ReadError::Missing(Place::Pointer("/id".to_owned()), "number"));
    }
    let revisions = history(root);
    let mut advisory = Advisory {
        issuer: Issuer {
            name: ISSUER.to_owned(),
            namespace: "https://security.openstack.org".to_owned(),
            category: "vendor".to_owned(),
            contact: String::new(),
        },
        number: number.to_owned(),
        title: root.text("title").trim().to_owned(),
        language: "en".to_owned(),
        published_at: parts::moment(root, "date"),
        changed_at: revisions.iter().filter_map(|one| one.at.clone()).max_by_key(|one| one.at),
        revisions,
        sections: [
            section(SectionKind::Description, "", root.text("description")),
            section(SectionKind::Other, "Errata", root.text("errata")),
            section(SectionKind::Other, "Notes", &texts(root, "notes").join("\n\n")),
        ]
        .into_iter()
        .flatten()
        .collect(),
        references: references(root),
        credits: root.items("reporters").iter().map(reporter).collect(),
        ..Advisory::default()
    };
    for one in root.items("vulnerabilities") {
        advisory.vulnerabilities.extend(vulnerability(&one));
    }
    let packages = root.items("affected-products");
    let products = packages.iter().map(|one| (product(one), ProductStatus::KnownAffected));
    parts::affect(root, &mut advisory, products.collect());
    Ok(advisory)
}

/// A vulnerability; `None` where its number is still to come.
fn vulnerability(node: &Node<'_, '_>) -> Option<Vulnerability> {
    let text = node.text("cve-id");
    let mentioned = Identifier::mentioned(text).into_iter().find(Identifier::is_cve);
    let Some(id) = Identifier::cve(text).or(mentioned) else {
        node.find(Severity::Warning, "there is no number of CVE; the vulnerability is left out");
        return None;
    };
    // One number may stand for two ways in: `CVE-2013-6396 (client to proxy)`.
    let behind = text.split_once('(').map(|(_, title)| title.trim_end().trim_end_matches(')'));
    let class = node.get("classification");
    let weakness = class.map(|class| class.text("detail").trim()).unwrap_or_default();
    Some(Vulnerability {
        ids: vec![id],
        title: behind.unwrap_or_else(|| node.text("note").trim()).to_owned(),
        weaknesses: weakness.starts_with("CWE-").then(|| weakness.to_owned()).into_iter().collect(),
        ratings: node.get("impact-assessment").map(|one| ratings(&one)).unwrap_or_default(),
        ..Vulnerability::default()
    })
}

/// A word, and a vector of CVSS with its score.
fn ratings(node: &Node<'_, '_>) -> Vec<Rating> {
    let source = node.text("source").trim();
    let rater = if source.is_empty() { ISSUER } else { source };
    let mut rated: Vec<_> = parts::by_word(rater, node.text("rating")).into_iter().collect();
    if let Some(assessment) = node.get("assessment") {
        let vector = assessment.text("detail").trim();
        if vector.contains('/') {
            let score = assessment.number("score").map(|score| score.trim().to_owned());
            rated.push(parts::by_vector(rater, vector, score));
        }
    }
    rated
}

fn product(node: &Node<'_, '_>) -> Product {
    let text = |name| node.text(name).trim().to_owned();
    Product {
        vendor: ISSUER.to_owned(),
        name: text("product"),
        version: text("version"),
        ..Product::default()
    }
}

fn reporter(node: &Node<'_, '_>) -> String {
    let (name, affiliation) = (node.text("name").trim(), node.text("affiliation").trim());
    match affiliation {
        "" | "UNKNOWN" => name.to_owned(),
        _ => format!("{name} ({affiliation})"),
    }
}

/// The announcement, what was reported, and the changes, which have their branch as title.
fn references(root: &Node<'_, '_>) -> Vec<Reference> {
    let announcements = texts(root, "reference");
    let mut all: Vec<_> = announcements.iter().map(|url| reference("ADVISORY", url)).collect();
    if let Some(issues) = root.get("issues") {
        all.extend(texts(&issues, "links").iter().map(|url| reference("REPORT", url)));
    }
    let Some(reviews) = root.get("reviews") else { return all };
    let Json::Object(members) = reviews.value() else { return all };
    for (branch, _) in members.iter().filter(|(name, _)| name != "type") {
        for url in texts(&reviews, branch) {
            all.push(Reference { title: branch.clone(), ..reference("FIX", &url) });
        }
    }
    all
}

/// `2017-11-14 - Original Version`, newest first in the document.
fn history(root: &Node<'_, '_>) -> Vec<Revision> {
    let line = |text: &String| {
        let (day, summary) = text.split_once(" - ").unwrap_or(("", text));
        Revision { version: String::new(), at: dates::moment(day), summary: summary.to_owned() }
    };
    texts(root, "errata_history").iter().map(line).collect()
}
