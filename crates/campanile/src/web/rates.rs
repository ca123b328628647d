//! How often somebody may try something at the doors that are open to strangers.
//!
//! Kept in memory, for each node: a restart forgets, and nothing is written for a flood. Refuses to
//! be the only limit; the actions have those that hold for all together.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use campanile_core::model::time::Timestamp;

use super::limits::{
    APPLICATIONS_PER_ADDRESS_MAX, CALLER_FAILURES_MAX, CALLER_WINDOW_SECONDS, FORM_WINDOW_SECONDS,
    FORMS_PER_ADDRESS_MAX, TRIED_MAX,
};

/// The address of a client, as far as it stands for one: of IPv6 the network of 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Place(IpAddr);

impl From<IpAddr> for Place {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(four) => Self(four.into()),
            IpAddr::V6(six) => {
                let [a, b, c, d, ..] = six.segments();
                Self(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into())
            }
        }
    }
}

/// Everything that is counted.
pub(super) struct Rates {
    /// Forms of application that came from an address.
    pub(super) forms: Rate<Place>,
    /// Applications that were filed from it.
    pub(super) filed: Rate<Place>,
    /// Wrong digits that a telephone has sent.
    pub(super) callers: Rate<String>,
}

impl Rates {
    pub(super) fn new() -> Self {
        Self {
            forms: Rate::new(FORMS_PER_ADDRESS_MAX, FORM_WINDOW_SECONDS),
            filed: Rate::new(APPLICATIONS_PER_ADDRESS_MAX, FORM_WINDOW_SECONDS),
            callers: Rate::new(CALLER_FAILURES_MAX, CALLER_WINDOW_SECONDS),
        }
    }
}

/// Tries within a time, by who makes them. The time starts anew with every try that is too many.
pub(super) struct Rate<K> {
    tried: Mutex<HashMap<K, (Timestamp, u32)>>,
    max: u32,
    seconds: i64,
}

impl<K: Eq + std::hash::Hash + Clone> Rate<K> {
    fn new(max: u32, seconds: i64) -> Self {
        Self { tried: Mutex::default(), max, seconds }
    }

    /// Whether another try is too many at this time.
    pub(super) fn is_full(&self, who: &K, now: Timestamp) -> bool {
        let mut tried = self.tried.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((since, count)) = tried.get_mut(who) else { return false };
        if *since <= now.plus_seconds(-self.seconds) {
            tried.remove(who);
            return false;
        }
        let full = *count >= self.max;
        if full {
            *since = now;
        }
        full
    }

    /// Counts a try.
    pub(super) fn note(&self, who: K, now: Timestamp) {
        let mut tried = self.tried.lock().unwrap_or_else(PoisonError::into_inner);
        let old = now.plus_seconds(-self.seconds);
        if tried.len() >= TRIED_MAX {
            tried.retain(|_, (since, _)| *since > old);
        }
        // A flood from everywhere: whoever has tried longest ago is forgotten.
        if tried.len() >= TRIED_MAX
            && let Some(oldest) = tried.iter().min_by_key(|(_, (since, _))| *since)
        {
            let oldest = oldest.0.clone();
            tried.remove(&oldest);
        }
        let entry = tried.entry(who).or_insert((now, 0));
        if entry.0 <= old {
            *entry = (now, 0);
        }
        entry.1 += 1;
    }

    /// Forgets the tries: the last one was right.
    pub(super) fn forget(&self, who: &K) {
        self.tried.lock().unwrap_or_else(PoisonError::into_inner).remove(who);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_787_623_200 + seconds)
    }

    #[test]
    fn tries_are_counted_apart_and_forgotten_in_time() {
        let rate: Rate<u8> = Rate::new(2, 60);
        for second in [0, 10] {
            assert!(!rate.is_full(&1, at(second)));
            rate.note(1, at(second));
        }
        assert!(rate.is_full(&1, at(20)));
        assert!(!rate.is_full(&2, at(20)), "somebody else");
        // Whoever goes on trying goes on waiting.
        assert!(rate.is_full(&1, at(70)));
        assert!(!rate.is_full(&1, at(131)));
        rate.note(1, at(131));
        rate.note(1, at(132));
        rate.forget(&1);
        assert!(!rate.is_full(&1, at(133)));
    }

    #[test]
    fn flood_from_everywhere_fills_no_memory() {
        let rate: Rate<usize> = Rate::new(2, 60);
        for who in 0..TRIED_MAX + 10 {
            rate.note(who, at(i64::try_from(who / 1000).unwrap()));
        }
        assert_eq!(rate.tried.lock().unwrap().len(), TRIED_MAX);
    }

    #[test]
    fn network_of_ipv6_is_one_place() {
        let place = |text: &str| Place::from(text.parse::<IpAddr>().unwrap());
        assert_eq!(place("2001:db8::1"), place("2001:db8::ffff:1"));
        assert_ne!(place("2001:db8::1"), place("2001:db8:0:1::1"));
        assert_eq!(place("::ffff:192.0.2.1"), place("192.0.2.1"));
        assert_ne!(place("192.0.2.1"), place("192.0.2.2"));
    }
}
