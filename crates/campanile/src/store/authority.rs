//! Tables `authority` and `issued`: the network's own CA, and every certificate it has signed.

use campanile_core::model::key::Fingerprint;
use campanile_core::model::time::Timestamp;
use serde::Serialize;
use sqlx::FromRow;

use super::credentials::fingerprint;
use super::{Connection, Write, at};
use crate::error::Result;

/// The authority as registered; its secret key is a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorityRow {
    /// Identifier (UUID version 7).
    pub id: String,
    /// SHA-256 of its certificate.
    pub fingerprint: Fingerprint,
    /// DER.
    pub certificate: Vec<u8>,
    /// The newest revocation list, DER.
    pub crl: Vec<u8>,
    /// Number of that list.
    pub crl_number: i64,
    /// When the next list is due at the latest.
    pub crl_next_at: Timestamp,
    /// When its certificate ends.
    pub expires_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A certificate that the authority has signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IssuedRow {
    /// Serial number in upper-case hexadecimal.
    pub serial: String,
    /// The authority.
    #[serde(skip)]
    pub authority_id: String,
    /// SHA-256 of the certificate.
    pub fingerprint: Fingerprint,
    /// SHA-256 of its public key.
    pub key_digest: Fingerprint,
    /// `client` or `server`.
    pub kind: String,
    /// Subject on one line.
    pub subject: String,
    /// When its validity ends.
    pub expires_at: Timestamp,
    /// When it was signed.
    pub issued_at: Timestamp,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
    /// Why it was taken back.
    pub reason: Option<String>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    fingerprint: String,
    certificate: Vec<u8>,
    crl: Vec<u8>,
    crl_number: i64,
    crl_next_at: i64,
    expires_at: i64,
    created_at: i64,
}

#[derive(FromRow)]
struct Signed {
    serial: String,
    authority_id: String,
    fingerprint: String,
    key_digest: String,
    kind: String,
    subject: String,
    expires_at: i64,
    issued_at: i64,
    revoked_at: Option<i64>,
    reason: Option<String>,
}

/// Registers the authority.
///
/// # Errors
/// The database cannot be written.
pub async fn insert(write: &mut Write, row: &AuthorityRow) -> Result<()> {
    let sql = "INSERT INTO authority (id, fingerprint, certificate, crl, crl_number, crl_next_at,
                   expires_at, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    sqlx::query(sql)
        .bind(&row.id)
        .bind(row.fingerprint.as_str())
        .bind(row.certificate.as_slice())
        .bind(row.crl.as_slice())
        .bind(row.crl_number)
        .bind(row.crl_next_at.micros())
        .bind(row.expires_at.micros())
        .bind(row.created_at.micros())
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// The authority; `None` before it was made.
///
/// # Errors
/// The database cannot be read.
pub async fn current(connection: &mut Connection) -> Result<Option<AuthorityRow>> {
    let sql = "SELECT id, fingerprint, certificate, crl, crl_number, crl_next_at, expires_at,
                      created_at
               FROM authority ORDER BY created_at DESC, id DESC";
    let row: Option<Row> = sqlx::query_as(sql).fetch_optional(connection).await?;
    row.map(|row| {
        Ok(AuthorityRow {
            id: row.id,
            fingerprint: fingerprint(&row.fingerprint)?,
            certificate: row.certificate,
            crl: row.crl,
            crl_number: row.crl_number,
            crl_next_at: at(row.crl_next_at),
            expires_at: at(row.expires_at),
            created_at: at(row.created_at),
        })
    })
    .transpose()
}

/// Puts a new revocation list in the place of the one before.
///
/// # Errors
/// The database cannot be written.
pub async fn set_crl(
    write: &mut Write,
    id: &str,
    crl: &[u8],
    number: i64,
    next: Timestamp,
) -> Result<()> {
    let sql = "UPDATE authority SET crl = $1, crl_number = $2, crl_next_at = $3 WHERE id = $4";
    sqlx::query(sql)
        .bind(crl)
        .bind(number)
        .bind(next.micros())
        .bind(id)
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Notes that a certificate was signed.
///
/// # Errors
/// The database cannot be written.
pub async fn insert_issued(write: &mut Write, row: &IssuedRow) -> Result<()> {
    let sql = "INSERT INTO issued (serial, authority_id, fingerprint, key_digest, kind, subject,
                   expires_at, issued_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    sqlx::query(sql)
        .bind(&row.serial)
        .bind(&row.authority_id)
        .bind(row.fingerprint.as_str())
        .bind(row.key_digest.as_str())
        .bind(&row.kind)
        .bind(&row.subject)
        .bind(row.expires_at.micros())
        .bind(row.issued_at.micros())
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Takes a certificate back. Returns whether it is one of ours that was good until now.
///
/// # Errors
/// The database cannot be written.
pub async fn revoke(
    write: &mut Write,
    fingerprint: &Fingerprint,
    reason: &str,
    now: Timestamp,
) -> Result<bool> {
    let sql = "UPDATE issued SET revoked_at = $1, reason = $2
               WHERE fingerprint = $3 AND revoked_at IS NULL";
    let done = sqlx::query(sql)
        .bind(now.micros())
        .bind(reason)
        .bind(fingerprint.as_str())
        .execute(&mut **write)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// What stands on the revocation list: what was taken back and would be valid still.
///
/// # Errors
/// The database cannot be read.
pub async fn revoked(
    connection: &mut Connection,
    authority_id: &str,
    now: Timestamp,
) -> Result<Vec<(String, Timestamp)>> {
    let sql = "SELECT serial, revoked_at FROM issued
               WHERE authority_id = $1 AND revoked_at IS NOT NULL AND expires_at > $2
               ORDER BY revoked_at, serial";
    let rows: Vec<(String, i64)> =
        sqlx::query_as(sql).bind(authority_id).bind(now.micros()).fetch_all(connection).await?;
    Ok(rows.into_iter().map(|(serial, revoked_at)| (serial, at(revoked_at))).collect())
}

/// Everything that was ever signed, oldest first.
///
/// # Errors
/// The database cannot be read.
pub async fn issued(connection: &mut Connection) -> Result<Vec<IssuedRow>> {
    let sql = "SELECT serial, authority_id, fingerprint, key_digest, kind, subject, expires_at,
                      issued_at, revoked_at, reason
               FROM issued ORDER BY issued_at, serial";
    let rows: Vec<Signed> = sqlx::query_as(sql).fetch_all(connection).await?;
    rows.into_iter().map(signed).collect()
}

fn signed(row: Signed) -> Result<IssuedRow> {
    Ok(IssuedRow {
        serial: row.serial,
        authority_id: row.authority_id,
        fingerprint: fingerprint(&row.fingerprint)?,
        key_digest: fingerprint(&row.key_digest)?,
        kind: row.kind,
        subject: row.subject,
        expires_at: at(row.expires_at),
        issued_at: at(row.issued_at),
        revoked_at: row.revoked_at.map(at),
        reason: row.reason,
    })
}
