//! Table `person`: who belongs to a team, and as what.

use campanile_core::model::address::EmailAddress;
use campanile_core::model::person::{PersonState, Role};
use campanile_core::model::time::Timestamp;
use serde::Serialize;
use sqlx::FromRow;

use super::{Connection, Write, at, stored};
use crate::error::Result;

/// A person as registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Identifier (UUID version 7).
    pub id: String,
    /// The team that it belongs to.
    pub team_id: String,
    /// Full name.
    pub name: String,
    /// Its own address.
    pub email: EmailAddress,
    /// What it does in the team.
    pub role: Role,
    /// Telephone.
    pub phone: Option<String>,
    /// Whether it still belongs to the team.
    pub state: PersonState,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When its entry was last changed.
    pub changed_at: Timestamp,
}

#[derive(FromRow)]
struct Row {
    id: String,
    team_id: String,
    name: String,
    email: String,
    role: String,
    phone: Option<String>,
    state: String,
    created_at: i64,
    changed_at: i64,
}

/// Adds a person.
///
/// # Errors
/// The database cannot be written.
pub async fn insert(write: &mut Write, person: &Person) -> Result<()> {
    let sql = "INSERT INTO person (id, team_id, name, email, role, phone, state, created_at,
                                   changed_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    sqlx::query(sql)
        .bind(&person.id)
        .bind(&person.team_id)
        .bind(&person.name)
        .bind(person.email.as_str())
        .bind(person.role.name())
        .bind(&person.phone)
        .bind(person.state.name())
        .bind(person.created_at.micros())
        .bind(person.changed_at.micros())
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Changes the state of a person.
///
/// # Errors
/// The database cannot be written.
pub async fn set_state(
    write: &mut Write,
    id: &str,
    state: PersonState,
    now: Timestamp,
) -> Result<()> {
    sqlx::query("UPDATE person SET state = $1, changed_at = $2 WHERE id = $3")
        .bind(state.name())
        .bind(now.micros())
        .bind(id)
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// The people of all teams, also those that were removed, oldest first.
///
/// # Errors
/// The database cannot be read.
pub async fn all(connection: &mut Connection) -> Result<Vec<Person>> {
    let sql = "SELECT id, team_id, name, email, role, phone, state, created_at, changed_at
               FROM person ORDER BY created_at, id";
    let rows: Vec<Row> = sqlx::query_as(sql).fetch_all(connection).await?;
    rows.into_iter().map(person).collect()
}

/// The people of one team, also those that were removed, oldest first.
///
/// # Errors
/// The database cannot be read.
pub async fn of_team(connection: &mut Connection, team_id: &str) -> Result<Vec<Person>> {
    let sql = "SELECT id, team_id, name, email, role, phone, state, created_at, changed_at
               FROM person WHERE team_id = $1 ORDER BY created_at, id";
    let rows: Vec<Row> = sqlx::query_as(sql).bind(team_id).fetch_all(connection).await?;
    rows.into_iter().map(person).collect()
}

fn person(row: Row) -> Result<Person> {
    Ok(Person {
        id: row.id,
        team_id: row.team_id,
        name: row.name,
        email: stored("person.email", &row.email)?,
        role: stored("person.role", &row.role)?,
        phone: row.phone,
        state: stored("person.state", &row.state)?,
        created_at: at(row.created_at),
        changed_at: at(row.changed_at),
    })
}
