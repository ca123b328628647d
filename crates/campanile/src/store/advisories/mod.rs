//! Advisories and their versions, and who may see them.
//!
//! Whoever reads says who looks: rows that a viewer may not see are not returned and not counted,
//! and what is sealed is handed out only where the viewer's team is in an audience. Which parts it
//! sees then is decided in the core.

pub mod documents;
pub mod group_bulk;
pub mod group_states;
pub mod groups;
pub mod index;
pub mod query;
pub mod questions;
pub mod released;
mod rows;
pub mod versions;

use campanile_core::authz::{self, Action, Viewer};
use campanile_core::model::advisory::disclosure::Audience;
use campanile_core::model::advisory::{Identifier, Kind, Status};
use campanile_core::model::time::Timestamp;
use campanile_core::model::tlp::Tlp;
use campanile_core::query::Query;
use sqlx::FromRow;

use self::query::{Conditions, Known, Target, Values};
use self::rows::{ROWS_PER_INSERT, VALUES_PER_LIST, padded, parts, places};
use super::{Connection, Db, Write, at, stored};
use crate::error::Result;

/// What of an advisory stands in clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Identifier of the row.
    pub id: String,
    /// Issuer and number, as grouping knows it.
    pub key: String,
    /// Its number; empty where its existence is restricted.
    pub number: String,
    /// Who issued it.
    pub issuer: String,
    /// Its title.
    pub title: String,
    /// Handle of the team whose advisory it is.
    pub team: Option<String>,
    /// The team that brought it; empty for the operator.
    pub brought_by: String,
    /// What to call the issuer where the document does not say it.
    pub issuer_given: String,
    /// What kind of document it is.
    pub kind: Kind,
    /// How final it is.
    pub status: Status,
    /// Its label; `None` when it has none.
    pub tlp: Option<Tlp>,
    /// Whether every team sees all of it.
    pub whole_open: bool,
    /// Row of the newest version.
    pub version_id: String,
    /// The newest version, as written.
    pub version: String,
    /// How many versions there are.
    pub versions: i64,
    /// When its first version was published.
    pub published_at: Option<Timestamp>,
    /// When the newest one was.
    pub changed_at: Option<Timestamp>,
    /// When the newest one came here.
    pub revised_at: Timestamp,
    /// The group that it is in.
    pub group_id: String,
    /// Whether the viewer sees more than everybody does.
    pub privy: bool,
}

impl Stored {
    /// Whether the viewer decides who sees it: a team about its own and what it brought, the
    /// operator about what has no team.
    pub fn is_of(&self, viewer: &Viewer) -> bool {
        match &viewer.team {
            Some(team) => {
                let named = self.team.as_ref();
                self.brought_by == team.id
                    || named.is_some_and(|name| name.eq_ignore_ascii_case(team.handle.as_str()))
            }
            None => self.team.is_none() && self.brought_by.is_empty(),
        }
    }
}

#[derive(FromRow)]
pub(super) struct Row {
    id: String,
    advisory_key: String,
    number: String,
    issuer: String,
    title: String,
    team: Option<String>,
    brought_by: String,
    issuer_given: String,
    kind: String,
    status: String,
    tlp: String,
    whole_open: i64,
    version_id: String,
    version: String,
    versions: i64,
    published_at: Option<i64>,
    changed_at: Option<i64>,
    revised_at: i64,
    group_id: String,
    privy: i64,
}

impl TryFrom<Row> for Stored {
    type Error = crate::error::Error;
    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            kind: stored("advisory.kind", &row.kind)?,
            status: stored("advisory.status", &row.status)?,
            tlp: match row.tlp.as_str() {
                "" => None,
                label => Some(stored("advisory.tlp", label)?),
            },
            id: row.id,
            key: row.advisory_key,
            number: row.number,
            issuer: row.issuer,
            title: row.title,
            team: row.team,
            brought_by: row.brought_by,
            issuer_given: row.issuer_given,
            whole_open: row.whole_open == 1,
            version_id: row.version_id,
            version: row.version,
            versions: row.versions,
            published_at: row.published_at.map(at),
            changed_at: row.changed_at.map(at),
            revised_at: at(row.revised_at),
            group_id: row.group_id,
            privy: row.privy == 1,
        })
    }
}

