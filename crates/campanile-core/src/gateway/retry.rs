//! When a copy is tried again: after 1, 5, 10, 20 minutes, then hourly, for five days
//! [RFC 5321 §4.5.4.1 asks for at least four to five days].

use crate::model::time::Timestamp;

/// Waits in seconds after the first tries; the last one repeats.
const WAITS_SECONDS: [i64; 5] = [60, 300, 600, 1200, 3600];
/// After this a copy has failed.
const LIFETIME_SECONDS: i64 = 5 * 24 * 3600;

/// When a copy that was tried `attempts` times (at least once) is due again; `None` when it has
/// failed for good.
///
/// `jitter`, 0 to 255, moves the wait by up to a quarter, so that copies which failed together
/// do not come back together.
pub fn next_try(
    attempts: i64,
    created_at: Timestamp,
    now: Timestamp,
    jitter: u8,
) -> Option<Timestamp> {
    let index = usize::try_from(attempts.saturating_sub(1)).unwrap_or(0);
    let wait = WAITS_SECONDS.get(index).or(WAITS_SECONDS.last()).copied()?;
    let due = now.plus_seconds(wait + wait * i64::from(jitter) / 1024);
    (due <= created_at.plus_seconds(LIFETIME_SECONDS)).then_some(due)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_an_hour() {
        let at = Timestamp::from_seconds(0);
        let waits: Vec<_> =
            (1..8).filter_map(|n| next_try(n, at, at, 0)).map(Timestamp::seconds).collect();
        assert_eq!(waits, [60, 300, 600, 1200, 3600, 3600, 3600]);
    }

    #[test]
    fn jitter_never_shortens_and_adds_less_than_a_quarter() {
        let at = Timestamp::from_seconds(0);
        let due = next_try(5, at, at, 255).unwrap().seconds();
        assert!((3600..4500).contains(&due), "{due}");
    }

    #[test]
    fn after_five_days_a_copy_has_failed() {
        let created = Timestamp::from_seconds(0);
        assert_eq!(next_try(100, created, created.plus_seconds(LIFETIME_SECONDS), 0), None);
    }
}
