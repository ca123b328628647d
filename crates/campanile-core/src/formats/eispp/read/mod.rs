//! From an EISPP or DAF document to an advisory.

mod reading;
mod systems;

use reading::Reading;

use super::schemes;
use crate::formats::{Element, Finding, ReadError, Severity, xml};
use crate::model::advisory::{
    Advisory, Identifier, Rating, Reference, Revision, Section, SectionKind, Solution, Status,
    Value, Vulnerability,
};

/// Reads a document.
///
/// # Errors
/// Syntax, limits, things that are never done, other kinds of documents, and what has no number.
pub fn read(octets: &[u8]) -> Result<(Advisory, Vec<Finding>), ReadError> {
    let document = xml::read(octets)?;
    let root = document.root;
    if root.name != "EISPPAdvisory" {
        return Err(ReadError::Foreign("EISPP"));
    }
    let mut reading = Reading::default();
    if let Some(place) = document.doctype {
        reading.find(&place, Severity::Note, "the DOCTYPE was not followed");
    }
    let mut advisory = Advisory::default();
    identification(&root, &mut advisory, &mut reading)?;
    history(&root, &mut advisory, &mut reading);
    if let Some(information) = reading.one(&root, "system_information") {
        systems::read(information, &mut advisory, &mut reading);
    }
    for node in reading.all(&root, "vulnerability_classification") {
        let rating = classification(node, &advisory.issuer.name, &mut reading);
        advisory.ratings.push(rating);
    }
    description(&root, &mut advisory, &mut reading);
    solutions(&root, &mut advisory, &reading);
    references(&root, &mut advisory, &reading);
    Ok((advisory, reading.into_findings()))
}

fn identification(
    root: &Element,
    advisory: &mut Advisory,
    reading: &mut Reading,
) -> Result<(), ReadError> {
    let missing = |node: &Element, what| ReadError::Missing(node.place.clone(), what);
    let node = reading.one(root, "identification_data");
    let node = node.ok_or_else(|| missing(root, "identification_data"))?;
    advisory.issuer.name = reading.text(node, "issuer");
    advisory.number = reading.text(node, "ref_num");
    if advisory.number.is_empty() {
        return Err(missing(node, "ref_num"));
    }
    advisory.version = reading.text(node, "ref_version");
    let titles = reading.all(node, "title");
    if let Some((first, others)) = titles.split_first() {
        advisory.title = first.whole_text();
        advisory.language = first.attribute("lang").unwrap_or_default().to_owned();
        for other in others {
            let title = format!("Title ({})", other.attribute("lang").unwrap_or("another"));
            let (kind, text) = (SectionKind::Other, other.whole_text());
            advisory.sections.push(Section { kind, title, text });
        }
    }
    advisory.changed_at = reading.moment(node, "date");
    advisory.published_at.clone_from(&advisory.changed_at);
    let supersedes = reading.all(node, "supersedes");
    advisory.supersedes = supersedes.into_iter().map(Element::whole_text).collect();
    Ok(())
}

/// The history: its first entry tells when the first version was published.
fn history(root: &Element, advisory: &mut Advisory, reading: &mut Reading) {
    for node in reading.grouped(root, "history", "revision") {
        let kind = node.attribute("kind").unwrap_or_default();
        let at = reading.moment_of(node, node.attribute("date").unwrap_or_default());
        if kind == "initial" {
            advisory.published_at.clone_from(&at);
        }
        advisory.status = match kind {
            "withdrawal" => Status::Withdrawn,
            _ => Status::Final,
        };
        let version = node.attribute("version").unwrap_or_default().to_owned();
        advisory.revisions.push(Revision { version, at, summary: node.whole_text() });
    }
}

