//! Tables `application` and `application_voice`: who wants to join, and what teams say about it.

use campanile_core::model::membership::{ApplicationState, Voice};
use campanile_core::model::team::Handle;
use campanile_core::model::time::Timestamp;
use sqlx::FromRow;

use super::{Connection, Write, at, stored};
use crate::error::Result;

/// An application as stored.
#[derive(Debug, Clone)]
pub struct Application {
    /// Identifier.
    pub id: String,
    /// The handle that it asks for.
    pub handle: Handle,
    /// Where it is.
    pub state: ApplicationState,
    /// When it was filed.
    pub filed_at: Timestamp,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// The team that it became.
    pub team_id: Option<String>,
    /// Form and keys, sealed.
    pub sealed: Vec<u8>,
    /// Who decided and why, sealed.
    pub decision: Option<Vec<u8>>,
}

/// What a team says about an applicant.
#[derive(Debug, Clone)]
pub struct StoredVoice {
    /// Identifier.
    pub id: String,
    /// The team.
    pub team_id: String,
    /// Support or objection.
    pub voice: Voice,
    /// When.
    pub at: Timestamp,
    /// Who, which statements, and a remark; sealed.
    pub sealed: Vec<u8>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    handle: String,
    state: String,
    filed_at: i64,
    decided_at: Option<i64>,
    team_id: Option<String>,
    sealed: Vec<u8>,
    decision: Option<Vec<u8>>,
}

const COLUMNS: &str = "id, handle, state, filed_at, decided_at, team_id, sealed, decision";

fn application(row: Row) -> Result<Application> {
    Ok(Application {
        id: row.id,
        handle: stored("application.handle", &row.handle)?,
        state: stored("application.state", &row.state)?,
        filed_at: at(row.filed_at),
        decided_at: row.decided_at.map(at),
        team_id: row.team_id,
        sealed: row.sealed,
        decision: row.decision,
    })
}

fn key(handle: &Handle) -> String {
    handle.as_str().to_ascii_lowercase()
}

/// Files an application.
///
/// # Errors
/// The database cannot be written.
pub async fn insert(write: &mut Write, new: &Application) -> Result<()> {
    let sql = "INSERT INTO application (id, handle, handle_key, state, filed_at, decided_at,
                   sealed, decision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    sqlx::query(sql)
        .bind(&new.id)
        .bind(new.handle.as_str())
        .bind(key(&new.handle))
        .bind(new.state.name())
        .bind(new.filed_at.micros())
        .bind(new.decided_at.map(Timestamp::micros))
        .bind(new.sealed.as_slice())
        .bind(new.decision.as_deref())
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Decides an application that waits; `false` when it is decided already.
///
/// # Errors
/// The database cannot be written.
pub async fn decide(
    write: &mut Write,
    id: &str,
    state: ApplicationState,
    team_id: Option<&str>,
    decision: &[u8],
    now: Timestamp,
) -> Result<bool> {
    let sql = "UPDATE application SET state = $1, team_id = $2, decision = $3, decided_at = $4
               WHERE id = $5 AND state = 'waiting'";
    let query = sqlx::query(sql).bind(state.name()).bind(team_id).bind(decision);
    let query = query.bind(now.micros()).bind(id);
    Ok(query.execute(&mut **write).await?.rows_affected() == 1)
}

/// One application.
///
/// # Errors
/// The database cannot be read.
pub async fn find(connection: &mut Connection, id: &str) -> Result<Option<Application>> {
    let sql = format!("SELECT {COLUMNS} FROM application WHERE id = $1");
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id);
    query.fetch_optional(connection).await?.map(application).transpose()
}

/// All applications, or those that wait, the oldest first.
///
/// # Errors
/// The database cannot be read.
pub async fn all(connection: &mut Connection, waiting: bool) -> Result<Vec<Application>> {
    let which = if waiting { "WHERE state = 'waiting'" } else { "" };
    let sql = format!("SELECT {COLUMNS} FROM application {which} ORDER BY filed_at, id");
    let rows = sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(connection).await?;
    rows.into_iter().map(application).collect()
}

