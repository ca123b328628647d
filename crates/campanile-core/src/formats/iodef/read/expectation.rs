//! What the recipients are asked to do.

use super::method::join;
use super::names::{self, label};
use super::reading::Reading;
use crate::formats::iodef::phrases;
use crate::formats::{Element, ReadError};
use crate::model::alert::{Alert, ExpectedAction};

/// Actions whose words are advice rather than a request.
const ADVICE: [&str; 4] = ["remediate-other", "upgrade-software", "harden-asset", "rebuild-asset"];

impl Reading {
    /// Adds what an expectation says.
    ///
    /// # Errors
    /// When its time is none.
    pub fn expectation(&mut self, element: &Element, read: &mut Alert) -> Result<(), ReadError> {
        let mut words = Vec::new();
        for inner in &element.inner {
            match self.name(element, inner) {
                Some("Description") => words.push(inner.whole_text()),
                Some("EndTime") if read.expectation.until.is_none() => {
                    let until = self.moment(inner)?;
                    let until = until.map(|until| self.as_written(until, names::UNTIL_TIME));
                    read.expectation.until = until;
                }
                _ => self.carry(inner, &format!("Expectation / {}", inner.name)),
            }
        }
        for name in ["priority", "severity"] {
            if let Some(priority) = self.attribute(element, name) {
                self.additional.push(format!("Expectation {name}: {priority}"));
            }
        }
        match self.token(element, "action") {
            Some((action, extended)) => self.with_action(action, extended, words, read),
            None => self.with_category(element, words, read),
        }
        Ok(())
    }

    /// An expectation of 1.00 and 2.00.
    fn with_action(&mut self, action: &str, extended: bool, words: Vec<String>, read: &mut Alert) {
        if !extended && action == "status-triage" && words.iter().any(|text| is_link(text)) {
            return;
        }
        if !extended && action == "remediate-other" {
            join(&mut read.recommendation, &words);
            return;
        }
        self.ask(ExpectedAction::from(action.to_owned()), read);
        match !extended && !self.is_form() && ADVICE.contains(&action) {
            true => join(&mut read.recommendation, &words),
            false => join(&mut read.expectation.description, &words),
        }
    }

    /// An expectation of 2003: the first words may be those of the form.
    fn with_category(&mut self, element: &Element, mut words: Vec<String>, read: &mut Alert) {
        let advice = words.first().and_then(|first| first.strip_prefix(label::RECOMMENDATION));
        if let Some(advice) = advice {
            let advice = advice.to_owned();
            join(&mut read.recommendation, &[advice]);
            join(&mut read.recommendation, words.get(1..).unwrap_or_default());
            return;
        }
        let category = self.attribute(element, "category").unwrap_or("other").to_owned();
        let first = words.first().cloned().unwrap_or_default();
        let known = phrases::action(&first);
        let copied = self.copies(names::EXPECTED_ACTION).contains(&first);
        match (known, category.as_str()) {
            (Some(action), "other") => {
                words.remove(0);
                self.ask(action, read);
            }
            (None, "other") if copied && !first.is_empty() => {
                words.remove(0);
                self.ask(ExpectedAction::Unlisted(first), read);
            }
            (_, category) => {
                // The form's own words for a listed category are the category.
                let said = first == category || (first == phrases::NONE && self.is_form());
                if said && self.is_form() {
                    words.remove(0);
                }
                self.ask(ExpectedAction::from(category.to_owned()), read);
            }
        }
        join(&mut read.expectation.description, &words);
    }

    fn ask(&self, action: ExpectedAction, read: &mut Alert) {
        let actions = &mut read.expectation.actions;
        if self.is_form() || !actions.contains(&action) {
            actions.push(action);
        }
    }
}

/// Whether a text is the acknowledge link of a document of ours: it leads somewhere else now.
pub fn is_link(text: &str) -> bool {
    let url = text.strip_prefix(label::ACKNOWLEDGE).unwrap_or_default();
    (url.starts_with("https://") || url.starts_with("http://"))
        && !url.contains(char::is_whitespace)
}
