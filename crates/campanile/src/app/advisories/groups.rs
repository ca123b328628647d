//! Groups of advisories: what a list shows of each, and one with everything in it.

use std::collections::{BTreeMap, BTreeSet};

use campanile_core::authz::Viewer;
use campanile_core::grouping::decision::Verdict;
use campanile_core::model::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::{App, OpenAdvisory};
use crate::error::{Error, Result};
use crate::store::advisories::groups::{self, Filter, Group};
use crate::store::advisories::index::{self, Rating};
use crate::store::advisories::query::Target;
use crate::store::advisories::{self, Stored, group_states};
use crate::store::{Connection, sealed};

/// Advisories of one group that are looked at: more than any group has that people work with.
pub const MEMBERS_MAX: i64 = 1_000;
/// Ratings of one group that a list is made from.
const RATINGS_MAX: i64 = 5_000;
/// Identifiers that a list names.
const IDENTIFIERS_SHOWN: i64 = 6;
/// Advisories that a list names.
const MEMBERS_SHOWN: usize = 40;

/// What a list shows of a group besides its columns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Some identifiers of vulnerabilities, those that most advisories name first.
    pub identifiers: Vec<String>,
    /// Whether there are more.
    pub more_identifiers: bool,
    /// Who published, with how each rates.
    pub strip: Vec<Cell>,
}

/// One advisory of a group, in a word.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// Who issued it.
    pub issuer: String,
    /// Handle of the team whose advisory it is.
    pub team: Option<String>,
    /// Its number.
    pub number: String,
    /// How it rates, in its own word; empty when it does not.
    pub word: String,
    /// Parts of it are withheld from everybody.
    pub restricted: bool,
}

/// What a list shows of a group, made anew from its members; `None` when there are none.
///
/// # Errors
/// The database cannot be read.
pub(crate) async fn summarise(
    connection: &mut Connection,
    id: &str,
    now: Timestamp,
) -> Result<Option<Group>> {
    // Nobody in particular: only what everybody may see is in a group.
    let members = advisories::of_group(connection, &Viewer::operator(), id, MEMBERS_MAX).await?;
    let Some(first) = members.first() else { return Ok(None) };
    let ratings = index::ratings(connection, id, RATINGS_MAX).await?;
    let mut identifiers =
        index::identifiers(connection, id, "vulnerability", IDENTIFIERS_SHOWN + 1).await?;
    let more_identifiers = identifiers.len() > usize::try_from(IDENTIFIERS_SHOWN).unwrap_or(0);
    identifiers.truncate(usize::try_from(IDENTIFIERS_SHOWN).unwrap_or(0));
    let number = |column: &str| column.split_once(' ').map_or(column, |(_, n)| n).to_owned();
    let teams: BTreeSet<_> = members.iter().filter_map(|one| one.team.as_ref()).collect();
    let summary = Summary {
        identifiers: identifiers.iter().map(|(column, _)| number(column)).collect(),
        more_identifiers,
        strip: members.iter().take(MEMBERS_SHOWN).map(|one| cell(one, &ratings)).collect(),
    };
    let first_at = members.iter().filter_map(|one| one.published_at).min();
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let exploited = ratings.iter().any(|(_, one)| one.scheme == "kev");
    Ok(Some(Group {
        id: id.to_owned(),
        title: first.title.clone(),
        members: count(members.len()),
        teams: count(teams.len()),
        differs: count(differing(&ratings)),
        exploited: i64::from(exploited),
        first_at: first_at.unwrap_or(first.revised_at).micros(),
        changed_at: now.micros(),
        summary: serde_json::to_string(&summary)
            .map_err(|source| Error::internal("a group cannot be stored").source(source))?,
    }))
}

/// One advisory with its word: the risk of EISPP, else a word of the issuer's own, else a score.
fn cell(member: &Stored, ratings: &[(String, Rating)]) -> Cell {
    let own = || ratings.iter().filter(|(id, _)| *id == member.id).map(|(_, one)| one);
    let risk = own().filter(|one| one.scheme.starts_with("eispp")).find_map(risk_of);
    let word = || own().find(|one| one.scheme == "word").map(|one| one.value.clone());
    let score = || own().filter_map(|one| one.score).max().map(|n| format!("{}", n / 10));
    let score = || score().map(|tenths| tenths_text(&tenths));
    Cell {
        issuer: member.issuer.clone(),
        team: member.team.clone(),
        number: member.number.clone(),
        word: risk.or_else(word).or_else(score).unwrap_or_default(),
        restricted: !member.whole_open,
    }
}

