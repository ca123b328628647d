//! Groups of advisories: what a list shows of each, and one with everything in it.

use std::collections::{BTreeSet, HashMap};

use campanile_core::authz::Viewer;
use campanile_core::grouping::decision::Verdict;
use campanile_core::model::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::summary::Summary;
use super::{App, OpenAdvisory};
use crate::error::{Error, Result};
use crate::store::advisories::groups::{self, Filter, Group, Tab};
use crate::store::advisories::query::Target;
use crate::store::advisories::{self, Name, group_states, index};
use crate::store::{Connection, sealed};

/// Advisories of one group that are looked at: more than any group has that people work with.
pub const MEMBERS_MAX: i64 = 1_000;
/// How far groups are counted: what is more is said as "more than".
pub const COUNTED_MAX: i64 = 1_000;
/// How much happened, in three numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lately {
    /// Groups that changed.
    pub changed: i64,
    /// Those of them in which other teams published and the viewer's has not.
    pub others: i64,
    /// Groups that the viewer's team has not assessed since they changed, of all.
    pub waiting: i64,
}

/// A group of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedGroup {
    /// Its columns.
    pub group: Group,
    /// The rest.
    pub summary: Summary,
    /// What the viewer's team does about it.
    pub state: Option<OwnState>,
    /// Who is at it.
    pub claim: Option<OpenClaim>,
}

/// How many groups were counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// How many.
    pub groups: i64,
    /// Whether there are no more.
    pub all: bool,
}

/// A page of groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupsPage {
    /// The groups.
    pub rows: Vec<ListedGroup>,
    /// Where the next page begins, if there may be one.
    pub older: Option<(Timestamp, String)>,
    /// Groups that changed before this time were not looked at.
    pub horizon: Option<Timestamp>,
}

/// What the viewer's team does about a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnState {
    /// unread, watching, irrelevant, corroborate, act, done.
    pub state: String,
    /// When that was said.
    pub assessed_at: Timestamp,
    /// Whether the group has changed since.
    pub changed_since: bool,
    /// Who said so.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// Who is at a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenClaim {
    /// Handle of the team.
    pub team: String,
    /// The person.
    pub by: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Who did something and why, sealed in a row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// Who, as shown: a person and their team.
    pub by: String,
    /// Why.
    pub reason: String,
}

impl Why {
    /// What a viewer did, and why.
    pub(crate) fn of(by: &Viewer, reason: &str) -> Self {
        let team = by.team.as_ref().map(|team| format!(", {}", team.handle));
        Self { by: format!("{}{}", by.name, team.unwrap_or_default()), reason: reason.to_owned() }
    }
}

/// A decision about a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenDecision {
    /// Identifier of the row.
    pub id: String,
    /// join, never, detach.
    pub kind: String,
    /// Keys of the advisories it names.
    pub names: (String, String),
    /// When.
    pub at: Timestamp,
    /// When it was undone.
    pub undone_at: Option<Timestamp>,
    /// Who, and why.
    pub why: Why,
}

/// A group with everything in it that the viewer may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenGroup {
    /// As a list shows it.
    pub listed: ListedGroup,
    /// Its advisories, by first publication.
    pub members: Vec<OpenAdvisory>,
    /// Decisions that name one of them, oldest first, undone ones as well.
    pub decisions: Vec<OpenDecision>,
}

/// Whether the viewer may know of every advisory that a decision names; of these it does.
async fn names_known(
    connection: &mut Connection,
    viewer: &Viewer,
    one: &groups::Decision,
    known: &BTreeSet<String>,
) -> Result<bool> {
    let names = [&one.one, &one.other].into_iter();
    for key in names.filter(|key| !key.is_empty() && !known.contains(*key)) {
        if advisories::find(connection, viewer, Name::Key(key)).await?.is_empty() {
            return Ok(false);
        }
    }
    Ok(true)
}

