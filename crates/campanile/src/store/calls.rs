//! Who takes the calls of an alert, and what came of them.

use campanile_core::model::time::Timestamp;
use sqlx::FromRow;

use super::{Connection, Write};
use crate::error::Result;

/// Who takes the calls.
#[derive(Debug, Clone, FromRow)]
pub struct Claim {
    /// Identifier of the row.
    pub id: String,
    /// The team; `None` for the operator.
    pub team_id: Option<String>,
    /// Its handle.
    pub team: Option<String>,
    /// Microseconds since the epoch.
    pub at: i64,
    /// Who, sealed.
    pub sealed: Vec<u8>,
}

/// Who takes the calls of an alert, if anybody does.
///
/// # Errors
/// The database cannot be read.
pub async fn claim(connection: &mut Connection, alert_id: &str) -> Result<Option<Claim>> {
    let sql = "SELECT c.id, c.team_id, t.handle AS team, c.at, c.sealed FROM call_claim c \
               LEFT JOIN team t ON t.id = c.team_id WHERE c.alert_id = $1";
    Ok(sqlx::query_as(sql).bind(alert_id).fetch_optional(connection).await?)
}

/// Takes the calls, unless somebody has them. Returns whether they are taken.
///
/// # Errors
/// The database cannot be written.
pub async fn take(
    write: &mut Write,
    id: &str,
    alert_id: &str,
    team_id: Option<&str>,
    sealed: &[u8],
    now: Timestamp,
) -> Result<bool> {
    let sql = "INSERT INTO call_claim (id, alert_id, team_id, at, sealed) \
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT (alert_id) DO NOTHING";
    let query = sqlx::query(sql).bind(id).bind(alert_id).bind(team_id).bind(now.micros());
    Ok(query.bind(sealed).execute(&mut **write).await?.rows_affected() == 1)
}

/// Gives the calls of an alert back. Returns whether somebody had them.
///
/// # Errors
/// The database cannot be written.
pub async fn give_back(write: &mut Write, alert_id: &str) -> Result<bool> {
    let query = sqlx::query("DELETE FROM call_claim WHERE alert_id = $1").bind(alert_id);
    Ok(query.execute(&mut **write).await?.rows_affected() == 1)
}

/// A call to be noted.
pub struct NewCall<'a> {
    /// Identifier of the row.
    pub id: &'a str,
    /// The alert: its row.
    pub alert_id: &'a str,
    /// Who was called.
    pub team_id: &'a str,
    /// Whose people called; `None` for the operator.
    pub caller_team_id: Option<&'a str>,
    /// What came of it.
    pub result: &'static str,
    /// Who called, and a note, sealed.
    pub sealed: &'a [u8],
}

/// Notes a call.
///
/// # Errors
/// The database cannot be written.
pub async fn insert(write: &mut Write, new: &NewCall<'_>, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO call_log (id, alert_id, team_id, caller_team_id, at, result, sealed) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    sqlx::query(sql)
        .bind(new.id)
        .bind(new.alert_id)
        .bind(new.team_id)
        .bind(new.caller_team_id)
        .bind(now.micros())
        .bind(new.result)
        .bind(new.sealed)
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// A call as noted.
#[derive(Debug, Clone, FromRow)]
pub struct Call {
    /// Identifier of the row.
    pub id: String,
    /// Who was called.
    pub team_id: String,
    /// Its handle.
    pub team: String,
    /// Whose people called; `None` for the operator.
    pub caller: Option<String>,
    /// Microseconds since the epoch.
    pub at: i64,
    /// What came of it.
    pub result: String,
    /// Who called, and a note, sealed.
    pub sealed: Vec<u8>,
}

/// The calls about an alert, oldest first.
///
/// # Errors
/// The database cannot be read.
pub async fn all(connection: &mut Connection, alert_id: &str) -> Result<Vec<Call>> {
    let sql = "SELECT c.id, c.team_id, t.handle AS team, k.handle AS caller, c.at, c.result, \
               c.sealed FROM call_log c JOIN team t ON t.id = c.team_id \
               LEFT JOIN team k ON k.id = c.caller_team_id \
               WHERE c.alert_id = $1 ORDER BY c.at, c.id";
    Ok(sqlx::query_as(sql).bind(alert_id).fetch_all(connection).await?)
}
