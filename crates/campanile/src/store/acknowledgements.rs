//! What teams have said about alerts.

use campanile_core::model::alert::follow_up::{Channel, Response};
use campanile_core::model::time::Timestamp;
use sqlx::FromRow;

use super::{Connection, Write};
use crate::error::Result;

/// A statement to be added.
pub struct New<'a> {
    /// Identifier of the row.
    pub id: &'a str,
    /// The alert: its row.
    pub alert_id: &'a str,
    /// Whose statement it is.
    pub team_id: &'a str,
    /// How it came.
    pub channel: Channel,
    /// What the team does.
    pub response: Response,
    /// Who said so, and the remark, sealed.
    pub sealed: &'a [u8],
}

/// Adds a statement about the newest revision.
///
/// # Errors
/// The database cannot be written.
pub async fn insert(write: &mut Write, new: &New<'_>, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO acknowledgement (id, alert_id, team_id, at, channel, response, \
               revision, sealed) SELECT $1, $2, $3, $4, $5, $6, revision, $7 \
               FROM alert WHERE id = $2";
    sqlx::query(sql)
        .bind(new.id)
        .bind(new.alert_id)
        .bind(new.team_id)
        .bind(now.micros())
        .bind(new.channel.name())
        .bind(new.response.name())
        .bind(new.sealed)
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// A statement as stored.
#[derive(Debug, Clone, FromRow)]
pub struct Stored {
    /// Identifier of the row.
    pub id: String,
    /// Microseconds since the epoch.
    pub at: i64,
    /// How it came.
    pub channel: String,
    /// What the team does.
    pub response: String,
    /// The newest revision at that time.
    pub revision: i64,
    /// Who said so, and the remark, sealed.
    pub sealed: Vec<u8>,
}

/// The statements of one team about one alert, oldest first.
///
/// # Errors
/// The database cannot be read.
pub async fn of_team(
    connection: &mut Connection,
    alert_id: &str,
    team_id: &str,
) -> Result<Vec<Stored>> {
    let sql = "SELECT id, at, channel, response, revision, sealed FROM acknowledgement \
               WHERE alert_id = $1 AND team_id = $2 ORDER BY at, id";
    Ok(sqlx::query_as(sql).bind(alert_id).bind(team_id).fetch_all(connection).await?)
}
