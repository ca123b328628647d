//! Alerts, their revisions, and who is asked.
//!
//! Whoever reads says who looks: rows that a viewer may not see are not returned and not counted.

use campanile_core::authz::{self, Action, Viewer};
use campanile_core::model::alert::{AlertId, AlertState, RevisionKind};
use campanile_core::model::team::Handle;
use campanile_core::model::time::Timestamp;
use sqlx::{FromRow, Row as _};

use super::{Connection, Write, at, stored};
use crate::error::Result;

/// Teams of one INSERT.
const ROWS_PER_INSERT: usize = 50;

/// What of an alert stands in clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Identifier of the row.
    pub id: String,
    /// The incident ID.
    pub alert_id: AlertId,
    /// The team that sent it.
    pub team_id: String,
    /// Its handle.
    pub team: Handle,
    /// The list that it went to.
    pub list_id: String,
    /// Its name.
    pub list: String,
    /// Only for named teams.
    pub restricted: bool,
    /// Only an exercise.
    pub exercise: bool,
    /// Where it is in its life.
    pub state: AlertState,
    /// Number of the newest revision.
    pub revision: u32,
    /// What the acknowledge link ends with.
    pub token: String,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When it was last revised.
    pub changed_at: Timestamp,
    /// When it was closed, withdrawn or superseded.
    pub ended_at: Option<Timestamp>,
    /// Whether the viewer may read it; an operator sees more rows than texts.
    pub readable: bool,
}

#[derive(FromRow)]
struct Row {
    id: String,
    alert_id: String,
    team_id: String,
    team: String,
    list_id: String,
    list: String,
    restricted: i64,
    exercise: i64,
    state: String,
    revision: i64,
    token: String,
    sent_at: i64,
    changed_at: i64,
    ended_at: Option<i64>,
    readable: i64,
}

impl TryFrom<Row> for Stored {
    type Error = crate::error::Error;
    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            alert_id: stored("alert.alert_id", &row.alert_id)?,
            team: stored("team.handle", &row.team)?,
            state: stored("alert.state", &row.state)?,
            id: row.id,
            team_id: row.team_id,
            list_id: row.list_id,
            list: row.list,
            restricted: row.restricted == 1,
            exercise: row.exercise == 1,
            revision: u32::try_from(row.revision).unwrap_or(u32::MAX),
            token: row.token,
            sent_at: at(row.sent_at),
            changed_at: at(row.changed_at),
            ended_at: row.ended_at.map(at),
            readable: row.readable == 1,
        })
    }
}

/// The team whose alerts a viewer may read: `$1`; empty for nobody's.
pub(super) fn team_of(viewer: &Viewer) -> &str {
    match &viewer.team {
        Some(team) if authz::may(viewer, Action::SeeAlerts) => &team.id,
        _ => "",
    }
}

/// Whether a viewer sees that there are alerts of all teams: `$2`.
pub(super) fn sees_all(viewer: &Viewer) -> i64 {
    i64::from(authz::may(viewer, Action::Operate))
}

/// Whether the team `$1` may read the alert `a`: it wrote it, is named, or is on the list.
pub(super) const READABLE: &str = "(a.team_id = $1 \
     OR a.restricted = 1 AND EXISTS (SELECT 1 FROM alert_audience v \
     WHERE v.alert_id = a.id AND v.team_id = $1) \
     OR a.restricted = 0 AND EXISTS (SELECT 1 FROM subscription v \
     WHERE v.list_id = a.list_id AND v.team_id = $1))";

pub(super) const COLUMNS: &str = "a.id, a.alert_id, a.team_id, t.handle AS team, a.list_id, \
     l.name AS list, a.restricted, a.exercise, a.state, a.revision, a.token, a.sent_at, \
     a.changed_at, a.ended_at";

pub(super) const TABLES: &str =
    "alert a JOIN team t ON t.id = a.team_id JOIN list l ON l.id = a.list_id";

