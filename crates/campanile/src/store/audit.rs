//! Table `audit`: who changed what, in order, for good. Never updated, never deleted from.

use campanile_core::model::time::Timestamp;
use sqlx::FromRow;

use super::{Connection, Write, at};
use crate::error::{Error, Result};

/// What is to be written down about one change.
///
/// # Security
/// Never content of mail, never key material: the log is read by more people than either.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: &'a str,
    /// What was done: `team.add`.
    pub action: &'a str,
    /// To what: a handle, a list name, a fingerprint.
    pub object: &'a str,
    /// The particulars.
    pub detail: serde_json::Value,
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Number, without gaps from 1.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub object: String,
    /// The particulars.
    pub detail: serde_json::Value,
}

#[derive(FromRow)]
struct Row {
    seq: i64,
    at: i64,
    actor: String,
    action: String,
    object: String,
    detail: String,
}

/// Appends an entry. Call it last in a transaction: it locks the end of the log until commit.
///
/// # Errors
/// The database cannot be written.
pub async fn append(write: &mut Write, entry: &Entry<'_>) -> Result<()> {
    let sql = "UPDATE setting SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT)
               WHERE name = 'audit_seq' RETURNING CAST(value AS BIGINT)";
    let seq: i64 = sqlx::query_scalar(sql).fetch_one(&mut **write).await?;
    let sql = "INSERT INTO audit (seq, at, actor, action, object, detail)
               VALUES ($1, $2, $3, $4, $5, $6)";
    sqlx::query(sql)
        .bind(seq)
        .bind(entry.at.micros())
        .bind(entry.actor)
        .bind(entry.action)
        .bind(entry.object)
        .bind(entry.detail.to_string())
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Entries behind number `after`, oldest first, at most `limit`.
///
/// # Errors
/// The database cannot be read.
pub async fn after(connection: &mut Connection, after: i64, limit: i64) -> Result<Vec<Record>> {
    let sql = "SELECT seq, at, actor, action, object, detail FROM audit
               WHERE seq > $1 ORDER BY seq LIMIT $2";
    let rows: Vec<Row> = sqlx::query_as(sql).bind(after).bind(limit).fetch_all(connection).await?;
    rows.into_iter().map(record).collect()
}

fn record(row: Row) -> Result<Record> {
    let detail = serde_json::from_str(&row.detail)
        .map_err(|source| Error::internal("an audit entry is damaged").source(source))?;
    Ok(Record {
        seq: row.seq,
        at: at(row.at),
        actor: row.actor,
        action: row.action,
        object: row.object,
        detail,
    })
}
