//! Queries that teams have saved, and how far their digests have come.

use std::collections::HashMap;

use campanile_core::model::time::Timestamp;
use sqlx::FromRow;

use super::{Connection, Write};
use crate::error::Result;

/// A watch as stored.
#[derive(Debug, Clone, FromRow)]
pub struct Watch {
    /// Identifier.
    pub id: String,
    /// Microseconds since the epoch.
    pub created_at: i64,
    /// Name, query and author, sealed.
    pub sealed: Vec<u8>,
}

/// Adds a watch of a team. With the first, its digests begin.
///
/// # Errors
/// The database cannot be written.
pub async fn add(write: &mut Write, team_id: &str, watch: &Watch, due_at: Timestamp) -> Result<()> {
    // Of the time in which the team had none, nothing is told.
    let sql = "INSERT INTO watch_digest (team_id, told_until, due_at) VALUES ($1, $2, $3) \
               ON CONFLICT (team_id) DO UPDATE SET told_until = excluded.told_until, \
               due_at = excluded.due_at \
               WHERE NOT EXISTS (SELECT 1 FROM watch w WHERE w.team_id = excluded.team_id)";
    let query = sqlx::query(sql).bind(team_id).bind(watch.created_at).bind(due_at.micros());
    query.execute(&mut **write).await?;
    let sql = "INSERT INTO watch (id, team_id, created_at, sealed) VALUES ($1, $2, $3, $4)";
    let query = sqlx::query(sql).bind(&watch.id).bind(team_id).bind(watch.created_at);
    query.bind(&watch.sealed).execute(&mut **write).await?;
    Ok(())
}

/// Removes a watch of a team. Returns whether it was there.
///
/// # Errors
/// The database cannot be written.
pub async fn remove(write: &mut Write, id: &str, team_id: &str) -> Result<bool> {
    let sql = "DELETE FROM watch WHERE id = $1 AND team_id = $2";
    let query = sqlx::query(sql).bind(id).bind(team_id);
    Ok(query.execute(&mut **write).await?.rows_affected() == 1)
}

/// Writes what is sealed of a watch of a team. Returns whether it was there.
///
/// # Errors
/// The database cannot be written.
pub async fn change(write: &mut Write, id: &str, team_id: &str, sealed: &[u8]) -> Result<bool> {
    let sql = "UPDATE watch SET sealed = $3 WHERE id = $1 AND team_id = $2";
    let query = sqlx::query(sql).bind(id).bind(team_id).bind(sealed);
    Ok(query.execute(&mut **write).await?.rows_affected() == 1)
}

/// The watches of a team, oldest first.
///
/// # Errors
/// The database cannot be read.
pub async fn of_team(connection: &mut Connection, team_id: &str) -> Result<Vec<Watch>> {
    let sql = "SELECT id, created_at, sealed FROM watch WHERE team_id = $1 ORDER BY created_at, id";
    Ok(sqlx::query_as(sql).bind(team_id).fetch_all(connection).await?)
}

/// The teams with a watch whose digest is due.
///
/// # Errors
/// The database cannot be read.
pub async fn due(connection: &mut Connection, now: Timestamp) -> Result<Vec<String>> {
    let sql = "SELECT d.team_id FROM watch_digest d WHERE d.due_at <= $1 \
               AND EXISTS (SELECT 1 FROM watch w WHERE w.team_id = d.team_id) ORDER BY d.due_at";
    Ok(sqlx::query_scalar(sql).bind(now.micros()).fetch_all(connection).await?)
}

/// Until when a team has been told, in microseconds; `None` where it never had a watch.
///
/// # Errors
/// The database cannot be read.
pub async fn told_until(connection: &mut Connection, team_id: &str) -> Result<Option<i64>> {
    let sql = "SELECT told_until FROM watch_digest WHERE team_id = $1";
    Ok(sqlx::query_scalar(sql).bind(team_id).fetch_optional(connection).await?)
}

/// What the last digests of a team told: groups, and when each had changed.
///
/// # Errors
/// The database cannot be read.
pub async fn told(connection: &mut Connection, team_id: &str) -> Result<HashMap<String, i64>> {
    let sql = "SELECT group_id, changed_at FROM watch_told WHERE team_id = $1";
    let rows: Vec<(String, i64)> = sqlx::query_as(sql).bind(team_id).fetch_all(connection).await?;
    Ok(rows.into_iter().collect())
}

/// Moves the digest of a team on, from where it was read. Returns whether it was still there: of
/// two that look at a time, one tells.
///
/// # Errors
/// The database cannot be written.
pub async fn move_on(
    write: &mut Write,
    team_id: &str,
    (from, to): (i64, i64),
    due_at: Timestamp,
) -> Result<bool> {
    let sql = "UPDATE watch_digest SET told_until = $3, due_at = $4 \
               WHERE team_id = $1 AND told_until = $2";
    let query = sqlx::query(sql).bind(team_id).bind(from).bind(to).bind(due_at.micros());
    Ok(query.execute(&mut **write).await?.rows_affected() == 1)
}

/// Notes what a digest tells, and forgets what changed before `since`.
///
/// # Errors
/// The database cannot be written.
pub async fn note(
    write: &mut Write,
    team_id: &str,
    told: &[(String, i64)],
    since: i64,
) -> Result<()> {
    let sql = "DELETE FROM watch_told WHERE team_id = $1 AND changed_at < $2";
    sqlx::query(sql).bind(team_id).bind(since).execute(&mut **write).await?;
    for (group, changed_at) in told {
        let sql = "INSERT INTO watch_told (team_id, group_id, changed_at) VALUES ($1, $2, $3) \
                   ON CONFLICT (team_id, group_id) DO UPDATE SET changed_at = excluded.changed_at";
        let query = sqlx::query(sql).bind(team_id).bind(group).bind(changed_at);
        query.execute(&mut **write).await?;
    }
    Ok(())
}
