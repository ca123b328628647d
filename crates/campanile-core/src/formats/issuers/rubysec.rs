//! RubySec (ruby-advisory-db): one YAML file for each gem or interpreter and vulnerability.

use super::{has, package, section, texts, with_findings};
use crate::formats::json::{Json, Node};
use crate::formats::{Finding, Place, ReadError, parts, yaml};
use crate::model::advisory::{
    Advisory, Identifier, Issuer, Kind, Rating, Reference, SectionKind, Value, scheme,
};

/// Its name as issuer and rater.
const ISSUER: &str = "RubySec";

/// Whether a document looks like one.
pub fn fits(value: &Json) -> bool {
    has(value, &["gem", "date"])
        || has(value, &["engine", "date"])
        || has(value, &["library", "date"])
}

/// Reads a document.
///
/// # Errors
/// Its syntax, a limit, or when it is none of RubySec's.
pub fn read(octets: &[u8]) -> Result<(Advisory, Vec<Finding>), ReadError> {
    let value = yaml::read(octets)?;
    match fits(&value) {
        true => with_findings(&value, advisory),
        false => Err(ReadError::Foreign("RubySec")),
    }
}

fn advisory(root: &Node<'_, '_>) -> Result<Advisory, ReadError> {
    let mut ids = identifiers(root);
    if ids.is_empty() {
        let place = Place::Pointer("/cve".to_owned());
        return Err(ReadError::Missing(place, "number of CVE, GHSA or OSVDB"));
    }
    let own = ids.remove(0);
    let mut advisory = Advisory {
        kind: Kind::Record,
        issuer: Issuer {
            name: ISSUER.to_owned(),
            namespace: "https://rubysec.com".to_owned(),
            category: "other".to_owned(),
            contact: String::new(),
        },
        number: own.number.clone(),
        title: root.text("title").trim().to_owned(),
        language: "en".to_owned(),
        published_at: parts::moment(root, "date"),
        sections: section(SectionKind::Description, "", root.text("description"))
            .into_iter()
            .chain(section(SectionKind::Other, "Notes", root.text("notes")))
            .collect(),
        references: references(root),
        related: related(root),
        vulnerabilities: parts::about(&own, Vec::new(), ids),
        ..Advisory::default()
    };
    let name = ["gem", "library", "engine"].iter().map(|name| root.text(name));
    let name = name.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
    let (fixed, never) = (texts(root, "patched_versions"), texts(root, "unaffected_versions"));
    parts::affect(root, &mut advisory, package("RubyGems", name, &[], &fixed, &never));
    parts::rate(&mut advisory, scores(root));
    Ok(advisory)
}

/// Numbers stand without the name of their list: `2022-23633`, `wh98-p28r-vrc9`.
fn identifiers(root: &Node<'_, '_>) -> Vec<Identifier> {
    let mut ids = Vec::new();
    for (member, system, prefix) in
        [("cve", "cve", "CVE-"), ("ghsa", "ghsa", "GHSA-"), ("osvdb", "osvdb", "OSVDB-")]
    {
        for text in texts(root, member) {
            let whole = match text.to_ascii_uppercase().starts_with(prefix) {
                true => text,
                false => format!("{prefix}{text}"),
            };
            ids.push(Identifier::new(system, &whole));
        }
    }
    ids
}

fn related(root: &Node<'_, '_>) -> Vec<Identifier> {
    root.get("related").map(|node| identifiers(&node)).unwrap_or_default()
}

fn references(root: &Node<'_, '_>) -> Vec<Reference> {
    let mut urls = texts(root, "url");
    urls.extend(root.get("related").map(|node| texts(&node, "url")).unwrap_or_default());
    let reference = |url: String| Reference {
        identifier: Identifier::from_url(&url),
        url,
        ..Reference::default()
    };
    urls.into_iter().map(reference).collect()
}

/// Scores without vectors.
fn scores(root: &Node<'_, '_>) -> Vec<Rating> {
    let schemes =
        [("cvss_v2", scheme::CVSS_2), ("cvss_v3", scheme::CVSS_3), ("cvss_v4", scheme::CVSS_4)];
    let rated = schemes.iter().filter_map(|(name, scheme)| {
        let score = root.number(name)?.trim().to_owned();
        Some(Rating { score: Some(score), ..Rating::stated(ISSUER, scheme, Value::Score) })
    });
    rated.collect()
}
