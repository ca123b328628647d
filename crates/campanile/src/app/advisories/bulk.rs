//! Many groups at once: which of a query are meant, shown before anything is done.

use std::collections::HashMap;

use campanile_core::authz::{Action, Viewer, may};
use campanile_core::model::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::App;
use super::groups::{ListedGroup, Why};
use crate::error::{Error, Result};
use crate::store::advisories::group_bulk::{self, Bulk};
use crate::store::advisories::groups::Filter;
use crate::store::{Connection, sealed};

/// Groups of one act: what somebody can have looked through.
pub const BULK_MAX: usize = 1_000;
/// For how long it can be undone, in seconds.
pub const UNDO_SECONDS: i64 = 24 * 3600;
/// Acts that are offered to be undone.
const OFFERED_MAX: i64 = 10;

/// The groups of a query, sorted by what is done about them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meant {
    /// For which it is done.
    pub groups: Vec<ListedGroup>,
    /// At which somebody else is.
    pub held: usize,
    /// That changed, or were assessed, since they were looked at, or that are not found any more.
    pub changed: usize,
    /// That were not there when it was looked.
    pub new: usize,
    /// There are more than [`BULK_MAX`].
    pub more: bool,
}

/// What was looked at: each group with when it changed and was assessed, in microseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen(HashMap<String, (i64, i64)>);

/// Who did it, by which query, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Who, as shown.
    pub by: String,
    /// The query, as typed.
    pub query: String,
    /// Why.
    pub reason: String,
}

/// What can be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undoable {
    /// Its identifier.
    pub id: String,
    /// The state that was said, or `claim`.
    pub kind: String,
    /// How many groups.
    pub touched: i64,
    /// When.
    pub at: Timestamp,
    /// Who, by which query, and why.
    pub about: About,
}

impl Meant {
    /// Without those at which the viewer is: for who wants to be at all of them.
    #[must_use]
    pub fn free(mut self) -> Self {
        let all = self.groups.len();
        self.groups.retain(|one| one.claim.is_none());
        self.held += all.saturating_sub(self.groups.len());
        self
    }
}

impl Seen {
    /// What is shown of groups now.
    pub fn of<'a>(groups: impl IntoIterator<Item = &'a ListedGroup>) -> Self {
        Self(groups.into_iter().map(|one| (one.group.id.clone(), stamp(one))).collect())
    }

    /// As the form carries it.
    pub fn token(&self) -> String {
        let line = |(id, (changed, assessed)): (&String, &(i64, i64))| {
            format!("{id} {changed} {assessed}")
        };
        let mut lines: Vec<_> = self.0.iter().map(line).collect();
        lines.sort_unstable();
        lines.join(",")
    }

    /// Reads a token.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(token: &str) -> Result<Self> {
        let line = |line: &str| {
            let mut parts = line.split(' ');
            let (id, changed, assessed) = (parts.next()?, parts.next()?, parts.next()?);
            let stamp = (changed.parse().ok()?, assessed.parse().ok()?);
            parts.next().is_none().then(|| (id.to_owned(), stamp))
        };
        let lines = token.split(',').filter(|line| !line.is_empty());
        let read: Option<HashMap<_, _>> = lines.map(line).collect();
        read.map(Self).ok_or_else(|| {
            Error::invalid("what was looked at cannot be read").hint("look at the preview again")
        })
    }
}

fn stamp(one: &ListedGroup) -> (i64, i64) {
    let assessed = one.state.as_ref().map_or(0, |state| state.assessed_at.micros());
    (one.group.changed_at, assessed)
}

impl App {
    /// The groups of a filter for which something would be done, if that was asked now.
    ///
    /// # Errors
    /// The viewer does not work on groups, or the database cannot be read.
    pub async fn meant(&self, viewer: &Viewer, filter: &Filter) -> Result<Meant> {
        let mut read = self.db.read_snapshot().await?;
        self.meant_in(&mut read, viewer, filter, None).await
    }

    /// As [`App::meant`], of what was looked at before.
    pub(crate) async fn meant_in(
        &self,
        connection: &mut Connection,
        viewer: &Viewer,
        filter: &Filter,
        seen: Option<&Seen>,
    ) -> Result<Meant> {
        if !may(viewer, Action::WorkOnGroups) {
            return Err(Error::denied("your role, or the state of your team, does not allow this")
                .hint("ask a representative of your team"));
        }
        let most = i64::try_from(BULK_MAX).unwrap_or(i64::MAX).saturating_add(1);
        let mut found = self.groups_in(connection, viewer, filter, most).await?;
        let mut meant = Meant { more: found.len() > BULK_MAX, ..Meant::default() };
        found.truncate(BULK_MAX);
        let me = Why::of(viewer, "").by;
        let mut known = 0;
        for one in found {
            let before = seen.map(|seen| seen.0.get(&one.group.id).copied());
            known += usize::from(matches!(before, Some(Some(_))));
            match before {
                Some(None) => meant.new += 1,
                Some(Some(before)) if before != stamp(&one) => meant.changed += 1,
                _ if one.claim.as_ref().is_some_and(|claim| claim.by != me) => meant.held += 1,
                _ => meant.groups.push(one),
            }
        }
        meant.changed += seen.map_or(0, |seen| seen.0.len().saturating_sub(known));
        Ok(meant)
    }

    /// What the viewer's team did about many groups at once and can undo, newest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn undoable(&self, viewer: &Viewer) -> Result<Vec<Undoable>> {
        if !may(viewer, Action::WorkOnGroups) {
            return Ok(Vec::new());
        }
        let since = self.now().plus_seconds(-UNDO_SECONDS);
        let mut read = self.db.read().await?;
        let rows = group_bulk::since(&mut read, viewer, since, OFFERED_MAX).await?;
        rows.into_iter().map(|row| self.undoable_of(row)).collect()
    }

    fn undoable_of(&self, row: Bulk) -> Result<Undoable> {
        let about = self.vault.open_json(sealed::GROUP_BULK, &row.id, &row.sealed)?;
        let (id, kind, touched) = (row.id, row.kind, row.touched);
        Ok(Undoable { id, kind, touched, at: Timestamp::from_micros(row.at), about })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_reads_back_and_anything_else_is_refused() {
        let seen = Seen(HashMap::from([("g1".into(), (17, 0)), ("g2".into(), (-1, 5))]));
        assert_eq!(Seen::parse(&seen.token()).unwrap(), seen);
        assert_eq!(Seen::parse("").unwrap(), Seen::default());
        for wrong in ["g1", "g1 x 0", "g1 1", "g1 1 2 3"] {
            assert!(Seen::parse(wrong).is_err(), "{wrong}");
        }
    }
}
