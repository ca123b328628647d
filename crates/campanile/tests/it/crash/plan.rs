//! What shall go wrong: a seed says what happens and how it fails, a number at which call.

use std::fmt;
use std::time::Duration;

use crate::support::Answer;

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The process is gone at once.
    Kill,
    /// The call fails, and a few behind it.
    Eio,
    /// There is no space left, for this call and a few behind it.
    Enospc,
    /// The call takes longer than others.
    Slow,
    /// All connections to the database are ended meanwhile (PostgreSQL).
    Lost,
    /// The clock jumps ahead by an hour.
    Ahead,
    /// The clock jumps back by an hour.
    Behind,
}

impl Kind {
    /// The word that the server knows.
    pub fn word(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Eio => "eio",
            Self::Enospc => "enospc",
            Self::Slow | Self::Lost => "slow",
            Self::Ahead => "ahead",
            Self::Behind => "behind",
        }
    }

    pub fn is_error(self) -> bool {
        matches!(self, Self::Eio | Self::Enospc)
    }
}

/// What the server is at when it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// One mail.
    Mail,
    /// Two mails at the same time.
    Two,
    /// One mail that is too large for memory.
    Large,
    /// A copy bounces before the next hop has said that it took it.
    BounceEarly,
    /// A copy bounces as soon as the next hop has said so.
    BounceLate,
    /// A team gets the key that its copy has waited for.
    Renewal,
    /// The server starts, and mail waits to be opened.
    Start,
}

/// What the next hop does with the first try for the team BRAVO, or with everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hop {
    Takes,
    RefusesRecipient,
    RefusesMessage,
    CutsMessage,
    CutsAnswer,
    Hangs,
    IsSlow,
    IsDown,
}

impl Hop {
    pub fn answer(self) -> Option<Answer> {
        Some(match self {
            Self::Takes | Self::IsDown => return None,
            Self::RefusesRecipient => Answer::AtRcpt("450 4.2.1 later"),
            Self::RefusesMessage => Answer::AtEnd("451 4.3.0 later"),
            Self::CutsMessage => Answer::CutInData,
            Self::CutsAnswer => Answer::CutAfterData,
            Self::Hangs => Answer::Hang,
            Self::IsSlow => Answer::Slowly(Duration::from_millis(40)),
        })
    }

    /// Whether it may have taken a copy without our knowledge.
    pub fn leaves_doubt(self) -> bool {
        matches!(self, Self::CutsAnswer | Self::Hangs)
    }
}

/// One seed: everything but the number of the call.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub seed: u64,
    pub kind: Kind,
    /// How many calls fail in a row.
    pub count: u64,
    pub work: Work,
    pub hop: Hop,
    /// The team that writes: ALPHA by S/MIME, BRAVO by OpenPGP.
    pub sender: usize,
    /// Whether the client tries again what was not taken.
    pub client_tries_again: bool,
}

impl Plan {
    pub fn of(seed: u64, postgres: bool) -> Self {
        let mut dice = Dice(seed);
        use Kind::*;
        let kinds = [Kill, Kill, Kill, Kill, Kill, Eio, Eio, Enospc, Slow, Lost, Ahead, Behind];
        let works = [
            Work::Mail,
            Work::Mail,
            Work::Two,
            Work::Start,
            Work::Start,
            Work::BounceEarly,
            Work::BounceLate,
            Work::Renewal,
            Work::Renewal,
        ];
        let hops = [
            Hop::Takes,
            Hop::Takes,
            Hop::Takes,
            Hop::Takes,
            Hop::RefusesRecipient,
            Hop::RefusesMessage,
            Hop::CutsMessage,
            Hop::CutsAnswer,
            Hop::Hangs,
            Hop::IsSlow,
            Hop::IsDown,
        ];
        let mut kind = dice.pick(&kinds);
        if kind == Lost && !postgres {
            kind = Kill;
        }
        let mut work = dice.pick(&works);
        if dice.below(25) == 0 {
            work = Work::Large;
        }
        let bounces = matches!(work, Work::BounceEarly | Work::BounceLate);
        let hop = if bounces { Hop::Takes } else { dice.pick(&hops) };
        // A mail that was signed by the right clock is from the future for one that is behind.
        let sender = if matches!(kind, Ahead | Behind) { 1 } else { dice.below(2) };
        Self {
            seed,
            kind,
            count: if kind.is_error() { dice.pick(&[1, 1, 3, 12]) } else { 1 },
            work,
            hop,
            sender,
            client_tries_again: dice.below(2) == 0,
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, count, work, hop, .. } = self;
        write!(f, "{kind:?}*{count} {work:?} hop={hop:?}")
    }
}

/// SplitMix64: the same numbers for the same seed, everywhere.
pub struct Dice(pub u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}
