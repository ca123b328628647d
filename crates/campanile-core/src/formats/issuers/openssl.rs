//! OpenSSL: advisories as the texts of `secadv/`, one part for each vulnerability.

use super::markdown::underlined;
use super::section;
use crate::formats::{Finding, Place, ReadError, dates, parts};
use crate::model::advisory::{Advisory, Identifier, Issuer, Reference, SectionKind, Vulnerability};
use crate::model::limits::YAML_BYTES_MAX;

/// Its name as issuer and rater.
const ISSUER: &str = "OpenSSL";
/// What the document begins with, in front of its day.
const START: &str = "OpenSSL Security Advisory [";

/// Whether a document looks like one.
pub fn fits(octets: &[u8]) -> bool {
    octets
        .get(..octets.len().min(256))
        .is_some_and(|start| memchr::memmem::find(start, START.as_bytes()).is_some())
}

/// Reads a document. Its number is the name of its file, which is made of its day.
///
/// # Errors
/// A limit, its characters, or when it is none of OpenSSL's.
pub fn read(octets: &[u8]) -> Result<(Advisory, Vec<Finding>), ReadError> {
    if octets.len() > YAML_BYTES_MAX {
        return Err(ReadError::Limit(Place::default(), "octets"));
    }
    let text = std::str::from_utf8(octets).map_err(|_| ReadError::Characters)?;
    let (_, behind) = text.split_once(START).ok_or(ReadError::Foreign("OpenSSL"))?;
    let day = behind.split_once(']').map(|(day, _)| day).unwrap_or_default();
    let day = dates::moment(day).ok_or(ReadError::Time(Place::Line(1, 1)))?;
    let number = day.at.to_string();
    let number = number.get(..10).unwrap_or_default().replace('-', "");
    let mut advisory = Advisory {
        issuer: Issuer {
            name: ISSUER.to_owned(),
            namespace: "https://www.openssl.org".to_owned(),
            category: "vendor".to_owned(),
            contact: String::new(),
        },
        number: format!("secadv_{number}"),
        language: "en".to_owned(),
        published_at: Some(day),
        ..Advisory::default()
    };
    for part in underlined(text).iter().skip(1) {
        let ids = Identifier::mentioned(part.heading);
        let cve: Vec<_> = ids.into_iter().filter(Identifier::is_cve).collect();
        match part.heading {
            "References" => advisory.references.extend(references(&part.text)),
            heading if heading.starts_with("OpenSSL Security Advisory") => {
                advisory.sections.extend(section(SectionKind::Summary, "", &part.text));
            }
            heading if cve.is_empty() => {
                advisory.sections.extend(section(SectionKind::Other, heading, &part.text));
            }
            heading => vulnerabilities(cve, heading, &part.text, &mut advisory),
        }
    }
    let titles: Vec<_> = advisory.vulnerabilities.iter().map(|one| one.title.as_str()).collect();
    advisory.title = titles.join("; ");
    Ok((advisory, Vec::new()))
}

/// A part is about one vulnerability, seldom about several at once.
fn vulnerabilities(ids: Vec<Identifier>, heading: &str, text: &str, advisory: &mut Advisory) {
    let title = heading.rsplit_once(" (").map_or(heading, |(title, _)| title);
    let word = text.lines().find_map(|line| line.strip_prefix("Severity:"));
    for id in ids {
        advisory.vulnerabilities.push(Vulnerability {
            ids: vec![id],
            title: title.to_owned(),
            sections: section(SectionKind::Description, "", text).into_iter().collect(),
            ratings: word.and_then(|word| parts::by_word(ISSUER, word)).into_iter().collect(),
            ..Vulnerability::default()
        });
    }
}

fn references(text: &str) -> Vec<Reference> {
    let urls = text.split_whitespace().filter(|word| word.contains("://"));
    let reference = |url: &str| Reference {
        identifier: Identifier::from_url(url),
        url: url.to_owned(),
        ..Reference::default()
    };
    urls.map(reference).collect()
}
