//! Points in time as CSAF writes them, to be compared [RFC 3339].

use std::cmp::Ordering;

/// A time that may have a leap second and any number of digits behind the second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Instant<'a> {
    /// Seconds since 1970 in UTC; a leap second is the one after.
    seconds: i64,
    /// Digits behind the point, without zeros at the end.
    fraction: &'a str,
}

impl<'a> Instant<'a> {
    /// Reads `2026-11-21T18:40:00.5+01:00`.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let octets = text.as_bytes();
        let number = |from: usize, to: usize| {
            let digits = text.get(from..to)?;
            digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse::<i64>().ok())?
        };
        let sign = |at: usize, signs: &[u8]| octets.get(at).is_some_and(|b| signs.contains(b));
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
        let separated = sign(4, b"-") && sign(7, b"-") && sign(10, b"Tt ");
        if !(separated && sign(13, b":") && sign(16, b":")) {
            return None;
        }
        let mut rest = text.get(19..)?;
        let mut fraction = "";
        if let Some(digits) = rest.strip_prefix('.') {
            let end = digits.find(|c: char| !c.is_ascii_digit())?;
            fraction = digits.get(..end).filter(|digits| !digits.is_empty())?;
            rest = digits.get(end..)?;
        }
        let offset = offset_minutes(rest)?;
        let known = (1..=12).contains(&month) && day >= 1 && day <= days_of(year, month);
        if !known || hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let minutes = (days_since_1970(year, month, day) * 24 + hour) * 60 + minute - offset;
        // A leap second is the last of a day in UTC.
        if second == 60 && minutes.rem_euclid(24 * 60) != 24 * 60 - 1 {
            return None;
        }
        let fraction = fraction.trim_end_matches('0');
        Some(Self { seconds: minutes * 60 + second, fraction })
    }

    /// Whole days from `earlier` to this one.
    pub(super) fn days_since(self, earlier: Self) -> i64 {
        (self.seconds - earlier.seconds).div_euclid(24 * 3600)
    }
}

impl PartialEq for Instant<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Instant<'_> {}

impl PartialOrd for Instant<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Instant<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        // Digits behind the point compare like texts.
        self.seconds.cmp(&other.seconds).then_with(|| self.fraction.cmp(other.fraction))
    }
}

/// `Z`, `+01:00` as minutes.
fn offset_minutes(text: &str) -> Option<i64> {
    if matches!(text, "Z" | "z") {
        return Some(0);
    }
    let sign = match text.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let number = |text: &str| {
        (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit()))
            .then(|| text.parse::<i64>().ok())?
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days of the Gregorian calendar, counted in years that begin in March.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let days = 365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    days + (153 * month + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_compare_across_offsets_and_digits() {
        let at = |text| Instant::parse(text).unwrap();
        assert_eq!(at("2026-11-21T18:40:00Z"), at("2026-11-21T19:40:00.000+01:00"));
        assert!(at("2026-11-21T18:40:00.9Z") < at("2026-11-21T18:40:00.91Z"));
        assert_eq!(at("1970-01-02T00:00:00Z").seconds, 86_400);
        assert_eq!(at("2024-03-01T00:00:00Z").days_since(at("2024-02-28T00:00:00Z")), 2);
    }

    #[test]
    fn what_is_no_time_is_none() {
        for bad in [
            "",
            "2026-02-29T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T12:00:60Z",
            "2026-01-01T00:00:00+1:00",
        ] {
            assert!(Instant::parse(bad).is_none(), "{bad}");
        }
        assert!(Instant::parse("2016-12-31T23:59:60Z").is_some());
    }
}
