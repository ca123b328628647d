//! How fast teams acknowledge.

use campanile_core::authz::Viewer;
use sqlx::FromRow;

use super::Connection;
use super::alerts::{READABLE, TABLES, sees_all, team_of};
use crate::error::Result;

/// One team and one alert; times are microseconds since the epoch.
#[derive(Debug, Clone, FromRow)]
pub struct Row {
    /// The incident ID.
    pub alert: String,
    /// 1: only an exercise.
    pub exercise: i64,
    /// Handle of the team.
    pub team: String,
    /// When it was asked.
    pub asked_at: i64,
    /// When it acknowledged first.
    pub first_at: Option<i64>,
    /// How.
    pub channel: Option<String>,
}

/// What to look at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span<'a> {
    /// Only this alert, by its row.
    pub alert: Option<&'a str>,
    /// Exercises only, or real ones only.
    pub exercise: Option<bool>,
    /// Sent at this time or later, in microseconds since the epoch.
    pub since: i64,
}

/// All teams that were asked about the alerts that the viewer may see, the authors left out.
///
/// # Errors
/// The database cannot be read.
pub async fn rows(
    connection: &mut Connection,
    viewer: &Viewer,
    span: Span<'_>,
) -> Result<Vec<Row>> {
    let sql = format!(
        "SELECT a.alert_id AS alert, a.exercise, w.handle AS team, x.asked_at, \
         k.at AS first_at, k.channel FROM {TABLES} \
         JOIN alert_audience x ON x.alert_id = a.id AND x.team_id <> a.team_id \
         JOIN team w ON w.id = x.team_id \
         LEFT JOIN acknowledgement k ON k.id = (SELECT o.id FROM acknowledgement o \
         WHERE o.alert_id = a.id AND o.team_id = x.team_id ORDER BY o.at, o.id LIMIT 1) \
         WHERE ($2 = 1 OR {READABLE}) AND ($3 = '' OR a.id = $3) \
         AND ($4 < 0 OR a.exercise = $4) AND a.sent_at >= $5 \
         ORDER BY a.sent_at, a.id, w.handle_key"
    );
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(team_of(viewer))
        .bind(sees_all(viewer))
        .bind(span.alert.unwrap_or_default())
        .bind(span.exercise.map_or(-1, i64::from))
        .bind(span.since);
    Ok(query.fetch_all(connection).await?)
}