fn tenths_text(tenths: &str) -> String {
    let (whole, tenth) = tenths.split_at(tenths.len().saturating_sub(1));
    format!("{}.{tenth}", if whole.is_empty() { "0" } else { whole })
}

fn risk_of(rating: &Rating) -> Option<String> {
    let mut criteria = rating.value.split("; ");
    criteria.find_map(|one| one.strip_prefix("risk=")).map(str::to_owned)
}

/// In how many schemes somebody says something else about the same vulnerability. No statement is
/// not a disagreement, and words of different issuers are not compared.
fn differing(ratings: &[(String, Rating)]) -> usize {
    let mut values: BTreeMap<(&str, &str), BTreeSet<String>> = BTreeMap::new();
    for (_, one) in ratings.iter().filter(|(_, one)| one.scheme != "word") {
        let value = risk_of(one).unwrap_or_else(|| match one.value.is_empty() {
            true => one.score.map(|score| score.to_string()).unwrap_or_default(),
            false => one.value.clone(),
        });
        values.entry((&one.scheme, &one.identifier)).or_default().insert(value);
    }
    let schemes: BTreeSet<_> = values
        .iter()
        .filter(|(_, values)| values.len() > 1)
        .map(|((scheme, _), _)| *scheme)
        .collect();
    schemes.len()
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
        let now = self.now();
        let known = self.known(&mut read, viewer, &filter.query, Target::Groups).await?;
        let found = (filter, &known);
        let rows = groups::list(&self.db, &mut read, viewer, found, count, now).await?;
        let mut listed = Vec::with_capacity(rows.len());
        for row in rows {
            listed.push(self.listed(&mut read, viewer, row).await?);
        }
        Ok(listed)
    }

    /// How many groups [`App::groups`] would find, counted up to `most`.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn count_groups(&self, viewer: &Viewer, filter: &Filter, most: i64) -> Result<i64> {
        let mut read = self.db.read_snapshot().await?;
        let known = self.known(&mut read, viewer, &filter.query, Target::Groups).await?;
        let found = (filter, &known);
        groups::count(&self.db, &mut read, viewer, found, most, self.now()).await
    }

    async fn listed(
        &self,
        connection: &mut Connection,
        viewer: &Viewer,
        group: Group,
    ) -> Result<ListedGroup> {
        let summary = serde_json::from_str(&group.summary).map_err(|_| super::unreadable())?;
        let state = group_states::own(connection, viewer, &group.id).await?;
        let state = state.map(|row| {
            let why: Why = self.vault.open_json(sealed::GROUP_STATE, &row.id, &row.sealed)?;
            Ok::<_, Error>(OwnState {
                changed_since: row.assessed_at < group.changed_at,
                state: row.state,
                assessed_at: Timestamp::from_micros(row.assessed_at),
                by: why.by,
                reason: why.reason,
            })
        });
        let claim = group_states::claim(connection, viewer, &group.id, self.now()).await?;
        let claim = claim.map(|row| {
            let why: Why = self.vault.open_json(sealed::GROUP_CLAIM, &row.id, &row.sealed)?;
            let expires_at = Timestamp::from_micros(row.expires_at);
            Ok::<_, Error>(OpenClaim { team: row.team, by: why.by, expires_at })
        });
        Ok(ListedGroup { group, summary, state: state.transpose()?, claim: claim.transpose()? })
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
        let rows = advisories::of_group(&mut read, viewer, &group.id, MEMBERS_MAX).await?;
        let listed = self.listed(&mut read, viewer, group).await?;
        let (mut members, mut seen) = (Vec::with_capacity(rows.len()), BTreeSet::new());
        let mut decisions = Vec::new();
        for row in rows {
            for one in groups::decisions(&mut read, &row.key, true).await? {
                if seen.insert(one.id.clone()) {
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

/// What grouping takes of a stored decision; who and why play no part in it.
pub(crate) fn verdict(row: &groups::Decision) -> Result<Verdict> {
    let key = |text: &str| {
        serde_json::from_value(serde_json::Value::String(text.to_owned()))
            .map_err(|_| super::unreadable())
    };
    match row.kind.as_str() {
        "join" => Ok(Verdict::Join(key(&row.one)?, key(&row.other)?)),
        "never" => Ok(Verdict::Never(key(&row.one)?, key(&row.other)?)),
        "detach" => Ok(Verdict::Detach(key(&row.one)?)),
        _ => Err(super::unreadable()),
    }
}
