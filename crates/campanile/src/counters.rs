//! What has happened since this process started, counted for monitoring.
//!
//! Refuses to know who: no team, no list, no address, no subject is a label. Whoever reads the
//! counters learns that there is mail, and how it ended, but not between whom.

use campanile_core::model::condition::Condition;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

/// All counters of a process. A clone counts into the same numbers.
#[derive(Debug, Clone)]
pub struct Counters {
    /// Mails by what became of them: see [`Counters::settled`].
    mails: Tally,
    /// Conditions of the mails that had any, by what became of the mail.
    conditions: Family<[(&'static str, &'static str); 2], Counter>,
    /// Tries to bring a copy to the next hop, by how they ended.
    pub tries: Tally,
    /// Copies that are done: `delivered`, `failed`, `bounced`.
    pub copies: Tally,
    /// Sessions of SMTP and LMTP that were begun.
    pub sessions: Counter,
    /// Sessions and messages that a limit has ended.
    pub limits: Tally,
}

impl Default for Counters {
    fn default() -> Self {
        let mails = [
            "received",
            "refused_at_door",
            "distributed",
            "consumed",
            "held",
            "refused",
            "discarded",
        ];
        let tries = ["accepted", "temporary", "permanent", "broken", "unknown", "unsent"];
        let limits = ["connections", "evicted", "memory", "timeout"];
        Self {
            mails: Tally::new("state", &mails),
            conditions: Family::default(),
            tries: Tally::new("outcome", &tries),
            copies: Tally::new("state", &["delivered", "failed", "bounced"]),
            sessions: Counter::default(),
            limits: Tally::new("limit", &limits),
        }
    }
}

impl Counters {
    /// Counts mails for which 250 was said, once per list.
    pub fn received(&self, lists: usize) {
        self.mails.add("received", lists);
    }

    /// Counts a mail that was decided, with everything that spoke against it.
    ///
    /// `state` is `refused_at_door`, `distributed`, `consumed`, `held`, `refused` or
    /// `discarded`. A mail that
    /// is released is decided, and counted, again.
    pub fn settled(&self, state: &'static str, reasons: &[Condition]) {
        self.mails.add(state, 1);
        for reason in reasons {
            let labels = [("state", state), ("condition", reason.name())];
            self.conditions.get_or_create(&labels).inc();
        }
    }

    /// Enters all counters into a registry.
    pub fn register(&self, registry: &mut Registry) {
        let mails = "Mails by what became of them; a mail to two lists is two";
        registry.register("mails", mails, self.mails.family.clone());
        let conditions = "Conditions found in mails, by what became of the mail";
        registry.register("mail_conditions", conditions, self.conditions.clone());
        let tries = "Tries to bring a copy to the next hop, by how they ended";
        registry.register("relay_tries", tries, self.tries.family.clone());
        let copies = "Copies that are done";
        registry.register("copies", copies, self.copies.family.clone());
        let sessions = "Sessions of SMTP and LMTP that were begun";
        registry.register("smtp_sessions", sessions, self.sessions.clone());
        let limits = "Sessions and messages that a limit has ended";
        registry.register("smtp_limits", limits, self.limits.family.clone());
    }
}

/// Numbers by one label. All its values are there from the start, so that the first event is a
/// rise and not a new line, which monitoring would not see.
#[derive(Debug, Clone)]
pub struct Tally {
    label: &'static str,
    family: Family<[(&'static str, &'static str); 1], Counter>,
}

impl Tally {
    fn new(label: &'static str, values: &[&'static str]) -> Self {
        let tally = Self { label, family: Family::default() };
        for value in values {
            tally.add(value, 0);
        }
        tally
    }

    /// Counts `count` more of `value`.
    pub fn add(&self, value: &'static str, count: usize) {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        self.family.get_or_create(&[(self.label, value)]).inc_by(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prometheus_client::encoding::text::encode;

    fn text(counters: &Counters) -> String {
        let mut registry = Registry::with_prefix("x");
        counters.register(&mut registry);
        let mut text = String::new();
        encode(&mut text, &registry).unwrap();
        text
    }

    #[test]
    fn every_value_is_there_before_anything_has_happened() {
        let text = text(&Counters::default());
        for line in ["x_mails_total{state=\"held\"} 0", "x_smtp_limits_total{limit=\"memory\"} 0"] {
            assert!(text.contains(line), "{text}");
        }
    }

    #[test]
    fn mail_is_counted_once_and_each_of_its_conditions() {
        let counters = Counters::default();
        counters.clone().settled("refused", &[Condition::Stale, Condition::Replay]);
        let text = text(&counters);
        assert!(text.contains("x_mails_total{state=\"refused\"} 1\n"), "{text}");
        for name in [Condition::Stale.name(), Condition::Replay.name()] {
            let line =
                format!("x_mail_conditions_total{{state=\"refused\",condition=\"{name}\"}} 1\n");
            assert!(text.contains(&line), "{text}");
        }
    }
}
