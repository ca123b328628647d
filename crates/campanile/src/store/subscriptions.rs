//! Table `subscription`: which team gets the mail of which list.

use campanile_core::model::time::Timestamp;

use super::{Connection, Write};
use crate::error::Result;

/// Subscribes a team; `false` when it was subscribed already.
///
/// # Errors
/// The database cannot be written.
pub async fn insert(
    write: &mut Write,
    list_id: &str,
    team_id: &str,
    now: Timestamp,
) -> Result<bool> {
    let sql = "INSERT INTO subscription (list_id, team_id, created_at) VALUES ($1, $2, $3)
               ON CONFLICT (list_id, team_id) DO NOTHING";
    let done = sqlx::query(sql)
        .bind(list_id)
        .bind(team_id)
        .bind(now.micros())
        .execute(&mut **write)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Ends a subscription; `false` when there was none.
///
/// # Errors
/// The database cannot be written.
pub async fn remove(write: &mut Write, list_id: &str, team_id: &str) -> Result<bool> {
    let done = sqlx::query("DELETE FROM subscription WHERE list_id = $1 AND team_id = $2")
        .bind(list_id)
        .bind(team_id)
        .execute(&mut **write)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Ends all subscriptions of a team. Returns how many.
///
/// # Errors
/// The database cannot be written.
pub async fn remove_all(write: &mut Write, team_id: &str) -> Result<u64> {
    let sql = "DELETE FROM subscription WHERE team_id = $1";
    Ok(sqlx::query(sql).bind(team_id).execute(&mut **write).await?.rows_affected())
}

/// All subscriptions: pairs of list and team identifiers.
///
/// # Errors
/// The database cannot be read.
pub async fn all(connection: &mut Connection) -> Result<Vec<(String, String)>> {
    let sql = "SELECT list_id, team_id FROM subscription ORDER BY list_id, created_at, team_id";
    Ok(sqlx::query_as(sql).fetch_all(connection).await?)
}

/// The handles of the teams of one list.
///
/// # Errors
/// The database cannot be read.
pub async fn handles(connection: &mut Connection, list_id: &str) -> Result<Vec<String>> {
    let sql = "SELECT team.handle FROM subscription JOIN team ON team.id = subscription.team_id
               WHERE subscription.list_id = $1";
    let mut handles: Vec<String> =
        sqlx::query_scalar(sql).bind(list_id).fetch_all(connection).await?;
    handles.sort_by_key(|handle| handle.to_ascii_lowercase());
    Ok(handles)
}

/// The names of the lists of one team.
///
/// # Errors
/// The database cannot be read.
pub async fn lists(connection: &mut Connection, team_id: &str) -> Result<Vec<String>> {
    let sql = "SELECT list.name FROM subscription JOIN list ON list.id = subscription.list_id
               WHERE subscription.team_id = $1";
    let mut names: Vec<String> =
        sqlx::query_scalar(sql).bind(team_id).fetch_all(connection).await?;
    names.sort();
    Ok(names)
}
