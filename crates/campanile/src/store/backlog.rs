//! What waits, as numbers, for monitoring: asked often, so every part is answered by an index of
//! what is not done yet.

use campanile_core::model::time::Timestamp;
use sqlx::FromRow;

use super::{Connection, at};
use crate::error::Result;

/// What is not done yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backlog {
    /// Mails received and not opened.
    pub mails_unopened: i64,
    /// When the oldest of them was received.
    pub unopened_since: Option<Timestamp>,
    /// Mails that wait for the operator.
    pub mails_held: i64,
    /// Copies and notices that wait for the next hop.
    pub copies_waiting: i64,
    /// When the oldest of them was queued.
    pub waiting_since: Option<Timestamp>,
    /// Copies that wait for a key.
    pub copies_held: i64,
    /// Copies and notices that were given up.
    pub copies_failed: i64,
}

#[derive(FromRow)]
struct Row {
    mails_unopened: i64,
    unopened_since: Option<i64>,
    mails_held: i64,
    copies_waiting: i64,
    waiting_since: Option<i64>,
    copies_held: i64,
    copies_failed: i64,
}

/// Counts.
///
/// # Errors
/// The database cannot be read.
pub async fn backlog(connection: &mut Connection) -> Result<Backlog> {
    let sql = "SELECT
        (SELECT COUNT(*) FROM message WHERE state = 'received') AS mails_unopened,
        (SELECT MIN(received_at) FROM message WHERE state = 'received') AS unopened_since,
        (SELECT COUNT(*) FROM message WHERE state = 'held') AS mails_held,
        (SELECT COUNT(*) FROM delivery WHERE state = 'waiting') AS copies_waiting,
        (SELECT MIN(created_at) FROM delivery WHERE state = 'waiting') AS waiting_since,
        (SELECT COUNT(*) FROM delivery WHERE state = 'held') AS copies_held,
        (SELECT COUNT(*) FROM delivery WHERE state = 'failed') AS copies_failed";
    let row: Row = sqlx::query_as(sql).fetch_one(connection).await?;
    Ok(Backlog {
        mails_unopened: row.mails_unopened,
        unopened_since: row.unopened_since.map(at),
        mails_held: row.mails_held,
        copies_waiting: row.copies_waiting,
        waiting_since: row.waiting_since.map(at),
        copies_held: row.copies_held,
        copies_failed: row.copies_failed,
    })
}
