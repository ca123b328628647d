//! From what was typed to an alert, with every fault beside its field.

use std::collections::BTreeMap;
use std::str::FromStr;

use campanile_core::model::alert::{
    Affected, Alert, AlertId, Assessment, Contact, Event, Expectation, ExpectedAction, ImpactType,
    Method, Origin, Purpose, Reference, Restriction, Revision,
};
use campanile_core::model::moment::Moment;
use campanile_core::model::team::Handle;
use campanile_core::model::time::Timestamp;
use campanile_core::model::tlp::Tlp;

use super::Typed;

/// Longest text of one field, in characters: what people read in a hurry is shorter.
const TEXT_CHARS_MAX: usize = 20_000;
/// Longest entry of a pick list, name or address, in characters.
const LINE_CHARS_MAX: usize = 500;

/// Fields of one line; all others hold text.
const LINES: &[&str] = &["system", "software", "ref_name", "ref_url", "purpose", "language"];

/// What is wrong, by field.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::web) struct Faults(BTreeMap<&'static str, String>);

impl Faults {
    /// What is wrong with a field; empty when nothing is.
    pub(in crate::web) fn of(&self, field: &str) -> &str {
        self.0.get(field).map(String::as_str).unwrap_or_default()
    }

    /// Fields and what is wrong with them.
    pub(in crate::web) fn all(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(field, fault)| (*field, fault.as_str()))
    }

    /// Whether nothing is wrong.
    pub(in crate::web) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes what is wrong with a field; the first thing counts.
    pub(in crate::web) fn add(&mut self, field: &'static str, fault: impl Into<String>) {
        self.0.entry(field).or_insert_with(|| fault.into());
    }
}

/// What the form does not say and the reading needs.
pub(in crate::web) struct Read<'a> {
    /// The team that writes.
    pub(in crate::web) handle: &'a Handle,
    /// From the register.
    pub(in crate::web) contact: Contact,
    /// Time of the report.
    pub(in crate::web) now: Timestamp,
}

impl Read<'_> {
    /// The alert that was typed.
    ///
    /// # Errors
    /// Everything that is wrong, by field.
    pub(in crate::web) fn alert(self, typed: &Typed) -> Result<Alert, Faults> {
        match self.so_far(typed) {
            (Some(alert), faults) if faults.is_empty() => Ok(alert),
            (_, faults) => Err(faults),
        }
    }

    /// The alert as far as it was typed, and what is wrong with it; `None` without an identifier
    /// that can be used.
    pub(in crate::web) fn so_far(self, typed: &Typed) -> (Option<Alert>, Faults) {
        let mut faults = Faults::default();
        check_lengths(typed, &mut faults);
        let id = id(self.handle, typed, &mut faults);
        let tlp = tlp(typed, &mut faults);
        let description = needed(typed, "description", DESCRIPTION, &mut faults);
        let references = references(typed, &mut faults);
        let expectation = expectation(typed, &mut faults);
        let event = event(typed, &mut faults);
        let additional = text(typed, "additional");
        let alert = id.map(|id| Alert {
            id,
            alternative_ids: lines(typed.get("alternative_ids")),
            related: lines(typed.get("related")),
            purpose: term(typed.get("purpose")).unwrap_or(Purpose::Warning),
            exercise: typed.has("exercise"),
            restriction: term(typed.get("restriction")).unwrap_or(Restriction::Participants),
            tlp,
            language: Some(text(typed, "language"))
                .filter(|language| !language.is_empty())
                .unwrap_or_else(|| "en".into()),
            description,
            affected: affected(typed),
            assessment: Assessment {
                impact: term(typed.get("impact")).unwrap_or(ImpactType::Unknown),
                severity: term(typed.get("severity")),
                confidence: term(typed.get("confidence")),
            },
            method: Method { references, description: text(typed, "method") },
            recommendation: text(typed, "recommendation"),
            expectation,
            event,
            additional: paragraphs(&additional),
            contact: self.contact,
            reported_at: Moment::of(self.now),
            revision: Revision::default(),
        });
        (alert, faults)
    }
}

const DESCRIPTION: &str = "say in one or two sentences what happens";

fn text(typed: &Typed, name: &str) -> String {
    typed.get(name).trim().to_owned()
}

fn needed(typed: &Typed, name: &'static str, why: &str, faults: &mut Faults) -> String {
    let text = text(typed, name);
    if text.is_empty() {
        faults.add(name, why);
    }
    text
}

fn check_lengths(typed: &Typed, faults: &mut Faults) {
    for name in super::TEXTS {
        let line = LINES.contains(name);
        let most = if line { LINE_CHARS_MAX } else { TEXT_CHARS_MAX };
        if typed.all(name).any(|value| value.chars().count() > most) {
            faults.add(name, format!("at most {most} characters"));
        }
    }
}

