//! The real advisories of other issuers, in any order.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::*;
use crate::support::{Database, TestApp};

/// The folder of real advisories, by `CAMPANILE_TESTDATA` or where it lies by default.
fn folder() -> Option<PathBuf> {
    let root = std::env::var_os("CAMPANILE_TESTDATA")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cache/campanile-testdata")));
    root.map(|root| root.join("advisories/dev")).filter(|dir| dir.is_dir())
}

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        match path.is_dir() {
            true => files(&path, found),
            false => found.push(path),
        }
    }
}

/// Which documents are in one group, as a set of sets of advisories.
async fn groups(files: &[(PathBuf, Vec<u8>)]) -> (usize, Vec<String>, Vec<Vec<String>>) {
    let app = TestApp::on(Database::sqlite()).await;
    let by = Viewer::operator();
    let (mut stored, mut refused) = (0, Vec::new());
    for part in files.chunks(300) {
        let new: Vec<_> = part
            .iter()
            .map(|(_, octets)| NewDocument {
                octets,
                channel: "cli",
                signature: "unsigned",
                issuer: "",
                disclosure: None,
                terms: None,
            })
            .collect();
        for (taken, (path, _)) in import_advisories(&app, &by, &new).await.unwrap().iter().zip(part)
        {
            match taken {
                Taken::Refused { why } => refused.push(format!("{}: {why}", path.display())),
                Taken::Stored { .. } | Taken::Unchanged { .. } => stored += 1,
            }
        }
    }
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for one in app.newest_advisories(&by, i64::MAX).await.unwrap() {
        groups.entry(one.group_id).or_default().push(one.key);
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.iter_mut().for_each(|group| group.sort());
    groups.sort();
    (stored, refused, groups)
}

/// A shuffle that is the same every time.
fn shuffled<T>(mut all: Vec<T>, seed: u64) -> Vec<T> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for at in (1..all.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        all.swap(at, usize::try_from(state % (at as u64 + 1)).unwrap());
    }
    all
}

#[tokio::test]
async fn real_advisories_give_the_same_groups_in_any_order() {
    let Some(dir) = folder() else { return println!("skipped: no set of advisories") };
    let mut paths = Vec::new();
    let mut issuers: Vec<_> = std::fs::read_dir(&dir).unwrap().map(|e| e.unwrap().path()).collect();
    issuers.retain(|path| path.is_dir());
    issuers.sort();
    issuers.iter().for_each(|issuer| files(issuer, &mut paths));
    // Some issuers publish sums beside their documents.
    paths.retain(|path| path.extension().is_none_or(|ending| ending != "sha256"));
    // All documents take minutes without optimisation: every fifth does for the order.
    let every = if cfg!(debug_assertions) { 5 } else { 1 };
    let chosen = paths.into_iter().step_by(every);
    let documents: Vec<_> = chosen
        .map(|path| {
            let octets = std::fs::read(&path).unwrap();
            (path, octets)
        })
        .collect();
    let (stored, refused, expected) = groups(&documents).await;
    assert_eq!(stored + refused.len(), documents.len());
    assert!(refused.is_empty(), "{refused:#?}");
    let orders = if cfg!(debug_assertions) { 2 } else { 10 };
    for seed in 1..=orders {
        let (_, _, found) = groups(&shuffled(documents.clone(), seed)).await;
        assert!(found == expected, "order {seed} gives other groups");
    }
}
