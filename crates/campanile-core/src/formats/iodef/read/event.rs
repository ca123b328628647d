//! What was seen, and what is affected.

use super::method::join;
use super::names::{self, label};
use super::reading::Reading;
use crate::formats::{Element, ReadError, Severity};
use crate::model::alert::{Affected, Alert};
use crate::model::moment::Moment;

/// Labels of lists in descriptions, and the names of their copies.
const SLOTS: [(&str, &str); 4] = [
    (label::SYSTEMS, names::SYSTEM),
    (label::OTHER_SYSTEMS, names::OTHER_SYSTEMS),
    (label::SOFTWARE, names::SOFTWARE),
    (label::OTHER_SOFTWARE, names::OTHER_SOFTWARE),
];

impl Reading {
    /// Adds what an event says; its inner events too.
    ///
    /// # Errors
    /// When a time is none.
    pub fn event(&mut self, element: &Element, read: &mut Alert) -> Result<(), ReadError> {
        let mut words = Vec::new();
        let mut assessments = Vec::new();
        for inner in &element.inner {
            match self.name(element, inner) {
                Some("Description") => words.push(inner.whole_text()),
                Some("StartTime" | "EndTime" | "DetectTime") => self.event_time(inner, read)?,
                Some("Expectation") => self.expectation(inner, read)?,
                Some("Method") => self.method(inner, &mut read.method),
                Some("Assessment") => assessments.push(inner),
                Some("EventData") => self.event(inner, read)?,
                Some("AdditionalData") => self.remark(inner),
                _ => self.carry(inner, &inner.name),
            }
        }
        if !assessments.is_empty() {
            let assessment = self.assessment(&assessments);
            if read.assessment == Default::default() {
                read.assessment = assessment;
            } else if read.assessment != assessment {
                let what = "the event is assessed differently; that of the incident counts";
                self.find(&element.place, Severity::Warning, what);
            }
        }
        self.event_words(words, read);
        Ok(())
    }

    /// A time of an event; the first of each kind counts, others are carried.
    ///
    /// # Errors
    /// When it is none.
    pub fn event_time(&mut self, element: &Element, read: &mut Alert) -> Result<(), ReadError> {
        let (name, copy) = match super::reading::spelling(&element.name) {
            "StartTime" => ("StartTime", names::START_TIME),
            "EndTime" => ("EndTime", names::END_TIME),
            _ => ("DetectTime", names::DETECT_TIME),
        };
        let Some(moment) = self.moment(element)? else {
            return Ok(());
        };
        let moment = self.as_written(moment, copy);
        let slot = match name {
            "StartTime" => &mut read.event.started_at,
            "EndTime" => &mut read.event.stopped_at,
            _ => &mut read.event.detected_at,
        };
        let other = |seen: &Moment| seen.at != moment.at;
        match slot {
            None => *slot = Some(moment),
            Some(seen) if other(seen) => self.carry(element, name),
            Some(_) => {}
        }
        Ok(())
    }

    /// Sorts descriptions: lists of what is affected, and what was seen.
    fn event_words(&mut self, words: Vec<String>, read: &mut Alert) {
        let affected = &mut read.affected;
        let mut seen = Vec::new();
        // Each list has its words once; what follows under the same label is the author's.
        let mut met: Vec<&str> = Vec::new();
        for text in words {
            let slot = SLOTS.iter().find(|(label, _)| text.starts_with(label));
            let slot = slot.filter(|(_, name)| !met.contains(name));
            match slot {
                // Copies say exactly what the lists hold; the words only repeat them.
                Some((_, name)) if self.repeats(name, &text) => met.push(name),
                Some((label, _)) if !self.is_form() => add(affected, label, &text),
                _ => seen.push(text),
            }
        }
        join(&mut read.event.description, &seen);
    }

    /// Whether a text is what the copies of a list look like in words.
    fn repeats(&self, name: &str, text: &str) -> bool {
        let copies = self.copies(name);
        let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        !copies.is_empty() && squeezed(text).ends_with(&squeezed(&copies.join("; ")))
    }

    /// What the copies say is affected.
    pub fn copied_affected(&self, affected: &mut Affected) {
        let lists =
            [(names::SYSTEM, &mut affected.systems), (names::SOFTWARE, &mut affected.software)];
        for (name, list) in lists {
            match self.copies(name) {
                copies if copies.is_empty() => {}
                copies => *list = copies,
            }
        }
        let words = [
            (names::OTHER_SYSTEMS, &mut affected.other_systems),
            (names::OTHER_SOFTWARE, &mut affected.other_software),
        ];
        for (name, text) in words {
            if let Some(copy) = self.copy(name) {
                copy.clone_into(text);
            }
        }
    }
}

fn add(affected: &mut Affected, label: &str, text: &str) {
    let rest = text.strip_prefix(label).unwrap_or(text).trim().to_owned();
    let items = rest.split(';').map(|item| item.trim().to_owned());
    let items = items.filter(|item| !item.is_empty());
    match label {
        label::SYSTEMS => affected.systems.extend(items),
        label::SOFTWARE => affected.software.extend(items),
        label::OTHER_SYSTEMS => join(&mut affected.other_systems, &[rest]),
        _ => join(&mut affected.other_software, &[rest]),
    }
}
