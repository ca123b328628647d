//! With what teams acknowledge by telephone.

use campanile_core::model::time::Timestamp;
use sqlx::FromRow;

use super::{Connection, Write};
use crate::error::Result;

/// What a team acknowledges with.
#[derive(Debug, Clone, FromRow)]
pub struct PhoneLogin {
    /// The team.
    pub team_id: String,
    /// Digits that name it.
    pub uid: String,
    /// HMAC of UID and PIN.
    pub pin: String,
    /// Wrong tries since the last right one.
    pub failures: i64,
    /// No try counts before, in microseconds since the epoch.
    pub locked_until: i64,
}

/// Sets what a team acknowledges with; forgets wrong tries. Returns whether the UID was free.
///
/// # Errors
/// The database cannot be written.
pub async fn set(
    write: &mut Write,
    team_id: &str,
    uid: &str,
    pin: &str,
    now: Timestamp,
) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM phone_login WHERE uid = $1 AND team_id <> $2";
    let taken: i64 =
        sqlx::query_scalar(sql).bind(uid).bind(team_id).fetch_one(&mut **write).await?;
    if taken > 0 {
        return Ok(false);
    }
    let sql = "INSERT INTO phone_login (team_id, uid, pin, changed_at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (team_id) DO UPDATE SET uid = excluded.uid, pin = excluded.pin, \
               failures = 0, locked_until = 0, changed_at = excluded.changed_at";
    let query = sqlx::query(sql).bind(team_id).bind(uid).bind(pin).bind(now.micros());
    query.execute(&mut **write).await?;
    Ok(true)
}

/// Removes what a team acknowledges with. Returns whether it had something.
///
/// # Errors
/// The database cannot be written.
pub async fn remove(write: &mut Write, team_id: &str) -> Result<bool> {
    let query = sqlx::query("DELETE FROM phone_login WHERE team_id = $1").bind(team_id);
    Ok(query.execute(&mut **write).await?.rows_affected() == 1)
}

/// The UID of a team, if it has one.
///
/// # Errors
/// The database cannot be read.
pub async fn uid_of(connection: &mut Connection, team_id: &str) -> Result<Option<String>> {
    let sql = "SELECT uid FROM phone_login WHERE team_id = $1";
    Ok(sqlx::query_scalar(sql).bind(team_id).fetch_optional(connection).await?)
}

/// The team that a UID names, and nobody else tries it until the transaction ends.
///
/// # Errors
/// The database cannot be written.
pub async fn lock(write: &mut Write, uid: &str) -> Result<Option<PhoneLogin>> {
    let sql = "UPDATE phone_login SET failures = failures WHERE uid = $1 \
               RETURNING team_id, uid, pin, failures, locked_until";
    Ok(sqlx::query_as(sql).bind(uid).fetch_optional(&mut **write).await?)
}

/// Counts wrong tries, and locks until a time; 0 and the epoch after a right one.
///
/// # Errors
/// The database cannot be written.
pub async fn note(
    write: &mut Write,
    uid: &str,
    failures: i64,
    locked_until: Timestamp,
) -> Result<()> {
    let sql = "UPDATE phone_login SET failures = $1, locked_until = $2 WHERE uid = $3";
    let query = sqlx::query(sql).bind(failures).bind(locked_until.micros()).bind(uid);
    query.execute(&mut **write).await?;
    Ok(())
}
