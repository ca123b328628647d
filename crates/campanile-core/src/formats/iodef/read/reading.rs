//! The state of reading: what was found, and the copies that stand in `AdditionalData`.

use super::{Encoding, SPACE_ENUM, names};
use crate::formats::{Element, Finding, Place, Severity};
use crate::model::limits::FINDINGS_MAX;
use crate::model::time::Timestamp;

/// Spellings of older drafts and programs, and what they became.
const SPELLINGS: [(&str, &str); 12] = [
    ("AlternativeIDs", "AlternativeID"),
    ("name", "Name"),
    ("url", "URL"),
    ("Url", "URL"),
    ("address", "Address"),
    ("StopTime", "EndTime"),
    ("TimeZone", "Timezone"),
    ("contactrole", "role"),
    ("contacttype", "type"),
    ("organisation", "organization"),
    ("recieved-info", "received-info"),
    ("ripencc", "ripe"),
];

/// The spelling that we go by.
pub fn spelling(word: &str) -> &str {
    SPELLINGS.iter().find(|(old, _)| *old == word).map_or(word, |(_, new)| new)
}

/// A document being read.
pub struct Reading {
    /// How it is written.
    pub encoding: Encoding,
    /// When it is read.
    pub now: Timestamp,
    /// Named values, by name.
    pub copies: Vec<(&'static str, String)>,
    /// How many copies of origins have found their reference.
    pub origins_used: usize,
    /// What an alert has no field for.
    pub additional: Vec<String>,
    findings: Vec<Finding>,
}

impl Reading {
    /// Begins.
    pub fn new(encoding: Encoding, now: Timestamp) -> Self {
        let (copies, additional, findings) = (Vec::new(), Vec::new(), Vec::new());
        Self { encoding, now, copies, origins_used: 0, additional, findings }
    }

    /// Notes something odd.
    pub fn find(&mut self, place: &Place, severity: Severity, what: impl Into<String>) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(Finding { place: place.to_string(), what: what.into(), severity });
        }
    }

    /// What was odd, in the order of the document.
    pub fn findings(self) -> Vec<Finding> {
        self.findings
    }

    /// Whether this is the new family, 2.00 and JSON.
    pub const fn is_new(&self) -> bool {
        matches!(self.encoding, Encoding::V2 | Encoding::Json)
    }

    /// Whether a program like ours wrote it: the copies are complete then.
    pub fn is_form(&self) -> bool {
        self.copy(names::FORM) == Some(names::FORM_VERSION)
    }

    /// The value of a copy.
    pub fn copy(&self, name: &str) -> Option<&str> {
        self.copies.iter().find(|(n, _)| *n == name).map(|(_, value)| value.as_str())
    }

    /// All values of a copy, in order.
    pub fn copies(&self, name: &str) -> Vec<String> {
        let found = self.copies.iter().filter(|(n, _)| *n == name);
        found.map(|(_, value)| value.clone()).collect()
    }

    /// The name of an element as we go by it; `None` for one of another language.
    pub fn name<'e>(&self, outer: &Element, element: &'e Element) -> Option<&'e str> {
        let (space, own) = (&*element.space, &*outer.space);
        let ours = space == own || space == SPACE_ENUM || (own == SPACE_ENUM);
        // Programs of 2003 mixed prefixed and bare names.
        let loose = self.encoding == Encoding::V2003
            && (space.is_empty() || space.starts_with("undeclared:") || space == super::SPACE_2003);
        (ours || loose).then(|| spelling(&element.name))
    }

    /// The inner elements with one of our names.
    pub fn inner<'e>(&self, outer: &'e Element, name: &str) -> Vec<&'e Element> {
        let inner = outer.inner.iter();
        inner.filter(|element| self.name(outer, element) == Some(name)).collect()
    }

    /// The elements of a name inside of any of a group.
    pub fn within<'e>(&self, groups: &[&'e Element], name: &str) -> Vec<&'e Element> {
        groups.iter().flat_map(|group| self.inner(group, name)).collect()
    }

    /// The text of the first inner element with one of our names.
    pub fn inner_text(&self, outer: &Element, name: &str) -> Option<String> {
        let found = self.inner(outer, name).first().map(|element| element.whole_text());
        found.filter(|text| !text.is_empty())
    }

    /// An attribute by any of its spellings.
    pub fn attribute<'e>(&self, element: &'e Element, name: &str) -> Option<&'e str> {
        let found = element.attributes.iter().find(|(n, _)| spelling(n) == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// A token, or that of its extension; the second says that it was an extension.
    pub fn token<'e>(&self, element: &'e Element, name: &str) -> Option<(&'e str, bool)> {
        let token = self.attribute(element, name)?;
        if token != "ext-value" {
            return Some((spelling(token), false));
        }
        let extension = format!("ext-{name}");
        Some((self.attribute(element, &extension).unwrap_or(token), true))
    }

    /// Carries an element that an alert has no field for, as text.
    pub fn carry(&mut self, element: &Element, path: &str) {
        let mut lines = Vec::new();
        flatten(element, path, &mut lines);
        if lines.is_empty() {
            return;
        }
        let what = format!("an alert has no field for {path}; it is carried as text");
        self.find(&element.place, Severity::Warning, what);
        self.additional.push(lines.join("\n"));
    }
}

/// `System category=source / Node / Address: 192.0.2.1`, a line for every text.
fn flatten(element: &Element, path: &str, lines: &mut Vec<String>) {
    let noise = ["lang", "dtype", "translation-id", "schemaLocation"];
    let said = element.attributes.iter().filter(|(name, _)| !noise.contains(&name.as_str()));
    let said: Vec<_> = said.map(|(name, value)| format!("{name}={}", value.trim())).collect();
    let path = match said.is_empty() {
        true => path.to_owned(),
        false => format!("{path} {}", said.join(" ")),
    };
    let text = element.text.split_whitespace().collect::<Vec<_>>().join(" ");
    match (text.is_empty(), element.inner.is_empty()) {
        (false, _) => lines.push(format!("{path}: {text}")),
        (true, true) if !said.is_empty() => lines.push(path.clone()),
        (true, _) => {}
    }
    for inner in &element.inner {
        flatten(inner, &format!("{path} / {}", inner.name), lines);
    }
}
