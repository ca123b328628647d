//! The profile of 2003: draft-ietf-inch-iodef-01, DTD with the repairs that
//! `docs/formats/iodef.md` names. No DOCTYPE is written: readers would fetch it.

use super::WriteContext;
use super::copies::Copies;
use super::parts::{self, plain_contact, some_text, time};
use crate::formats::iodef::names::label;
use crate::formats::iodef::terms;
use crate::formats::iodef::{Encoding, phrases};
use crate::formats::xml::Tag;
use crate::model::alert::follow_up::Acknowledgement;
use crate::model::alert::{Alert, Contact, Origin, Purpose, Reference};

const OLD: Encoding = Encoding::V2003;

/// The whole document.
pub fn tree(alert: &Alert, context: &WriteContext<'_>) -> Tag {
    let purpose = match &alert.purpose {
        Purpose::Unlisted(_) => "other",
        known => known.name(),
    };
    let restriction = terms::restriction(&alert.restriction, alert.tlp, OLD);
    let handle = &alert.contact.handle;
    let ids = |ids: &[String]| ids.iter().map(|id| parts::foreign_id(id, handle)).collect();
    let group =
        |name: &'static str, ids: Vec<Tag>| (!ids.is_empty()).then(|| Tag::new(name).holding(ids));
    let incident = Tag::new("Incident")
        .with("purpose", purpose)
        .with("restriction", restriction.parts().0)
        .holding([Tag::text("IncidentID", alert.id.as_str()).with("name", handle)])
        .holding(group("AlternativeID", ids(&alert.alternative_ids)))
        .holding(group("RelatedActivity", ids(&alert.related)))
        .holding([incident_data(alert, context)]);
    Tag::new("IODEF-Document").with("version", "1.0").holding([incident])
}

fn incident_data(alert: &Alert, context: &WriteContext<'_>) -> Tag {
    let copies = Copies::of(alert, OLD);
    let language = Some(alert.language.as_str()).filter(|text| parts::is_language(text));
    let description = Tag::text("Description", &alert.description).with_some("lang", language);
    let link = context.acknowledge_url;
    let link = link.map(|url| Tag::text("Description", &format!("{}{url}", label::ACKNOWLEDGE)));
    Tag::new("IncidentData")
        .holding([description])
        .holding(link)
        .holding([contact(&alert.contact)])
        .holding([time("ReportTime", &alert.reported_at)])
        .holding(expectations(alert))
        .holding(method(alert))
        .holding([assessment(alert)])
        .holding(event(alert, copies.event))
        .holding(history(context.acknowledgements, alert))
        .holding(copies.method)
        .holding(copies.incident)
}

fn contact(contact: &Contact) -> Tag {
    let handle = some_text("RegistryHandle", &contact.handle);
    plain_contact(contact, "name", handle.map(|handle| handle.with("type", "ti")))
}

/// The form's categories are none of the draft's: `other`, and the first description says which.
fn expectations(alert: &Alert) -> Vec<Tag> {
    let expectation = &alert.expectation;
    let other = || Tag::new("Expectation").with("category", "other");
    let recommendation = some_text("Description", &alert.recommendation).map(|_| {
        let text = format!("{}{}", label::RECOMMENDATION, alert.recommendation);
        other().holding([Tag::text("Description", &text)])
    });
    let until = expectation.until.as_ref().map(|until| time("EndTime", until));
    let mut words = some_text("Description", &expectation.description).into_iter().chain(until);
    let mut actions: Vec<_> = expectation
        .actions
        .iter()
        .map(|action| {
            let token = terms::action(action, OLD);
            let category = token.parts().1.map_or(action.name(), |_| "other");
            let phrase = Tag::text("Description", phrases::of(action));
            Tag::new("Expectation")
                .with("category", category)
                .holding([phrase])
                .holding(words.by_ref())
        })
        .collect();
    let mut rest = words.peekable();
    if rest.peek().is_some() {
        // At least one description is required.
        let phrase = Tag::text("Description", phrases::NONE);
        actions.push(other().holding([phrase]).holding(rest));
    }
    recommendation.into_iter().chain(actions).collect()
}

fn method(alert: &Alert) -> Option<Tag> {
    let method = &alert.method;
    let empty = method.references.is_empty() && method.description.trim().is_empty();
    (!empty).then(|| {
        Tag::new("Method")
            .holding(method.references.iter().map(classification))
            .holding(some_text("Description", &method.description))
    })
}

fn classification(reference: &Reference) -> Tag {
    let origin = reference.origin.as_ref().map(|origin| match origin {
        Origin::Unlisted(_) => "other",
        known => known.name(),
    });
    Tag::new("Classification")
        .with_some("origin", origin)
        .holding([Tag::text("name", &reference.name), Tag::text("url", &reference.url)])
}

fn assessment(alert: &Alert) -> Tag {
    let assessment = &alert.assessment;
    let token = terms::impact(&assessment.impact, OLD);
    let kind = token.parts().1.map_or(assessment.impact.name(), |_| "other");
    let impact = Tag::new("Impact")
        .with_some("severity", terms::level(assessment.severity.as_ref()))
        .with("type", kind);
    let confidence = terms::level(assessment.confidence.as_ref());
    Tag::new("Assessment")
        .holding([impact])
        .holding(confidence.map(|rating| Tag::new("Confidence").with("rating", rating)))
}

fn event(alert: &Alert, copies: Vec<Tag>) -> Option<Tag> {
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
        .holding(copies);
    (!tag.inner.is_empty()).then_some(tag)
}

fn history(acknowledgements: &[Acknowledgement], alert: &Alert) -> Option<Tag> {
    let item = |ack: &Acknowledgement| {
        let text = format!("{}: {}", ack.team, parts::acknowledgement(ack));
        Tag::new("HistoryItem").with("type", "triaged").holding([
            Tag::text("DateTime", &ack.at.to_string()),
            Tag::text("IncidentID", ack.alert.as_str()).with("name", &alert.contact.handle),
            Tag::text("Description", &text),
        ])
    };
    (!acknowledgements.is_empty())
        .then(|| Tag::new("History").holding(acknowledgements.iter().map(item)))
}
