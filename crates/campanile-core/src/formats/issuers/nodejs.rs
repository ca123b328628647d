//! The Node.js security working group: one JSON file for each vulnerability of the core.

use super::{has, package, section, texts, with_findings};
use crate::formats::json::{self, Json, Node};
use crate::formats::{Finding, Place, ReadError, parts};
use crate::model::advisory::{Advisory, Identifier, Issuer, Kind, Reference, SectionKind};

/// Its name as issuer and rater.
const ISSUER: &str = "Node.js";

/// Whether a document looks like one.
pub fn fits(value: &Json) -> bool {
    has(value, &["cve", "vulnerable", "patched"])
}

/// Reads a document. Its number is that of its file and stands nowhere in it: the first CVE number
/// is taken for it.
///
/// # Errors
/// Its syntax, a limit, or when it is none of Node.js.
pub fn read(octets: &[u8]) -> Result<(Advisory, Vec<Finding>), ReadError> {
    let value = json::read(octets)?;
    match fits(&value) {
        true => with_findings(&value, advisory),
        false => Err(ReadError::Foreign("Node.js")),
    }
}

fn advisory(root: &Node<'_, '_>) -> Result<Advisory, ReadError> {
    let ids: Vec<_> = texts(root, "cve").iter().filter_map(|text| Identifier::cve(text)).collect();
    let own = ids.first().cloned();
    let own = own.ok_or(ReadError::Missing(Place::Pointer("/cve".to_owned()), "CVE number"))?;
    let url = root.text("ref").trim().to_owned();
    let mut advisory = Advisory {
        kind: Kind::Record,
        issuer: Issuer {
            name: ISSUER.to_owned(),
            namespace: "https://nodejs.org".to_owned(),
            category: "vendor".to_owned(),
            contact: String::new(),
        },
        number: own.number.clone(),
        language: "en".to_owned(),
        sections: section(SectionKind::Description, "", root.text("overview"))
            .into_iter()
            .collect(),
        references: vec![Reference { identifier: None, url, ..Reference::default() }],
        vulnerabilities: parts::about(&own, ids, Vec::new()),
        ..Advisory::default()
    };
    let (affected, fixed) = (texts(root, "vulnerable"), texts(root, "patched"));
    parts::affect(root, &mut advisory, package("Node.js", "node", &affected, &fixed, &[]));
    parts::rate(&mut advisory, parts::by_word(ISSUER, root.text("severity")).into_iter().collect());
    Ok(advisory)
}
