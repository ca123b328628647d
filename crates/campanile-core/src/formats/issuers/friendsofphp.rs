//! FriendsOfPHP: one YAML file for each package and vulnerability.

use super::{has, package, texts, with_findings};
use crate::formats::json::{Json, Node};
use crate::formats::{Finding, Place, ReadError, dates, parts, yaml};
use crate::model::advisory::{Advisory, Identifier, Issuer, Kind, Reference};
use crate::model::moment::Moment;

/// Its name as issuer and rater.
const ISSUER: &str = "FriendsOfPHP";

/// Whether a document looks like one.
pub fn fits(value: &Json) -> bool {
    has(value, &["reference", "branches"])
}

/// Reads a document.
///
/// # Errors
/// Its syntax, a limit, or when it is none of FriendsOfPHP's.
pub fn read(octets: &[u8]) -> Result<(Advisory, Vec<Finding>), ReadError> {
    let value = yaml::read(octets)?;
    match fits(&value) {
        true => with_findings(&value, advisory),
        false => Err(ReadError::Foreign("FriendsOfPHP")),
    }
}

fn advisory(root: &Node<'_, '_>) -> Result<Advisory, ReadError> {
    let (title, link) = (root.text("title").trim(), root.text("link").trim());
    let mut ids: Vec<_> =
        texts(root, "cve").iter().filter_map(|text| Identifier::cve(text)).collect();
    let named = ids.first().cloned().or_else(|| Identifier::from_url(link));
    let number = named.map_or_else(|| link.to_owned(), |id| id.number);
    if number.is_empty() {
        return Err(ReadError::Missing(Place::Pointer("/cve".to_owned()), "number or link"));
    }
    let own =
        Identifier::recognise(&number).unwrap_or_else(|| Identifier::new("friendsofphp", &number));
    ids.retain(|id| *id != own);
    let (times, versions) = branches(root);
    let mut advisory = Advisory {
        kind: Kind::Record,
        issuer: Issuer {
            name: ISSUER.to_owned(),
            namespace: "https://github.com/FriendsOfPHP/security-advisories".to_owned(),
            category: "other".to_owned(),
            contact: String::new(),
        },
        number,
        title: title.to_owned(),
        language: "en".to_owned(),
        published_at: times.into_iter().min_by_key(|moment| moment.at),
        references: vec![Reference {
            identifier: Identifier::of_reference(link, title),
            url: link.to_owned(),
            ..Reference::default()
        }],
        vulnerabilities: parts::about(&own, ids, Vec::new()),
        ..Advisory::default()
    };
    let name = root.text("reference").trim_start_matches("composer://");
    parts::affect(root, &mut advisory, package("Packagist", name, &versions, &[], &[]));
    Ok(advisory)
}

/// The times of the fixes, and the versions that are affected: an item holds those of a branch.
fn branches(root: &Node<'_, '_>) -> (Vec<Moment>, Vec<String>) {
    let (mut times, mut versions) = (Vec::new(), Vec::new());
    let Some(branches) = root.get("branches") else { return (times, versions) };
    let Json::Object(members) = branches.value() else { return (times, versions) };
    for (name, _) in members {
        let Some(branch) = branches.get(name) else { continue };
        times.extend(dates::moment(branch.text("time")));
        let list = texts(&branch, "versions");
        if !list.is_empty() {
            versions.push(list.join(" "));
        }
    }
    (times, versions)
}
