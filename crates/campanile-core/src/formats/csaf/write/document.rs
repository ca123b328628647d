//! `/document`.

use serde_json::{Value, json};

use super::{Object, form, history, set_list, set_object, set_text};
use crate::formats::csaf::{DISTRIBUTION, EISPP, STRICT, Version};
use crate::formats::{carried, notes};
use crate::model::advisory::{
    Advisory, Rating, Reference, Section, SectionKind, Solution, Status, Value as Rated, scheme,
};
use crate::model::time::Timestamp;
use crate::model::tlp::Tlp;

const CATEGORIES: [&str; 6] =
    ["coordinator", "discoverer", "other", "user", "vendor", "multiplier"];

/// The document object.
pub fn write(advisory: &Advisory, version: Version, category: &str, now: Timestamp) -> Object {
    let mut object = Object::new();
    set_text(&mut object, "category", category);
    set_text(&mut object, "csaf_version", version.name());
    set_text(&mut object, "title", form::filled(&advisory.title, &form::number(&advisory.number)));
    if form::is_language(&advisory.language) {
        set_text(&mut object, "lang", &advisory.language);
    }
    set_object(&mut object, "publisher", publisher(advisory, version));
    set_object(&mut object, "tracking", tracking(advisory, version, now));
    set_object(&mut object, "distribution", distribution(advisory, version));
    let (severity, ratings) = severity(advisory);
    set_object(&mut object, "aggregate_severity", severity);
    let others: Vec<_> = advisory.references.iter().filter(|one| !is_written(one)).collect();
    let others: Vec<_> = others.into_iter().filter(|one| one.kind != "alias").collect();
    let mut sections: Vec<_> =
        advisory.sections.iter().filter(|one| !is_distribution(one)).cloned().collect();
    sections.extend(loose_solutions(advisory));
    sections.extend(carried::give(advisory, &others, &ratings));
    if advisory.status == Status::Withdrawn && version == Version::V2_1 {
        sections.push(withdrawal(advisory));
    }
    set_list(&mut object, "notes", self::notes(&sections));
    let mut references = self::references(&advisory.references);
    if category == "csaf_withdrawn" && references.is_empty() {
        references.extend(own(advisory));
    }
    set_list(&mut object, "references", references);
    let credits = advisory.credits.iter().filter(|credit| !credit.is_empty());
    let credits: Vec<_> = credits.map(|credit| json!({ "summary": credit })).collect();
    set_list(&mut object, "acknowledgments", credits);
    object
}

fn publisher(advisory: &Advisory, version: Version) -> Object {
    let issuer = &advisory.issuer;
    let known = CATEGORIES.contains(&issuer.category.as_str())
        && (version == Version::V2_1 || issuer.category != "multiplier");
    let mut object = Object::new();
    set_text(&mut object, "category", if known { &issuer.category } else { "other" });
    set_text(&mut object, "name", form::filled(&issuer.name, "unknown"));
    set_text(&mut object, "namespace", &form::namespace(&issuer.namespace, &issuer.name));
    set_text(&mut object, "contact_details", &issuer.contact);
    object
}

fn tracking(advisory: &Advisory, version: Version, now: Timestamp) -> Object {
    let history = history::of(advisory, version, now);
    let mut object = Object::new();
    set_text(&mut object, "id", &form::number(&advisory.number));
    set_text(&mut object, "version", &history.version);
    let status = match advisory.status {
        Status::Draft => "draft",
        Status::Interim => "interim",
        Status::Final | Status::Withdrawn => "final",
    };
    set_text(&mut object, "status", status);
    let initial = advisory.published_at.clone().unwrap_or(history.first);
    let current = advisory.changed_at.clone().filter(|at| at.at >= history.last.at);
    set_text(&mut object, "initial_release_date", &initial.rfc3339());
    let current = current.unwrap_or(history.last);
    set_text(&mut object, "current_release_date", &current.rfc3339());
    set_list(&mut object, "revision_history", history.revisions);
    let aliases = advisory.references.iter().filter(|one| one.kind == "alias");
    let mut aliases: Vec<_> = aliases.map(|one| one.title.as_str()).collect();
    aliases.retain(|alias| !alias.is_empty());
    let mut seen = std::collections::HashSet::new();
    aliases.retain(|alias| seen.insert(*alias));
    set_list(&mut object, "aliases", aliases);
    let generator = json!({ "date": now.to_string(), "engine": { "name": "Campanile" } });
    object.insert("generator".into(), generator);
    object
}

