//! Tables `team` and `team_address`.

use std::collections::HashMap;

use campanile_core::model::address::EmailAddress;
use campanile_core::model::fqdn::Fqdn;
use campanile_core::model::team::{Handle, Standing, TeamState};
use campanile_core::model::time::Timestamp;
use serde::Serialize;
use sqlx::FromRow;

use super::{Connection, Write, at, stored};
use crate::error::Result;

/// A team as registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Team {
    /// Identifier (UUID version 7).
    pub id: String,
    /// Short name.
    pub handle: Handle,
    /// Full name.
    pub name: String,
    /// Domain of the team.
    pub fqdn: Fqdn,
    /// How it came to the network.
    pub standing: Standing,
    /// Decides what it may do.
    pub state: TeamState,
    /// Addresses; the first is where copies go.
    pub emails: Vec<EmailAddress>,
    /// For the call when mail does not arrive.
    pub phone: Option<String>,
    /// Telefax.
    pub fax: Option<String>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When its entry was last changed.
    pub changed_at: Timestamp,
}

#[derive(FromRow)]
struct Row {
    id: String,
    handle: String,
    name: String,
    fqdn: String,
    standing: String,
    state: String,
    phone: Option<String>,
    fax: Option<String>,
    created_at: i64,
    changed_at: i64,
}

/// Handles are compared without letter case.
fn key(handle: &Handle) -> String {
    handle.as_str().to_ascii_lowercase()
}

/// Addresses are compared without letter case [`EmailAddress::same_mailbox`].
pub(super) fn address_key(address: &EmailAddress) -> String {
    address.as_str().to_ascii_lowercase()
}

/// Adds a team with its addresses.
///
/// # Errors
/// A conflict when handle or an address is taken.
pub async fn insert(write: &mut Write, team: &Team) -> Result<()> {
    let sql = "INSERT INTO team (id, handle, handle_key, name, fqdn, standing, state, phone, fax,
                                 created_at, changed_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    sqlx::query(sql)
        .bind(&team.id)
        .bind(team.handle.as_str())
        .bind(key(&team.handle))
        .bind(&team.name)
        .bind(team.fqdn.as_str())
        .bind(team.standing.name())
        .bind(team.state.name())
        .bind(&team.phone)
        .bind(&team.fax)
        .bind(team.created_at.micros())
        .bind(team.changed_at.micros())
        .execute(&mut **write)
        .await?;
    insert_addresses(write, team).await
}

async fn insert_addresses(write: &mut Write, team: &Team) -> Result<()> {
    let sql = "INSERT INTO team_address (address_key, address, team_id, position)
               VALUES ($1, $2, $3, $4)";
    for (position, address) in (0i64..).zip(&team.emails) {
        sqlx::query(sql)
            .bind(address_key(address))
            .bind(address.as_str())
            .bind(&team.id)
            .bind(position)
            .execute(&mut **write)
            .await?;
    }
    Ok(())
}

/// Writes a team anew, with its addresses; handle and identifier stay.
///
/// # Errors
/// A conflict when an address is taken.
pub async fn update(write: &mut Write, team: &Team) -> Result<()> {
    let sql = "UPDATE team SET name = $1, fqdn = $2, standing = $3, state = $4, phone = $5,
                   fax = $6, changed_at = $7 WHERE id = $8";
    sqlx::query(sql)
        .bind(&team.name)
        .bind(team.fqdn.as_str())
        .bind(team.standing.name())
        .bind(team.state.name())
        .bind(&team.phone)
        .bind(&team.fax)
        .bind(team.changed_at.micros())
        .bind(&team.id)
        .execute(&mut **write)
        .await?;
    sqlx::query("DELETE FROM team_address WHERE team_id = $1")
        .bind(&team.id)
        .execute(&mut **write)
        .await?;
    insert_addresses(write, team).await
}

/// Changes the state of a team.
///
/// # Errors
/// The database cannot be written.
pub async fn set_state(
    write: &mut Write,
    id: &str,
    state: TeamState,
    now: Timestamp,
) -> Result<()> {
    sqlx::query("UPDATE team SET state = $1, changed_at = $2 WHERE id = $3")
        .bind(state.name())
        .bind(now.micros())
        .bind(id)
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// All teams, by handle.
///
/// # Errors
/// The database cannot be read.
pub async fn all(connection: &mut Connection) -> Result<Vec<Team>> {
    let sql = "SELECT id, handle, name, fqdn, standing, state, phone, fax, created_at, changed_at
               FROM team";
    let rows: Vec<Row> = sqlx::query_as(sql).fetch_all(&mut *connection).await?;
    let sql = "SELECT team_id, address FROM team_address ORDER BY team_id, position";
    let pairs: Vec<(String, String)> = sqlx::query_as(sql).fetch_all(connection).await?;
    let mut addresses: HashMap<String, Vec<String>> = HashMap::new();
    for (team, address) in pairs {
        addresses.entry(team).or_default().push(address);
    }
    let mut teams = Vec::with_capacity(rows.len());
    for row in rows {
        let emails = addresses.remove(&row.id).unwrap_or_default();
        teams.push(team(row, &emails)?);
    }
    // Here and not in SQL: the two databases sort text differently.
    teams.sort_by_key(|team| key(&team.handle));
    Ok(teams)
}

/// One team; `None` when there is none with this handle.
///
/// # Errors
/// The database cannot be read.
pub async fn by_handle(connection: &mut Connection, handle: &Handle) -> Result<Option<Team>> {
    let sql = "SELECT id, handle, name, fqdn, standing, state, phone, fax, created_at, changed_at
               FROM team WHERE handle_key = $1";
    let row: Option<Row> =
        sqlx::query_as(sql).bind(key(handle)).fetch_optional(&mut *connection).await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let sql = "SELECT address FROM team_address WHERE team_id = $1 ORDER BY position";
    let emails: Vec<String> = sqlx::query_scalar(sql).bind(&row.id).fetch_all(connection).await?;
    team(row, &emails).map(Some)
}

/// The handle of the team that an address belongs to, whatever its letter case.
///
/// # Errors
/// The database cannot be read.
pub async fn owner_of_address(
    connection: &mut Connection,
    address: &EmailAddress,
) -> Result<Option<String>> {
    let sql = "SELECT team.handle FROM team_address JOIN team ON team.id = team_address.team_id
               WHERE team_address.address_key = $1";
    Ok(sqlx::query_scalar(sql).bind(address_key(address)).fetch_optional(connection).await?)
}

fn team(row: Row, emails: &[String]) -> Result<Team> {
    Ok(Team {
        id: row.id,
        handle: stored("team.handle", &row.handle)?,
        name: row.name,
        fqdn: stored("team.fqdn", &row.fqdn)?,
        standing: stored("team.standing", &row.standing)?,
        state: stored("team.state", &row.state)?,
        emails: emails
            .iter()
            .map(|address| stored("team_address.address", address))
            .collect::<Result<_>>()?,
        phone: row.phone,
        fax: row.fax,
        created_at: at(row.created_at),
        changed_at: at(row.changed_at),
    })
}
