//! Table `list`.

use campanile_core::model::address::EmailAddress;
use campanile_core::model::list::Policy;
use campanile_core::model::list_name::ListName;
use campanile_core::model::time::Timestamp;
use sqlx::FromRow;

use super::teams::address_key;
use super::{Connection, Write, at, stored};
use crate::error::{Error, Result};

/// A list as registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// Identifier (UUID version 7).
    pub id: String,
    /// Short name.
    pub name: ListName,
    /// Where mail for it goes.
    pub address: EmailAddress,
    /// Its rules.
    pub policy: Policy,
    /// When it was registered.
    pub created_at: Timestamp,
}

#[derive(FromRow)]
struct Row {
    id: String,
    name: String,
    address: String,
    policy: String,
    created_at: i64,
}

/// Adds a list.
///
/// # Errors
/// A conflict when name or address is taken by another list.
pub async fn insert(write: &mut Write, list: &List) -> Result<()> {
    let sql = "INSERT INTO list (id, name, address, address_key, policy, created_at)
               VALUES ($1, $2, $3, $4, $5, $6)";
    sqlx::query(sql)
        .bind(&list.id)
        .bind(list.name.as_str())
        .bind(list.address.as_str())
        .bind(address_key(&list.address))
        .bind(policy_text(&list.policy)?)
        .bind(list.created_at.micros())
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Replaces the policy of a list.
///
/// # Errors
/// The database cannot be written.
pub async fn set_policy(write: &mut Write, id: &str, policy: &Policy) -> Result<()> {
    sqlx::query("UPDATE list SET policy = $1 WHERE id = $2")
        .bind(policy_text(policy)?)
        .bind(id)
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// All lists, by name.
///
/// # Errors
/// The database cannot be read.
pub async fn all(connection: &mut Connection) -> Result<Vec<List>> {
    let sql = "SELECT id, name, address, policy, created_at FROM list";
    let rows: Vec<Row> = sqlx::query_as(sql).fetch_all(connection).await?;
    let mut lists = rows.into_iter().map(list).collect::<Result<Vec<_>>>()?;
    lists.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(lists)
}

/// One list; `None` when there is none with this name.
///
/// # Errors
/// The database cannot be read.
pub async fn by_name(connection: &mut Connection, name: &ListName) -> Result<Option<List>> {
    let sql = "SELECT id, name, address, policy, created_at FROM list WHERE name = $1";
    let row: Option<Row> =
        sqlx::query_as(sql).bind(name.as_str()).fetch_optional(connection).await?;
    row.map(list).transpose()
}

/// The name of the list that an address belongs to, whatever its letter case.
///
/// # Errors
/// The database cannot be read.
pub async fn owner_of_address(
    connection: &mut Connection,
    address: &EmailAddress,
) -> Result<Option<String>> {
    let sql = "SELECT name FROM list WHERE address_key = $1";
    Ok(sqlx::query_scalar(sql).bind(address_key(address)).fetch_optional(connection).await?)
}

/// The policy as TOML, as it is stored and shown.
///
/// # Errors
/// Never for a policy that was read from TOML.
pub fn policy_text(policy: &Policy) -> Result<String> {
    toml::to_string(policy)
        .map_err(|source| Error::internal("the policy cannot be written").source(source))
}

fn list(row: Row) -> Result<List> {
    let policy = toml::from_str(&row.policy).map_err(|source| {
        Error::internal(format!("the policy of the list {} is damaged", row.name))
            .source(source)
            .hint("replace it: `campanile list policy NAME FILE`")
    })?;
    Ok(List {
        id: row.id,
        name: stored("list.name", &row.name)?,
        address: stored("list.address", &row.address)?,
        policy,
        created_at: at(row.created_at),
    })
}
