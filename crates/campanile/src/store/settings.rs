//! Table `setting`: single values of the network, among them the version of the registry.

use super::{Connection, Db, Write, stored};
use crate::error::{Error, Result};

/// Starts a change of the registry: a write transaction in which the registry version has been
/// counted up.
///
/// The row lock of the counter makes changes of the registry happen one after the other, so
/// rules over several tables ("no team has the address of a list") hold on both databases.
///
/// # Errors
/// As [`Db::begin_write`].
pub async fn begin_registry_change(db: &Db) -> Result<Write> {
    let mut write = db.begin_write().await?;
    let sql = "UPDATE setting SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT)
               WHERE name = 'registry_version'";
    sqlx::query(sql).execute(&mut *write).await?;
    Ok(write)
}

/// The version of the registry; differs after every change.
///
/// # Errors
/// The database cannot be read.
pub async fn registry_version(connection: &mut Connection) -> Result<i64> {
    match value(connection, "registry_version").await? {
        Some(text) => stored("setting registry_version", &text),
        None => Err(Error::internal("the database has lost its registry version")),
    }
}

/// A single value; `None` when it was never set.
///
/// # Errors
/// The database cannot be read.
pub async fn value(connection: &mut Connection, name: &str) -> Result<Option<String>> {
    let sql = "SELECT value FROM setting WHERE name = $1";
    Ok(sqlx::query_scalar(sql).bind(name).fetch_optional(connection).await?)
}

/// Sets a single value that was never set before.
///
/// # Errors
/// A conflict when it was.
pub async fn set_first(write: &mut Write, name: &str, value: &str) -> Result<()> {
    let sql = "INSERT INTO setting (name, value) VALUES ($1, $2)";
    sqlx::query(sql).bind(name).bind(value).execute(&mut **write).await?;
    Ok(())
}

/// Sets a single value that is there already.
///
/// # Errors
/// The database cannot be written.
pub async fn set(write: &mut Write, name: &str, value: &str) -> Result<()> {
    let sql = "UPDATE setting SET value = $1 WHERE name = $2";
    sqlx::query(sql).bind(value).bind(name).execute(&mut **write).await?;
    Ok(())
}