/// How many wait.
///
/// # Errors
/// The database cannot be read.
pub async fn count_waiting(connection: &mut Connection) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM application WHERE state = 'waiting'";
    Ok(sqlx::query_scalar(sql).fetch_one(connection).await?)
}

/// How many were filed since a time.
///
/// # Errors
/// The database cannot be read.
pub async fn count_since(connection: &mut Connection, since: Timestamp) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM application WHERE filed_at > $1";
    Ok(sqlx::query_scalar(sql).bind(since.micros()).fetch_one(connection).await?)
}

/// What became of the applications with a handle, the oldest first.
///
/// # Errors
/// The database cannot be read.
pub async fn states(connection: &mut Connection, handle: &Handle) -> Result<Vec<ApplicationState>> {
    let sql = "SELECT state FROM application WHERE handle_key = $1 ORDER BY filed_at, id";
    let states: Vec<String> =
        sqlx::query_scalar(sql).bind(key(handle)).fetch_all(connection).await?;
    states.iter().map(|state| stored("application.state", state)).collect()
}

/// The application that a team came from.
///
/// # Errors
/// The database cannot be read.
pub async fn of_team(connection: &mut Connection, team_id: &str) -> Result<Option<Application>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM application WHERE team_id = $1 ORDER BY filed_at DESC LIMIT 1"
    );
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(team_id);
    query.fetch_optional(connection).await?.map(application).transpose()
}

/// The row of what a team said before, which what it says now is sealed for; `None` when it is
/// heard for the first time.
///
/// # Errors
/// The database cannot be read.
pub async fn voice_id(
    connection: &mut Connection,
    application_id: &str,
    team_id: &str,
) -> Result<Option<String>> {
    let sql = "SELECT id FROM application_voice WHERE application_id = $1 AND team_id = $2";
    let query = sqlx::query_scalar(sql).bind(application_id).bind(team_id);
    Ok(query.fetch_optional(connection).await?)
}

/// Records what a team says, over what it said before.
///
/// # Errors
/// The database cannot be written.
pub async fn set_voice(write: &mut Write, application_id: &str, voice: &StoredVoice) -> Result<()> {
    let sql = "INSERT INTO application_voice (id, application_id, team_id, voice, at, sealed)
               VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (id) DO UPDATE SET voice = excluded.voice, at = excluded.at,
                   sealed = excluded.sealed";
    sqlx::query(sql)
        .bind(&voice.id)
        .bind(application_id)
        .bind(&voice.team_id)
        .bind(voice.voice.name())
        .bind(voice.at.micros())
        .bind(voice.sealed.as_slice())
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// What teams say about an applicant, in the order in which they did.
///
/// # Errors
/// The database cannot be read.
pub async fn voices(connection: &mut Connection, application_id: &str) -> Result<Vec<StoredVoice>> {
    let sql = "SELECT id, team_id, voice, at, sealed FROM application_voice
               WHERE application_id = $1 ORDER BY at, id";
    let rows: Vec<(String, String, String, i64, Vec<u8>)> =
        sqlx::query_as(sql).bind(application_id).fetch_all(connection).await?;
    let voice = |(id, team_id, voice, at_micros, sealed): (_, _, String, _, _)| {
        let voice = stored("application_voice.voice", &voice)?;
        Ok(StoredVoice { id, team_id, voice, at: at(at_micros), sealed })
    };
    rows.into_iter().map(voice).collect()
}

/// The applications that a team was heard on, and that wait.
///
/// # Errors
/// The database cannot be read.
pub async fn heard(connection: &mut Connection, team_id: &str) -> Result<Vec<String>> {
    let sql = "SELECT v.application_id FROM application_voice v
               JOIN application a ON a.id = v.application_id
               WHERE v.team_id = $1 AND a.state = 'waiting'";
    Ok(sqlx::query_scalar(sql).bind(team_id).fetch_all(connection).await?)
}
