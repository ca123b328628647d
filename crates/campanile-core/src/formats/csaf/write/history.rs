//! The revision history. Its numbers follow strict rules [CSAF 2.0 §3.1.11.2]; a history that does
//! not is numbered anew from 1, and keeps what the issuer calls its versions beside it.

use serde_json::Value;

use super::{Object, form, set_text};
use crate::formats::csaf::Version;
use crate::model::advisory::{Advisory, Revision, Status};
use crate::model::moment::Moment;
use crate::model::time::Timestamp;

/// One entry as it is written.
struct Entry<'a> {
    at: Moment,
    version: &'a str,
    summary: &'a str,
}

/// The version of the document, its history, and the time of its last entry.
pub struct History {
    /// `/document/tracking/version`.
    pub version: String,
    /// `/document/tracking/revision_history`.
    pub revisions: Vec<Value>,
    /// Date of the first entry.
    pub first: Moment,
    /// Date of the last one.
    pub last: Moment,
}

/// The history of an advisory.
pub fn of(advisory: &Advisory, format: Version, now: Timestamp) -> History {
    let mut entries = entries(advisory, now);
    if advisory.status == Status::Withdrawn && format == Version::V2_1 && entries.len() < 2 {
        // What is withdrawn was there before. [CSAF 2.1 §6.1.27.16]
        let only = entries.first().map(|only| only.at.clone());
        let first =
            advisory.published_at.clone().filter(|at| Some(at.at) < only.as_ref().map(|it| it.at));
        let at = first.or(only).unwrap_or_else(|| Moment::of(now));
        entries.insert(0, Entry { at, version: "", summary: "First version." });
    }
    let kept = follows_the_rules(&entries, advisory);
    let number = |at: usize, entry: &Entry<'_>| match kept {
        true => entry.version.to_owned(),
        false => (at + 1).to_string(),
    };
    let revisions = entries.iter().enumerate().map(|(at, entry)| {
        let mut object = Object::new();
        let number = number(at, entry);
        if number != entry.version {
            set_text(&mut object, "legacy_version", entry.version);
        }
        set_text(&mut object, "number", &number);
        set_text(&mut object, "date", &entry.at.rfc3339());
        set_text(&mut object, "summary", form::filled(entry.summary, "No summary was given."));
        object.into()
    });
    let revisions = revisions.collect();
    let ends = (entries.first(), entries.last());
    let at =
        |entry: Option<&Entry<'_>>| entry.map_or_else(|| Moment::of(now), |one| one.at.clone());
    let count = entries.len().saturating_sub(1);
    let version = entries.last().map_or_else(|| "1".to_owned(), |last| number(count, last));
    History { version, revisions, first: at(ends.0), last: at(ends.1) }
}

/// All versions in the order of their dates, the one at hand last.
fn entries(advisory: &Advisory, now: Timestamp) -> Vec<Entry<'_>> {
    let Advisory { published_at, changed_at, .. } = advisory;
    let moment = |first: &Option<Moment>, second: &Option<Moment>| {
        first.clone().or_else(|| second.clone()).unwrap_or_else(|| Moment::of(now))
    };
    let mut entries = Vec::<Entry<'_>>::new();
    for Revision { version, at, summary } in &advisory.revisions {
        let previous = entries.last().map(|entry| entry.at.clone());
        let at = moment(at, &previous.or_else(|| published_at.clone()));
        entries.push(Entry { at, version, summary });
    }
    entries.sort_by_key(|entry| entry.at.at);
    let current = advisory.version.as_str();
    let told = entries.last().is_some_and(|last| current.is_empty() || last.version == current);
    if !told {
        let latest = entries.last().map(|last| last.at.clone());
        let at = moment(changed_at, published_at);
        let at = latest.filter(|latest| latest.at > at.at).unwrap_or(at);
        let summary = if entries.is_empty() { "First version." } else { "" };
        entries.push(Entry { at, version: current, summary });
    }
    entries
}

/// Whether the issuer's own numbers can stand: all whole numbers or all of three parts, ascending,
/// no major one left out, none of a draft in what is published.
fn follows_the_rules(entries: &[Entry<'_>], advisory: &Advisory) -> bool {
    let numbers: Vec<_> = entries.iter().map(|entry| parts(entry.version)).collect();
    let whole = numbers.iter().all(|number| number.as_deref().is_some_and(|one| one.len() == 1));
    let triple = numbers.iter().all(|number| number.as_deref().is_some_and(|one| one.len() == 3));
    if !whole && !triple {
        return false;
    }
    let numbers: Vec<_> = numbers.into_iter().flatten().collect();
    let least = u64::from(advisory.status != Status::Draft);
    let majors: Vec<_> = numbers.iter().filter_map(|number| number.first().copied()).collect();
    let starts = majors.first().is_some_and(|first| (least..=1).contains(first));
    let ascends = numbers.is_sorted_by(|one, next| one < next);
    let drafts = majors.first() == Some(&0) && majors.last() != Some(&0);
    let complete = majors.windows(2).all(|pair| match pair {
        [one, next] => next - one.min(next) <= 1,
        _ => true,
    });
    // A draft that has reached version 1 is none any more.
    starts
        && ascends
        && complete
        && !drafts
        && (advisory.status != Status::Draft || majors.last() == Some(&0))
}

/// The numbers of a version, if it has no other parts and no leading zeros.
fn parts(version: &str) -> Option<Vec<u64>> {
    let one = |part: &str| {
        let number = part.parse::<u64>().ok().filter(|number| number.to_string() == part);
        number.filter(|number| *number < u64::from(u32::MAX))
    };
    version.split('.').map(one).collect()
}
