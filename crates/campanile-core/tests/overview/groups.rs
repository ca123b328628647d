//! Groups do not depend on the order, and one change at a time gives what all at once gives.

use campanile_core::grouping::decision::{Decision, Decisions, Verdict};
use campanile_core::grouping::{AdvisoryKey, Entry, partition};
use campanile_core::model::advisory::Identifier;
use campanile_core::model::time::Timestamp;
use proptest::prelude::*;

use super::library::Library;

/// One thing that happens.
#[derive(Debug, Clone)]
enum Step {
    Add(Entry),
    Remove(AdvisoryKey),
    Decide(Decision),
    Undo(usize),
}

fn key() -> impl Strategy<Value = AdvisoryKey> {
    (0..14u8).prop_map(|number| AdvisoryKey::new("team", &number.to_string()))
}

fn ids(system: &'static str, most: u8) -> impl Strategy<Value = Vec<Identifier>> {
    let one = (0..most).prop_map(move |number| Identifier::new(system, &format!("{number:04}")));
    proptest::collection::btree_set(one, 0..4).prop_map(|set| set.into_iter().collect())
}

/// An advisory out of so few numbers that they meet all the time.
fn entry() -> impl Strategy<Value = Entry> {
    let date = proptest::option::of((0..4i64).prop_map(Timestamp::from_seconds));
    let own = proptest::option::of((0..6u8).prop_map(|n| Identifier::new("sa", &n.to_string())));
    (key(), date, ids("cve", 6), ids("ghsa", 4), own, ids("sa", 6), 0..3u8).prop_map(
        |(key, published_at, cves, ghsas, own, cites, form)| {
            let mut vulnerabilities: Vec<Vec<Identifier>> = match form {
                0 => Vec::new(),
                1 => cves.into_iter().map(|id| vec![id]).collect(),
                _ => cves.into_iter().zip(ghsas).map(|(a, b)| vec![a, b]).collect(),
            };
            vulnerabilities.sort();
            let own: Vec<_> = own.into_iter().collect();
            let cites = cites.into_iter().filter(|id| !own.contains(id)).collect();
            let (upstream, related) = (Vec::new(), Vec::new());
            Entry { key, published_at, vulnerabilities, own, cites, upstream, related }
        },
    )
}

fn decision() -> impl Strategy<Value = Decision> {
    let verdict = prop_oneof![
        (key(), key()).prop_map(|(a, b)| Verdict::Join(a, b)),
        (key(), key()).prop_map(|(a, b)| Verdict::Never(a, b)),
        (key(), key()).prop_map(|(a, b)| Verdict::Never(a, b)),
        key().prop_map(Verdict::Detach),
    ];
    (verdict, 0..50i64).prop_map(|(verdict, at)| Decision {
        verdict,
        at: Timestamp::from_seconds(at),
        by: "anna".into(),
        reason: "read both".into(),
    })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => entry().prop_map(Step::Add),
        1 => key().prop_map(Step::Remove),
        3 => decision().prop_map(Step::Decide),
        1 => (0..10usize).prop_map(Step::Undo),
    ];
    proptest::collection::vec(step, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn change_by_change_gives_what_all_at_once_gives(steps in steps()) {
        let mut library = Library::default();
        let mut entries: Vec<Entry> = Vec::new();
        let mut decisions: Vec<Decision> = Vec::new();
        for step in steps {
            match step {
                Step::Add(entry) => {
                    entries.retain(|old| old.key != entry.key);
                    entries.push(entry.clone());
                    library.add(entry);
                }
                Step::Remove(key) => {
                    entries.retain(|old| old.key != key);
                    library.remove(&key);
                }
                Step::Decide(decision) => {
                    if !decisions.contains(&decision) {
                        decisions.push(decision.clone());
                    }
                    library.decide(decision);
                }
                Step::Undo(at) if at < decisions.len() => {
                    let undone = decisions.remove(at);
                    library.undo(undone);
                }
                Step::Undo(_) => {}
            }
            let whole = partition(&entries, &Decisions::new(&decisions));
            prop_assert_eq!(&library.groups, &whole);
        }
    }

    #[test]
    fn order_of_import_and_of_decisions_plays_no_part(
        entries in proptest::collection::vec(entry(), 1..14),
        decisions in proptest::collection::vec(decision(), 0..6),
        seed in any::<u64>(),
    ) {
        let mut entries = entries;
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        entries.dedup_by(|a, b| a.key == b.key);
        let once = partition(&entries, &Decisions::new(&decisions));
        let mut mixed = entries.clone();
        shuffle(&mut mixed, seed);
        let turned: Vec<&Decision> = decisions.iter().rev().collect();
        prop_assert_eq!(&once, &partition(&mixed, &Decisions::new(turned)));
        for decision in &decisions {
            let Verdict::Never(a, b) = &decision.verdict else { continue };
            let held = Decisions::new(&decisions);
            if held.never(a, b) && once.contains_key(a) {
                prop_assert_ne!(once.get(a), once.get(b));
            }
        }
    }
}

/// The shuffle of Fisher and Yates with a generator that is good enough for orders.
pub fn shuffle<T>(list: &mut [T], seed: u64) {
    let mut state = seed | 1;
    for at in (1..list.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        list.swap(at, usize::try_from(state % (at as u64 + 1)).unwrap());
    }
}