/// The team that a viewer looks for: `$1`; empty for nobody's.
pub(crate) fn team_of(viewer: &Viewer) -> &str {
    match &viewer.team {
        Some(team) if authz::may(viewer, Action::SeeAdvisories) => &team.id,
        _ => "",
    }
}

/// Whether a viewer sees what everybody of the network sees: `$2`.
pub(super) fn sees(viewer: &Viewer) -> i64 {
    i64::from(authz::may(viewer, Action::SeeAdvisories))
}

/// Whether the team `$1` sees more of the advisory `a` than everybody does.
pub(super) const PRIVY: &str = "($1 <> '' AND (a.team_id = $1 OR a.brought_by = $1 \
     OR EXISTS (SELECT 1 FROM advisory_audience v WHERE v.advisory_id = a.id \
     AND (v.kind = 'team' AND v.party_id = $1 OR v.kind = 'list' AND EXISTS \
     (SELECT 1 FROM subscription s WHERE s.list_id = v.party_id AND s.team_id = $1)))))";

/// Whether the viewer may know of the advisory `a`. [`PRIVY`] is behind it.
pub(super) const VISIBLE: &str = "$2 = 1 AND (a.minimum_open = 1 OR";

pub(super) const COLUMNS: &str = "a.id, a.advisory_key, a.number, a.issuer, a.title, \
     t.handle AS team, a.brought_by, a.issuer_given, a.kind, a.status, a.tlp, a.whole_open, \
     a.version_id, a.version, a.versions, a.published_at, a.changed_at, a.revised_at, a.group_id";

pub(super) const TABLES: &str = "advisory a LEFT JOIN team t ON t.id = a.team_id";

