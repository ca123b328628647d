//! Mozilla Foundation Security Advisories: one YAML file, many vulnerabilities.

use super::{has, section, texts, with_findings};
use crate::formats::json::{Json, Node};
use crate::formats::{Finding, Place, ReadError, parts, yaml};
use crate::model::advisory::{
    Advisory, Identifier, Issuer, Product, ProductStatus, Reference, SectionKind, Vulnerability,
};

/// Its name as issuer and rater.
const ISSUER: &str = "Mozilla";

/// Whether a document looks like one.
pub fn fits(value: &Json) -> bool {
    has(value, &["announced", "fixed_in", "title"])
}

/// Reads a document. Its number stands in the comment that it begins with, and nowhere else.
///
/// # Errors
/// Its syntax, a limit, or when it is none of Mozilla's.
pub fn read(octets: &[u8]) -> Result<(Advisory, Vec<Finding>), ReadError> {
    let value = yaml::read(octets)?;
    if !fits(&value) {
        return Err(ReadError::Foreign("Mozilla"));
    }
    let first = octets.split(|octet| *octet == b'\n').next().unwrap_or_default();
    let comment = String::from_utf8_lossy(first);
    let number = comment.trim_start_matches(['#', ' ', '\u{feff}']).trim();
    let number = number.strip_suffix(".yml").unwrap_or(number);
    match number.starts_with("mfsa") && comment.trim_start_matches('\u{feff}').starts_with('#') {
        true => with_findings(&value, |root| Ok(advisory(root, number))),
        false => Err(ReadError::Missing(Place::Line(1, 1), "number in a comment")),
    }
}

fn advisory(root: &Node<'_, '_>, number: &str) -> Advisory {
    let mut advisory = Advisory {
        issuer: Issuer {
            name: ISSUER.to_owned(),
            namespace: "https://www.mozilla.org/security/".to_owned(),
            category: "vendor".to_owned(),
            contact: String::new(),
        },
        number: number.to_owned(),
        title: root.text("title").trim().to_owned(),
        language: "en".to_owned(),
        published_at: parts::moment(root, "announced"),
        sections: section(SectionKind::Description, "", root.text("description"))
            .into_iter()
            .collect(),
        ratings: parts::by_word(ISSUER, root.text("impact")).into_iter().collect(),
        ..Advisory::default()
    };
    if let Some(list) = root.get("advisories") {
        let Json::Object(members) = list.value() else { return advisory };
        for (id, _) in members {
            if let Some(one) = list.get(id) {
                advisory.vulnerabilities.push(vulnerability(&one, id));
                advisory.credits.extend(texts(&one, "reporter"));
            }
        }
    }
    advisory.credits.extend(texts(root, "reporter"));
    let products = texts(root, "fixed_in").into_iter().map(|text| {
        // `Firefox ESR 91.10`: the version is the last word.
        let (name, version) = text.rsplit_once(' ').unwrap_or((&text, ""));
        let (name, version) = (name.to_owned(), version.to_owned());
        let product = Product { vendor: ISSUER.to_owned(), name, version, ..Product::default() };
        (product, ProductStatus::Fixed)
    });
    parts::affect(root, &mut advisory, products.collect());
    advisory
}

fn vulnerability(node: &Node<'_, '_>, id: &str) -> Vulnerability {
    Vulnerability {
        ids: vec![Identifier::cve(id).unwrap_or_else(|| Identifier::new("mozilla", id))],
        title: node.text("title").trim().to_owned(),
        sections: section(SectionKind::Description, "", node.text("description"))
            .into_iter()
            .collect(),
        ratings: parts::by_word(ISSUER, node.text("impact")).into_iter().collect(),
        references: node.items("bugs").iter().flat_map(bugs).collect(),
        ..Vulnerability::default()
    }
}

/// An address, or numbers in Bugzilla: `1735071, 1735072`.
fn bugs(node: &Node<'_, '_>) -> Vec<Reference> {
    let text = node.number("url").unwrap_or_default().trim();
    let title = node.text("desc").trim();
    let reference = |url: String| Reference {
        identifier: None,
        kind: "bug".to_owned(),
        title: title.to_owned(),
        url,
    };
    if text.contains("://") {
        return vec![reference(text.to_owned())];
    }
    let numbers = text.split([',', ' ']).filter(|number| !number.is_empty());
    let url = |number| format!("https://bugzilla.mozilla.org/show_bug.cgi?id={number}");
    numbers.map(|number| reference(url(number))).collect()
}
