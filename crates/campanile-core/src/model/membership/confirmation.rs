//! Contact data are confirmed three times a year, as teams of Trusted Introducer do.

use crate::model::time::Timestamp;

/// How long a confirmation holds, in seconds: four months, a third of a year.
pub const CONFIRMATION_SECONDS: i64 = 122 * DAY;
/// How long before the end a team is reminded, in seconds.
const REMIND_SECONDS: i64 = 14 * DAY;
/// How often, from then on, in seconds.
const REMIND_AGAIN_SECONDS: i64 = 14 * DAY;
const DAY: i64 = 24 * 3600;

/// Whether the contact data of a team are confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confirmation {
    /// When they were last: by the team, or at its registration.
    pub last: Timestamp,
    /// Until when that holds.
    pub until: Timestamp,
}

impl Confirmation {
    /// From the last confirmation.
    pub fn of(last: Timestamp) -> Self {
        Self { last, until: last.plus_seconds(CONFIRMATION_SECONDS) }
    }

    /// Whether it is over.
    pub fn overdue(self, now: Timestamp) -> bool {
        now >= self.until
    }

    /// Whole days until it is over; negative behind that.
    pub fn days_left(self, now: Timestamp) -> i64 {
        self.until.seconds().saturating_sub(now.seconds()).div_euclid(DAY)
    }

    /// Whether it ends so soon that the team is asked.
    pub fn due(self, now: Timestamp) -> bool {
        now >= self.until.plus_seconds(-REMIND_SECONDS)
    }

    /// Whether to remind the team now, which was last reminded at `reminded`.
    pub fn remind(self, reminded: Option<Timestamp>, now: Timestamp) -> bool {
        let again = |at: Timestamp| at.plus_seconds(REMIND_AGAIN_SECONDS) <= now || at < self.last;
        self.due(now) && reminded.is_none_or(again)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAST: Timestamp = Timestamp::from_seconds(1_787_623_200);

    fn at(days: i64) -> Timestamp {
        LAST.plus_seconds(days * DAY)
    }

    #[test]
    fn four_months_are_122_days() {
        let confirmation = Confirmation::of(LAST);
        assert!(!confirmation.overdue(at(121)));
        assert!(confirmation.overdue(at(122)));
        assert_eq!(confirmation.days_left(at(120)), 2);
        assert_eq!(confirmation.days_left(at(125)), -3);
    }

    #[test]
    fn team_is_reminded_two_weeks_before_the_end_and_every_two_weeks() {
        let confirmation = Confirmation::of(LAST);
        assert!(!confirmation.remind(None, at(107)));
        assert!(confirmation.remind(None, at(108)));
        assert!(!confirmation.remind(Some(at(108)), at(121)));
        assert!(confirmation.remind(Some(at(108)), at(122)));
    }

    #[test]
    fn reminder_of_an_earlier_round_does_not_count() {
        let confirmation = Confirmation::of(at(5));
        assert!(confirmation.remind(Some(at(4)), at(5 + 108)));
    }
}
