//! Watches: queries that a team has saved, and what has changed of what they mean.

use std::collections::{BTreeMap, HashMap};

use campanile_core::authz::{self, Action, Viewer};
use campanile_core::model::time::Timestamp;
use campanile_core::query::{self, Query};
use serde::{Deserialize, Serialize};

use super::App;
use super::groups::ListedGroup;
use crate::error::{Error, Result};
use crate::store::advisories::groups::Filter;
use crate::store::{sealed, watches};

/// Changes that one digest tells.
const TOLD_MAX: usize = 200;
/// How far before the end of the last digest the next one looks, in seconds: a change that took
/// long to be committed bears the time at which it began.
pub const OVERLAP_SECONDS: i64 = 3_600;

/// What is sealed of a watch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// What the team calls it.
    pub name: String,
    /// The query, as typed.
    pub query: String,
    /// Who made it.
    pub by: String,
    /// The digest says nothing of it.
    #[serde(default)]
    pub muted: bool,
}

/// A watch with its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenWatch {
    /// Identifier of the row.
    pub id: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// The rest.
    pub watch: Watch,
}

/// What a digest tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Digest {
    /// From where it goes on, in microseconds.
    pub from: i64,
    /// Until where it goes.
    pub to: i64,
    /// Groups that have changed, each with the watches that mean it; those that changed last first.
    pub changes: Vec<(ListedGroup, Vec<String>)>,
    /// There are more changes than are told.
    pub more: bool,
    /// Watches that could not be asked, and therefore mean every change, with the reason.
    pub broken: Vec<(String, String)>,
}

impl App {
    /// The watches of the viewer's team, by name.
    ///
    /// # Errors
    /// One cannot be opened.
    pub async fn watches(&self, viewer: &Viewer) -> Result<Vec<OpenWatch>> {
        let Some(team) = &viewer.team else { return Ok(Vec::new()) };
        if !authz::may(viewer, Action::SeeAdvisories) {
            return Ok(Vec::new());
        }
        let rows = watches::of_team(&mut *self.db.read().await?, &team.id).await?;
        let open = |row: watches::Watch| {
            let watch = self.vault.open_json(sealed::WATCH, &row.id, &row.sealed)?;
            let created_at = Timestamp::from_micros(row.created_at);
            Ok(OpenWatch { id: row.id, created_at, watch })
        };
        let mut all = rows.into_iter().map(open).collect::<Result<Vec<_>>>()?;
        all.sort_by(|a, b| a.watch.name.cmp(&b.watch.name));
        Ok(all)
    }

    /// What has changed for the viewer's team since its last digest; `None` where it never had a
    /// watch.
    ///
    /// # Errors
    /// The database cannot be read. A watch that cannot be asked is no error: it means every
    /// change, and the digest says so.
    pub async fn digest(&self, viewer: &Viewer) -> Result<Option<Digest>> {
        let to = self.now();
        let Some(team) = &viewer.team else { return Ok(None) };
        let mut read = self.db.read_snapshot().await?;
        let Some(from) = watches::told_until(&mut read, &team.id).await? else { return Ok(None) };
        let told = watches::told(&mut read, &team.id).await?;
        drop(read);
        let since = Timestamp::from_micros(from).plus_seconds(-OVERLAP_SECONDS);
        let mut digest = Digest { from, to: to.micros().max(from), ..Digest::default() };
        let mut changes: HashMap<String, (ListedGroup, Vec<String>)> = HashMap::new();
        let watches = self.watches(viewer).await?;
        for OpenWatch { watch, .. } in watches.into_iter().filter(|one| !one.watch.muted) {
            let (found, broken) = self.changed(viewer, &watch.query, since).await?;
            digest.more |= found.len() > TOLD_MAX;
            for one in found {
                let id = one.group.id.clone();
                if told.get(&id) != Some(&one.group.changed_at) {
                    changes.entry(id).or_insert((one, Vec::new())).1.push(watch.name.clone());
                }
            }
            digest.broken.extend(broken.map(|why| (watch.name.clone(), why)));
        }
        let ordered: BTreeMap<_, _> = changes
            .into_values()
            .map(|one| (std::cmp::Reverse((one.0.group.changed_at, one.0.group.id.clone())), one))
            .collect();
        digest.more |= ordered.len() > TOLD_MAX;
        digest.changes = ordered.into_values().take(TOLD_MAX).collect();
        Ok(Some(digest))
    }

    /// The changes that a watch means. It fails open: where it cannot be asked, all, with the
    /// reason.
    async fn changed(
        &self,
        viewer: &Viewer,
        query: &str,
        since: Timestamp,
    ) -> Result<(Vec<ListedGroup>, Option<String>)> {
        let count = i64::try_from(TOLD_MAX).unwrap_or(i64::MAX).saturating_add(1);
        let filter = |query| Filter { query, since: Some(since), ..Filter::default() };
        let asked = match query::parse(query) {
            Ok(query) => self.groups(viewer, &filter(query), count).await,
            Err(wrong) => Err(Error::invalid(wrong.to_string())),
        };
        match asked {
            Ok(found) => Ok((found, None)),
            Err(why) => {
                // Not why: that may quote the query, which is the team's own.
                tracing::warn!(causes = why.causes(), "a watch cannot be asked");
                let all = self.groups(viewer, &filter(Query::All), count).await?;
                Ok((all, Some(why.public().to_owned())))
            }
        }
    }
}