/// How an alert is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name<'a> {
    /// By its incident ID, in any letter case.
    Id(&'a str),
    /// By the end of its acknowledge link.
    Token(&'a str),
    /// By its row.
    Row(&'a str),
    /// By the Message-ID of one of its mails.
    Mail(&'a str),
}

/// An alert that the viewer may see; `None` as for one that does not exist.
///
/// # Errors
/// The database cannot be read.
pub async fn find(
    connection: &mut Connection,
    viewer: &Viewer,
    name: Name<'_>,
) -> Result<Option<Stored>> {
    let (column, value) = match name {
        Name::Id(id) => ("a.alert_key = $3", id.to_ascii_lowercase()),
        Name::Token(token) => ("a.token = $3", token.to_owned()),
        Name::Row(id) => ("a.id = $3", id.to_owned()),
        Name::Mail(id) => (
            "a.id = (SELECT alert_id FROM alert_revision WHERE mail_id = $3 LIMIT 1)",
            id.to_owned(),
        ),
    };
    let sql = format!(
        "SELECT {COLUMNS}, CASE WHEN {READABLE} THEN 1 ELSE 0 END AS readable FROM {TABLES} \
         WHERE {column} AND ($2 = 1 OR {READABLE})"
    );
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(team_of(viewer))
        .bind(sees_all(viewer))
        .bind(value)
        .fetch_optional(connection)
        .await?;
    row.map(Stored::try_from).transpose()
}

/// Whether an incident ID is taken, by whomever.
///
/// # Security
/// Ask it only for identifiers of the asking team: that one exists may be a secret.
///
/// # Errors
/// The database cannot be read.
pub async fn is_taken(connection: &mut Connection, id: &AlertId) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM alert WHERE alert_key = $1";
    let count: i64 = sqlx::query_scalar(sql).bind(id.key()).fetch_one(connection).await?;
    Ok(count > 0)
}

/// What to look for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// In this state only.
    pub state: Option<AlertState>,
    /// Of this team only, by handle.
    pub team: Option<Handle>,
    /// Of this list only, by name.
    pub list: Option<String>,
    /// Exercises only, or real ones only.
    pub exercise: Option<bool>,
    /// Sent at this time or later.
    pub since: Option<Timestamp>,
    /// Sent before this time.
    pub until: Option<Timestamp>,
    /// Only what the viewer's team has not acknowledged, and did not write.
    pub waiting: bool,
}

/// An alert of a list of alerts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What stands in clear.
    pub alert: Stored,
    /// The newest revision: identifier of its row.
    pub revision_id: String,
    /// The alert as JSON, sealed for that row.
    pub sealed: Vec<u8>,
    /// How many teams are asked, the author not counted.
    pub asked: i64,
    /// How many of them have acknowledged.
    pub acknowledged: i64,
    /// When the viewer's team acknowledged first.
    pub own_at: Option<Timestamp>,
}

