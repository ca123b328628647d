//! Table `trust_anchor`: the CA certificates that the network trusts for S/MIME.

use campanile_core::model::key::Fingerprint;
use campanile_core::model::time::Timestamp;
use sqlx::FromRow;

use super::credentials::fingerprint;
use super::{Connection, Write, at};
use crate::error::Result;

/// A trust anchor as registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustAnchor {
    /// Identifier (UUID version 7).
    pub id: String,
    /// Subject, for people.
    pub subject: String,
    /// SHA-256 of the DER certificate.
    pub fingerprint: Fingerprint,
    /// DER.
    pub certificate: Vec<u8>,
    /// The newest revocation list that it has issued, DER.
    pub crl: Option<Vec<u8>>,
    /// Whether certificates below it may be registered for logging in.
    pub logins: bool,
    /// When it was registered.
    pub created_at: Timestamp,
}

#[derive(FromRow)]
struct Row {
    id: String,
    subject: String,
    fingerprint: String,
    certificate: Vec<u8>,
    crl: Option<Vec<u8>>,
    logins: i64,
    created_at: i64,
}

/// Adds a trust anchor.
///
/// # Errors
/// A conflict when it is registered already.
pub async fn insert(write: &mut Write, anchor: &TrustAnchor) -> Result<()> {
    let sql = "INSERT INTO trust_anchor (id, subject, fingerprint, certificate, crl, logins,
                                         created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    sqlx::query(sql)
        .bind(&anchor.id)
        .bind(&anchor.subject)
        .bind(anchor.fingerprint.as_str())
        .bind(anchor.certificate.as_slice())
        .bind(anchor.crl.as_deref())
        .bind(i64::from(anchor.logins))
        .bind(anchor.created_at.micros())
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Replaces the revocation list of an anchor.
///
/// # Errors
/// The database cannot be written.
pub async fn set_crl(write: &mut Write, id: &str, crl: &[u8]) -> Result<()> {
    sqlx::query("UPDATE trust_anchor SET crl = $1 WHERE id = $2")
        .bind(crl)
        .bind(id)
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Allows that certificates below an anchor are registered for logging in.
///
/// # Errors
/// The database cannot be written.
pub async fn allow_logins(write: &mut Write, id: &str) -> Result<()> {
    let sql = "UPDATE trust_anchor SET logins = 1 WHERE id = $1";
    sqlx::query(sql).bind(id).execute(&mut **write).await?;
    Ok(())
}

/// Removes an anchor.
///
/// # Errors
/// The database cannot be written.
pub async fn remove(write: &mut Write, id: &str) -> Result<()> {
    sqlx::query("DELETE FROM trust_anchor WHERE id = $1").bind(id).execute(&mut **write).await?;
    Ok(())
}

/// All anchors, oldest first.
///
/// # Errors
/// The database cannot be read.
pub async fn all(connection: &mut Connection) -> Result<Vec<TrustAnchor>> {
    let sql = "SELECT id, subject, fingerprint, certificate, crl, logins, created_at
               FROM trust_anchor ORDER BY created_at, id";
    let rows: Vec<Row> = sqlx::query_as(sql).fetch_all(connection).await?;
    rows.into_iter().map(anchor).collect()
}

/// One anchor; `None` when it is not registered.
///
/// # Errors
/// The database cannot be read.
pub async fn by_fingerprint(
    connection: &mut Connection,
    fingerprint: &Fingerprint,
) -> Result<Option<TrustAnchor>> {
    let sql = "SELECT id, subject, fingerprint, certificate, crl, logins, created_at
               FROM trust_anchor WHERE fingerprint = $1";
    let row: Option<Row> =
        sqlx::query_as(sql).bind(fingerprint.as_str()).fetch_optional(connection).await?;
    row.map(anchor).transpose()
}

fn anchor(row: Row) -> Result<TrustAnchor> {
    Ok(TrustAnchor {
        id: row.id,
        subject: row.subject,
        fingerprint: fingerprint(&row.fingerprint)?,
        certificate: row.certificate,
        crl: row.crl,
        logins: row.logins != 0,
        created_at: at(row.created_at),
    })
}
