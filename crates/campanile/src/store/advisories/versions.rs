//! Versions of advisories: never changed, never removed.

use campanile_core::authz::Viewer;
use campanile_core::model::time::Timestamp;
use sqlx::FromRow;

use super::{PRIVY, sees, team_of};
use crate::error::Result;
use crate::store::{Connection, Write};

/// A version, with as much of its document as the viewer may have.
#[derive(Debug, Clone, FromRow)]
pub struct Reading {
    /// Identifier of the row.
    pub id: String,
    /// 1, 2, 3 … as they came.
    pub number: i64,
    /// The version, as written.
    pub version: String,
    /// When it was published, in microseconds.
    pub changed_at: Option<i64>,
    /// When it came, in microseconds.
    pub received_at: i64,
    /// The row of its document.
    pub document_id: String,
    /// Format of the document.
    pub format: String,
    /// How it came.
    pub channel: String,
    /// What is known about its signature.
    pub signature: String,
    /// SHA-256 of the document; empty while something of it is restricted.
    pub sha256: String,
    /// What everybody may see; `None`: all of the document, or nothing.
    pub shown: Option<String>,
    /// The octets, deflated.
    pub content: Option<Vec<u8>>,
    /// What is odd about them, as JSON.
    pub findings: Option<String>,
    /// Both, sealed; only for a viewer in an audience.
    pub sealed: Option<Vec<u8>>,
    /// The rules, sealed; likewise.
    pub rules: Option<Vec<u8>>,
}

/// The versions of an advisory that the viewer may see, oldest first; only the one when its
/// identifier is given.
///
/// # Errors
/// The database cannot be read.
pub async fn reading(
    connection: &mut Connection,
    viewer: &Viewer,
    advisory: &str,
    version: Option<&str>,
) -> Result<Vec<Reading>> {
    let sql = format!(
        "SELECT v.id, v.number, v.version, v.changed_at, v.received_at, v.document_id, d.format, \
         d.channel, d.signature, d.sha256, v.shown, d.content, d.findings, \
         CASE WHEN {PRIVY} THEN d.sealed END AS sealed, \
         CASE WHEN {PRIVY} THEN x.sealed END AS rules \
         FROM advisory a JOIN advisory_version v ON v.advisory_id = a.id \
         JOIN advisory_document d ON d.id = v.document_id \
         LEFT JOIN advisory_disclosure x ON x.id = a.id \
         WHERE a.id = $3 AND ($4 = '' OR v.id = $4) AND $2 = 1 \
         AND (a.minimum_open = 1 OR {PRIVY}) ORDER BY v.number"
    );
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
    let query = query.bind(team_of(viewer)).bind(sees(viewer)).bind(advisory);
    Ok(query.bind(version.unwrap_or_default()).fetch_all(connection).await?)
}

/// Everything of the versions of an advisory, for jobs and decisions that act for nobody in
/// particular.
///
/// # Errors
/// The database cannot be read.
pub(crate) async fn all(connection: &mut Connection, advisory: &str) -> Result<Vec<Reading>> {
    let sql = "SELECT v.id, v.number, v.version, v.changed_at, v.received_at, v.document_id, \
               d.format, d.channel, d.signature, d.sha256, v.shown, d.content, d.findings, \
               d.sealed, x.sealed AS rules \
               FROM advisory_version v JOIN advisory_document d ON d.id = v.document_id \
               LEFT JOIN advisory_disclosure x ON x.id = v.advisory_id \
               WHERE v.advisory_id = $1 ORDER BY v.number";
    Ok(sqlx::query_as(sql).bind(advisory).fetch_all(connection).await?)
}

/// A new version.
pub struct New<'a> {
    /// Identifier of the row.
    pub id: &'a str,
    /// The advisory.
    pub advisory_id: &'a str,
    /// The document.
    pub document_id: &'a str,
    /// 1, 2, 3 …
    pub number: i64,
    /// The version, as written; empty while its existence is restricted.
    pub version: &'a str,
    /// When it was published.
    pub changed_at: Option<Timestamp>,
    /// What everybody may see; `None`: all of the document, or nothing.
    pub shown: Option<&'a str>,
}

/// Adds a version.
///
/// # Errors
/// The database cannot be written.
pub async fn insert(write: &mut Write, new: &New<'_>, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO advisory_version (id, advisory_id, document_id, number, version, \
               changed_at, received_at, shown) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    sqlx::query(sql)
        .bind(new.id)
        .bind(new.advisory_id)
        .bind(new.document_id)
        .bind(new.number)
        .bind(new.version)
        .bind(new.changed_at.map(Timestamp::micros))
        .bind(now.micros())
        .bind(new.shown)
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Writes what everybody may see of a version from now on.
///
/// # Errors
/// The database cannot be written.
pub async fn show(write: &mut Write, id: &str, version: &str, shown: Option<&str>) -> Result<()> {
    let sql = "UPDATE advisory_version SET version = $2, shown = $3 WHERE id = $1";
    sqlx::query(sql).bind(id).bind(version).bind(shown).execute(&mut **write).await?;
    Ok(())
}
