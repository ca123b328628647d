//! Documents as they came.

use std::collections::HashMap;

use campanile_core::model::time::Timestamp;

use super::VALUES_PER_LIST;
use crate::error::Result;
use crate::store::{Connection, Write};

/// A new document.
pub struct New<'a> {
    /// Identifier of the row.
    pub id: &'a str,
    /// The team that brought it; empty for the operator.
    pub brought_by: &'a str,
    /// HMAC of its digest.
    pub digest: &'a str,
    /// Its digest; empty while something of it is restricted.
    pub sha256: &'a str,
    /// Its format.
    pub format: &'a str,
    /// How it came.
    pub channel: &'a str,
    /// What is known about its signature.
    pub signature: &'a str,
    /// Its octets and what is odd about them, or both sealed.
    pub body: Body<'a>,
}

/// Where the octets of a document are.
pub enum Body<'a> {
    /// In clear: deflated, and the findings as JSON.
    Clear(&'a [u8], &'a str),
    /// Both, sealed.
    Sealed(&'a [u8]),
}

impl<'a> Body<'a> {
    fn columns(&self) -> (Option<&'a [u8]>, Option<&'a str>, Option<&'a [u8]>) {
        match *self {
            Self::Clear(content, findings) => (Some(content), Some(findings), None),
            Self::Sealed(sealed) => (None, None, Some(sealed)),
        }
    }
}

/// The documents that were brought before by the same team: by their digest, the advisory of which
/// each became a version.
///
/// # Errors
/// The database cannot be read.
pub async fn known(
    connection: &mut Connection,
    brought_by: &str,
    digests: &[&str],
) -> Result<HashMap<String, String>> {
    let mut found = HashMap::new();
    for part in digests.chunks(VALUES_PER_LIST) {
        let sql = format!(
            "SELECT d.digest, v.advisory_id FROM advisory_document d \
             JOIN advisory_version v ON v.document_id = d.id \
             WHERE d.brought_by = $1 AND d.digest IN ({})",
            super::places(2, part.len())
        );
        let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(brought_by);
        for digest in part {
            query = query.bind(*digest);
        }
        let rows: Vec<(String, String)> = query.fetch_all(&mut *connection).await?;
        found.extend(rows);
    }
    Ok(found)
}

/// Adds a document.
///
/// # Errors
/// The database cannot be written.
pub async fn insert(write: &mut Write, new: &New<'_>, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO advisory_document (id, brought_by, digest, sha256, format, channel, \
               signature, received_at, content, findings, sealed) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let (content, findings, sealed) = new.body.columns();
    sqlx::query(sql)
        .bind(new.id)
        .bind(new.brought_by)
        .bind(new.digest)
        .bind(new.sha256)
        .bind(new.format)
        .bind(new.channel)
        .bind(new.signature)
        .bind(now.micros())
        .bind(content)
        .bind(findings)
        .bind(sealed)
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Puts a document into clear, or under seal.
///
/// # Errors
/// The database cannot be written.
pub async fn change_body(write: &mut Write, id: &str, sha256: &str, body: &Body<'_>) -> Result<()> {
    let sql = "UPDATE advisory_document SET sha256 = $2, content = $3, findings = $4, sealed = $5 \
               WHERE id = $1";
    let (content, findings, sealed) = body.columns();
    sqlx::query(sql)
        .bind(id)
        .bind(sha256)
        .bind(content)
        .bind(findings)
        .bind(sealed)
        .execute(&mut **write)
        .await?;
    Ok(())
}
