//! CERT/CC: vulnerability notes as the JSON of its archive, with the metric that it had before
//! CVSS.

use std::collections::BTreeMap;

use super::{has, section, texts, with_findings};
use crate::formats::json::{self, Json, Node};
use crate::formats::{Finding, Place, ReadError, parts};
use crate::model::advisory::{
    Advisory, Identifier, Issuer, Rating, Reference, SectionKind, Solution, Value, scheme,
};

/// Its name as issuer and rater.
const ISSUER: &str = "CERT/CC";
/// What goes into its metric, 0 to 20 each.
const CRITERIA: [&str; 7] = [
    "WidelyKnown",
    "Exploitation",
    "InternetInfrastructure",
    "Population",
    "Impact",
    "EaseOfExploitation",
    "AttackerAccessRequired",
];

/// Whether a document looks like one.
pub fn fits(value: &Json) -> bool {
    has(value, &["IDNumber", "CVEIDs"]) || has(value, &["IDNumber", "VulnerabilityCount"])
}

/// Reads a vulnerability note.
///
/// # Errors
/// Its syntax, a limit, or when it is none.
pub fn read(octets: &[u8]) -> Result<(Advisory, Vec<Finding>), ReadError> {
    let value = json::read(octets)?;
    match fits(&value) {
        true => with_findings(&value, advisory),
        false => Err(ReadError::Foreign("CERT/CC")),
    }
}

fn advisory(root: &Node<'_, '_>) -> Result<Advisory, ReadError> {
    let number = match root.text("ID").trim() {
        "" => root.number("IDNumber").unwrap_or_default().trim(),
        id => id,
    };
    if number.is_empty() {
        return Err(ReadError::Missing(Place::Pointer("/ID".to_owned()), "number"));
    }
    let own = Identifier::new("cert-cc", number);
    let ids = texts(root, "CVEIDs").join(" ");
    let mut advisory = Advisory {
        issuer: Issuer {
            name: ISSUER.to_owned(),
            namespace: "https://www.kb.cert.org".to_owned(),
            category: "coordinator".to_owned(),
            contact: String::new(),
        },
        number: own.number.clone(),
        version: root.number("Revision").unwrap_or_default().to_owned(),
        title: root.text("Title").trim().to_owned(),
        language: "en".to_owned(),
        published_at: parts::moment(root, "DateFirstPublished"),
        changed_at: parts::moment(root, "DateLastUpdated"),
        vulnerabilities: parts::about(&own, Identifier::mentioned(&ids), Vec::new()),
        references: references(root),
        credits: texts(root, "ThanksAndCredit"),
        ..Advisory::default()
    };
    for (name, kind) in [
        ("Overview", SectionKind::Summary),
        ("Description", SectionKind::Description),
        ("SystemsAffectedPreamble", SectionKind::TechnicalContext),
        ("Impact", SectionKind::Impact),
    ] {
        advisory.sections.extend(section(kind, "", root.text(name)));
    }
    for (name, kind) in [("Resolution", "vendor_fix"), ("Workarounds", "workaround")] {
        let texts = texts(root, name);
        advisory.solutions.extend(texts.into_iter().map(|text| Solution {
            kind: kind.to_owned(),
            text,
            ..Solution::default()
        }));
    }
    let disclosed = parts::moment(root, "DatePublic");
    let all = advisory.vulnerabilities.iter_mut();
    all.for_each(|one| one.disclosed_at.clone_from(&disclosed));
    parts::rate(&mut advisory, metric(root).into_iter().chain(cvss(root)).collect());
    Ok(advisory)
}

fn references(root: &Node<'_, '_>) -> Vec<Reference> {
    let mut all = Vec::new();
    let words = texts(root, "References");
    for word in words.iter().flat_map(|text| text.split_whitespace()) {
        // Lists that are one text hold headings between the addresses.
        if word.contains("://") || word.starts_with("www.") {
            let identifier = Identifier::from_url(word);
            all.push(Reference { identifier, url: word.to_owned(), ..Reference::default() });
        }
    }
    for name in ["CERTAdvisory", "US-CERTTechnicalAlert"] {
        for title in texts(root, name) {
            let identifier = Identifier::recognise(&title);
            all.push(Reference {
                identifier,
                kind: "advisory".into(),
                title,
                ..Reference::default()
            });
        }
    }
    all
}

/// The metric, 0 to 180. Zero is no rating: the note was not scored.
fn metric(root: &Node<'_, '_>) -> Option<Rating> {
    let score = root.number("CAM_ScoreCurrent")?.trim();
    if !score.parse::<f64>().is_ok_and(|score| score > 0.0) {
        return None;
    }
    let mut criteria: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in CRITERIA {
        if let Some(value) = root.number(&format!("CAM_{name}")).filter(|value| !value.is_empty()) {
            criteria.insert(name.to_owned(), vec![value.trim().to_owned()]);
        }
    }
    let rating = Rating::stated(ISSUER, scheme::CERT_CC, Value::Criteria(criteria));
    Some(Rating { score: Some(score.to_owned()), ..rating })
}

/// CVSS 2, in notes that were revised after 2010; `--` stands for not rated.
fn cvss(root: &Node<'_, '_>) -> Option<Rating> {
    let vector = root.text("CVSS_BaseVector").trim();
    if vector.is_empty() || vector.contains("--") {
        return None;
    }
    let score = root.number("CVSS_BaseScore").map(str::to_owned);
    Some(parts::by_vector(ISSUER, vector, score))
}
