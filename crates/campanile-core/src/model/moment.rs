//! Times of documents: the instant, and how it was written.

use serde::{Deserialize, Serialize};

use crate::model::time::{BadTimestamp, Timestamp};

/// A time in a document. The text is kept beside the instant: what others wrote is never written
/// anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// The instant.
    pub at: Timestamp,
    /// As it was written.
    pub text: String,
}

impl Moment {
    /// A moment of our own: RFC 3339, UTC.
    pub fn of(at: Timestamp) -> Self {
        Self { at, text: at.to_string() }
    }

    /// As RFC 3339: the text as it was written where it is that, else in UTC.
    pub fn rfc3339(&self) -> String {
        let is_strict = self.text.as_bytes().get(10) == Some(&b'T')
            && !self.text.ends_with('z')
            && Timestamp::parse(&self.text).is_ok();
        if is_strict { self.text.clone() } else { self.at.to_string() }
    }

    /// Reads RFC 3339 and the forms of 2003: without seconds (`2003-08-28T13:35+00:00`), with an
    /// offset without colon (`+0000`), and with a blank for the `T`.
    ///
    /// # Errors
    /// [`BadTimestamp`]; a time without an offset is none, since nobody knows when it was.
    pub fn parse(text: &str) -> Result<Self, BadTimestamp> {
        let trimmed = text.trim();
        let at = Timestamp::parse(&repaired(trimmed))?;
        Ok(Self { at, text: trimmed.to_owned() })
    }
}

fn repaired(text: &str) -> String {
    let mut text = text.replacen(' ', "T", 1);
    // `+0000` to `+00:00`
    let offset = text.len().checked_sub(5).and_then(|start| text.get(start..));
    let bare = |offset: &str| {
        offset.starts_with(['+', '-']) && offset.bytes().skip(1).all(|b| b.is_ascii_digit())
    };
    if offset.is_some_and(bare) {
        text.insert(text.len() - 2, ':');
    }
    // `13:35+00:00` and `13:35Z` to `13:35:00…`
    let clock = text.get(11..16).is_some_and(|clock| clock.as_bytes().get(2) == Some(&b':'));
    if clock && text.as_bytes().get(16).is_some_and(|b| b"+-Zz".contains(b)) {
        text.insert_str(16, ":00");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_2003_are_read_and_kept() {
        let whole = Moment::parse("2003-08-28T13:35:00+00:00").unwrap().at;
        for text in ["2003-08-28T13:35+00:00", "2003-08-28T13:35:00+0000", "2003-08-28 13:35Z"] {
            let moment = Moment::parse(text).unwrap();
            assert_eq!((moment.at, moment.text.as_str()), (whole, text));
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "yesterday", "2003-08-28", "2003-08-28T13:35:00", "2003-13-01T00:00Z", "ä"]
        {
            assert!(Moment::parse(text).is_err(), "{text:?}");
        }
    }
}
