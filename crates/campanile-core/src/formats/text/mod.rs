//! Alerts as text for people: what matters in the first lines, every detail below.
//!
//! Written to be acted on within ten seconds of reading, at three in the morning, in any mail
//! program: whether it is an exercise, how far it may be passed on, what happens, how bad it is,
//! what to do by when. Labels stand in the first column, foreign text never does.

mod wrap;

use std::fmt::Write;

use wrap::{hanging, one_line};

use crate::model::alert::changes::FieldChange;
use crate::model::alert::{Alert, ExpectedAction, ImpactType, Reference, Restriction};
use crate::model::alert::{Contact, RevisionKind};
use crate::model::moment::Moment;
use crate::model::time::Timestamp;

/// Changed fields that are listed: more are no help to a reader in a hurry.
const CHANGES_MAX: usize = 12;

/// What a text says beside the alert.
#[derive(Debug, Clone, Copy, Default)]
pub struct TextContext<'a> {
    /// The page where teams acknowledge.
    pub acknowledge_url: Option<&'a str>,
    /// When silent teams are called.
    pub acknowledge_by: Option<Timestamp>,
    /// Where an answer by mail goes: the list.
    pub list_address: Option<&'a str>,
    /// Telephone for teams that have neither.
    pub phone: Option<&'a str>,
    /// What a revision has changed, for the lines in front of the whole text.
    pub changes: &'a [FieldChange],
}

/// Renders an alert; lines end with LF, 72 columns but for long words.
pub fn render(alert: &Alert, context: &TextContext<'_>) -> String {
    let mut out = String::new();
    head(alert, context.changes, &mut out);
    urgent(alert, &mut out);
    answer(alert, context, &mut out);
    details(alert, &mut out);
    contact(&alert.contact, &mut out);
    out
}

/// Subject of the mail that carries an alert.
pub fn subject(alert: &Alert) -> String {
    let exercise = if alert.exercise { "EXERCISE " } else { "" };
    let what = one_line(&alert.description);
    let what: String = match what.chars().count() > 70 {
        true => what.chars().take(69).chain(['…']).collect(),
        false => what,
    };
    let revision = match alert.revision.kind {
        RevisionKind::Issue => String::new(),
        kind => format!(" ({})", done(kind)),
    };
    format!("{exercise}ALERT {}{revision} [{}] {what}", alert.id, alert.tlp)
}

fn head(alert: &Alert, changes: &[FieldChange], out: &mut String) {
    let from = match alert.contact.handle.as_str() {
        "" => String::new(),
        handle => format!(" from {}", one_line(handle)),
    };
    if alert.exercise {
        out.push_str("EXERCISE EXERCISE EXERCISE - no real attack, answer as if it were\n");
    }
    let _ = writeln!(out, "{} - {}", alert.tlp, alert.tlp.meaning());
    let _ = writeln!(out, "ALERT {}{from}, {}", alert.id, when(&alert.reported_at));
    let revision = &alert.revision;
    if revision.kind != RevisionKind::Issue {
        let number = revision.number;
        let _ = writeln!(out, "REVISION {number}: {}", done(revision.kind).to_uppercase());
        hanging("CHANGED  ", &revision.note, out);
        for change in changes.iter().take(CHANGES_MAX) {
            hanging("         - ", &one_line(&change.brief()), out);
        }
        if let Some(more @ 1..) = changes.len().checked_sub(CHANGES_MAX) {
            let _ = writeln!(out, "         - and {more} more; the page of the alert shows all");
        }
    }
    out.push('\n');
}

fn done(kind: RevisionKind) -> &'static str {
    match kind {
        RevisionKind::Issue => "issued",
        RevisionKind::Amend => "amended",
        RevisionKind::Supersede => "superseded",
        RevisionKind::Withdraw => "withdrawn",
        RevisionKind::Close => "closed",
    }
}

fn urgent(alert: &Alert, out: &mut String) {
    hanging("WHAT     ", &alert.description, out);
    hanging("HOW BAD  ", &how_bad(alert), out);
    let expectation = &alert.expectation;
    let actions: Vec<_> = expectation.actions.iter().filter_map(asked).collect();
    let texts =
        [&alert.recommendation, &expectation.description].map(|text| text.trim().to_owned());
    let todo: Vec<_> = texts.into_iter().chain(actions).filter(|text| !text.is_empty()).collect();
    match todo.is_empty() {
        true => hanging("DO       ", "Nothing is asked for.", out),
        false => hanging("DO       ", &todo.join("\n"), out),
    }
    if let Some(until) = &expectation.until {
        let _ = writeln!(out, "BY       {}", when(until));
    }
}

fn how_bad(alert: &Alert) -> String {
    let assessment = &alert.assessment;
    let severity = match &assessment.severity {
        Some(level) => format!("Severity {}", level.name().to_uppercase()),
        None => "Severity not stated".to_owned(),
    };
    let confidence = match &assessment.confidence {
        Some(level) => format!("confidence {level}"),
        None => "confidence not stated".to_owned(),
    };
    format!("{severity} - {} - {confidence}", impact(&assessment.impact))
}

