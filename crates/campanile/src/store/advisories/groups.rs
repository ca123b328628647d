//! Groups of advisories as lists show them, and decisions of people about them.
//!
//! A group is made of what everybody may see, so it is the same for every viewer that may see
//! advisories at all; for others there is none.

use campanile_core::authz::Viewer;
use campanile_core::model::time::Timestamp;
use campanile_core::query::Query;
use sqlx::FromRow;

use super::query::{ASSESSED, Conditions, Known, NEW_SECONDS, OWN, Target, Values, is_walked};
use super::sees;
use crate::error::Result;
use crate::store::{Connection, Db, Write};

/// A group as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Group {
    /// Its name.
    pub id: String,
    /// The title of its first advisory.
    pub title: String,
    /// How many advisories are in it.
    pub members: i64,
    /// Of how many teams of the network.
    pub teams: i64,
    /// In how many schemes the ratings differ.
    pub differs: i64,
    /// 1: known to be exploited.
    pub exploited: i64,
    /// When its first advisory was published, in microseconds.
    pub first_at: i64,
    /// When it last changed here, in microseconds.
    pub changed_at: i64,
    /// Identifiers, issuers and ratings, as JSON.
    pub summary: String,
}

const COLUMNS: &str = "g.id, g.title, g.members, g.teams, g.differs, g.exploited, g.first_at, \
     g.changed_at, g.summary";

/// Which groups to list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tab {
    /// That the viewer's team has not assessed, or that changed since.
    NeedsMe,
    /// That other teams have published about, and the viewer's team has not.
    OthersPublished,
    /// In which ratings differ.
    Differ,
    /// That came in the last week.
    New,
    /// That the viewer's team watches.
    Watching,
    /// All.
    #[default]
    All,
}

/// What to look for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Which groups.
    pub tab: Tab,
    /// What each meets.
    pub query: Query,
    /// Behind this one: when it changed, and its name.
    pub after: Option<(Timestamp, String)>,
    /// That changed at this time or later.
    pub since: Option<Timestamp>,
}

fn condition(tab: Tab, values: &mut Values, now: Timestamp) -> String {
    match tab {
        Tab::NeedsMe => format!("NOT {ASSESSED}"),
        Tab::OthersPublished => format!("g.teams > 0 AND NOT {OWN}"),
        Tab::Differ => "g.differs > 0".into(),
        Tab::New => {
            let week = values.number(now.plus_seconds(-NEW_SECONDS).micros());
            format!("g.first_at >= {week}")
        }
        Tab::Watching => "g.id IN (SELECT s.group_id FROM group_state s WHERE s.team_id = $1 \
             AND s.state = 'watching')"
            .into(),
        Tab::All => "1 = 1".into(),
    }
}

/// What stands behind SELECT and its columns.
fn body(
    db: &Db,
    filter: &Filter,
    known: &Known<'_>,
    values: &mut Values,
    now: Timestamp,
) -> String {
    let at = values.number(filter.after.as_ref().map_or(i64::MAX, |(at, _)| at.micros()));
    let id = values.text(filter.after.as_ref().map_or("", |(_, id)| id.as_str()));
    let since = values.number(filter.since.map_or(i64::MIN, Timestamp::micros));
    let tab = condition(filter.tab, values, now);
    let mut conditions = Conditions { db, target: Target::Groups, known, now, values };
    let query = conditions.whole(&filter.query);
    // Every parameter is named, so that both databases know its type.
    format!(
        "FROM advisory_group g WHERE $2 = 1 AND $1 = $1 AND (g.changed_at, g.id) < ({at}, {id}) \
         AND g.changed_at >= {since} AND {tab} AND {query}"
    )
}

/// Groups that one look for a page goes through where it has to take them one by one.
const WALKED: i64 = 10_000;

