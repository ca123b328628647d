//! Table `expiry_warning`: which warnings were given.

use campanile_core::model::time::Timestamp;

use super::Write;
use crate::error::Result;

/// Remembers a warning. Returns whether it is new: of two nodes one gives it.
///
/// # Errors
/// The database cannot be written.
pub async fn remember(
    write: &mut Write,
    subject: &str,
    expires_at: Timestamp,
    days: i64,
    now: Timestamp,
) -> Result<bool> {
    let sql = "INSERT INTO expiry_warning (subject, expires_at, days, warned_at)
               VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    let done = sqlx::query(sql)
        .bind(subject)
        .bind(expires_at.micros())
        .bind(days)
        .bind(now.micros())
        .execute(&mut **write)
        .await?;
    Ok(done.rows_affected() == 1)
}
