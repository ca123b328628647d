//! Table `membership`: the record of a team, and when its contact data were confirmed.

use campanile_core::model::membership::{Confirmation, Directory};
use campanile_core::model::time::Timestamp;
use sqlx::FromRow;

use super::{Connection, Write, at};
use crate::error::{Error, Result};

/// What is kept of a team besides what mail needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Membership {
    /// The record.
    pub directory: Directory,
    /// When contact data were last confirmed; `None`: never since the registration.
    pub confirmed_at: Option<Timestamp>,
    /// By whom.
    pub confirmed_by: String,
    /// When the team was last asked to confirm them.
    pub reminded_at: Option<Timestamp>,
    /// Whether it is to be handed what a new team needs.
    pub welcome: bool,
    /// When that was sent.
    pub welcomed_at: Option<Timestamp>,
}

impl Membership {
    /// Whether the contact data of a team registered at `created_at` are confirmed.
    pub fn confirmation(&self, created_at: Timestamp) -> Confirmation {
        Confirmation::of(self.confirmed_at.unwrap_or(created_at))
    }
}

#[derive(FromRow)]
struct Row {
    team_id: String,
    record: String,
    confirmed_at: Option<i64>,
    confirmed_by: String,
    reminded_at: Option<i64>,
    welcome: i64,
    welcomed_at: Option<i64>,
}

/// The record of one team; empty when nothing was ever recorded.
///
/// # Errors
/// The database cannot be read.
pub async fn of_team(connection: &mut Connection, team_id: &str) -> Result<Membership> {
    let sql = "SELECT team_id, record, confirmed_at, confirmed_by, reminded_at, welcome,
                      welcomed_at FROM membership WHERE team_id = $1";
    let row: Option<Row> = sqlx::query_as(sql).bind(team_id).fetch_optional(connection).await?;
    Ok(row.map(membership).transpose()?.map(|(_, found)| found).unwrap_or_default())
}

/// All records that there are, by identifier of the team.
///
/// # Errors
/// The database cannot be read.
pub async fn all(connection: &mut Connection) -> Result<Vec<(String, Membership)>> {
    let sql = "SELECT team_id, record, confirmed_at, confirmed_by, reminded_at, welcome,
                      welcomed_at FROM membership";
    let rows: Vec<Row> = sqlx::query_as(sql).fetch_all(connection).await?;
    rows.into_iter().map(membership).collect()
}

fn membership(row: Row) -> Result<(String, Membership)> {
    let directory = serde_json::from_str(&row.record).map_err(|source| {
        Error::internal("the record of a team cannot be read")
            .source(source)
            .hint("was the database written by a newer version?")
    })?;
    let found = Membership {
        directory,
        confirmed_at: row.confirmed_at.map(at),
        confirmed_by: row.confirmed_by,
        reminded_at: row.reminded_at.map(at),
        welcome: row.welcome != 0,
        welcomed_at: row.welcomed_at.map(at),
    };
    Ok((row.team_id, found))
}

/// Replaces the record of a team.
///
/// # Errors
/// The database cannot be written.
pub async fn set_record(write: &mut Write, team_id: &str, directory: &Directory) -> Result<()> {
    let record = serde_json::to_string(directory)
        .map_err(|source| Error::internal("the record cannot be written").source(source))?;
    let sql = "INSERT INTO membership (team_id, record) VALUES ($1, $2)
               ON CONFLICT (team_id) DO UPDATE SET record = excluded.record";
    sqlx::query(sql).bind(team_id).bind(record).execute(&mut **write).await?;
    Ok(())
}

/// Notes that contact data were confirmed.
///
/// # Errors
/// The database cannot be written.
pub async fn set_confirmed(
    write: &mut Write,
    team_id: &str,
    by: &str,
    now: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO membership (team_id, confirmed_at, confirmed_by) VALUES ($1, $2, $3)
               ON CONFLICT (team_id) DO UPDATE SET confirmed_at = excluded.confirmed_at,
                   confirmed_by = excluded.confirmed_by";
    sqlx::query(sql).bind(team_id).bind(now.micros()).bind(by).execute(&mut **write).await?;
    Ok(())
}

/// Notes that a team was asked to confirm them.
///
/// # Errors
/// The database cannot be written.
pub async fn set_reminded(write: &mut Write, team_id: &str, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO membership (team_id, reminded_at) VALUES ($1, $2)
               ON CONFLICT (team_id) DO UPDATE SET reminded_at = excluded.reminded_at";
    sqlx::query(sql).bind(team_id).bind(now.micros()).execute(&mut **write).await?;
    Ok(())
}

/// Asks for the welcome mail.
///
/// # Errors
/// The database cannot be written.
pub async fn ask_welcome(write: &mut Write, team_id: &str) -> Result<()> {
    let sql = "INSERT INTO membership (team_id, welcome) VALUES ($1, 1)
               ON CONFLICT (team_id) DO UPDATE SET welcome = 1";
    sqlx::query(sql).bind(team_id).execute(&mut **write).await?;
    Ok(())
}

/// Notes that it was queued; `false` when another node was quicker.
///
/// # Errors
/// The database cannot be written.
pub async fn set_welcomed(write: &mut Write, team_id: &str, now: Timestamp) -> Result<bool> {
    let sql = "UPDATE membership SET welcome = 0, welcomed_at = $1
               WHERE team_id = $2 AND welcome = 1";
    let query = sqlx::query(sql).bind(now.micros()).bind(team_id);
    Ok(query.execute(&mut **write).await?.rows_affected() == 1)
}

/// The teams that wait for the welcome mail.
///
/// # Errors
/// The database cannot be read.
pub async fn waiting_for_welcome(connection: &mut Connection) -> Result<Vec<String>> {
    let sql = "SELECT team_id FROM membership WHERE welcome = 1 ORDER BY team_id";
    Ok(sqlx::query_scalar(sql).fetch_all(connection).await?)
}
