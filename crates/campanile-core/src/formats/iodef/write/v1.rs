//! IODEF 1.00 [RFC 5070].

use super::WriteContext;
use super::copies::Copies;
use super::parts::{self, plain_contact, some_text, time, token};
use super::v2::{assessment, event, method, naming, registry_handle};
use crate::formats::iodef::Encoding;
use crate::formats::iodef::names::label;
use crate::formats::iodef::terms;
use crate::formats::xml::Tag;
use crate::model::alert::follow_up::Acknowledgement;
use crate::model::alert::{Alert, Contact, Reference};

const V1: Encoding = Encoding::V1;

/// The whole document.
pub fn tree(alert: &Alert, context: &WriteContext<'_>) -> Tag {
    // The attribute is required; `und` is a language that is not told [RFC 5646 §4.1].
    let language = Some(alert.language.as_str()).filter(|text| parts::is_language(text));
    Tag::new("IODEF-Document")
        .with("version", "1.00")
        .with("lang", language.unwrap_or("und"))
        .with("xmlns", "urn:ietf:params:xml:ns:iodef-1.0")
        .holding([incident(alert, context)])
}

fn incident(alert: &Alert, context: &WriteContext<'_>) -> Tag {
    let copies = Copies::of(alert, V1);
    let name = naming(&alert.contact);
    let purpose = terms::purpose(&alert.purpose, V1);
    let restriction = terms::restriction(&alert.restriction, alert.tlp, V1);
    let tag = token(Tag::new("Incident"), "purpose", "ext-purpose", &purpose);
    let alternative = alert.alternative_ids.iter().map(|id| parts::foreign_id(id, name));
    tag.with("restriction", restriction.parts().0)
        .holding([Tag::text("IncidentID", alert.id.as_str()).with("name", name)])
        .holding(
            (!alert.alternative_ids.is_empty())
                .then(|| Tag::new("AlternativeID").holding(alternative)),
        )
        .holding(related_activity(&alert.related, name))
        .holding([time("ReportTime", &alert.reported_at)])
        .holding(some_text("Description", &alert.description))
        .holding([assessment(alert, "Impact", V1)])
        .holding(method(alert, reference, copies.method))
        .holding([contact(&alert.contact)])
        .holding(event(alert, V1, context, copies.event))
        .holding(history(context.acknowledgements, alert))
        .holding(copies.incident)
}

/// Incidents or addresses, never both [RFC 5070 §3.2.3].
fn related_activity(related: &[String], name: &str) -> Option<Tag> {
    let ids: Vec<_> = related.iter().filter(|r| !parts::is_link(r)).collect();
    let inner: Vec<_> = match ids.is_empty() {
        true => related.iter().map(|url| Tag::text("URL", url)).collect(),
        false => ids.iter().map(|id| parts::foreign_id(id, name)).collect(),
    };
    (!inner.is_empty()).then(|| Tag::new("RelatedActivity").holding(inner))
}

fn reference(reference: &Reference) -> Tag {
    let current = parts::current_name(reference);
    let origin = reference.origin.as_ref().map(|origin| format!("{}{origin}", label::ORIGIN));
    let renamed = (current != reference.name.trim())
        .then(|| format!("{}{}", label::AS_GIVEN, reference.name));
    let url = reference.url.trim();
    let is_url = parts::is_url(url);
    let odd_url = (!is_url && !url.is_empty()).then(|| format!("{}{url}", label::URL));
    let words = [origin, renamed, odd_url].into_iter().flatten();
    Tag::new("Reference")
        .holding([Tag::text("ReferenceName", &current)])
        .holding(is_url.then(|| Tag::text("URL", url)))
        .holding(words.map(|text| Tag::text("Description", &text)))
}

fn contact(contact: &Contact) -> Tag {
    plain_contact(contact, "ContactName", registry_handle(&contact.handle))
}

fn history(acknowledgements: &[Acknowledgement], alert: &Alert) -> Option<Tag> {
    let item = |ack: &Acknowledgement| {
        let team = Contact { handle: ack.team.to_string(), ..Contact::default() };
        Tag::new("HistoryItem").with("action", "status-triage").holding([
            Tag::text("DateTime", &ack.at.to_string()),
            Tag::text("IncidentID", ack.alert.as_str()).with("name", naming(&alert.contact)),
            contact(&team),
            Tag::text("Description", &parts::acknowledgement(ack)),
        ])
    };
    (!acknowledgements.is_empty())
        .then(|| Tag::new("History").holding(acknowledgements.iter().map(item)))
}