/// How far back one look for a filter goes: to the groups that changed at this time. `None` where
/// it goes through all of them, since they are few or an index knows which to take.
///
/// # Errors
/// The database cannot be read.
pub async fn horizon(
    connection: &mut Connection,
    viewer: &Viewer,
    filter: &Filter,
) -> Result<Option<Timestamp>> {
    if !is_walked(&filter.query) {
        return Ok(None);
    }
    let sql = "SELECT g.changed_at FROM advisory_group g WHERE $1 = 1 AND g.changed_at <= $2 \
               ORDER BY g.changed_at DESC LIMIT 1 OFFSET $3";
    let from = filter.after.as_ref().map_or(i64::MAX, |(at, _)| at.micros());
    let query = sqlx::query_scalar(sql).bind(sees(viewer)).bind(from).bind(WALKED);
    let found: Option<i64> = query.fetch_optional(connection).await?;
    Ok(found.map(Timestamp::from_micros))
}

/// Groups, those that changed last first. `known` is what the query of the filter needs.
///
/// # Errors
/// The database cannot be read.
pub async fn list(
    db: &Db,
    connection: &mut Connection,
    viewer: &Viewer,
    (filter, known): (&Filter, &Known<'_>),
    count: i64,
    now: Timestamp,
) -> Result<Vec<Group>> {
    let mut values = Values::of(viewer);
    let body = body(db, filter, known, &mut values, now);
    let count = values.number(count);
    let sql =
        format!("SELECT {COLUMNS} {body} ORDER BY g.changed_at DESC, g.id DESC LIMIT {count}");
    let query = sqlx::query_as_with(sqlx::AssertSqlSafe(sql), values.arguments()?);
    Ok(query.persistent(false).fetch_all(connection).await?)
}

/// How many groups [`list`] would return, counted up to `most`.
///
/// # Errors
/// The database cannot be read.
pub async fn count(
    db: &Db,
    connection: &mut Connection,
    viewer: &Viewer,
    (filter, known): (&Filter, &Known<'_>),
    most: i64,
    now: Timestamp,
) -> Result<i64> {
    let mut values = Values::of(viewer);
    let body = body(db, filter, known, &mut values, now);
    let most = values.number(most);
    let sql = format!("SELECT COUNT(*) FROM (SELECT 1 AS one {body} LIMIT {most}) c");
    let query = sqlx::query_scalar_with(sqlx::AssertSqlSafe(sql), values.arguments()?);
    Ok(query.persistent(false).fetch_one(connection).await?)
}

/// Groups whose first advisory was published in a span of time.
///
/// # Errors
/// The database cannot be read.
pub async fn near(
    connection: &mut Connection,
    viewer: &Viewer,
    (from, to): (Timestamp, Timestamp),
    count: i64,
) -> Result<Vec<Group>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM advisory_group g WHERE $1 = 1 AND g.first_at >= $2 \
         AND g.first_at <= $3 ORDER BY g.first_at, g.id LIMIT $4"
    );
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(sees(viewer));
    let query = query.bind(from.micros()).bind(to.micros()).bind(count);
    Ok(query.fetch_all(connection).await?)
}