fn impact(impact: &ImpactType) -> String {
    let meaning = match impact {
        ImpactType::Admin => "attackers control the system",
        ImpactType::Dos => "service is denied",
        ImpactType::File => "files are changed or disclosed",
        ImpactType::Recon => "attackers look around",
        ImpactType::User => "attackers control an account",
        ImpactType::None => "no impact",
        ImpactType::Unknown => "impact not known",
        ImpactType::Other => "other impact",
        ImpactType::Unlisted(token) => return format!("impact: {}", one_line(token)),
    };
    format!("{meaning} ({impact})")
}

fn asked(action: &ExpectedAction) -> Option<String> {
    match action {
        ExpectedAction::InformConstituency => Some("Inform your constituency.".into()),
        ExpectedAction::InformPublic => Some("Inform the public.".into()),
        // What the description says.
        ExpectedAction::Other => None,
        ExpectedAction::Unlisted(token) => Some(format!("Action: {}.", one_line(token))),
    }
}

/// The one link, and in one sentence how to answer without it.
fn answer(alert: &Alert, context: &TextContext<'_>, out: &mut String) {
    let by = context.acknowledge_by.map(|by| format!(" by {}", when(&Moment::of(by))));
    let by = by.unwrap_or_default();
    if let Some(url) = context.acknowledge_url {
        let _ = write!(out, "\nACKNOWLEDGE{by}, with your certificate:\n{url}\n");
    }
    let mail = context.list_address.map(|address| {
        format!(
            "reply to {address}, signed and encrypted, with ACK {} as the first words",
            alert.id
        )
    });
    let call = context.phone.map(|phone| format!("call {phone}"));
    let ways: Vec<_> = mail.into_iter().chain(call).collect();
    if !ways.is_empty() {
        let lead = if context.acknowledge_url.is_some() { "Or" } else { "To acknowledge:" };
        hanging("", &format!("{lead} {}.", ways.join(", or ")), out);
    }
}

fn details(alert: &Alert, out: &mut String) {
    out.push_str("\nDETAILS\n\n");
    let affected = &alert.affected;
    let joined = |items: &[String], other: &str| {
        let items = items.iter().map(String::as_str).chain([other.trim()]);
        items.filter(|item| !item.is_empty()).collect::<Vec<_>>().join("; ")
    };
    let rows = [
        ("Systems", joined(&affected.systems, &affected.other_systems)),
        ("Software", joined(&affected.software, &affected.other_software)),
        ("Attack", alert.method.description.clone()),
        ("References", references(&alert.method.references)),
        ("Seen", alert.event.description.clone()),
        ("Began", time(alert.event.started_at.as_ref())),
        ("Ended", time(alert.event.stopped_at.as_ref())),
        ("Detected", time(alert.event.detected_at.as_ref())),
        ("Purpose", alert.purpose.to_string()),
        ("Disclosure", disclosure(&alert.restriction)),
        ("Also known as", alert.alternative_ids.join("; ")),
        ("Related", alert.related.join("\n")),
        ("Remarks", alert.additional.join("\n\n")),
    ];
    for (label, text) in rows.iter().filter(|(_, text)| !text.trim().is_empty()) {
        hanging(&format!("{:<15}", format!("{label}:")), text, out);
    }
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

fn references(references: &[Reference]) -> String {
    let line = |reference: &Reference| {
        let origin = reference.origin.as_ref().map(|origin| format!("{origin}:"));
        let parts = [origin.as_deref().unwrap_or_default(), &reference.name, &reference.url];
        let parts = parts.map(one_line);
        parts.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" ")
    };
    references.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn contact(contact: &Contact, out: &mut String) {
    let lines = [
        ("Name", contact.name.clone()),
        ("Handle", contact.handle.clone()),
        ("Mail", contact.emails.join(", ")),
        ("Telephone", contact.phone.clone().unwrap_or_default()),
        ("Fax", contact.fax.clone().unwrap_or_default()),
    ];
    if lines.iter().all(|(_, text)| text.trim().is_empty()) {
        return;
    }
    out.push_str("\nCONTACT\n\n");
    for (label, text) in lines.iter().filter(|(_, text)| !text.trim().is_empty()) {
        hanging(&format!("{:<15}", format!("{label}:")), &one_line(text), out);
    }
}

fn time(moment: Option<&Moment>) -> String {
    moment.map(when).unwrap_or_default()
}

/// A time for people: UTC, to the minute.
fn when(moment: &Moment) -> String {
    let text = moment.at.to_string();
    match (text.get(..10), text.get(11..16)) {
        (Some(day), Some(clock)) => format!("{day} {clock} UTC"),
        _ => text,
    }
}

#[cfg(test)]
mod tests;