/// Alerts that the viewer may see, newest first.
///
/// # Errors
/// The database cannot be read.
pub async fn list(
    connection: &mut Connection,
    viewer: &Viewer,
    filter: &Filter,
    offset: i64,
    count: i64,
) -> Result<Vec<Listed>> {
    let (clauses, filter) = (FILTER, Bound::of(filter));
    let sql = format!(
        "SELECT {COLUMNS}, CASE WHEN {READABLE} THEN 1 ELSE 0 END AS readable, \
         r.id AS revision_id, r.sealed, \
         (SELECT COUNT(*) FROM alert_audience x WHERE x.alert_id = a.id \
         AND x.team_id <> a.team_id) AS asked, \
         (SELECT COUNT(DISTINCT k.team_id) FROM acknowledgement k WHERE k.alert_id = a.id \
         AND k.team_id <> a.team_id) AS acknowledged, \
         (SELECT MIN(k.at) FROM acknowledgement k WHERE k.alert_id = a.id \
         AND k.team_id = $1) AS own_at \
         FROM {TABLES} JOIN alert_revision r ON r.alert_id = a.id AND r.number = a.revision \
         WHERE ($2 = 1 OR {READABLE}) AND {clauses} \
         ORDER BY a.sent_at DESC, a.id DESC LIMIT $10 OFFSET $11"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(team_of(viewer)).bind(sees_all(viewer));
    let rows = filter.bind(query).bind(count).bind(offset).fetch_all(connection).await?;
    let listed = |row: &sqlx::any::AnyRow| {
        Ok(Listed {
            alert: Row::from_row(row)?.try_into()?,
            revision_id: row.try_get("revision_id")?,
            sealed: row.try_get("sealed")?,
            asked: row.try_get("asked")?,
            acknowledged: row.try_get("acknowledged")?,
            own_at: row.try_get::<Option<i64>, _>("own_at")?.map(at),
        })
    };
    rows.iter().map(listed).collect()
}

/// How many alerts [`list`] would return without limits.
///
/// # Errors
/// The database cannot be read.
pub async fn count(connection: &mut Connection, viewer: &Viewer, filter: &Filter) -> Result<i64> {
    let sql = format!("SELECT COUNT(*) FROM {TABLES} WHERE ($2 = 1 OR {READABLE}) AND {FILTER}");
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(team_of(viewer)).bind(sees_all(viewer));
    let row = Bound::of(filter).bind(query).fetch_one(connection).await?;
    Ok(row.try_get(0)?)
}

const FILTER: &str = "($3 = '' OR a.state = $3) AND ($4 = '' OR t.handle_key = $4) \
     AND ($5 = '' OR l.name = $5) AND ($6 < 0 OR a.exercise = $6) AND a.sent_at >= $7 \
     AND a.sent_at < $8 AND ($9 = 0 OR a.state = 'open' AND a.team_id <> $1 AND NOT EXISTS \
     (SELECT 1 FROM acknowledgement w WHERE w.alert_id = a.id AND w.team_id = $1))";

/// A filter as the statement takes it.
struct Bound {
    state: &'static str,
    team: String,
    list: String,
    exercise: i64,
    since: i64,
    until: i64,
    waiting: i64,
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

impl Bound {
    fn of(filter: &Filter) -> Self {
        let team = filter.team.as_ref().map(|team| team.as_str().to_ascii_lowercase());
        Self {
            state: filter.state.map_or("", AlertState::name),
            team: team.unwrap_or_default(),
            list: filter.list.clone().unwrap_or_default(),
            exercise: filter.exercise.map_or(-1, i64::from),
            since: filter.since.map_or(0, Timestamp::micros),
            until: filter.until.map_or(i64::MAX, Timestamp::micros),
            waiting: i64::from(filter.waiting),
        }
    }

    fn bind(self, query: Query<'_>) -> Query<'_> {
        query
            .bind(self.state)
            .bind(self.team)
            .bind(self.list)
            .bind(self.exercise)
            .bind(self.since)
            .bind(self.until)
            .bind(self.waiting)
    }
}

/// A new alert.
pub struct New<'a> {
    /// Identifier of the row.
    pub id: &'a str,
    /// The incident ID.
    pub alert_id: &'a AlertId,
    /// The team that sends it.
    pub team_id: &'a str,
    /// The list that it goes to.
    pub list_id: &'a str,
    /// Only for the teams of its audience.
    pub restricted: bool,
    /// Only an exercise.
    pub exercise: bool,
    /// What the acknowledge link ends with.
    pub token: &'a str,
    /// When the jobs look at it first; `None` for never.
    pub due_at: Option<Timestamp>,
}

/// Adds an alert. Returns whether its incident ID was free.
///
/// # Errors
/// The database cannot be written.
pub async fn insert(write: &mut Write, new: &New<'_>, now: Timestamp) -> Result<bool> {
    let sql = "INSERT INTO alert (id, alert_key, alert_id, team_id, list_id, restricted, exercise, \
               state, revision, token, sent_at, changed_at, due_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', 1, $8, $9, $9, $10) \
               ON CONFLICT (alert_key) DO NOTHING";
    let done = sqlx::query(sql)
        .bind(new.id)
        .bind(new.alert_id.key())
        .bind(new.alert_id.as_str())
        .bind(new.team_id)
        .bind(new.list_id)
        .bind(i64::from(new.restricted))
        .bind(i64::from(new.exercise))
        .bind(new.token)
        .bind(now.micros())
        .bind(new.due_at.map(Timestamp::micros))
        .execute(&mut **write)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes an open alert to its next revision. Returns whether `from` was the newest one.
///
/// # Errors
/// The database cannot be written.
pub async fn advance(
    write: &mut Write,
    id: &str,
    from: u32,
    kind: RevisionKind,
    now: Timestamp,
) -> Result<bool> {
    let state = kind.state();
    let ended = (state != AlertState::Open).then_some(now.micros());
    let sql = "UPDATE alert SET revision = revision + 1, state = $1, changed_at = $2, \
               ended_at = $3, due_at = CASE WHEN $1 = 'open' THEN due_at ELSE NULL END \
               WHERE id = $4 AND revision = $5 AND state = 'open'";
    let done = sqlx::query(sql)
        .bind(state.name())
        .bind(now.micros())
        .bind(ended)
        .bind(id)
        .bind(i64::from(from))
        .execute(&mut **write)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// A new revision.
pub struct NewRevision<'a> {
    /// Identifier of the row.
    pub id: &'a str,
    /// The alert.
    pub alert_id: &'a str,
    /// 1, 2, 3 …
    pub number: u32,
    /// What it does.
    pub kind: RevisionKind,
    /// How it came.
    pub channel: &'a str,
    /// The row of `message` that its copies belong to.
    pub message_id: &'a str,
    /// Their Message-ID.
    pub mail_id: &'a str,
    /// The alert as JSON, sealed.
    pub sealed: &'a [u8],
    /// The content of the mail, sealed; `None` when it lies in the spool as it came.
    pub content: Option<&'a [u8]>,
}

/// Adds a revision.
///
/// # Errors
/// The database cannot be written.
pub async fn insert_revision(
    write: &mut Write,
    new: &NewRevision<'_>,
    now: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO alert_revision (id, alert_id, number, kind, channel, message_id, \
               mail_id, sent_at, sealed, content) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    sqlx::query(sql)
        .bind(new.id)
        .bind(new.alert_id)
        .bind(i64::from(new.number))
        .bind(new.kind.name())
        .bind(new.channel)
        .bind(new.message_id)
        .bind(new.mail_id)
        .bind(now.micros())
        .bind(new.sealed)
        .bind(new.content)
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// A revision as stored.
#[derive(Debug, Clone, FromRow)]
pub struct Revision {
    /// Identifier of the row.
    pub id: String,
    /// The alert.
    pub alert_id: String,
    /// 1, 2, 3 …
    pub number: i64,
    /// What it does.
    pub kind: String,
    /// How it came.
    pub channel: String,
    /// The row of `message` that its copies belong to.
    pub message_id: String,
    /// Their Message-ID.
    pub mail_id: String,
    /// Microseconds since the epoch.
    pub sent_at: i64,
    /// The alert as JSON, sealed.
    pub sealed: Vec<u8>,
}

const REVISION: &str = "id, alert_id, number, kind, channel, message_id, mail_id, sent_at, sealed";

/// The revisions of an alert that was found for the viewer, oldest first.
///
/// # Errors
/// The database cannot be read.
pub async fn revisions(connection: &mut Connection, alert: &Stored) -> Result<Vec<Revision>> {
    if !alert.readable {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT {REVISION} FROM alert_revision WHERE alert_id = $1 ORDER BY number");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(&alert.id).fetch_all(connection).await?)
}

/// The newest revision of an alert that was found for the viewer.
///
/// # Errors
/// The database cannot be read.
pub async fn newest(connection: &mut Connection, alert: &Stored) -> Result<Option<Revision>> {
    if !alert.readable {
        return Ok(None);
    }
    let sql = format!(
        "SELECT {REVISION} FROM alert_revision WHERE alert_id = $1 ORDER BY number DESC LIMIT 1"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(&alert.id).fetch_optional(connection).await?)
}

/// Message-IDs of the mails of all revisions, oldest first.
///
/// # Errors
/// The database cannot be read.
pub async fn thread(connection: &mut Connection, alert: &str) -> Result<Vec<String>> {
    let sql = "SELECT mail_id FROM alert_revision WHERE alert_id = $1 ORDER BY number";
    Ok(sqlx::query_scalar(sql).bind(alert).fetch_all(connection).await?)
}

/// The sealed content of a mail that was written here, for copies that were held: row of the
/// revision, and content.
///
/// # Errors
/// The database cannot be read.
pub async fn content_of_message(
    connection: &mut Connection,
    message_id: &str,
) -> Result<Option<(String, Vec<u8>)>> {
    let sql = "SELECT id, content FROM alert_revision \
               WHERE message_id = $1 AND content IS NOT NULL";
    Ok(sqlx::query_as(sql).bind(message_id).fetch_optional(connection).await?)
}

/// Adds teams that are asked; those that are already stay as they are.
///
/// # Errors
/// The database cannot be written.
pub async fn ask(write: &mut Write, alert: &str, teams: &[&str], now: Timestamp) -> Result<()> {
    for teams in teams.chunks(ROWS_PER_INSERT) {
        let rows: Vec<_> = (0..teams.len()).map(|n| format!("($1, ${}, $2)", n + 3)).collect();
        let sql = format!(
            "INSERT INTO alert_audience (alert_id, team_id, asked_at) VALUES {} \
             ON CONFLICT DO NOTHING",
            rows.join(", ")
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(alert).bind(now.micros());
        for team in teams {
            query = query.bind(*team);
        }
        query.execute(&mut **write).await?;
    }
    Ok(())
}

/// Teams that are asked about an alert.
///
/// # Errors
/// The database cannot be read.
pub async fn asked(connection: &mut Connection, alert: &str) -> Result<Vec<String>> {
    let sql = "SELECT team_id FROM alert_audience WHERE alert_id = $1 ORDER BY team_id";
    Ok(sqlx::query_scalar(sql).bind(alert).fetch_all(connection).await?)
}
