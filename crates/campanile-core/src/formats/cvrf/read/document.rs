//! Everything that is not about products or a vulnerability.

use super::products::Products;
use super::{all, attribute, grouped, moment, note, one, text};
use crate::formats::json::Findings;
use crate::formats::{Element, ReadError, Severity, notes};
use crate::model::advisory::{
    Advisory, Identifier, Issuer, Kind, Rating, Reference, Revision, Section, SectionKind, Status,
    Value, scheme,
};
use crate::model::tlp::Tlp;

/// The advisory, without products and vulnerabilities.
///
/// # Errors
/// [`ReadError::Missing`] when it has no number.
pub fn read(root: &Element, found: &Findings) -> Result<Advisory, ReadError> {
    let title = one(root, "DocumentTitle");
    let mut advisory = Advisory {
        title: title.map(Element::whole_text).unwrap_or_default(),
        language: title.and_then(|title| title.attribute("lang")).unwrap_or_default().to_owned(),
        issuer: one(root, "DocumentPublisher").map(issuer).unwrap_or_default(),
        sections: sections(root, "DocumentNotes", found),
        references: references(root, "DocumentReferences"),
        credits: credits(root),
        ..Advisory::default()
    };
    let missing = || ReadError::Missing(root.place.clone(), "DocumentTracking");
    tracking(one(root, "DocumentTracking").ok_or_else(missing)?, &mut advisory, found)?;
    advisory.kind = match text(root, "DocumentType").to_ascii_lowercase().as_str() {
        "vex" => Kind::Vex,
        "security notice" | "information" => Kind::Informational,
        "vulnerability record" => Kind::Record,
        "minimum record" => Kind::Minimum,
        "withdrawal" => {
            advisory.status = Status::Withdrawn;
            Kind::Advisory
        }
        _ => Kind::Advisory,
    };
    distribution(&text(root, "DocumentDistribution"), &mut advisory);
    let severity = text(root, "AggregateSeverity");
    if !severity.is_empty() {
        let value = Value::Word(severity);
        advisory.ratings.push(Rating::stated(&advisory.issuer.name, scheme::WORD, value));
    }
    Ok(advisory)
}

fn issuer(node: &Element) -> Issuer {
    Issuer {
        name: text(node, "IssuingAuthority"),
        namespace: String::new(),
        category: attribute(node, "Type").to_ascii_lowercase(),
        contact: text(node, "ContactDetails"),
    }
}

/// A name for a publisher that gives none: the one vendor of its products, the first words of its
/// address, its identifier.
pub fn guess_issuer(
    root: &Element,
    products: &Products<'_>,
    advisory: &mut Advisory,
    found: &Findings,
) {
    let contact = advisory.issuer.contact.lines().next().unwrap_or_default();
    let contact = contact.trim().trim_end_matches(':').trim_end_matches(" Contact").trim();
    let publisher = one(root, "DocumentPublisher");
    let id = publisher.map(|node| attribute(node, "VendorID")).unwrap_or_default();
    let vendor = match advisory.issuer.category.as_str() {
        "vendor" => products.sole_vendor().unwrap_or_default(),
        _ => "",
    };
    let names = [vendor, contact, id];
    let name = names.into_iter().find(|name| !name.is_empty()).unwrap_or("unknown").to_owned();
    note(
        found,
        root,
        Severity::Note,
        "the publisher has no name; it is taken from what else is said",
    );
    advisory.ratings.iter_mut().for_each(|rating| rating.rater.clone_from(&name));
    advisory.issuer.name = name;
}

fn tracking(node: &Element, advisory: &mut Advisory, found: &Findings) -> Result<(), ReadError> {
    let identification = one(node, "Identification");
    advisory.number = identification.map(|node| text(node, "ID")).unwrap_or_default();
    if advisory.number.is_empty() {
        return Err(ReadError::Missing(node.place.clone(), "ID"));
    }
    for alias in grouped(node, "Identification", "Alias") {
        let title = alias.whole_text();
        let identifier = Identifier::cve(&title);
        let kind = "alias".to_owned();
        advisory.references.push(Reference { identifier, kind, title, url: String::new() });
    }
    advisory.version = text(node, "Version");
    advisory.published_at = moment(node, "InitialReleaseDate", found);
    advisory.changed_at = moment(node, "CurrentReleaseDate", found);
    advisory.status = match text(node, "Status").as_str() {
        "Final" => Status::Final,
        "Draft" => Status::Draft,
        "Interim" => Status::Interim,
        _ => {
            note(found, node, Severity::Error, "the status is none of CVRF; read as interim");
            Status::Interim
        }
    };
    let revisions = grouped(node, "RevisionHistory", "Revision").map(|revision| Revision {
        version: text(revision, "Number"),
        at: moment(revision, "Date", found),
        summary: text(revision, "Description"),
    });
    advisory.revisions = revisions.collect();
    Ok(())
}

/// A label of TLP in the first line, and the rest as a text.
fn distribution(text: &str, advisory: &mut Advisory) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let label = first.trim().to_ascii_uppercase().replace("TLP: ", "TLP:");
    let label = if label == "TLP:WHITE" { "TLP:CLEAR" } else { &label };
    advisory.tlp = label.parse::<Tlp>().ok();
    let text = if advisory.tlp.is_some() { rest } else { text };
    if !text.is_empty() {
        let (kind, title) = (SectionKind::Legal, "Distribution".to_owned());
        advisory.sections.push(Section { kind, title, text: text.to_owned() });
    }
}

/// The notes of a document or a vulnerability, in their order.
pub fn sections(node: &Element, group: &'static str, found: &Findings) -> Vec<Section> {
    let mut notes: Vec<_> = grouped(node, group, "Note").collect();
    notes.sort_by_key(|note| attribute(note, "Ordinal").parse().unwrap_or(u64::MAX));
    let sections = notes.iter().map(|note| section(note, found));
    sections.filter(|section| !section.text.is_empty()).collect()
}

fn section(node: &Element, found: &Findings) -> Section {
    let (title, text) = (attribute(node, "Title"), node.whole_text());
    let category = attribute(node, "Type").to_ascii_lowercase().replace(' ', "_");
    notes::section(&category, title, &text).unwrap_or_else(|| {
        note(found, node, Severity::Error, "the type is none of CVRF; read as `Other`");
        Section { kind: SectionKind::Other, title: title.to_owned(), text }
    })
}

/// The references of a document or a vulnerability.
pub fn references(node: &Element, group: &'static str) -> Vec<Reference> {
    let references = grouped(node, group, "Reference").map(|node| {
        let title = text(node, "Description");
        let kind = match attribute(node, "Type").to_ascii_lowercase() {
            kind if kind.is_empty() => "external".to_owned(),
            kind => kind,
        };
        let url = text(node, "URL");
        Reference { identifier: Identifier::of_reference(&url, &title), kind, title, url }
    });
    references.collect()
}

/// Who is thanked, one line for each entry.
fn credits(root: &Element) -> Vec<String> {
    let entries = grouped(root, "Acknowledgments", "Acknowledgment").map(|node| {
        let join = |name| all(node, name).map(Element::whole_text).collect::<Vec<_>>().join(", ");
        let (names, from) = (join("Name"), join("Organization"));
        let who = match (names.is_empty(), from.is_empty()) {
            (false, false) => format!("{names} ({from})"),
            _ => names + &from,
        };
        let what = join("Description");
        match (who.is_empty(), what.is_empty()) {
            (false, false) => format!("{who}: {what}"),
            _ => who + &what,
        }
    });
    entries.filter(|entry| !entry.is_empty()).collect()
}