impl App {
    /// Groups that changed last first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn groups(
        &self,
        viewer: &Viewer,
        filter: &Filter,
        count: i64,
    ) -> Result<Vec<ListedGroup>> {
        let mut read = self.db.read_snapshot().await?;
        self.groups_in(&mut read, viewer, filter, count).await
    }

    /// A page of [`App::groups`], found in a time that does not grow with their number: where each
    /// group has to be looked at, it may be short, and says how far was looked.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn groups_page(
        &self,
        viewer: &Viewer,
        filter: &Filter,
        count: i64,
    ) -> Result<GroupsPage> {
        let mut read = self.db.read_snapshot().await?;
        let horizon = groups::horizon(&mut read, viewer, filter).await?;
        let within = Filter { since: filter.since.max(horizon), ..filter.clone() };
        let mut rows = self.groups_in(&mut read, viewer, &within, count + 1).await?;
        let more = rows.len() > usize::try_from(count).unwrap_or(usize::MAX);
        if more {
            rows.pop();
        }
        let last = rows.last().filter(|_| more).map(|last| &last.group);
        let last = last.map(|group| (Timestamp::from_micros(group.changed_at), group.id.clone()));
        let horizon = horizon.filter(|_| !more);
        // No name is before the empty one: what changed at that time was looked at.
        let older = last.or(horizon.map(|at| (at, String::new())));
        Ok(GroupsPage { rows, older, horizon })
    }

    /// As [`App::groups`], without looking at parts that are not for everybody.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn groups_for_all(
        &self,
        viewer: &Viewer,
        filter: &Filter,
        count: i64,
    ) -> Result<Vec<ListedGroup>> {
        let mut read = self.db.read_snapshot().await?;
        let known = self.known_to_all(&mut read, viewer, &filter.query).await?;
        let (found, now) = ((filter, &known), self.now());
        let rows = groups::list(&self.db, &mut read, viewer, found, count, now).await?;
        self.listed(&mut read, viewer, rows).await
    }

    /// As [`App::groups`], in a transaction that is there.
    pub(crate) async fn groups_in(
        &self,
        connection: &mut Connection,
        viewer: &Viewer,
        filter: &Filter,
        count: i64,
    ) -> Result<Vec<ListedGroup>> {
        let known = self.known(connection, viewer, &filter.query, Target::Groups).await?;
        let (found, now) = ((filter, &known), self.now());
        let rows = groups::list(&self.db, connection, viewer, found, count, now).await?;
        self.listed(connection, viewer, rows).await
    }

    /// How many groups [`App::groups`] would find, counted up to `most`, and as far back as
    /// [`App::groups_page`] looks.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn count_groups(&self, viewer: &Viewer, filter: &Filter, most: i64) -> Result<Count> {
        let mut read = self.db.read_snapshot().await?;
        let horizon = groups::horizon(&mut read, viewer, filter).await?;
        let filter = &Filter { since: filter.since.max(horizon), ..filter.clone() };
        let known = self.known(&mut read, viewer, &filter.query, Target::Groups).await?;
        let found = (filter, &known);
        let groups = groups::count(&self.db, &mut read, viewer, found, most, self.now()).await?;
        Ok(Count { groups, all: groups < most && horizon.is_none() })
    }

    /// What the viewer's team does about groups, and who is at them: two questions for a list of
    /// any length.
    async fn listed(
        &self,
        connection: &mut Connection,
        viewer: &Viewer,
        rows: Vec<Group>,
    ) -> Result<Vec<ListedGroup>> {
        let ids: Vec<&str> = rows.iter().map(|group| group.id.as_str()).collect();
        let states = group_states::own(connection, viewer, &ids).await?;
        let states: HashMap<_, _> =
            states.into_iter().map(|row| (row.group_id.clone(), row)).collect();
        let claims = group_states::claims(connection, viewer, &ids, self.now()).await?;
        let claims: HashMap<_, _> =
            claims.into_iter().rev().map(|row| (row.group_id.clone(), row)).collect();
        let listed = |group: Group| {
            let summary = serde_json::from_str(&group.summary).map_err(|_| super::unreadable())?;
            let state = states.get(&group.id).map(|row| self.own_state(row, &group)).transpose()?;
            let claim = claims.get(&group.id).map(|row| self.open_claim(row)).transpose()?;
            Ok(ListedGroup { group, summary, state, claim })
        };
        rows.into_iter().map(listed).collect()
    }

    fn own_state(&self, row: &group_states::State, group: &Group) -> Result<OwnState> {
        let why: Why = self.vault.open_json(sealed::GROUP_STATE, &row.id, &row.sealed)?;
        Ok(OwnState {
            changed_since: row.assessed_at < group.changed_at,
            state: row.state.clone(),
            assessed_at: Timestamp::from_micros(row.assessed_at),
            by: why.by,
            reason: why.reason,
        })
    }

    fn open_claim(&self, row: &group_states::Claim) -> Result<OpenClaim> {
        let why: Why = self.vault.open_json(sealed::GROUP_CLAIM, &row.id, &row.sealed)?;
        let expires_at = Timestamp::from_micros(row.expires_at);
        Ok(OpenClaim { team: row.team.clone(), by: why.by, expires_at })
    }

    /// How many groups changed since a time, of which other teams published, and how many of all
    /// wait for the viewer's team; each counted up to [`COUNTED_MAX`].
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn lately(&self, viewer: &Viewer, since: Timestamp) -> Result<Lately> {
        let count = async |tab, since| {
            let filter = Filter { tab, since, ..Filter::default() };
            Ok::<_, Error>(self.count_groups(viewer, &filter, COUNTED_MAX).await?.groups)
        };
        Ok(Lately {
            changed: count(Tab::All, Some(since)).await?,
            others: count(Tab::OthersPublished, Some(since)).await?,
            waiting: count(Tab::NeedsMe, None).await?,
        })
    }

    /// A group by its name, one that it had, the number of an advisory in it, or a CVE number.
    ///
    /// # Errors
    /// There is none for the viewer, or the name leads to several.
    pub async fn find_group(&self, viewer: &Viewer, name: &str) -> Result<Group> {
        let mut read = self.db.read_snapshot().await?;
        find_group(&mut read, viewer, name).await
    }

    /// A group with everything in it.
    ///
    /// # Errors
    /// As [`App::find_group`].
    pub async fn group(&self, viewer: &Viewer, name: &str) -> Result<OpenGroup> {
        let mut read = self.db.read_snapshot().await?;
        let group = find_group(&mut read, viewer, name).await?;
        let rows = advisories::of_groups(&mut read, viewer, &[&group.id], MEMBERS_MAX).await?;
        let listed = self.listed(&mut read, viewer, vec![group]).await?.into_iter().next();
        let listed = listed.ok_or_else(|| Error::internal("a group is lost"))?;
        let (mut members, mut seen) = (Vec::with_capacity(rows.len()), BTreeSet::new());
        let known: BTreeSet<_> = rows.iter().map(|row| row.key.clone()).collect();
        let mut decisions = Vec::new();
        for row in rows {
            for one in groups::decisions(&mut read, &row.key, true).await? {
                if seen.insert(one.id.clone())
                    && names_known(&mut read, viewer, &one, &known).await?
                {
                    decisions.push(self.open_decision(one)?);
                }
            }
            members.extend(self.open_newest(&mut read, viewer, row).await?);
        }
        decisions.sort_by_key(|one| one.at);
        Ok(OpenGroup { listed, members, decisions })
    }

    fn open_decision(&self, row: groups::Decision) -> Result<OpenDecision> {
        let why = self.vault.open_json(sealed::GROUP_DECISION, &row.id, &row.sealed)?;
        Ok(OpenDecision {
            id: row.id,
            kind: row.kind,
            names: (row.one, row.other),
            at: Timestamp::from_micros(row.at),
            undone_at: row.undone_at.map(Timestamp::from_micros),
            why,
        })
    }
}

