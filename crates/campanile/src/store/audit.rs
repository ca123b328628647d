//! Table `audit`: who changed what, in order, for good. Never updated, never deleted from.
//!
//! Every entry is chained to the one before it: [`super::audit_chain`].

use campanile_core::model::time::Timestamp;
use sqlx::FromRow;

use super::audit_chain::{Origin, link};
use super::{Connection, Write, at, settings};
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
    /// What chains it to the one before it, in hexadecimal.
    pub hash: String,
}

/// One row as it is stored.
#[derive(FromRow)]
pub(super) struct Row {
    pub(super) seq: i64,
    pub(super) at: i64,
    pub(super) actor: String,
    pub(super) action: String,
    pub(super) object: String,
    pub(super) detail: String,
    pub(super) hash: String,
}

/// Appends an entry, chained by the secret of the network. Call it last in a transaction: it
/// locks the end of the log until commit.
///
/// # Errors
/// The database cannot be written.
pub async fn append(write: &mut Write, secret: &[u8], entry: &Entry<'_>) -> Result<()> {
    let sql = "UPDATE setting SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT)
               WHERE name = 'audit_seq' RETURNING CAST(value AS BIGINT)";
    let seq: i64 = sqlx::query_scalar(sql).fetch_one(&mut **write).await?;
    let previous = hash_of(write, seq - 1).await?.unwrap_or_default();
    let mut row = Row {
        seq,
        at: entry.at.micros(),
        actor: entry.actor.into(),
        action: entry.action.into(),
        object: entry.object.into(),
        detail: entry.detail.to_string(),
        hash: String::new(),
    };
    row.hash = link(secret, Origin::Chained, &previous, &row)?;
    let sql = "INSERT INTO audit (seq, at, actor, action, object, detail, hash)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    sqlx::query(sql)
        .bind(seq)
        .bind(row.at)
        .bind(&row.actor)
        .bind(&row.action)
        .bind(&row.object)
        .bind(&row.detail)
        .bind(&row.hash)
        .execute(&mut **write)
        .await?;
    settings::set(write, "audit_hash", &row.hash).await
}

/// What chains an entry; `None` when there is no such entry.
///
/// # Errors
/// The database cannot be read.
pub(super) async fn hash_of(connection: &mut Connection, seq: i64) -> Result<Option<String>> {
    let sql = "SELECT hash FROM audit WHERE seq = $1";
    Ok(sqlx::query_scalar(sql).bind(seq).fetch_optional(connection).await?)
}

/// Entries behind number `after`, oldest first, at most `limit`.
///
/// # Errors
/// The database cannot be read, or an entry's detail is no JSON.
pub async fn after(connection: &mut Connection, after: i64, limit: i64) -> Result<Vec<Record>> {
    rows(connection, after, limit).await?.into_iter().map(record).collect()
}

/// The newest entries, oldest first, at most `limit`.
///
/// # Errors
/// As [`after`].
pub async fn newest(connection: &mut Connection, limit: i64) -> Result<Vec<Record>> {
    let sql = "SELECT COALESCE(MAX(seq), 0) FROM audit";
    let last: i64 = sqlx::query_scalar(sql).fetch_one(&mut *connection).await?;
    after(connection, last.saturating_sub(limit), limit).await
}

/// As [`after`], as stored.
pub(super) async fn rows(connection: &mut Connection, after: i64, limit: i64) -> Result<Vec<Row>> {
    let sql = "SELECT seq, at, actor, action, object, detail, hash FROM audit
               WHERE seq > $1 ORDER BY seq LIMIT $2";
    Ok(sqlx::query_as(sql).bind(after).bind(limit).fetch_all(connection).await?)
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
        hash: row.hash,
    })
}
