//! Advisories whose time of release has come.

use campanile_core::model::time::Timestamp;

use crate::error::Result;
use crate::store::Connection;

/// Some advisories that are to be released, the earliest first.
///
/// # Errors
/// The database cannot be read.
pub async fn due(connection: &mut Connection, now: Timestamp, count: i64) -> Result<Vec<String>> {
    let sql = "SELECT id FROM advisory_disclosure WHERE release_at <= $1 \
               ORDER BY release_at, id LIMIT $2";
    Ok(sqlx::query_scalar(sql).bind(now.micros()).bind(count).fetch_all(connection).await?)
}
