//! The alert form: what was typed, read into an [`Alert`], or told beside the field why not.
//!
//! What was typed is kept as it was typed, right or wrong: it goes into the page again and into
//! the draft. Refuses to read the registry: contact, handle and audience are handed in.

mod picks;
mod read;
mod show;
#[cfg(test)]
mod tests;

pub(super) use read::{Faults, Read};
pub(super) use show::{Choice, FormView};

use campanile_core::model::alert::Alert;

/// Most fields of one form: some hundred teams, systems and references.
const FIELDS_MAX: usize = 5000;

/// A form as it was typed: names and values in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::web) struct Typed(Vec<(String, String)>);

impl Typed {
    /// Reads `application/x-www-form-urlencoded`. Line ends are made those of Unix: browsers send
    /// CRLF.
    pub(in crate::web) fn decode(body: &str) -> Self {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(body).unwrap_or_default();
        let clean = |(name, value): (String, String)| (name, value.replace("\r\n", "\n"));
        Self(pairs.into_iter().take(FIELDS_MAX).map(clean).collect())
    }

    /// The same as text, for the draft.
    pub(in crate::web) fn encode(&self) -> String {
        serde_urlencoded::to_string(self.pairs()).unwrap_or_default()
    }

    /// The value of a field; empty when it was not sent.
    pub(in crate::web) fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// Every value of a field that can be there several times.
    pub(in crate::web) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// Whether a box was ticked, or a button pressed.
    pub(in crate::web) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| n == name)
    }

    fn add(&mut self, name: &str, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// Puts a value in the place of whatever the field had.
    pub(in crate::web) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.retain(|(n, _)| n != name);
        self.add(name, value);
    }

    /// Names and values, without the buttons: for the hidden fields of the preview.
    pub(in crate::web) fn pairs(&self) -> Vec<(String, String)> {
        self.0.iter().filter(|(name, _)| !COMMANDS.contains(&name.as_str())).cloned().collect()
    }

    /// An empty form, with its defaults.
    pub(in crate::web) fn first() -> Self {
        let mut typed = Self::default();
        typed.add("action", "inform-constituency");
        typed
    }
}

/// Buttons: they say what to do, not what the alert says.
const COMMANDS: &[&str] = &["add", "save", "send", "back", "confirmed"];

/// Fields that hold what somebody typed.
const TEXTS: &[&str] = &[
    "description",
    "system",
    "other_systems",
    "software",
    "other_software",
    "ref_name",
    "ref_url",
    "method",
    "recommendation",
    "expectation",
    "event",
    "started",
    "stopped",
    "detected",
    "additional",
    "until",
    "related",
    "alternative_ids",
    "purpose",
    "language",
];

impl Typed {
    /// The form of an alert that is there: for a copy, or for a revision.
    pub(in crate::web) fn of_alert(alert: &Alert) -> Self {
        let mut typed = Self::default();
        let own = format!("{}-", alert.contact.handle);
        let id = alert.id.as_str();
        let suffix = match id.get(..own.len()) {
            Some(head) if head.eq_ignore_ascii_case(&own) => id.get(own.len()..).unwrap_or(id),
            _ => id,
        };
        typed.add("id", suffix);
        // Fields of one line: browsers take line ends out of them.
        typed.add("alternative_ids", alert.alternative_ids.join(", "));
        typed.add("related", alert.related.join(", "));
        typed.add("purpose", alert.purpose.name());
        typed.add("language", &alert.language);
        if alert.exercise {
            typed.add("exercise", "yes");
        }
        typed.add("restriction", alert.restriction.name());
        typed.add("tlp", alert.tlp.name());
        typed.add("description", &alert.description);
        for system in &alert.affected.systems {
            typed.add("system", system);
        }
        typed.add("other_systems", &alert.affected.other_systems);
        for software in &alert.affected.software {
            typed.add("software", software);
        }
        typed.add("other_software", &alert.affected.other_software);
        typed.add("impact", alert.assessment.impact.name());
        let level = |level: &Option<campanile_core::model::alert::Level>| {
            level.as_ref().map(|level| level.name().to_owned()).unwrap_or_default()
        };
        typed.add("severity", level(&alert.assessment.severity));
        typed.add("confidence", level(&alert.assessment.confidence));
        for reference in &alert.method.references {
            typed.add("ref_origin", reference.origin.as_ref().map_or("", |origin| origin.name()));
            typed.add("ref_name", &reference.name);
            typed.add("ref_url", &reference.url);
        }
        typed.add("method", &alert.method.description);
        typed.add("recommendation", &alert.recommendation);
        for action in &alert.expectation.actions {
            typed.add("action", action.name());
        }
        typed.add("expectation", &alert.expectation.description);
        let until = alert.expectation.until.as_ref();
        typed.add("until", until.map_or("", |until| &until.text));
        typed.add("event", &alert.event.description);
        let times = [
            ("started", &alert.event.started_at),
            ("stopped", &alert.event.stopped_at),
            ("detected", &alert.event.detected_at),
        ];
        for (name, moment) in times {
            typed.add(name, moment.as_ref().map_or("", |moment| &moment.text));
        }
        typed.add("additional", alert.additional.join("\n\n"));
        typed
    }
}