/// How an advisory is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name<'a> {
    /// By its number, in any letter case, or by its row.
    Id(&'a str),
    /// By its row.
    Row(&'a str),
    /// By its key.
    Key(&'a str),
}

/// The advisories with a name that the viewer may see: issuers may use the same number.
///
/// # Errors
/// The database cannot be read.
pub async fn find(
    connection: &mut Connection,
    viewer: &Viewer,
    name: Name<'_>,
) -> Result<Vec<Stored>> {
    let (clause, value) = match name {
        Name::Id(id) => ("(a.number_key = $3 OR a.id = $3)", id.trim().to_lowercase()),
        Name::Row(id) => ("a.id = $3", id.to_owned()),
        Name::Key(key) => ("a.advisory_key = $3", key.to_owned()),
    };
    let sql = format!(
        "SELECT {COLUMNS}, CASE WHEN {PRIVY} THEN 1 ELSE 0 END AS privy FROM {TABLES} \
         WHERE {clause} AND {VISIBLE} {PRIVY}) ORDER BY a.seq LIMIT 100"
    );
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
    let query = query.bind(team_of(viewer)).bind(sees(viewer)).bind(value);
    let rows: Vec<Row> = query.fetch_all(connection).await?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// The advisories that name a vulnerability and that the viewer may see, as far as everybody may
/// see that they do.
///
/// # Errors
/// The database cannot be read.
pub async fn naming(
    connection: &mut Connection,
    viewer: &Viewer,
    identifier: &Identifier,
) -> Result<Vec<Stored>> {
    let sql = format!(
        "SELECT {COLUMNS}, CASE WHEN {PRIVY} THEN 1 ELSE 0 END AS privy FROM {TABLES} \
         JOIN advisory_identifier i ON i.advisory_id = a.id \
         WHERE i.identifier = $3 AND i.role = 'vulnerability' AND {VISIBLE} {PRIVY}) \
         ORDER BY a.seq LIMIT 100"
    );
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
    let query = query.bind(team_of(viewer)).bind(sees(viewer)).bind(index::column(identifier));
    let rows: Vec<Row> = query.fetch_all(connection).await?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// The advisories whose existence is restricted and that the viewer's team may know of, newest
/// first. Their numbers stand under seal only.
///
/// # Errors
/// The database cannot be read.
pub async fn hidden(
    connection: &mut Connection,
    viewer: &Viewer,
    count: i64,
) -> Result<Vec<Stored>> {
    let sql = format!(
        "SELECT {COLUMNS}, 1 AS privy FROM {TABLES} \
         WHERE a.minimum_open = 0 AND $2 = 1 AND {PRIVY} ORDER BY a.seq DESC LIMIT $3"
    );
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
    let query = query.bind(team_of(viewer)).bind(sees(viewer)).bind(count);
    let rows: Vec<Row> = query.fetch_all(connection).await?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// The advisories with these keys, whoever may see them.
///
/// # Security
/// For actions that decide what becomes of documents; nothing of them is told to anybody.
///
/// # Errors
/// The database cannot be read.
pub(crate) async fn by_keys(connection: &mut Connection, keys: &[String]) -> Result<Vec<Stored>> {
    let mut found = Vec::new();
    for part in keys.chunks(VALUES_PER_LIST) {
        let keys = places(1, part.len());
        let sql =
            format!("SELECT {COLUMNS}, 1 AS privy FROM {TABLES} WHERE a.advisory_key IN ({keys})");
        let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
        for key in part {
            query = query.bind(key);
        }
        let rows: Vec<Row> = query.fetch_all(&mut *connection).await?;
        for row in rows {
            found.push(Stored::try_from(row)?);
        }
    }
    Ok(found)
}

/// Advisories that the viewer may see and that meet a query, newest first. `known` is what the
/// query needs.
///
/// # Errors
/// The database cannot be read.
pub async fn newest(
    db: &Db,
    connection: &mut Connection,
    viewer: &Viewer,
    (query, known): (&Query, &Known<'_>),
    count: i64,
    now: Timestamp,
) -> Result<Vec<Stored>> {
    let mut values = Values::of(viewer);
    let mut conditions =
        Conditions { db, target: Target::Advisories, known, now, values: &mut values };
    let condition = conditions.whole(query);
    let count = values.number(count);
    let sql = format!(
        "SELECT {COLUMNS}, CASE WHEN {PRIVY} THEN 1 ELSE 0 END AS privy FROM {TABLES} \
         WHERE {VISIBLE} {PRIVY}) AND {condition} \
         ORDER BY a.revised_at DESC, a.seq DESC LIMIT {count}"
    );
    let query = sqlx::query_as_with(sqlx::AssertSqlSafe(sql), values.arguments()?);
    let rows: Vec<Row> = query.persistent(false).fetch_all(connection).await?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// The advisories of which the viewer's team sees more than everybody does, newest first; for
/// groups only those of which everybody sees the minimum.
///
/// # Errors
/// The database cannot be read.
pub async fn restricted(
    connection: &mut Connection,
    viewer: &Viewer,
    target: Target,
    count: i64,
) -> Result<Vec<Stored>> {
    let sql = format!(
        "SELECT {COLUMNS}, 1 AS privy FROM {TABLES} \
         WHERE a.whole_open = 0 AND $2 = 1 AND {PRIVY} AND a.minimum_open >= $3 \
         ORDER BY a.revised_at DESC, a.seq DESC LIMIT $4"
    );
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
    let query = query.bind(team_of(viewer)).bind(sees(viewer));
    let query = query.bind(i64::from(target == Target::Groups)).bind(count);
    let rows: Vec<Row> = query.fetch_all(connection).await?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// The advisories of groups that the viewer may see, by first publication.
///
/// # Errors
/// The database cannot be read.
pub async fn of_groups(
    connection: &mut Connection,
    viewer: &Viewer,
    groups: &[&str],
    count: i64,
) -> Result<Vec<Stored>> {
    let sql = format!(
        "SELECT {COLUMNS}, CASE WHEN {PRIVY} THEN 1 ELSE 0 END AS privy FROM {TABLES} \
         WHERE a.group_id IN ({}) AND {VISIBLE} {PRIVY}) \
         ORDER BY COALESCE(a.published_at, a.received_at), a.advisory_key LIMIT $3",
        places(4, groups.len())
    );
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
    let mut query = query.bind(team_of(viewer)).bind(sees(viewer)).bind(count);
    for group in groups {
        query = query.bind(*group);
    }
    let rows: Vec<Row> = query.fetch_all(connection).await?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// An advisory by its row, for jobs that act for nobody in particular.
///
/// # Errors
/// The database cannot be read.
pub(crate) async fn by_row(connection: &mut Connection, id: &str) -> Result<Option<Stored>> {
    let sql = format!("SELECT {COLUMNS}, 1 AS privy FROM {TABLES} WHERE a.id = $1");
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id);
    let row: Option<Row> = query.fetch_optional(connection).await?;
    row.map(Stored::try_from).transpose()
}

/// Reserves numbers for new advisories, and keeps other changes of groups out until commit.
/// Returns the one in front of the first.
///
/// # Errors
/// The database cannot be written.
pub async fn reserve(write: &mut Write, count: usize) -> Result<i64> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let sql = "UPDATE setting SET value = CAST(CAST(value AS BIGINT) + $1 AS TEXT) \
               WHERE name = 'advisory_seq' RETURNING CAST(value AS BIGINT)";
    let last: i64 = sqlx::query_scalar(sql).bind(count).fetch_one(&mut **write).await?;
    Ok(last - count)
}

/// What an advisory is for the row of its newest version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The number as written; empty while its existence is restricted.
    pub number: String,
    /// Who issued it; empty likewise.
    pub issuer: String,
    /// Its title; empty likewise.
    pub title: String,
    /// What kind of document it is.
    pub kind: Kind,
    /// How final it is.
    pub status: Status,
    /// Its label; empty when it has none.
    pub tlp: &'static str,
    /// Whether every team sees that it exists.
    pub minimum_open: bool,
    /// Whether every team sees all of it.
    pub whole_open: bool,
    /// Row of the newest version.
    pub version_id: String,
    /// That version, as written.
    pub version: String,
    /// When the first version was published.
    pub published_at: Option<Timestamp>,
    /// When this one was.
    pub changed_at: Option<Timestamp>,
    /// Whether it names vulnerabilities.
    pub names: bool,
    /// What grouping looks at, as JSON.
    pub entry: String,
}

/// What stays the same over all versions.
pub struct New<'a> {
    /// Identifier of the row.
    pub id: &'a str,
    /// Counts up.
    pub seq: i64,
    /// Issuer and number.
    pub key: &'a str,
    /// The team whose advisory it is.
    pub team_id: Option<&'a str>,
    /// The team that brought it; empty for the operator.
    pub brought_by: &'a str,
    /// What to call the issuer where the document does not say it.
    pub issuer_given: &'a str,
    /// The name that it gives to a group; empty while its existence is restricted.
    pub gives: &'a str,
}

/// Adds an advisory.
///
/// # Errors
/// The database cannot be written.
pub async fn insert(write: &mut Write, new: &New<'_>, facts: &Facts, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO advisory (id, seq, advisory_key, team_id, brought_by, issuer_given, \
               gives, group_id, received_at, revised_at, versions, number_key, number, issuer, \
               title, kind, status, tlp, minimum_open, whole_open, version_id, version, \
               published_at, changed_at, names, entry) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, \
               $8, $8, 1, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, \
               $23)";
    let query = sqlx::query(sql)
        .bind(new.id)
        .bind(new.seq)
        .bind(new.key)
        .bind(new.team_id)
        .bind(new.brought_by)
        .bind(new.issuer_given)
        .bind(new.gives)
        .bind(now.micros());
    bind(query, facts).execute(&mut **write).await?;
    Ok(())
}

type Statement<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

fn bind<'q>(query: Statement<'q>, facts: &'q Facts) -> Statement<'q> {
    query
        .bind(facts.number.to_lowercase())
        .bind(&facts.number)
        .bind(&facts.issuer)
        .bind(&facts.title)
        .bind(facts.kind.name())
        .bind(facts.status.name())
        .bind(facts.tlp)
        .bind(i64::from(facts.minimum_open))
        .bind(i64::from(facts.whole_open))
        .bind(&facts.version_id)
        .bind(&facts.version)
        .bind(facts.published_at.map(Timestamp::micros))
        .bind(facts.changed_at.map(Timestamp::micros))
        .bind(i64::from(facts.names))
        .bind(&facts.entry)
}

/// Writes what the newest version, or what everybody may see of it, has become. `revised` is when
/// a new version came.
///
/// # Errors
/// The database cannot be written.
pub async fn update(
    write: &mut Write,
    id: &str,
    facts: &Facts,
    revised: Option<Timestamp>,
) -> Result<()> {
    let sql = "UPDATE advisory SET revised_at = COALESCE($2, revised_at), number_key = $3, \
               number = $4, issuer = $5, title = $6, kind = $7, status = $8, tlp = $9, \
               minimum_open = $10, whole_open = $11, version_id = $12, version = $13, \
               published_at = $14, changed_at = $15, names = $16, entry = $17 WHERE id = $1";
    let query = sqlx::query(sql).bind(id).bind(revised.map(Timestamp::micros));
    bind(query, facts).execute(&mut **write).await?;
    Ok(())
}

/// Counts one more version.
///
/// # Errors
/// The database cannot be written.
pub async fn count_version(write: &mut Write, id: &str) -> Result<()> {
    let sql = "UPDATE advisory SET versions = versions + 1 WHERE id = $1";
    sqlx::query(sql).bind(id).execute(&mut **write).await?;
    Ok(())
}

/// Gives an advisory whose existence is no longer restricted, or is from now on, its key, and has
/// the decisions that name it follow.
///
/// # Errors
/// The database cannot be written.
pub async fn rename(write: &mut Write, old: &Stored, key: &str, gives: &str) -> Result<()> {
    let sql = "UPDATE advisory SET advisory_key = $2, gives = $3, group_id = $3 WHERE id = $1";
    sqlx::query(sql).bind(&old.id).bind(key).bind(gives).execute(&mut **write).await?;
    for column in ["one", "other"] {
        let sql = format!("UPDATE group_decision SET {column} = $2 WHERE {column} = $1");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(&old.key).bind(key);
        query.execute(&mut **write).await?;
    }
    Ok(())
}

/// The rules of an advisory, sealed; `None` when everybody sees everything.
///
/// # Security
/// For whoever decides or writes; what a viewer sees comes from [`versions::reading`].
///
/// # Errors
/// The database cannot be read.
pub async fn disclosure(connection: &mut Connection, id: &str) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT sealed FROM advisory_disclosure WHERE id = $1";
    Ok(sqlx::query_scalar(sql).bind(id).fetch_optional(connection).await?)
}

/// Writes the rules of an advisory: sealed, and the parties of its audiences as kind and row.
///
/// # Errors
/// The database cannot be written.
pub async fn disclose(
    write: &mut Write,
    id: &str,
    rules: Option<(&[u8], Option<Timestamp>)>,
    parties: &[(&'static str, String)],
    now: Timestamp,
) -> Result<()> {
    for table in ["advisory_disclosure WHERE id", "advisory_audience WHERE advisory_id"] {
        let sql = format!("DELETE FROM {table} = $1");
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).execute(&mut **write).await?;
    }
    let Some((sealed, release_at)) = rules else { return Ok(()) };
    let sql = "INSERT INTO advisory_disclosure (id, release_at, changed_at, sealed) \
               VALUES ($1, $2, $3, $4)";
    sqlx::query(sql)
        .bind(id)
        .bind(release_at.map(Timestamp::micros))
        .bind(now.micros())
        .bind(sealed)
        .execute(&mut **write)
        .await?;
    for (kind, party) in parties {
        let sql = "INSERT INTO advisory_audience (advisory_id, kind, party_id) \
                   VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        sqlx::query(sql).bind(id).bind(*kind).bind(party).execute(&mut **write).await?;
    }
    Ok(())
}

/// The parties of an audience, by kind and row; names that are not registered are left out.
///
/// # Errors
/// The database cannot be read.
pub async fn parties(
    connection: &mut Connection,
    audience: &Audience,
) -> Result<Vec<(&'static str, String)>> {
    let mut found = Vec::new();
    match audience {
        Audience::Own | Audience::Network => {}
        Audience::Teams(teams) => {
            for team in teams {
                let team = super::teams::by_handle(connection, team).await?;
                found.extend(team.map(|team| ("team", team.id)));
            }
        }
        Audience::Group(list) => {
            let list = super::lists::by_name(connection, list).await?;
            found.extend(list.map(|list| ("list", list.id)));
        }
    }
    Ok(found)
}
