//! CVE records into an advisory.

mod container;
mod metrics;

use crate::formats::json::{self, Findings, Json, Node};
use crate::formats::{Finding, Place, ReadError, Severity, parts};
use crate::model::advisory::{
    Advisory, Identifier, Issuer, Kind, Section, SectionKind, Status, Vulnerability,
};

/// Reads a record.
///
/// # Errors
/// Its syntax, a limit, or when it is no CVE record.
pub fn read(octets: &[u8]) -> Result<(Advisory, Vec<Finding>), ReadError> {
    from_json(&json::read(octets)?)
}

/// Reads a record whose syntax is read already.
///
/// # Errors
/// When it is no CVE record.
pub fn from_json(value: &Json) -> Result<(Advisory, Vec<Finding>), ReadError> {
    let found = Findings::default();
    let root = Node::root(value, &found);
    let (Some(meta), Some(containers)) = (root.get("cveMetadata"), root.get("containers")) else {
        return Err(ReadError::Foreign("CVE"));
    };
    let number = meta.text("cveId");
    // Palo Alto tells of the vulnerabilities of others in records with numbers of its own.
    let id = Identifier::cve(number).or_else(|| Identifier::recognise(number));
    let place = || Place::Pointer("/cveMetadata/cveId".to_owned());
    let id = id.ok_or_else(|| ReadError::Missing(place(), "CVE number"))?;
    if !id.is_cve() {
        meta.find(Severity::Error, "`cveId` is no number of the CVE list");
    }
    let advisory = advisory(&meta, &containers, id);
    Ok((advisory, found.into_list()))
}

fn advisory(meta: &Node<'_, '_>, containers: &Node<'_, '_>, id: Identifier) -> Advisory {
    let cna = containers.get("cna");
    let provider = cna.as_ref().map(container::provider).unwrap_or_default();
    let name = Some(meta.text("assignerShortName")).filter(|name| !name.is_empty());
    let name = name.map_or(provider.name, str::to_owned);
    let organisation = Some(meta.text("assignerOrgId")).filter(|id| !id.is_empty());
    let organisation = organisation.map_or(provider.organisation, str::to_owned);
    let mut advisory = Advisory {
        kind: if id.is_cve() { Kind::Record } else { Kind::Advisory },
        issuer: Issuer {
            namespace: match organisation.is_empty() {
                true => String::new(),
                false => format!("urn:uuid:{}", organisation.to_ascii_lowercase()),
            },
            name,
            ..Issuer::default()
        },
        number: id.number.clone(),
        status: match meta.text("state") {
            "REJECTED" => Status::Withdrawn,
            _ => Status::Final,
        },
        published_at: parts::moment(meta, "datePublished"),
        changed_at: parts::moment(meta, "dateUpdated")
            .or_else(|| parts::moment(meta, "dateRejected")),
        vulnerabilities: vec![Vulnerability {
            ids: if id.is_cve() { vec![id] } else { Vec::new() },
            ..Vulnerability::default()
        }],
        ..Advisory::default()
    };
    if let Some(cna) = &cna {
        advisory.title = cna.text("title").trim().to_owned();
        container::add(cna, &mut advisory);
    } else {
        containers.find(Severity::Error, "there is no container of the authority (cna)");
    }
    for adp in containers.items("adp") {
        container::add(&adp, &mut advisory);
    }
    if advisory.changed_at.is_none() {
        advisory.changed_at = provider.changed_at;
    }
    advisory
}

/// The texts of a list in several languages: the first in English, else the first; the others
/// behind it with their language as heading.
fn texts(node: &Node<'_, '_>, name: &str, kind: SectionKind) -> Vec<Section> {
    let mut list: Vec<(&str, &str)> = node
        .items(name)
        .iter()
        .map(|one| (one.text("lang"), one.text("value").trim()))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    list.sort_by_key(|(language, _)| !language.to_ascii_lowercase().starts_with("en"));
    let sections = list.into_iter().enumerate().map(|(at, (language, text))| Section {
        kind,
        title: if at == 0 || language.starts_with("en") { String::new() } else { language.into() },
        text: text.to_owned(),
    });
    sections.collect()
}
