//! The curl project: advisories in Markdown, one for each vulnerability.

use super::markdown::underlined;
use super::section;
use crate::formats::{Finding, Place, ReadError, Severity, dates, parts};
use crate::model::advisory::{
    Advisory, Identifier, Issuer, Kind, Product, ProductStatus, Reference, SectionKind, Solution,
};
use crate::model::limits::YAML_BYTES_MAX;

/// Its name as issuer and rater.
const ISSUER: &str = "curl";
/// What says that it is one.
const MARK: &str = "Project curl Security Advisory, ";

/// Whether a document looks like one.
pub fn fits(octets: &[u8]) -> bool {
    let start = octets.get(..octets.len().min(1024)).unwrap_or_default();
    memchr::memmem::find(start, MARK.as_bytes()).is_some()
}

/// Reads a document.
///
/// # Errors
/// A limit, its characters, or when it is none of curl's.
pub fn read(octets: &[u8]) -> Result<(Advisory, Vec<Finding>), ReadError> {
    if octets.len() > YAML_BYTES_MAX {
        return Err(ReadError::Limit(Place::default(), "octets"));
    }
    let text = std::str::from_utf8(octets).map_err(|_| ReadError::Characters)?;
    let (_, behind) = text.split_once(MARK).ok_or(ReadError::Foreign("curl"))?;
    let permalink = line_with(text, "[Permalink](").unwrap_or_default().trim_end_matches(')');
    let own = Identifier::from_url(permalink)
        .or_else(|| Identifier::mentioned(text).into_iter().find(Identifier::is_cve))
        .ok_or(ReadError::Missing(Place::Line(1, 1), "CVE number"))?;
    let day = behind.lines().next().unwrap_or_default();
    let mut findings = Vec::new();
    let published_at = dates::moment(day.trim_end_matches(" -").trim());
    if published_at.is_none() {
        let what = "the day of publication is none; it is left out".to_owned();
        findings.push(Finding { place: "1:1".to_owned(), what, severity: Severity::Warning });
    }
    let mut advisory = Advisory {
        kind: Kind::Advisory,
        issuer: Issuer {
            name: ISSUER.to_owned(),
            namespace: "https://curl.se".to_owned(),
            category: "vendor".to_owned(),
            contact: String::new(),
        },
        number: own.number.clone(),
        language: "en".to_owned(),
        published_at,
        vulnerabilities: parts::about(&own, Vec::new(), Vec::new()),
        references: vec![Reference {
            identifier: None,
            kind: "self".to_owned(),
            title: String::new(),
            url: permalink.to_owned(),
        }],
        ..Advisory::default()
    };
    add_parts(text, &mut advisory);
    facts(text, &mut advisory);
    Ok((advisory, findings))
}

/// The parts below their headings; the first heading is the title.
fn add_parts(text: &str, advisory: &mut Advisory) {
    for (at, part) in underlined(text).iter().enumerate().skip(1) {
        if at == 1 {
            advisory.title = part.heading.to_owned();
            continue;
        }
        let kind = match part.heading.to_ascii_uppercase().as_str() {
            "VULNERABILITY" => SectionKind::Description,
            "INFO" => SectionKind::TechnicalDescription,
            "AFFECTED VERSIONS" => SectionKind::TechnicalContext,
            heading @ ("SOLUTION" | "THE SOLUTION" | "RECOMMENDATIONS") => {
                let fix = heading.ends_with("SOLUTION");
                advisory.solutions.push(Solution {
                    kind: if fix { "vendor_fix" } else { "mitigation" }.to_owned(),
                    text: part.text.trim().to_owned(),
                    ..Solution::default()
                });
                continue;
            }
            "CREDITS" => {
                let names = part.text.lines().filter_map(|line| line.strip_prefix("- "));
                advisory.credits.extend(names.map(|name| name.trim().to_owned()));
                continue;
            }
            _ => SectionKind::Other,
        };
        advisory.sections.extend(section(kind, part.heading, &part.text));
    }
}

/// What stands on lines of its own: severity, weakness, versions.
fn facts(text: &str, advisory: &mut Advisory) {
    let states = [
        ("- Affected versions: ", ProductStatus::KnownAffected),
        ("- Not affected versions: ", ProductStatus::KnownNotAffected),
    ];
    let mut products = Vec::new();
    for (start, status) in states {
        let Some(versions) = line_with(text, start) else { continue };
        let id = format!("p{}", products.len().saturating_add(1));
        products.push((id, versions.to_owned(), status));
    }
    let rated = line_with(text, "Severity: ").and_then(|word| parts::by_word(ISSUER, word));
    let Some(one) = advisory.vulnerabilities.first_mut() else { return };
    one.ratings.extend(rated);
    let weakness = text.lines().find(|line| line.starts_with("CWE-"));
    let weakness = weakness.and_then(|line| line.split(':').next());
    one.weaknesses.extend(weakness.map(str::to_owned));
    for (id, version, status) in products {
        one.affected.push(crate::model::advisory::Affected { product: id.clone(), status });
        advisory.products.push(Product {
            id,
            vendor: ISSUER.to_owned(),
            name: "curl".to_owned(),
            version,
            ..Product::default()
        });
    }
}

/// What stands behind these words, on the first line that begins with them.
fn line_with<'t>(text: &'t str, start: &str) -> Option<&'t str> {
    text.lines().find_map(|line| line.strip_prefix(start)).map(str::trim)
}
