//! `AdditionalData`, wherever it stands: our own named values, and remarks.

use super::names as n;
use super::reading::Reading;
use crate::formats::{Element, Severity};

/// Every name that a copy has.
const COPIES: [&str; 25] = [
    n::FORM,
    n::TLP,
    n::EXERCISE,
    n::RESTRICTION,
    n::PURPOSE,
    n::IMPACT,
    n::SEVERITY,
    n::CONFIDENCE,
    n::EXPECTED_ACTION,
    n::SYSTEM,
    n::OTHER_SYSTEMS,
    n::SOFTWARE,
    n::OTHER_SOFTWARE,
    n::REFERENCE_ORIGIN,
    n::TEAM_DOMAIN,
    n::RELATED,
    n::LANGUAGE,
    n::REVISION,
    n::REVISION_KIND,
    n::REVISION_NOTE,
    n::REPORT_TIME,
    n::START_TIME,
    n::END_TIME,
    n::DETECT_TIME,
    n::UNTIL_TIME,
];

impl Reading {
    /// Takes the named values out of a document, before anything else is read.
    pub fn collect_copies(&mut self, outer: &Element) {
        for element in &outer.inner {
            match self.name(outer, element) {
                Some("AdditionalData") => {
                    if let Some(name) = self.copy_name(element) {
                        self.copies.push((name, element.whole_text()));
                    }
                }
                // Not deeper than where we put them.
                Some("Incident" | "IncidentData" | "EventData" | "Method") => {
                    self.collect_copies(element);
                }
                _ => {}
            }
        }
    }

    fn copy_name(&self, element: &Element) -> Option<&'static str> {
        let name = self.attribute(element, "name").or_else(|| self.attribute(element, "Name"));
        let said = name.or_else(|| self.attribute(element, "meaning"))?;
        COPIES.iter().find(|name| **name == said).copied()
    }

    /// Reads an element that is no copy: a remark.
    pub fn remark(&mut self, element: &Element) {
        if self.copy_name(element).is_some() {
            return;
        }
        if !element.inner.is_empty() {
            self.carry(element, "AdditionalData");
            return;
        }
        let text = element.whole_text();
        let named = ["name", "Name", "meaning"];
        let label = named.iter().find_map(|name| self.attribute(element, name));
        match label {
            _ if text.is_empty() => {
                self.find(&element.place, Severity::Note, "AdditionalData without content");
            }
            None | Some(n::REMARK) => self.additional.push(text),
            Some(label) => self.additional.push(format!("{label}: {text}")),
        }
    }
}
