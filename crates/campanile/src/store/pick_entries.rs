//! What a team has used besides the pick lists of the form.

use campanile_core::model::time::Timestamp;

use super::{Connection, Write};
use crate::error::Result;

/// Most entries of one team and kind that are shown, those used last.
const ENTRIES_MAX: i64 = 500;

/// An entry that was used.
pub struct Used<'a> {
    /// Identifier of the row, when it is new.
    pub id: &'a str,
    /// The team.
    pub team_id: &'a str,
    /// `system` or `software`.
    pub kind: &'a str,
    /// HMAC of the entry in lower case.
    pub key: &'a str,
    /// The entry, sealed for `id`.
    pub sealed: &'a [u8],
}

/// Remembers an entry, or that it was used again.
///
/// # Errors
/// The database cannot be written.
pub async fn remember(write: &mut Write, used: &Used<'_>, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO pick_entry (id, team_id, kind, entry_key, used_at, sealed) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (team_id, kind, entry_key) \
               DO UPDATE SET used_at = excluded.used_at";
    sqlx::query(sql)
        .bind(used.id)
        .bind(used.team_id)
        .bind(used.kind)
        .bind(used.key)
        .bind(now.micros())
        .bind(used.sealed)
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// The entries of a team, last used first: rows and sealed entries.
///
/// # Errors
/// The database cannot be read.
pub async fn of_team(
    connection: &mut Connection,
    team_id: &str,
    kind: &str,
) -> Result<Vec<(String, Vec<u8>)>> {
    let sql = "SELECT id, sealed FROM pick_entry WHERE team_id = $1 AND kind = $2 \
               ORDER BY used_at DESC, id LIMIT $3";
    let query = sqlx::query_as(sql).bind(team_id).bind(kind).bind(ENTRIES_MAX);
    Ok(query.fetch_all(connection).await?)
}