/// A group by its name, or by one that it had.
///
/// # Errors
/// The database cannot be read.
pub async fn find(connection: &mut Connection, viewer: &Viewer, id: &str) -> Result<Option<Group>> {
    // The name itself, or the advisory that gave it.
    for place in
        ["$1", "(SELECT group_id FROM advisory WHERE gives = $1 AND minimum_open = 1 LIMIT 1)"]
    {
        let sql = format!("SELECT {COLUMNS} FROM advisory_group g WHERE g.id = {place} AND $2 = 1");
        let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).bind(sees(viewer));
        if let Some(found) = query.fetch_optional(&mut *connection).await? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Writes what a list shows of groups.
///
/// # Errors
/// The database cannot be written.
pub async fn save(write: &mut Write, groups: &[Group]) -> Result<()> {
    for part in super::parts(groups) {
        let row = |n: usize| format!("({})", super::places(9 * n + 1, 9));
        let rows: Vec<_> = (0..part.len()).map(row).collect();
        let sql = format!(
            "INSERT INTO advisory_group (id, title, members, teams, differs, exploited, \
             first_at, changed_at, summary) VALUES {} ON CONFLICT (id) DO UPDATE SET \
             title = excluded.title, members = excluded.members, teams = excluded.teams, \
             differs = excluded.differs, exploited = excluded.exploited, \
             first_at = excluded.first_at, changed_at = excluded.changed_at, \
             summary = excluded.summary",
            rows.join(", ")
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
        for group in part {
            query = query
                .bind(&group.id)
                .bind(&group.title)
                .bind(group.members)
                .bind(group.teams)
                .bind(group.differs)
                .bind(group.exploited)
                .bind(group.first_at)
                .bind(group.changed_at)
                .bind(&group.summary);
        }
        query.execute(&mut **write).await?;
    }
    Ok(())
}

/// Removes a group that has no members any more.
///
/// # Errors
/// The database cannot be written.
pub async fn remove(write: &mut Write, id: &str) -> Result<()> {
    let sql = "DELETE FROM advisory_group WHERE id = $1";
    sqlx::query(sql).bind(id).execute(&mut **write).await?;
    Ok(())
}

/// A decision as stored.
#[derive(Debug, Clone, FromRow)]
pub struct Decision {
    /// Identifier of the row.
    pub id: String,
    /// join, never, detach.
    pub kind: String,
    /// Key of an advisory.
    pub one: String,
    /// Key of another; empty for detach.
    pub other: String,
    /// When, in microseconds.
    pub at: i64,
    /// When it was undone, in microseconds.
    pub undone_at: Option<i64>,
    /// Who, and why.
    pub sealed: Vec<u8>,
}

const DECISION: &str = "id, kind, one, other, at, undone_at, sealed";

/// Whether there is any decision that holds.
///
/// # Errors
/// The database cannot be read.
pub async fn any_decision(connection: &mut Connection) -> Result<bool> {
    let sql = "SELECT id FROM group_decision WHERE undone_at IS NULL LIMIT 1";
    Ok(sqlx::query(sql).fetch_optional(connection).await?.is_some())
}

/// The decisions that name an advisory and hold; undone ones as well when asked for.
///
/// # Errors
/// The database cannot be read.
pub async fn decisions(
    connection: &mut Connection,
    key: &str,
    undone: bool,
) -> Result<Vec<Decision>> {
    let sql = format!(
        "SELECT {DECISION} FROM group_decision WHERE (one = $1 OR other = $1 AND other <> '') \
         AND ($2 = 1 OR undone_at IS NULL) ORDER BY at, id"
    );
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(key).bind(i64::from(undone));
    Ok(query.fetch_all(connection).await?)
}

/// One decision.
///
/// # Errors
/// The database cannot be read.
pub async fn decision(connection: &mut Connection, id: &str) -> Result<Option<Decision>> {
    let sql = format!("SELECT {DECISION} FROM group_decision WHERE id = $1");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(connection).await?)
}

/// Adds a decision.
///
/// # Errors
/// The database cannot be written.
pub async fn decide(write: &mut Write, new: &Decision, team_id: Option<&str>) -> Result<()> {
    let sql = "INSERT INTO group_decision (id, kind, one, other, at, team_id, sealed) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    sqlx::query(sql)
        .bind(&new.id)
        .bind(&new.kind)
        .bind(&new.one)
        .bind(&new.other)
        .bind(new.at)
        .bind(team_id)
        .bind(&new.sealed)
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Undoes a decision. Returns whether it held.
///
/// # Errors
/// The database cannot be written.
pub async fn undo(write: &mut Write, id: &str, now: Timestamp) -> Result<bool> {
    let sql = "UPDATE group_decision SET undone_at = $2 WHERE id = $1 AND undone_at IS NULL";
    let done = sqlx::query(sql).bind(id).bind(now.micros()).execute(&mut **write).await?;
    Ok(done.rows_affected() == 1)
}
