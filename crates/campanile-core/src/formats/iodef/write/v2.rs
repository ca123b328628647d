//! IODEF 2.00 [RFC 7970]; also what JSON is made from.

use super::WriteContext;
use super::copies::Copies;
use super::parts::{self, some_text, time, token};
use crate::formats::iodef::Encoding;
use crate::formats::iodef::names::label;
use crate::formats::iodef::terms::{self, Token};
use crate::formats::xml::Tag;
use crate::model::alert::follow_up::Acknowledgement;
use crate::model::alert::{Alert, Contact, Origin, Reference, RevisionKind};

const V2: Encoding = Encoding::V2;

/// The whole document.
pub fn tree(alert: &Alert, context: &WriteContext<'_>) -> Tag {
    let language = Some(alert.language.as_str()).filter(|text| parts::is_language(text));
    Tag::new("IODEF-Document")
        .with("version", "2.00")
        .with_some("xml:lang", language)
        .with("xmlns", "urn:ietf:params:xml:ns:iodef-2.0")
        .with("xmlns:enum", "urn:ietf:params:xml:ns:iodef-enum-1.0")
        .with("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
        .with(
            "xsi:schemaLocation",
            "urn:ietf:params:xml:ns:iodef-2.0 \
             http://www.iana.org/assignments/xml-registry/schema/iodef-2.0.xsd",
        )
        .holding([incident(alert, context)])
}

fn incident(alert: &Alert, context: &WriteContext<'_>) -> Tag {
    let copies = Copies::of(alert, V2);
    let name = naming(&alert.contact);
    let purpose = terms::purpose(&alert.purpose, V2);
    let restriction = terms::restriction(&alert.restriction, alert.tlp, V2);
    let tag = token(Tag::new("Incident"), "purpose", "ext-purpose", &purpose);
    let tag = token(tag, "status", "ext-status", &status(alert.revision.kind));
    let alternative = alert.alternative_ids.iter().map(|id| parts::foreign_id(id, name));
    token(tag, "restriction", "ext-restriction", &restriction)
        .holding([Tag::text("IncidentID", alert.id.as_str()).with("name", name)])
        .holding(
            (!alert.alternative_ids.is_empty())
                .then(|| Tag::new("AlternativeID").holding(alternative)),
        )
        .holding(alert.related.iter().map(|related| related_activity(related, name)))
        .holding([
            time("ReportTime", &alert.reported_at),
            Tag::text("GenerationTime", &context.generated_at.to_string()),
        ])
        .holding(some_text("Description", &alert.description))
        .holding([assessment(alert, "SystemImpact", V2)])
        .holding(method(alert, reference, copies.method))
        .holding([contact("creator", &alert.contact)])
        .holding(event(alert, V2, context, copies.event))
        .holding(history(context.acknowledgements, alert))
        .holding(copies.incident)
}

/// Who names the incident: the domain, as the standard asks for; the handle while there is none.
pub fn naming(contact: &Contact) -> &str {
    if contact.fqdn.is_empty() { &contact.handle } else { &contact.fqdn }
}

fn status(kind: RevisionKind) -> Token {
    match kind {
        RevisionKind::Issue => Token::Listed("new".into()),
        RevisionKind::Amend => Token::Listed("in-progress".into()),
        RevisionKind::Close => Token::Listed("resolved".into()),
        RevisionKind::Supersede => Token::Extension("superseded".into()),
        RevisionKind::Withdraw => Token::Extension("withdrawn".into()),
    }
}

fn related_activity(related: &str, name: &str) -> Tag {
    let inner = match parts::is_link(related) {
        true => Tag::text("URL", related),
        false => parts::foreign_id(related, name),
    };
    Tag::new("RelatedActivity").holding([inner])
}

/// How bad it is, in an element of this name.
pub fn assessment(alert: &Alert, impact: &'static str, encoding: Encoding) -> Tag {
    let assessment = &alert.assessment;
    let impact = Tag::new(impact).with_some("severity", terms::level(assessment.severity.as_ref()));
    let impact = token(impact, "type", "ext-type", &terms::impact(&assessment.impact, encoding));
    let confidence = terms::level(assessment.confidence.as_ref());
    Tag::new("Assessment")
        .with("occurrence", occurrence(alert))
        .holding([impact])
        .holding(confidence.map(|rating| Tag::new("Confidence").with("rating", rating)))
}

/// `actual` once something was seen.
fn occurrence(alert: &Alert) -> &'static str {
    match alert.event.started_at.is_some() || alert.event.detected_at.is_some() {
        true => "actual",
        false => "potential",
    }
}

/// How it is done; a reference is written as the version has it.
pub fn method(alert: &Alert, reference: fn(&Reference) -> Tag, copies: Vec<Tag>) -> Option<Tag> {
    let method = &alert.method;
    let empty = method.references.is_empty() && method.description.trim().is_empty();
    (!empty).then(|| {
        Tag::new("Method")
            .holding(method.references.iter().map(reference))
            .holding(some_text("Description", &method.description))
            .holding(copies)
    })
}

