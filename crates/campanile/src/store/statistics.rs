//! A few numbers over all tables, for the doctor.

use campanile_core::model::time::Timestamp;
use sqlx::FromRow;

use super::{Connection, at};
use crate::error::Result;

/// Numbers over all tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistics {
    /// Registered teams, whatever their state.
    pub teams: i64,
    /// Registered lists.
    pub lists: i64,
    /// Registered trust anchors.
    pub anchors: i64,
    /// When the last change was written down; the clock has been there.
    pub changed_at: Option<Timestamp>,
}

#[derive(FromRow)]
struct Row {
    teams: i64,
    lists: i64,
    anchors: i64,
    changed_at: Option<i64>,
}

/// Counts.
///
/// # Errors
/// The database cannot be read.
pub async fn statistics(connection: &mut Connection) -> Result<Statistics> {
    let sql = "SELECT (SELECT COUNT(*) FROM team) AS teams, (SELECT COUNT(*) FROM list) AS lists,
                      (SELECT COUNT(*) FROM trust_anchor) AS anchors,
                      (SELECT MAX(at) FROM audit) AS changed_at";
    let row: Row = sqlx::query_as(sql).fetch_one(connection).await?;
    Ok(Statistics {
        teams: row.teams,
        lists: row.lists,
        anchors: row.anchors,
        changed_at: row.changed_at.map(at),
    })
}
