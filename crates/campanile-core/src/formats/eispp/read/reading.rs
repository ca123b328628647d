//! The state of reading: what was odd, and how names are compared.

use crate::formats::{Element, Finding, Place, Severity};
use crate::model::limits::FINDINGS_MAX;
use crate::model::moment::Moment;

/// A document being read.
#[derive(Debug, Default)]
pub struct Reading {
    findings: Vec<Finding>,
}

impl Reading {
    /// Notes something odd.
    pub fn find(&mut self, place: &Place, severity: Severity, what: &str) {
        if self.findings.len() < FINDINGS_MAX {
            let (place, what) = (place.to_string(), what.to_owned());
            self.findings.push(Finding { place, what, severity });
        }
    }

    /// What was odd.
    pub fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    /// The inner elements of a name.
    pub fn all<'e>(&self, outer: &'e Element, name: &str) -> Vec<&'e Element> {
        outer.inner.iter().filter(|inner| inner.name == name).collect()
    }

    /// The first inner element of a name.
    pub fn one<'e>(&self, outer: &'e Element, name: &str) -> Option<&'e Element> {
        outer.inner.iter().find(|inner| inner.name == name)
    }

    /// The inner elements of a name inside of the group of another.
    pub fn grouped<'e>(&self, outer: &'e Element, group: &str, name: &str) -> Vec<&'e Element> {
        self.all(outer, group).into_iter().flat_map(|group| self.all(group, name)).collect()
    }

    /// The text of the first inner element of a name; empty when there is none.
    pub fn text(&self, outer: &Element, name: &str) -> String {
        self.one(outer, name).map(Element::whole_text).unwrap_or_default()
    }

    /// The time that an inner element is.
    pub fn moment(&mut self, outer: &Element, name: &str) -> Option<Moment> {
        let node = self.one(outer, name)?;
        self.moment_of(node, &node.whole_text())
    }

    /// A time; one that cannot be read is noted and left out.
    pub fn moment_of(&mut self, node: &Element, text: &str) -> Option<Moment> {
        let read = Moment::parse(text).ok();
        if read.is_none() {
            let what = "this is no date and time with an offset; it is left out";
            self.find(&node.place, Severity::Error, what);
        }
        read
    }
}
