//! Days and times as issuers write them: with month names, without an offset, without a time.
//!
//! A day is taken as its first moment in UTC, a time without an offset as UTC: for advisories a
//! few hours do not matter, and the text is kept beside it. Moments of alerts are stricter.

use crate::model::moment::Moment;
use crate::model::time::Timestamp;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Reads RFC 3339, `2003-01-14T00:00:00.000000`, `2022-01-04 00:59:31`, `2022-02-11`,
/// `January 11, 2022`, `11th January 2022`, and with the day first `22/08/2003`, `22.08.2003`.
/// Years before 1970 are no times: they stand for none.
pub(super) fn moment(text: &str) -> Option<Moment> {
    let text = text.trim();
    let moment = Moment::parse(text).ok().or_else(|| {
        let at = numeric(text).or_else(|| named(text)).or_else(|| day_first(text))?;
        Some(Moment { at, text: text.to_owned() })
    });
    moment.filter(|moment| moment.at.seconds() >= 0)
}

/// `2022-02-11`, with or without a time behind it.
fn numeric(text: &str) -> Option<Timestamp> {
    let day = text.get(..10)?;
    let clock = match text.get(10..)? {
        "" => "00:00:00",
        rest => rest.strip_prefix(['T', ' '])?.trim(),
    };
    let seconds = if clock.len() == 5 { ":00" } else { "" };
    Timestamp::parse(&format!("{day}T{clock}{seconds}Z")).ok()
}

/// A day with the name of its month.
fn named(text: &str) -> Option<Timestamp> {
    let words = text.split([' ', ',', '-', '\u{a0}']).filter(|word| !word.is_empty());
    let words: Vec<_> = words.take(4).collect();
    let [one, two, year] = *words.as_slice() else { return None };
    let (month, day) = match month(one) {
        Some(month) => (month, two),
        None => (month(two)?, one),
    };
    let day: u8 = day.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse().ok()?;
    let year: u16 = year.parse().ok()?;
    Timestamp::parse(&format!("{year:04}-{month:02}-{day:02}T00:00:00Z")).ok()
}

/// `22/08/2003`, as most of Europe writes it.
fn day_first(text: &str) -> Option<Timestamp> {
    let parts: Vec<_> = text.split(['/', '.']).collect();
    let [day, month, year] = *parts.as_slice() else { return None };
    let fits = year.len() == 4 && (1..=2).contains(&day.len()) && (1..=2).contains(&month.len());
    fits.then(|| Timestamp::parse(&format!("{year}-{month:0>2}-{day:0>2}T00:00:00Z")).ok())?
}

fn month(word: &str) -> Option<usize> {
    let start = word.get(..3)?.to_ascii_lowercase();
    MONTHS.iter().position(|month| *month == start).map(|at| at.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_issuers_are_read_as_utc() {
        let day = |text| moment(text).map(|moment| moment.at.to_string());
        let texts =
            ["2022-01-11", "January 11, 2022", "11 January 2022", "11th Jan 2022", "11/01/2022"];
        for text in texts {
            assert_eq!(day(text).as_deref(), Some("2022-01-11T00:00:00Z"), "{text}");
        }
        let time = "2022-01-04T00:59:31Z";
        for text in [time, "2022-01-04 00:59:31", "2022-01-04T00:59:31.000000"] {
            assert_eq!(day(text).as_deref(), Some(time), "{text}");
        }
    }

    #[test]
    fn what_is_no_day_is_none() {
        for text in ["", "soon", "2022-13-01", "0001-01-01T00:00:00Z", "ä, ö 2022", "99 May 2022"]
        {
            assert_eq!(moment(text), None, "{text}");
        }
    }
}
