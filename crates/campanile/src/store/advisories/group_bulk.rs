//! What teams did about many groups at once.

use campanile_core::authz::Viewer;
use campanile_core::model::time::Timestamp;
use sqlx::FromRow;

use super::{sees, team_of};
use crate::error::Result;
use crate::store::{Connection, Write};

/// One such act.
#[derive(Debug, Clone, FromRow)]
pub struct Bulk {
    /// Identifier of the row.
    pub id: String,
    /// The state that was said, or `claim`.
    pub kind: String,
    /// How many groups.
    pub touched: i64,
    /// When, in microseconds.
    pub at: i64,
    /// When it was undone, in microseconds.
    pub undone_at: Option<i64>,
    /// Who, by which query, and why.
    pub sealed: Vec<u8>,
}

const COLUMNS: &str = "id, kind, touched, at, undone_at, sealed";

/// Adds one of a team, with what was there before.
///
/// # Errors
/// The database cannot be written.
pub async fn add(write: &mut Write, team_id: &str, new: &Bulk, before: &[u8]) -> Result<()> {
    let sql = "INSERT INTO group_bulk (id, team_id, kind, touched, at, sealed, previous) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    sqlx::query(sql)
        .bind(&new.id)
        .bind(team_id)
        .bind(&new.kind)
        .bind(new.touched)
        .bind(new.at)
        .bind(&new.sealed)
        .bind(before)
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// What the viewer's team did since a time and has not undone, newest first.
///
/// # Errors
/// The database cannot be read.
pub async fn since(
    connection: &mut Connection,
    viewer: &Viewer,
    since: Timestamp,
    count: i64,
) -> Result<Vec<Bulk>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM group_bulk WHERE team_id = $1 AND $2 = 1 AND at >= $3 \
         AND undone_at IS NULL ORDER BY at DESC, id DESC LIMIT $4"
    );
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(team_of(viewer)).bind(sees(viewer));
    Ok(query.bind(since.micros()).bind(count).fetch_all(connection).await?)
}

/// One of the viewer's team, with what was there before.
///
/// # Errors
/// The database cannot be read.
pub async fn find(
    connection: &mut Connection,
    viewer: &Viewer,
    id: &str,
) -> Result<Option<(Bulk, Vec<u8>)>> {
    let of = "FROM group_bulk WHERE id = $1 AND team_id = $2 AND $3 = 1";
    let sql = format!("SELECT {COLUMNS} {of}");
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id);
    let query = query.bind(team_of(viewer)).bind(sees(viewer));
    let Some(bulk) = query.fetch_optional(&mut *connection).await? else { return Ok(None) };
    let sql = format!("SELECT previous {of}");
    let query = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(id);
    let before = query.bind(team_of(viewer)).bind(sees(viewer)).fetch_one(connection).await?;
    Ok(Some((bulk, before)))
}

/// Notes that one was undone. Returns whether it was not before.
///
/// # Errors
/// The database cannot be written.
pub async fn undo(write: &mut Write, id: &str, now: Timestamp) -> Result<bool> {
    let sql = "UPDATE group_bulk SET undone_at = $2 WHERE id = $1 AND undone_at IS NULL";
    let done = sqlx::query(sql).bind(id).bind(now.micros()).execute(&mut **write).await?;
    Ok(done.rows_affected() == 1)
}