/// Label and text. A label is never written wider than it is: 2.0 has no AMBER+STRICT, and 2.1
/// nothing without a label.
fn distribution(advisory: &Advisory, version: Version) -> Object {
    let mut object = Object::new();
    let label = match (version, advisory.tlp) {
        (Version::V2_0, None) => None,
        (Version::V2_1, None) => Some("AMBER"),
        (Version::V2_0, Some(Tlp::Clear)) => Some("WHITE"),
        (Version::V2_1, Some(Tlp::Clear)) => Some("CLEAR"),
        (_, Some(Tlp::Green)) => Some("GREEN"),
        (_, Some(Tlp::Amber)) => Some("AMBER"),
        (Version::V2_0, Some(Tlp::AmberStrict | Tlp::Red)) => Some("RED"),
        (Version::V2_1, Some(Tlp::AmberStrict)) => Some("AMBER+STRICT"),
        (Version::V2_1, Some(Tlp::Red)) => Some("RED"),
    };
    if let Some(label) = label {
        object.insert("tlp".into(), json!({ "label": label }));
    }
    let texts = advisory.sections.iter().filter(|section| is_distribution(section));
    let texts: Vec<_> = texts.map(|section| section.text.as_str()).collect();
    let strict = (version, advisory.tlp) == (Version::V2_0, Some(Tlp::AmberStrict));
    let text = if strict { STRICT.to_owned() } else { texts.join("\n\n") };
    set_text(&mut object, "text", &text);
    object
}

fn is_distribution(section: &Section) -> bool {
    section.kind == SectionKind::Legal && section.title == DISTRIBUTION
}

/// The severity of the whole, and the ratings that have no place but a note.
fn severity(advisory: &Advisory) -> (Object, Vec<&Rating>) {
    let mut object = Object::new();
    let own = |rating: &&Rating| {
        rating.scheme == scheme::WORD
            && rating.rater == advisory.issuer.name
            && matches!(&rating.value, Rated::Word(word) if !word.is_empty())
    };
    let whole = advisory.ratings.iter().find(own);
    let others =
        advisory.ratings.iter().filter(|one| !whole.is_some_and(|w| std::ptr::eq(w, *one)));
    let others: Vec<_> = others.collect();
    if let Some(Rated::Word(word)) = whole.map(|rating| &rating.value) {
        set_text(&mut object, "text", word);
        return (object, others);
    }
    let risk = others.iter().find_map(|rating| match &rating.value {
        Rated::Criteria(criteria) => criteria.get("risk")?.first(),
        _ => None,
    });
    if let Some(risk) = risk.filter(|risk| !risk.is_empty()) {
        set_text(&mut object, "text", risk);
        set_text(&mut object, "namespace", EISPP);
    }
    (object, others)
}

/// Solutions of an advisory that has no vulnerability to put them to.
fn loose_solutions(advisory: &Advisory) -> Vec<Section> {
    if !advisory.vulnerabilities.is_empty() {
        return Vec::new();
    }
    let section = |Solution { text, url, .. }: &Solution| {
        let text = format!("{text}\n{url}").trim().to_owned();
        Section { kind: SectionKind::Other, title: "Solution".into(), text }
    };
    advisory.solutions.iter().map(section).collect()
}

/// Why a document is withdrawn: one note under a fixed title. [CSAF 2.1 §4.6]
fn withdrawal(advisory: &Advisory) -> Section {
    let summary = advisory.revisions.last().map(|revision| revision.summary.as_str());
    let text = form::filled(summary.unwrap_or_default(), "Withdrawn by the issuer.").to_owned();
    Section { kind: SectionKind::Description, title: "Reasoning for Withdrawal".into(), text }
}

fn own(advisory: &Advisory) -> Option<Value> {
    let address = form::namespace(&advisory.issuer.namespace, &advisory.issuer.name);
    Some(json!({ "category": "external", "summary": "The issuer", "url": address }))
}

/// Notes for sections.
pub fn notes(sections: &[Section]) -> Vec<Value> {
    let sections = sections.iter().filter(|section| !section.text.trim().is_empty());
    let note = sections.map(|section| {
        let (category, title) = notes::note(section);
        let mut object = Object::new();
        set_text(&mut object, "category", category);
        set_text(&mut object, "title", &title);
        set_text(&mut object, "text", &section.text);
        object.into()
    });
    note.collect()
}

/// References that have an address.
pub fn references(references: &[Reference]) -> Vec<Value> {
    let references = references.iter().filter(|reference| is_written(reference));
    let reference = references.map(|reference| {
        let category = if reference.kind == "self" { "self" } else { "external" };
        let number = reference.identifier.as_ref().map(|id| id.number.as_str());
        let otherwise = number.unwrap_or(&reference.url);
        let summary = form::filled(&reference.title, otherwise);
        json!({ "category": category, "summary": summary, "url": reference.url })
    });
    reference.collect()
}

/// Whether a reference can be written as one.
pub fn is_written(reference: &Reference) -> bool {
    form::is_address(&reference.url)
}
