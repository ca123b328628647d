//! Puts advisories into their groups, in the transaction that changes them.
//!
//! No action by itself: what changes advisories or decides about groups goes through here.

use std::collections::{BTreeSet, HashMap};

use campanile_core::grouping::decision::Decision;
use campanile_core::grouping::{AdvisoryKey, Change, Entry, Known, Question, Region};
use campanile_core::model::time::Timestamp;

use crate::app::advisories::groups::verdict;
use crate::app::advisories::summary::summarise;
use crate::error::{Error, Result};
use crate::store::Write;
use crate::store::advisories::{groups, index};

/// The groups that one transaction touches.
pub(super) struct Regroup {
    now: Timestamp,
    /// Whether anybody has decided anything: mostly nobody has.
    decided: bool,
    touched: BTreeSet<String>,
    /// Entries that were read already, by their JSON: the same are asked for again and again.
    entries: HashMap<String, Entry>,
}

impl Regroup {
    /// Begins, behind the lock of [`advisories::reserve`](crate::store::advisories::reserve).
    ///
    /// # Errors
    /// The database cannot be read.
    pub(super) async fn begin(write: &mut Write, now: Timestamp) -> Result<Self> {
        let decided = groups::any_decision(write).await?;
        Ok(Self { now, decided, touched: BTreeSet::new(), entries: HashMap::new() })
    }

    /// What the store has of an advisory.
    ///
    /// # Errors
    /// The database cannot be read.
    pub(super) async fn known_before(
        &mut self,
        write: &mut Write,
        key: &AdvisoryKey,
    ) -> Result<Option<Known>> {
        let question = Question { advisories: [key.clone()].into(), ..Question::default() };
        Ok(self.answer(write, &question).await?.into_iter().next())
    }

    /// Puts an advisory where it belongs whose row was just made, in the group to which it would
    /// give its name.
    ///
    /// # Errors
    /// The database cannot be read or written.
    pub(super) async fn add_new(&mut self, write: &mut Write, entry: Entry) -> Result<()> {
        let (key, own) = (entry.key.clone(), entry.key.group_id());
        let decisions = self.decisions(write, key.as_str()).await?;
        let mut change = self.change(write, Region::added(entry, None, decisions)).await?;
        // No team has said anything about that group yet.
        if let Some(group) = change.moved.remove(&key) {
            if group != own {
                index::put(write, key.as_str(), group.as_str()).await?;
            }
            change.touched.insert(group);
        }
        self.follow(write, change).await
    }

    /// Puts an advisory that has changed where it belongs. `before` is what the store had of it.
    ///
    /// # Errors
    /// The database cannot be read or written.
    pub(super) async fn add(
        &mut self,
        write: &mut Write,
        entry: Entry,
        before: Option<Known>,
    ) -> Result<()> {
        let decisions = self.decisions(write, entry.key.as_str()).await?;
        let change = self.change(write, Region::added(entry, before, decisions)).await?;
        self.follow(write, change).await
    }

    /// Takes an advisory out of its group that nobody else may know of any more.
    ///
    /// # Errors
    /// The database cannot be read or written.
    pub(super) async fn remove(&mut self, write: &mut Write, before: Known) -> Result<()> {
        let change = self.change(write, Region::removed(before)).await?;
        self.follow(write, change).await
    }

    /// Follows a decision about these, or that one was undone.
    ///
    /// # Errors
    /// The database cannot be read or written.
    pub(super) async fn decide(&mut self, write: &mut Write, keys: &[AdvisoryKey]) -> Result<()> {
        self.decided = true;
        let mut now = Vec::new();
        for key in keys {
            now.extend(self.known_before(write, key).await?);
        }
        let change = self.change(write, Region::decided(now)).await?;
        self.follow(write, change).await
    }

    async fn change(&mut self, write: &mut Write, mut region: Region) -> Result<Change> {
        while let Some(question) = region.question() {
            region.answer(self.answer(write, &question).await?);
        }
        Ok(region.settle())
    }

    async fn follow(&mut self, write: &mut Write, change: Change) -> Result<()> {
        for (key, group) in &change.moved {
            index::move_to(write, key.as_str(), group.as_str()).await?;
            self.touched.insert(group.as_str().to_owned());
        }
        self.touched.extend(change.touched.iter().map(|id| id.as_str().to_owned()));
        Ok(())
    }

    /// Writes what lists show of the touched groups. Returns how many there were.
    ///
    /// # Errors
    /// The database cannot be written.
    pub(super) async fn finish(self, write: &mut Write) -> Result<usize> {
        let touched: Vec<&str> = self.touched.iter().map(String::as_str).collect();
        let found = summarise(write, &touched, self.now).await?;
        groups::save(write, &found).await?;
        let found: BTreeSet<_> = found.iter().map(|group| group.id.as_str()).collect();
        for id in touched.iter().filter(|id| !found.contains(**id)) {
            groups::remove(write, id).await?;
        }
        Ok(touched.len())
    }

    async fn answer(&mut self, write: &mut Write, question: &Question) -> Result<Vec<Known>> {
        let rows = index::known(write, question).await?;
        let mut known = Vec::with_capacity(rows.len());
        for row in rows {
            let decisions = self.decisions(write, &row.advisory_key).await?;
            let group = row.group_id.try_into().map_err(|_| damaged())?;
            let entry = match self.entries.get(&row.entry) {
                Some(entry) => entry.clone(),
                None => {
                    let entry: Entry = serde_json::from_str(&row.entry).map_err(|_| damaged())?;
                    self.entries.insert(row.entry, entry.clone());
                    entry
                }
            };
            known.push(Known { entry, group, decisions });
        }
        Ok(known)
    }

    async fn decisions(&self, write: &mut Write, key: &str) -> Result<Vec<Decision>> {
        if !self.decided {
            return Ok(Vec::new());
        }
        let rows = groups::decisions(write, key, false).await?;
        let decision = |row: groups::Decision| {
            Ok(Decision {
                verdict: verdict(&row.kind, &row.one, &row.other)?,
                at: Timestamp::from_micros(row.at),
                by: String::new(),
                reason: String::new(),
            })
        };
        rows.into_iter().map(decision).collect()
    }
}

fn damaged() -> Error {
    Error::internal("a stored advisory cannot be read")
        .hint("was the database written by a newer version?")
}
