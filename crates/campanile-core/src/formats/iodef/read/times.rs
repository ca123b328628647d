//! Times: what is one, what can be read as one, and what is refused.

use super::reading::Reading;
use crate::formats::{Element, ReadError, Severity};
use crate::model::moment::Moment;
use crate::model::time::Timestamp;

/// Earliest time taken: no alert is older than the computers it is about, and years before it
/// overflow the tables of others.
const FIRST: Timestamp = Timestamp::from_seconds(0);

impl Reading {
    /// The time in an element; `None` for an empty one.
    ///
    /// # Errors
    /// When it is no time.
    pub fn moment(&mut self, element: &Element) -> Result<Option<Moment>, ReadError> {
        let text = element.whole_text();
        if text.is_empty() {
            self.find(&element.place, Severity::Error, "there is no time in it");
            return Ok(None);
        }
        let moment = match Moment::parse(&text) {
            Ok(moment) => moment,
            Err(_) => self.without_offset(element, &text)?,
        };
        match moment.at >= FIRST {
            true => Ok(Some(moment)),
            false => Err(ReadError::Time(element.place.clone())),
        }
    }

    /// A date, or a time without an offset: taken as UTC, and said so.
    fn without_offset(&mut self, element: &Element, text: &str) -> Result<Moment, ReadError> {
        let whole = [format!("{text}Z"), format!("{text}T00:00:00Z")];
        let read = whole.iter().find_map(|text| Moment::parse(text).ok());
        let moment = read.ok_or_else(|| ReadError::Time(element.place.clone()))?;
        let what = "the time has no offset and is read as UTC";
        self.find(&element.place, Severity::Warning, what);
        Ok(Moment::of(moment.at))
    }

    /// The time as it was written, if a copy says so and means the same instant.
    pub fn as_written(&self, moment: Moment, copy: &str) -> Moment {
        let written = self.copy(copy).and_then(|text| Moment::parse(text).ok());
        written.filter(|written| written.at == moment.at).unwrap_or(moment)
    }
}