fn id(handle: &Handle, typed: &Typed, faults: &mut Faults) -> Option<AlertId> {
    let suffix = typed.get("id");
    let read = AlertId::of_team(handle, suffix);
    if let Err(bad) = &read {
        match suffix.trim().is_empty() {
            true => faults.add("id", "give the alert a number of your own, like 0816"),
            false => faults.add("id", bad.to_string()),
        }
    }
    read.ok()
}

fn tlp(typed: &Typed, faults: &mut Faults) -> Tlp {
    let label = typed.get("tlp");
    label.parse().unwrap_or_else(|_| {
        faults.add("tlp", "choose how far the alert may be passed on");
        Tlp::default()
    })
}

/// A token; `None` for an empty one.
fn term<T: FromStr>(token: &str) -> Option<T> {
    let token = token.trim();
    if token.is_empty() { None } else { token.parse().ok() }
}

fn lines(text: &str) -> Vec<String> {
    let lines = text.split(['\n', ',']).map(str::trim).filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

/// Further data: what an empty line parts are several.
fn paragraphs(text: &str) -> Vec<String> {
    let paragraphs = text.split("\n\n").map(str::trim).filter(|text| !text.is_empty());
    paragraphs.map(str::to_owned).collect()
}

fn entries(typed: &Typed, name: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    for entry in typed.all(name).map(str::trim).filter(|entry| !entry.is_empty()) {
        if !entries.iter().any(|known| known.eq_ignore_ascii_case(entry)) {
            entries.push(entry.to_owned());
        }
    }
    entries
}

fn affected(typed: &Typed) -> Affected {
    Affected {
        systems: entries(typed, "system"),
        other_systems: text(typed, "other_systems"),
        software: entries(typed, "software"),
        other_software: text(typed, "other_software"),
    }
}

fn references(typed: &Typed, faults: &mut Faults) -> Vec<Reference> {
    let names = typed.all("ref_name").map(str::trim);
    let others = typed.all("ref_origin").zip(typed.all("ref_url").map(str::trim));
    let mut references = Vec::new();
    for (name, (origin, url)) in names.zip(others) {
        if name.is_empty() && url.is_empty() {
            continue;
        }
        if name.is_empty() {
            faults.add("ref_name", format!("give {url} a name: CVE-2026-1234, or a title"));
        }
        if !url.is_empty() && !is_url(url) {
            faults.add("ref_url", format!("{url} is no address: it begins with https:// or so"));
        }
        let origin: Option<Origin> = term(origin);
        references.push(Reference { origin, name: name.into(), url: url.into() });
    }
    references
}

fn is_url(text: &str) -> bool {
    let known = ["http", "https", "ftp"];
    url::Url::parse(text).is_ok_and(|url| known.contains(&url.scheme()) && url.has_host())
}

fn expectation(typed: &Typed, faults: &mut Faults) -> Expectation {
    let actions: Vec<ExpectedAction> = typed.all("action").filter_map(term).collect();
    let description = text(typed, "expectation");
    if actions.is_empty() {
        faults.add("action", "choose at least one: what shall the teams do?");
    } else if actions == [ExpectedAction::Other] && description.is_empty() {
        faults.add("expectation", "say what is expected, since it is neither of the others");
    }
    let until = moment(typed.get("until"), typed.get("zone")).unwrap_or_else(|why| {
        faults.add("until", why);
        None
    });
    Expectation { actions, description, until }
}

fn event(typed: &Typed, faults: &mut Faults) -> Event {
    let zone = typed.get("zone").to_owned();
    let mut moment = |name| {
        moment(typed.get(name), &zone).unwrap_or_else(|why| {
            faults.add(name, why);
            None
        })
    };
    let (started_at, stopped_at) = (moment("started"), moment("stopped"));
    let detected_at = moment("detected");
    if let (Some(start), Some(stop)) = (&started_at, &stopped_at)
        && stop.at < start.at
    {
        faults.add("stopped", "this is before the start");
    }
    Event { description: text(typed, "event"), started_at, stopped_at, detected_at }
}

/// A time as typed: with an offset of its own, or without one, in the zone of the form.
fn moment(text: &str, zone: &str) -> Result<Option<Moment>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let zone = if zone.is_empty() { "+00:00" } else { zone };
    let with_zone = || Moment::parse(&format!("{}{zone}", text.trim_end_matches("UTC").trim_end()));
    Moment::parse(text).or_else(|_| with_zone()).map(Some).map_err(|_| {
        "write it like 2026-08-25 02:00, or with the offset: 2026-08-25T02:00+02:00".to_owned()
    })
}
