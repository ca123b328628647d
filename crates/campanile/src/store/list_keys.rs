//! Table `list_key`: the public halves of the keys of lists. The secret halves are files.

use campanile_core::model::key::{Fingerprint, Protocol};
use campanile_core::model::time::Timestamp;
use sqlx::FromRow;

use super::credentials::fingerprint;
use super::{Connection, Write, at, stored};
use crate::error::Result;

/// A key of a list as registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListKey {
    /// Identifier (UUID version 7).
    pub id: String,
    /// The list that it belongs to.
    pub list_id: String,
    /// OpenPGP or S/MIME.
    pub protocol: Protocol,
    /// The full fingerprint.
    pub fingerprint: Fingerprint,
    /// OpenPGP: binary transferable public key. S/MIME: DER.
    pub certificate: Vec<u8>,
    /// Algorithms, for people.
    pub algorithms: String,
    /// When its own validity ends.
    pub expires_at: Option<Timestamp>,
    /// Order among the keys of the list; the lowest of each protocol signs.
    pub position: i64,
    /// When it was registered.
    pub created_at: Timestamp,
}

#[derive(FromRow)]
struct Row {
    id: String,
    list_id: String,
    protocol: String,
    fingerprint: String,
    certificate: Vec<u8>,
    algorithms: String,
    expires_at: Option<i64>,
    position: i64,
    created_at: i64,
}

/// Adds a key.
///
/// # Errors
/// A conflict when the list has it already.
pub async fn insert(write: &mut Write, key: &ListKey) -> Result<()> {
    let sql = "INSERT INTO list_key (id, list_id, protocol, fingerprint, certificate, algorithms,
                                     expires_at, position, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    sqlx::query(sql)
        .bind(&key.id)
        .bind(&key.list_id)
        .bind(key.protocol.name())
        .bind(key.fingerprint.as_str())
        .bind(key.certificate.as_slice())
        .bind(&key.algorithms)
        .bind(key.expires_at.map(Timestamp::micros))
        .bind(key.position)
        .bind(key.created_at.micros())
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// The key that signs: the first of its kind. `keys` are those of one list, in their order.
pub fn signing(keys: &[ListKey], protocol: Protocol) -> Option<&ListKey> {
    keys.iter().find(|key| key.protocol == protocol)
}

/// Moves a key in the order of its list.
///
/// # Errors
/// The database cannot be written.
pub async fn set_position(write: &mut Write, id: &str, position: i64) -> Result<()> {
    let sql = "UPDATE list_key SET position = $1 WHERE id = $2";
    sqlx::query(sql).bind(position).bind(id).execute(&mut **write).await?;
    Ok(())
}

/// Removes a key.
///
/// # Errors
/// The database cannot be written.
pub async fn remove(write: &mut Write, id: &str) -> Result<()> {
    sqlx::query("DELETE FROM list_key WHERE id = $1").bind(id).execute(&mut **write).await?;
    Ok(())
}

/// All keys of all lists, in their order.
///
/// # Errors
/// The database cannot be read.
pub async fn all(connection: &mut Connection) -> Result<Vec<ListKey>> {
    let sql = "SELECT id, list_id, protocol, fingerprint, certificate, algorithms, expires_at,
                      position, created_at
               FROM list_key ORDER BY list_id, position";
    let rows: Vec<Row> = sqlx::query_as(sql).fetch_all(connection).await?;
    rows.into_iter().map(list_key).collect()
}

/// The keys of one list, in their order.
///
/// # Errors
/// The database cannot be read.
pub async fn of_list(connection: &mut Connection, list_id: &str) -> Result<Vec<ListKey>> {
    let sql = "SELECT id, list_id, protocol, fingerprint, certificate, algorithms, expires_at,
                      position, created_at
               FROM list_key WHERE list_id = $1 ORDER BY position";
    let rows: Vec<Row> = sqlx::query_as(sql).bind(list_id).fetch_all(connection).await?;
    rows.into_iter().map(list_key).collect()
}

/// The name of the list that has a key.
///
/// # Errors
/// The database cannot be read.
pub async fn owner_of(
    connection: &mut Connection,
    fingerprint: &Fingerprint,
) -> Result<Option<String>> {
    let sql = "SELECT list.name FROM list_key JOIN list ON list.id = list_key.list_id
               WHERE list_key.fingerprint = $1 LIMIT 1";
    Ok(sqlx::query_scalar(sql).bind(fingerprint.as_str()).fetch_optional(connection).await?)
}

fn list_key(row: Row) -> Result<ListKey> {
    Ok(ListKey {
        id: row.id,
        list_id: row.list_id,
        protocol: stored("list_key.protocol", &row.protocol)?,
        fingerprint: fingerprint(&row.fingerprint)?,
        certificate: row.certificate,
        algorithms: row.algorithms,
        expires_at: row.expires_at.map(at),
        position: row.position,
        created_at: at(row.created_at),
    })
}