/// A group by any of its names.
///
/// # Errors
/// There is none for the viewer, or the name leads to several.
pub(crate) async fn find_group(
    connection: &mut Connection,
    viewer: &Viewer,
    name: &str,
) -> Result<Group> {
    let name = name.trim();
    if let Some(found) = groups::find(connection, viewer, name).await? {
        return Ok(found);
    }
    let advisories = advisories::find(connection, viewer, advisories::Name::Id(name)).await?;
    let mut ids: BTreeSet<_> =
        advisories.into_iter().map(|one| one.group_id).filter(|id| !id.is_empty()).collect();
    if ids.is_empty()
        && let Some(identifier) = campanile_core::model::advisory::Identifier::recognise(name)
        && campanile_core::authz::may(viewer, campanile_core::authz::Action::SeeAdvisories)
    {
        ids = index::groups_with(connection, &identifier, 100).await?.into_iter().collect();
    }
    let mut found = Vec::new();
    for id in &ids {
        found.extend(groups::find(connection, viewer, id).await?);
    }
    // A vulnerability may be in several groups: the one that is about nothing else comes first.
    found.sort_by_key(|group| (std::cmp::Reverse(group.members.min(2)), identifiers(group)));
    found.into_iter().next().ok_or_else(|| {
        Error::not_found("there is no such group")
            .hint("name it by its name, the number of an advisory in it, or a CVE number")
    })
}

fn identifiers(group: &Group) -> (bool, usize) {
    let summary: Summary = serde_json::from_str(&group.summary).unwrap_or_default();
    (summary.more_identifiers, summary.identifiers.len())
}

/// What grouping takes of a stored decision: its kind, and the advisories that it names.
pub(crate) fn verdict(kind: &str, one: &str, other: &str) -> Result<Verdict> {
    let key = |text: &str| {
        serde_json::from_value(serde_json::Value::String(text.to_owned()))
            .map_err(|_| super::unreadable())
    };
    match kind {
        "join" => Ok(Verdict::Join(key(one)?, key(other)?)),
        "never" => Ok(Verdict::Never(key(one)?, key(other)?)),
        "detach" => Ok(Verdict::Detach(key(one)?)),
        _ => Err(super::unreadable()),
    }
}
