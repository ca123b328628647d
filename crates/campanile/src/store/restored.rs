//! What was on its way when a backup was made, in the database that was made of it.

use super::Write;
use crate::error::Result;

/// Frees all leases, and holds what waited unless `resume` is set. Returns how many messages and
/// how many copies are held.
///
/// # Errors
/// The database cannot be written.
pub async fn settle(write: &mut Write, resume: bool, taken_at: &str) -> Result<(u64, u64)> {
    for sql in [
        "UPDATE message SET lease_until = 0, lease_owner = ''",
        "UPDATE delivery SET lease_until = 0, lease_owner = ''",
    ] {
        sqlx::query(sql).execute(&mut **write).await?;
    }
    if resume {
        return Ok((0, 0));
    }
    let sql = "UPDATE message SET state = 'restored' WHERE state = 'received'";
    let messages = sqlx::query(sql).execute(&mut **write).await?.rows_affected();
    let sql = "UPDATE delivery SET state = 'restored', reply = $1 WHERE state = 'waiting'";
    let reply = format!("restored from the backup of {taken_at}: perhaps delivered since");
    let copies = sqlx::query(sql).bind(reply).execute(&mut **write).await?.rows_affected();
    Ok((messages, copies))
}