/// CVE is the only registered enumeration [RFC 7495 §4.1]; others stand in words.
fn reference(reference: &Reference) -> Tag {
    let current = parts::current_name(reference);
    let is_cve = reference.origin == Some(Origin::Cve) && parts::is_cve(&current);
    let (name, words) = match &reference.origin {
        Some(_) if is_cve => {
            let id = Tag::text("enum:ID", &current);
            let as_given = current != reference.name.trim();
            (
                Some(Tag::new("enum:ReferenceName").with("specIndex", "1").holding([id])),
                as_given.then(|| format!("{}{}", label::AS_GIVEN, reference.name)),
            )
        }
        Some(origin) => (None, Some(format!("{origin}: {}", reference.name))),
        None => (None, Some(reference.name.clone())),
    };
    let url = reference.url.trim();
    let is_url = parts::is_url(url);
    let odd_url = (!is_url && !url.is_empty()).then(|| format!("{}{url}", label::URL));
    Tag::new("Reference")
        .holding(name)
        .holding(is_url.then(|| Tag::text("URL", url)))
        .holding(words.and_then(|words| some_text("Description", &words)))
        .holding(odd_url.map(|text| Tag::text("Description", &text)))
}

fn contact(role: &str, contact: &Contact) -> Tag {
    let email = |address: &String| Tag::new("Email").holding([Tag::text("EmailTo", address)]);
    let telephone = |kind: &str, number: &Option<String>| {
        let number = number.as_deref().filter(|number| !number.trim().is_empty())?;
        let number = Tag::text("TelephoneNumber", number);
        Some(Tag::new("Telephone").with("type", kind).holding([number]))
    };
    Tag::new("Contact")
        .with("role", role)
        .with("type", "organization")
        .holding(some_text("ContactName", &contact.name))
        .holding(registry_handle(&contact.handle))
        .holding(contact.emails.iter().map(email))
        .holding(telephone("wired", &contact.phone))
        .holding(telephone("fax", &contact.fax))
}

/// A handle of the Trusted Introducer, as the profile of 2003 has it.
pub fn registry_handle(handle: &str) -> Option<Tag> {
    let handle = some_text("RegistryHandle", handle)?;
    Some(handle.with("registry", "ext-value").with("ext-registry", "ti"))
}

/// What was seen, and what is expected.
pub fn event(
    alert: &Alert,
    encoding: Encoding,
    context: &WriteContext<'_>,
    copies: Vec<Tag>,
) -> Option<Tag> {
    let event = &alert.event;
    let times = [
        ("DetectTime", &event.detected_at),
        ("StartTime", &event.started_at),
        ("EndTime", &event.stopped_at),
    ];
    let descriptions = parts::event_descriptions(alert);
    let tag = Tag::new("EventData")
        .holding(descriptions.iter().map(|text| Tag::text("Description", text)))
        .holding(times.iter().filter_map(|(name, moment)| Some(time(name, moment.as_ref()?))))
        .holding(expectations(alert, encoding, context.acknowledge_url))
        .holding(copies);
    (!tag.inner.is_empty()).then_some(tag)
}

/// Recommendation, expected actions, acknowledge link: the same in 1.00.
fn expectations(alert: &Alert, encoding: Encoding, link: Option<&str>) -> Vec<Tag> {
    let expectation = &alert.expectation;
    let recommendation = some_text("Description", &alert.recommendation)
        .map(|text| Tag::new("Expectation").with("action", "remediate-other").holding([text]));
    let until = expectation.until.as_ref().map(|until| time("EndTime", until));
    let mut words = some_text("Description", &expectation.description).into_iter().chain(until);
    let mut actions: Vec<_> = expectation
        .actions
        .iter()
        .map(|action| {
            let action = terms::action(action, encoding);
            token(Tag::new("Expectation"), "action", "ext-action", &action)
                // Words and time stand with the first.
                .holding(words.by_ref())
        })
        .collect();
    let mut rest = words.peekable();
    if rest.peek().is_some() {
        actions.push(Tag::new("Expectation").with("action", "other").holding(rest));
    }
    let link = link.map(|link| {
        let text = Tag::text("Description", &format!("{}{link}", label::ACKNOWLEDGE));
        Tag::new("Expectation").with("action", "status-triage").holding([text])
    });
    recommendation.into_iter().chain(actions).chain(link).collect()
}

fn history(acknowledgements: &[Acknowledgement], alert: &Alert) -> Option<Tag> {
    let item = |ack: &Acknowledgement| {
        let team = Contact { handle: ack.team.to_string(), ..Contact::default() };
        Tag::new("HistoryItem").with("action", "status-triage").holding([
            Tag::text("DateTime", &ack.at.to_string()),
            Tag::text("IncidentID", ack.alert.as_str()).with("name", naming(&alert.contact)),
            contact("irt", &team),
            Tag::text("Description", &parts::acknowledgement(ack)),
        ])
    };
    (!acknowledgements.is_empty())
        .then(|| Tag::new("History").holding(acknowledgements.iter().map(item)))
}
