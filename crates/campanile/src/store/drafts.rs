//! Drafts of alerts: of a team, sealed.

use campanile_core::model::time::Timestamp;
use sqlx::FromRow;

use super::{Connection, Write};
use crate::error::Result;

/// A draft as stored.
#[derive(Debug, Clone, FromRow)]
pub struct Draft {
    /// Identifier.
    pub id: String,
    /// Microseconds since the epoch.
    pub changed_at: i64,
    /// The form and its author, sealed.
    pub sealed: Vec<u8>,
}

/// Adds a draft, or replaces one of the same team. Returns whether that was possible.
///
/// # Errors
/// The database cannot be written.
pub async fn save(
    write: &mut Write,
    id: &str,
    team_id: &str,
    sealed: &[u8],
    now: Timestamp,
) -> Result<bool> {
    let sql = "INSERT INTO alert_draft (id, team_id, changed_at, sealed) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (id) DO UPDATE SET changed_at = excluded.changed_at, \
               sealed = excluded.sealed WHERE alert_draft.team_id = excluded.team_id";
    let query = sqlx::query(sql).bind(id).bind(team_id).bind(now.micros()).bind(sealed);
    Ok(query.execute(&mut **write).await?.rows_affected() == 1)
}

/// Removes a draft of a team. Returns whether it was there.
///
/// # Errors
/// The database cannot be written.
pub async fn remove(write: &mut Write, id: &str, team_id: &str) -> Result<bool> {
    let sql = "DELETE FROM alert_draft WHERE id = $1 AND team_id = $2";
    let query = sqlx::query(sql).bind(id).bind(team_id);
    Ok(query.execute(&mut **write).await?.rows_affected() == 1)
}

/// The drafts of a team, newest first.
///
/// # Errors
/// The database cannot be read.
pub async fn of_team(connection: &mut Connection, team_id: &str) -> Result<Vec<Draft>> {
    let sql = "SELECT id, changed_at, sealed FROM alert_draft WHERE team_id = $1 \
               ORDER BY changed_at DESC, id DESC";
    Ok(sqlx::query_as(sql).bind(team_id).fetch_all(connection).await?)
}

/// One draft of a team.
///
/// # Errors
/// The database cannot be read.
pub async fn find(connection: &mut Connection, id: &str, team_id: &str) -> Result<Option<Draft>> {
    let sql = "SELECT id, changed_at, sealed FROM alert_draft WHERE id = $1 AND team_id = $2";
    Ok(sqlx::query_as(sql).bind(id).bind(team_id).fetch_optional(connection).await?)
}
