//! What stands in `/document`: who says something, in which version, and texts about the whole.

use super::moment;
use crate::formats::csaf::{DISTRIBUTION, EISPP, STRICT};
use crate::formats::json::Node;
use crate::formats::{Place, ReadError, Severity, notes};
use crate::model::advisory::{
    Advisory, Identifier, Issuer, Kind, Rating, Reference, Revision, Section, SectionKind, Status,
    Value, scheme,
};
use crate::model::tlp::Tlp;

/// The advisory, without products and vulnerabilities.
///
/// # Errors
/// [`ReadError::Missing`] when it has no number.
pub fn read(node: &Node<'_, '_>) -> Result<Advisory, ReadError> {
    let mut advisory = Advisory {
        title: node.text("title").to_owned(),
        language: node.text("lang").to_owned(),
        issuer: node.get("publisher").map(|node| issuer(&node)).unwrap_or_default(),
        sections: sections(node),
        references: references(node),
        credits: credits(node),
        ..Advisory::default()
    };
    tracking(&node.need("tracking")?, &mut advisory)?;
    category(node, &mut advisory);
    if let Some(distribution) = node.get("distribution") {
        self::distribution(&distribution, &mut advisory);
    }
    if let Some(severity) = node.get("aggregate_severity") {
        let word = severity.text("text");
        if !word.is_empty() && severity.text("namespace") != EISPP {
            let value = Value::Word(word.to_owned());
            advisory.ratings.push(Rating::stated(&advisory.issuer.name, scheme::WORD, value));
        }
    }
    Ok(advisory)
}

fn issuer(node: &Node<'_, '_>) -> Issuer {
    Issuer {
        name: node.text("name").to_owned(),
        namespace: node.text("namespace").to_owned(),
        category: node.text("category").to_owned(),
        contact: node.text("contact_details").to_owned(),
    }
}

fn tracking(node: &Node<'_, '_>, advisory: &mut Advisory) -> Result<(), ReadError> {
    advisory.number = node.text("id").trim().to_owned();
    if advisory.number.is_empty() {
        return Err(ReadError::Missing(Place::Pointer(node.pointer()), "id"));
    }
    advisory.published_at = moment(node, "initial_release_date");
    advisory.changed_at = moment(node, "current_release_date");
    advisory.status = match node.text("status") {
        "draft" => Status::Draft,
        "interim" => Status::Interim,
        "final" => Status::Final,
        _ => {
            node.find(Severity::Error, "the status is none of CSAF; read as interim");
            Status::Interim
        }
    };
    let number = node.text("version");
    advisory.version = number.to_owned();
    for revision in node.items("revision_history") {
        let (own, legacy) = (revision.text("number"), revision.text("legacy_version"));
        let version = if legacy.is_empty() { own } else { legacy };
        // What the issuer calls the version, rather than what a converter made of it.
        if own == number {
            version.clone_into(&mut advisory.version);
        }
        advisory.revisions.push(Revision {
            version: version.to_owned(),
            at: moment(&revision, "date"),
            summary: revision.text("summary").to_owned(),
        });
    }
    advisory.references.extend(node.texts("aliases").into_iter().map(|alias| Reference {
        identifier: Identifier::cve(alias),
        kind: "alias".into(),
        title: alias.to_owned(),
        url: String::new(),
    }));
    Ok(())
}

/// The profile decides what kind of document it is. [CSAF 2.1 §4]
fn category(node: &Node<'_, '_>, advisory: &mut Advisory) {
    advisory.kind = match node.text("category") {
        "csaf_vex" | "vex statement" => Kind::Vex,
        "csaf_informational_advisory" | "csaf_security_incident_response" | "information" => {
            Kind::Informational
        }
        "vulnerability record" => Kind::Record,
        "minimum record" => Kind::Minimum,
        "csaf_withdrawn" | "withdrawal" => {
            advisory.status = Status::Withdrawn;
            Kind::Advisory
        }
        "" => {
            node.find(Severity::Error, "there is no category; read as an advisory");
            Kind::Advisory
        }
        _ => Kind::Advisory,
    };
}

fn distribution(node: &Node<'_, '_>, advisory: &mut Advisory) {
    let text = node.text("text");
    if let Some(tlp) = node.get("tlp") {
        advisory.tlp = match tlp.text("label") {
            "WHITE" | "CLEAR" => Some(Tlp::Clear),
            "GREEN" => Some(Tlp::Green),
            "AMBER" => Some(Tlp::Amber),
            "AMBER+STRICT" => Some(Tlp::AmberStrict),
            "RED" if text == STRICT => Some(Tlp::AmberStrict),
            "RED" => Some(Tlp::Red),
            _ => {
                tlp.find(Severity::Error, "the label is none of TLP; read as TLP:RED");
                Some(Tlp::Red)
            }
        };
    }
    if !text.is_empty() && text != STRICT {
        let (kind, title) = (SectionKind::Legal, DISTRIBUTION.to_owned());
        advisory.sections.push(Section { kind, title, text: text.to_owned() });
    }
}

/// The notes of a document or a vulnerability.
pub fn sections(node: &Node<'_, '_>) -> Vec<Section> {
    let notes = node.items("notes");
    notes.iter().map(section).filter(|section| !section.text.is_empty()).collect()
}

fn section(note: &Node<'_, '_>) -> Section {
    let (category, title, text) = (note.text("category"), note.text("title"), note.text("text"));
    notes::section(category, title, text).unwrap_or_else(|| {
        note.find(Severity::Error, "the category is none of CSAF; read as `other`");
        let (title, text) = (title.to_owned(), text.to_owned());
        Section { kind: SectionKind::Other, title, text }
    })
}

/// The references of a document or a vulnerability.
pub fn references(node: &Node<'_, '_>) -> Vec<Reference> {
    let references = node.items("references");
    let read = |node: &Node<'_, '_>| {
        let (title, url) = (node.text("summary").to_owned(), node.text("url").to_owned());
        // Without a category it is external. [CSAF 2.0 §3.1.10.1]
        let kind = match node.text("category") {
            "" => "external",
            kind => kind,
        };
        let identifier = Identifier::of_reference(&url, &title);
        Reference { identifier, kind: kind.to_owned(), title, url }
    };
    references.iter().map(read).collect()
}

/// Who is thanked, one line for each entry.
fn credits(node: &Node<'_, '_>) -> Vec<String> {
    let entries = node.items("acknowledgments");
    let credits = entries.iter().map(|entry| {
        let names = entry.texts("names").join(", ");
        let (organization, summary) = (entry.text("organization"), entry.text("summary"));
        let who = match (names.is_empty(), organization.is_empty()) {
            (false, false) => format!("{names} ({organization})"),
            (false, true) => names,
            (true, _) => organization.to_owned(),
        };
        match (who.is_empty(), summary.is_empty()) {
            (false, false) => format!("{who}: {summary}"),
            (false, true) => who,
            (true, _) => summary.to_owned(),
        }
    });
    credits.filter(|credit| !credit.is_empty()).collect()
}
