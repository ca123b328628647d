//! When to speak of a key that ends: 60, 30, 14, 7 days before, and on the last day.

use crate::model::time::Timestamp;

/// Days before the end, from the first warning to the last.
pub const DAYS: [i64; 5] = [60, 30, 14, 7, 1];

const DAY_SECONDS: i64 = 24 * 3600;

/// The warning that is due: the latest of [`DAYS`] that has begun. `None` when the end is further
/// away, or is over: then it is no warning any more.
///
/// Who was not looking for a while gets the latest warning only, not all that were missed.
pub fn due(end: Timestamp, now: Timestamp) -> Option<i64> {
    if end <= now {
        return None;
    }
    DAYS.into_iter().rev().find(|days| end <= now.plus_seconds(days * DAY_SECONDS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warning_is_due_from_its_day_on_until_the_next() {
        let end = Timestamp::from_seconds(1_000 * DAY_SECONDS);
        let at = |seconds: i64| due(end, end.plus_seconds(-seconds));
        assert_eq!(at(60 * DAY_SECONDS + 1), None);
        for days in DAYS {
            assert_eq!(at(days * DAY_SECONDS), Some(days), "{days}");
        }
        assert_eq!(at(60 * DAY_SECONDS - 1), Some(60));
        assert_eq!(at(30 * DAY_SECONDS + 1), Some(60));
        assert_eq!(at(8 * DAY_SECONDS), Some(14));
        assert_eq!(at(1), Some(1));
        assert_eq!(at(0), None);
    }
}
