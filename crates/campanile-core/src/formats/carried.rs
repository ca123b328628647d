//! What CSAF and CVRF have no field for, carried in notes that people can read, and taken back from
//! there.
//!
//! The notes have the category `other` and one of the titles below; a line each.

use std::collections::BTreeMap;

use crate::model::advisory::{
    Advisory, Identifier, Obtained, Rating, Reference, Section, SectionKind, Value,
};

const SUPERSEDES: &str = "Supersedes";
const UPSTREAM: &str = "Builds on";
const RELATED: &str = "Related";
const REFERENCES: &str = "Further references";
const RATINGS: &str = "Further ratings";

/// Sections of what a format has no field for, behind those of the advisory.
pub fn give(advisory: &Advisory, references: &[&Reference], ratings: &[&Rating]) -> Vec<Section> {
    let ids = |ids: &[Identifier]| ids.iter().map(identifier).collect::<Vec<_>>();
    let lists = [
        (SUPERSEDES, advisory.supersedes.clone()),
        (UPSTREAM, ids(&advisory.upstream)),
        (RELATED, ids(&advisory.related)),
        (REFERENCES, references.iter().map(|one| reference(one)).collect()),
        (RATINGS, ratings.iter().map(|one| rating(one)).collect()),
    ];
    let sections = lists.into_iter().filter(|(_, lines)| !lines.is_empty());
    sections.map(|(title, lines)| section(title, &lines)).collect()
}

/// A section of ratings that the format has no field for, of one vulnerability.
pub fn give_ratings(ratings: &[&Rating]) -> Option<Section> {
    let lines: Vec<_> = ratings.iter().map(|one| rating(one)).collect();
    (!lines.is_empty()).then(|| section(RATINGS, &lines))
}

/// Takes back what [`give`] and [`give_ratings`] gave.
pub fn take(advisory: &mut Advisory) {
    for vulnerability in &mut advisory.vulnerabilities {
        let ratings = &mut vulnerability.ratings;
        vulnerability.sections.retain(|section| !take_ratings(section, ratings));
    }
    let sections = std::mem::take(&mut advisory.sections);
    advisory.sections = sections.into_iter().filter(|section| !taken(section, advisory)).collect();
}

fn section(title: &str, lines: &[String]) -> Section {
    let (kind, title) = (SectionKind::Other, title.to_owned());
    Section { kind, title, text: lines.join("\n") }
}

/// Whether a section was one of ours, and all of it could be taken back.
fn taken(section: &Section, advisory: &mut Advisory) -> bool {
    let lines = section.text.lines();
    match (section.kind, section.title.as_str()) {
        (SectionKind::Other, SUPERSEDES) => {
            advisory.supersedes.extend(lines.map(str::to_owned));
            true
        }
        (SectionKind::Other, UPSTREAM) => extended(&mut advisory.upstream, lines.map(identified)),
        (SectionKind::Other, RELATED) => extended(&mut advisory.related, lines.map(identified)),
        (SectionKind::Other, REFERENCES) => {
            extended(&mut advisory.references, lines.map(referenced))
        }
        _ => take_ratings(section, &mut advisory.ratings),
    }
}

fn take_ratings(section: &Section, ratings: &mut Vec<Rating>) -> bool {
    let ours = section.kind == SectionKind::Other && section.title == RATINGS;
    ours && extended(ratings, section.text.lines().map(rated))
}

/// Adds all or nothing.
fn extended<T>(list: &mut Vec<T>, more: impl Iterator<Item = Option<T>>) -> bool {
    let more: Option<Vec<T>> = more.collect();
    let all = more.is_some();
    list.extend(more.unwrap_or_default());
    all
}

/// `cve CVE-2003-0252`
fn identifier(id: &Identifier) -> String {
    format!("{} {}", id.system.replace(' ', "_"), id.number)
}

fn identified(line: &str) -> Option<Identifier> {
    let (system, number) = line.split_once(' ')?;
    Some(Identifier::new(&system.replace('_', " "), number))
}

/// `[kind] cve CVE-2003-0252: title`
fn reference(reference: &Reference) -> String {
    let id = reference.identifier.as_ref().map(identifier).unwrap_or_default();
    let title = format!("{} {}", reference.title, reference.url);
    format!("[{}] {id}: {}", reference.kind, title.trim()).trim_end().to_owned()
}

fn referenced(line: &str) -> Option<Reference> {
    let (kind, rest) = line.strip_prefix('[')?.split_once("] ")?;
    let (id, title) = rest.split_once(':')?;
    Some(Reference {
        identifier: identified(id),
        kind: kind.to_owned(),
        title: title.trim().to_owned(),
        url: String::new(),
    })
}

/// `NVD: cvss-3.1: vector=CVSS:3.1/…; score=9.8`
fn rating(rating: &Rating) -> String {
    let mut parts = Vec::new();
    match &rating.value {
        Value::Vector(vector) => parts.push(format!("vector={vector}")),
        Value::Word(word) => parts.push(format!("word={word}")),
        Value::Criteria(criteria) => {
            let criteria = criteria.iter();
            parts.extend(criteria.map(|(name, tokens)| format!("{name}={}", tokens.join(", "))));
        }
        Value::Score => {}
    }
    parts.extend(rating.score.iter().map(|score| format!("score={score}")));
    format!("{}: {}: {}", rating.rater, rating.scheme, parts.join("; "))
}

fn rated(line: &str) -> Option<Rating> {
    let (rater, rest) = line.split_once(": ")?;
    let (scheme, rest) = rest.split_once(": ")?;
    let (mut value, mut score) = (Value::Score, None);
    let mut criteria = BTreeMap::new();
    for part in rest.split("; ") {
        let (name, text) = part.split_once('=')?;
        match name {
            "vector" => value = Value::Vector(text.to_owned()),
            "word" => value = Value::Word(text.to_owned()),
            "score" => score = Some(text.to_owned()),
            name => {
                let tokens = text.split(", ").map(str::to_owned).collect();
                criteria.insert(name.to_owned(), tokens);
            }
        }
    }
    if !criteria.is_empty() {
        value = Value::Criteria(criteria);
    }
    let obtained = Obtained::Stated;
    let products = Vec::new();
    let (rater, scheme) = (rater.to_owned(), scheme.to_owned());
    Some(Rating { rater, scheme, value, score, obtained, products })
}
