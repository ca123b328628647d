//! Groups of real documents, by the identifiers that the manifest of the corpus gives.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use campanile_core::grouping::decision::Decisions;
use campanile_core::grouping::{AdvisoryKey, Entry, Groups, partition};
use campanile_core::model::advisory::Identifier;
use campanile_core::model::limits::GROUP_MEMBERS_DOUBTFUL_MIN;

use super::groups::shuffle;
use super::library::Library;

/// The entries of `advisories/dev/MANIFEST.jsonl`.
fn entries() -> Option<Vec<Entry>> {
    let text = std::fs::read_to_string(super::data("advisories/dev/MANIFEST.jsonl")?).unwrap();
    Some(text.lines().map(entry).collect())
}

fn entry(line: &str) -> Entry {
    let document: serde_json::Value = serde_json::from_str(line).unwrap();
    let text = |name: &str| document[name].as_str().unwrap();
    let cves: BTreeSet<Identifier> = document["cves"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cve| Identifier::new("cve", cve.as_str().unwrap()))
        .collect();
    Entry {
        key: AdvisoryKey::new(text("issuer"), text("path")),
        published_at: None,
        vulnerabilities: cves.into_iter().map(|id| vec![id]).collect(),
        own: Vec::new(),
        cites: Vec::new(),
        upstream: Vec::new(),
        related: Vec::new(),
    }
}

fn members(groups: &Groups) -> BTreeMap<String, Vec<&AdvisoryKey>> {
    let mut members: BTreeMap<String, Vec<&AdvisoryKey>> = BTreeMap::new();
    for (key, group) in groups {
        members.entry(group.to_string()).or_default().push(key);
    }
    members
}

#[test]
fn documents_with_the_same_identifiers_are_in_one_group_and_none_collapses() {
    let Some(entries) = entries() else { return };
    let groups = partition(&entries, &Decisions::default());
    let mut whole: BTreeMap<&[Vec<Identifier>], &AdvisoryKey> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.names_vulnerabilities()) {
        let first = whole.entry(&entry.vulnerabilities).or_insert(&entry.key);
        assert_eq!(groups[*first], groups[&entry.key], "{first} and {}", entry.key);
    }
    let by_key: BTreeMap<_, _> = entries.iter().map(|entry| (&entry.key, entry)).collect();
    let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
    let mut largest: Vec<(usize, String)> = Vec::new();
    for keys in members(&groups).values() {
        *sizes.entry(keys.len()).or_default() += 1;
        let collective = keys.iter().any(|key| by_key[key].is_collective());
        assert!(keys.len() < GROUP_MEMBERS_DOUBTFUL_MIN || collective, "{keys:?}");
        largest.push((keys.len(), explained(keys, &by_key)));
    }
    largest.sort();
    println!("members: groups\n{sizes:?}\nlargest:");
    largest.iter().rev().take(8).for_each(|(size, what)| println!("{size}: {what}"));
}

/// Why a group is as large as it is.
fn explained(keys: &[&AdvisoryKey], by_key: &BTreeMap<&AdvisoryKey, &Entry>) -> String {
    let sets = keys.iter().map(|key| &by_key[key].vulnerabilities);
    let distinct: BTreeSet<_> = sets.clone().collect();
    let all: BTreeSet<&Identifier> = sets.clone().flatten().flatten().collect();
    let in_all = all.iter().filter(|id| sets.clone().all(|set| set.iter().any(|v| v.contains(id))));
    let issuers: BTreeSet<&str> =
        keys.iter().filter_map(|k| k.as_str().split('/').next()).collect();
    format!(
        "{} identifiers, {} of them in every member, {} different sets, of {}",
        all.len(),
        in_all.count(),
        distinct.len(),
        issuers.into_iter().collect::<Vec<_>>().join(" ")
    )
}

#[test]
fn ten_orders_give_the_same_groups_one_by_one_and_all_at_once() {
    let Some(mut entries) = entries() else { return };
    let once = partition(&entries, &Decisions::default());
    for seed in 1..=10 {
        shuffle(&mut entries, seed);
        assert_eq!(once, partition(&entries, &Decisions::default()), "order {seed}");
    }
    let mut library = Library::default();
    let begun = Instant::now();
    entries.iter().for_each(|entry| drop(library.add(entry.clone())));
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!(once, library.groups);
    println!(
        "{} documents one by one: {:.0} per second, {:.1} read each, {} rounds at most",
        entries.len(),
        entries.len() as f64 / seconds,
        library.read as f64 / entries.len() as f64,
        library.rounds
    );
}

#[test]
fn all_at_once_is_linear() {
    let Some(entries) = entries() else { return };
    for copies in [1, 4, 11] {
        // Copies of the year with other numbers: as many documents as are held back elsewhere.
        let many: Vec<Entry> =
            (0..copies).flat_map(|n| entries.iter().map(move |e| moved(e, n))).collect();
        let begun = Instant::now();
        let groups = partition(&many, &Decisions::default());
        let seconds = begun.elapsed().as_secs_f64();
        assert_eq!(groups.len(), many.len());
        println!("{} documents: {:.0} per second", many.len(), many.len() as f64 / seconds);
    }
}

fn moved(entry: &Entry, copy: usize) -> Entry {
    let mut entry = entry.clone();
    entry.key = AdvisoryKey::new(&format!("copy {copy}"), entry.key.as_str());
    for id in entry.vulnerabilities.iter_mut().flatten() {
        id.number = format!("{}{copy:02}", id.number);
    }
    entry
}
