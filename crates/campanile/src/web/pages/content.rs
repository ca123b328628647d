//! The text of an alert for the screen: what matters first, every detail below. The same words as
//! in the mail, but in lines that break where the screen ends.

use campanile_core::model::alert::{Alert, ExpectedAction, Level, Restriction};
use campanile_core::model::moment::Moment;

use crate::web::layout::At;

/// A part of an alert.
pub(super) struct Part {
    pub(super) name: &'static str,
    pub(super) text: String,
}

/// A reference, with a link where its address can be one.
pub(super) struct Link {
    pub(super) text: String,
    pub(super) href: String,
}

/// A time, as it was written.
pub(super) struct When {
    pub(super) name: &'static str,
    pub(super) at: At,
}

/// All of it.
pub(super) struct Content {
    pub(super) first: Vec<Part>,
    pub(super) until: Option<At>,
    pub(super) details: Vec<Part>,
    pub(super) references: Vec<Link>,
    pub(super) times: Vec<When>,
    pub(super) contact: Vec<Part>,
    pub(super) meaning: &'static str,
}

impl Content {
    pub(super) fn of(alert: &Alert) -> Self {
        Self {
            first: parts([
                ("What", alert.description.clone()),
                ("How bad", how_bad(alert)),
                ("Do", to_do(alert)),
            ]),
            until: alert.expectation.until.as_ref().map(at),
            details: details(alert),
            references: references(alert),
            times: times(alert),
            contact: contact(alert),
            meaning: alert.tlp.meaning(),
        }
    }
}

fn parts<const N: usize>(all: [(&'static str, String); N]) -> Vec<Part> {
    let said = all.into_iter().filter(|(_, text)| !text.trim().is_empty());
    said.map(|(name, text)| Part { name, text: text.trim().to_owned() }).collect()
}

fn at(moment: &Moment) -> At {
    At(moment.at)
}

fn how_bad(alert: &Alert) -> String {
    let level =
        |level: &Option<Level>| level.as_ref().map_or("not stated".into(), ToString::to_string);
    let assessment = &alert.assessment;
    format!(
        "severity {}, impact {}, confidence {}",
        level(&assessment.severity),
        assessment.impact,
        level(&assessment.confidence)
    )
}

fn to_do(alert: &Alert) -> String {
    let action = |action: &ExpectedAction| match action {
        ExpectedAction::InformConstituency => Some("Inform your constituency.".to_owned()),
        ExpectedAction::InformPublic => Some("Inform the public.".to_owned()),
        ExpectedAction::Other => None,
        ExpectedAction::Unlisted(token) => Some(token.clone()),
    };
    let texts = [&alert.recommendation, &alert.expectation.description];
    let texts = texts.into_iter().map(|text| text.trim().to_owned());
    let all: Vec<String> = texts
        .chain(alert.expectation.actions.iter().filter_map(action))
        .filter(|text| !text.is_empty())
        .collect();
    if all.is_empty() { "Nothing is asked for.".into() } else { all.join("\n") }
}

fn details(alert: &Alert) -> Vec<Part> {
    let lines = |entries: &[String], other: &str| {
        let mut all = entries.join(", ");
        if !other.trim().is_empty() {
            all.push('\n');
            all.push_str(other.trim());
        }
        all
    };
    parts([
        ("Systems", lines(&alert.affected.systems, &alert.affected.other_systems)),
        ("Software", lines(&alert.affected.software, &alert.affected.other_software)),
        ("Method", alert.method.description.clone()),
        ("Seen", alert.event.description.clone()),
        ("Further data", alert.additional.join("\n\n")),
        ("Ticket numbers", alert.alternative_ids.join(", ")),
        ("Disclosure", disclosure(&alert.restriction)),
    ])
}

fn disclosure(restriction: &Restriction) -> String {
    match restriction {
        Restriction::Participants => "all teams of the network".into(),
        Restriction::Public => "anybody".into(),
        Restriction::NeedToKnow => "other parties that are involved".into(),
        Restriction::Private => "nobody but the recipients".into(),
        Restriction::Unlisted(token) => token.clone(),
    }
}

fn references(alert: &Alert) -> Vec<Link> {
    let link = |reference: &campanile_core::model::alert::Reference| {
        let origin = reference.origin.as_ref().map(|origin| format!("{origin}: "));
        let name = if reference.name.is_empty() { &reference.url } else { &reference.name };
        // Written by others: whatever is no web address is shown and not followed.
        let web = ["https://", "http://"].iter().any(|start| reference.url.starts_with(start));
        Link {
            text: format!("{}{name}", origin.unwrap_or_default()),
            href: if web { reference.url.clone() } else { String::new() },
        }
    };
    alert.method.references.iter().map(link).collect()
}

fn times(alert: &Alert) -> Vec<When> {
    let event = &alert.event;
    let all = [
        ("Began", &event.started_at),
        ("Ended", &event.stopped_at),
        ("Detected", &event.detected_at),
    ];
    let known = all.into_iter().filter_map(|(name, moment)| Some((name, moment.as_ref()?)));
    known.map(|(name, moment)| When { name, at: at(moment) }).collect()
}

fn contact(alert: &Alert) -> Vec<Part> {
    let contact = &alert.contact;
    parts([
        ("Team", format!("{} ({})", contact.name, contact.handle)),
        ("Mail", contact.emails.join(", ")),
        ("Telephone", contact.phone.clone().unwrap_or_default()),
        ("Fax", contact.fax.clone().unwrap_or_default()),
    ])
}