fn classification(node: &Element, issuer: &str, reading: &mut Reading) -> Rating {
    let name = node.attribute("scheme").unwrap_or_default();
    let known = schemes::scheme(name);
    if known.is_none() {
        reading.find(&node.place, Severity::Note, "a scheme that is not known; kept as given");
    }
    let mut criteria = std::collections::BTreeMap::<String, Vec<String>>::new();
    for inner in &node.inner {
        let token = inner.whole_text();
        let set = known.filter(|scheme| scheme.criteria.contains_key(&inner.name));
        if set.is_some_and(|scheme| scheme.token(&inner.name, &token).is_none()) {
            reading.find(&inner.place, Severity::Note, "not in the set of values; kept as given");
        }
        criteria.entry(inner.name.clone()).or_default().push(token);
    }
    if matches!(node.attribute("constituency_adjusted"), Some("true" | "1")) {
        criteria.insert(super::ADJUSTED.to_owned(), vec!["true".to_owned()]);
    }
    Rating::stated(issuer, name, Value::Criteria(criteria))
}

fn description(root: &Element, advisory: &mut Advisory, reading: &mut Reading) {
    let Some(node) = reading.one(root, "Description") else { return };
    for inner in &node.inner {
        let kind = super::PARTS.iter().find(|(name, _)| *name == inner.name);
        let Some((_, kind)) = kind else {
            reading.find(&inner.place, Severity::Warning, "not known; kept as another text");
            let (kind, title) = (SectionKind::Other, inner.name.clone());
            advisory.sections.push(Section { kind, title, text: inner.whole_text() });
            continue;
        };
        let lang = inner.attribute("lang").unwrap_or_default();
        let title = match lang.is_empty() || lang == advisory.language {
            true => String::new(),
            false => format!("({lang})"),
        };
        advisory.sections.push(Section { kind: *kind, title, text: inner.whole_text() });
    }
}

fn solutions(root: &Element, advisory: &mut Advisory, reading: &Reading) {
    for node in reading.grouped(root, "solutions", "solution") {
        let mut texts: Vec<_> =
            reading.all(node, "text").into_iter().map(Element::whole_text).collect();
        let mut urls = reading.all(node, "url").into_iter().map(Element::whole_text);
        let url = urls.next().unwrap_or_default();
        texts.extend(urls);
        let kind = match node.attribute("kind").unwrap_or_default() {
            "patch" => "vendor_fix",
            kind => kind,
        };
        advisory.solutions.push(Solution {
            kind: kind.to_owned(),
            text: texts.join("\n"),
            url,
            products: Vec::new(),
        });
    }
}

/// Numbers of the CVE list are vulnerabilities, each its own. Other numbers of vulnerabilities are
/// so only where there is none of CVE: whether they mean the same is not said.
fn references(root: &Element, advisory: &mut Advisory, reading: &Reading) {
    let mut others = Vec::new();
    for node in reading.grouped(root, "references", "reference") {
        let (resource, id) = (reading.text(node, "resource"), reading.text(node, "id"));
        let kind = reading.text(node, "ref_type");
        let url = reading.text(node, "url");
        let cve = Identifier::cve(&id);
        let identifier = match resource.as_str() {
            super::ADDRESS => None,
            _ => Some(cve.clone().unwrap_or_else(|| Identifier::new(&resource, &id))),
        };
        let title = if identifier.is_none() { id } else { String::new() };
        // A reference with an address and of another type is one to read more, whatever it names.
        let about_it = kind == super::NUMBER || url.is_empty();
        match cve {
            Some(id) if about_it => {
                let known = advisory.vulnerabilities.iter().any(|one| one.ids.contains(&id));
                if !known {
                    advisory.vulnerabilities.push(about(id));
                }
                if !url.is_empty() {
                    advisory.references.push(Reference { identifier, kind, title, url });
                }
            }
            Some(_) => advisory.references.push(Reference { identifier, kind, title, url }),
            None => others.push(Reference { identifier, kind, title, url }),
        }
    }
    let numbered = !advisory.vulnerabilities.is_empty();
    for reference in others {
        match reference.identifier {
            Some(id)
                if !numbered && reference.kind == super::NUMBER && reference.url.is_empty() =>
            {
                advisory.vulnerabilities.push(about(id));
            }
            _ => advisory.references.push(reference),
        }
    }
}

fn about(id: Identifier) -> Vulnerability {
    Vulnerability { ids: vec![id], ..Vulnerability::default() }
}

#[cfg(test)]
mod tests;
