//! The board of an alert: one statement for all of it, whatever the number of teams.

use sqlx::FromRow;

use super::{Connection, alerts};
use crate::error::Result;

/// What is known of one team that is asked. Times are microseconds since the epoch.
#[derive(Debug, Clone, FromRow)]
pub struct Row {
    /// Identifier of the team.
    pub team_id: String,
    /// Its handle.
    pub handle: String,
    /// Its name.
    pub name: String,
    /// Its telephone.
    pub phone: Option<String>,
    /// Its state in the registry.
    pub team_state: String,
    /// Since when it is asked.
    pub asked_at: i64,
    /// State of the copy of the newest revision.
    pub copy_state: Option<String>,
    /// When that changed.
    pub copy_at: Option<i64>,
    /// What the next hop or the bounce said.
    pub copy_reply: Option<String>,
    /// When the team acknowledged first.
    pub first_at: Option<i64>,
    /// Its newest statement: the row.
    pub ack_id: Option<String>,
    /// When it was made.
    pub ack_at: Option<i64>,
    /// How it came.
    pub channel: Option<String>,
    /// What the team does.
    pub response: Option<String>,
    /// Who said so, and the remark, sealed.
    pub ack_sealed: Option<Vec<u8>>,
    /// How often it was called.
    pub calls: i64,
    /// The newest call: the row.
    pub call_id: Option<String>,
    /// When that was.
    pub call_at: Option<i64>,
    /// What came of it.
    pub call_result: Option<String>,
    /// Whose people called; `None` for the operator.
    pub caller: Option<String>,
    /// Who called, and a note, sealed.
    pub call_sealed: Option<Vec<u8>>,
    /// How often it was reminded.
    pub reminders: i64,
    /// When it was reminded last.
    pub reminded_at: Option<i64>,
}

const SQL: &str = "SELECT t.id AS team_id, t.handle, t.name, t.phone, t.state AS team_state, \
     x.asked_at, d.state AS copy_state, d.changed_at AS copy_at, d.reply AS copy_reply, \
     (SELECT MIN(f.at) FROM acknowledgement f WHERE f.alert_id = $1 AND f.team_id = x.team_id) \
     AS first_at, \
     k.id AS ack_id, k.at AS ack_at, k.channel, k.response, k.sealed AS ack_sealed, \
     (SELECT COUNT(*) FROM call_log n WHERE n.alert_id = $1 AND n.team_id = x.team_id) AS calls, \
     c.id AS call_id, c.at AS call_at, c.result AS call_result, ct.handle AS caller, \
     c.sealed AS call_sealed, \
     (SELECT COUNT(*) FROM escalation e WHERE e.alert_id = $1 AND e.team_id = x.team_id \
     AND e.step LIKE 'remind%' AND e.state = 'done') AS reminders, \
     (SELECT MAX(e.at) FROM escalation e WHERE e.alert_id = $1 AND e.team_id = x.team_id \
     AND e.step LIKE 'remind%' AND e.state = 'done') AS reminded_at \
     FROM alert_audience x \
     JOIN team t ON t.id = x.team_id \
     LEFT JOIN delivery d ON d.id = (SELECT o.id FROM delivery o WHERE o.message_id = $2 \
     AND o.team_id = x.team_id AND o.kind = 'copy' LIMIT 1) \
     LEFT JOIN acknowledgement k ON k.id = (SELECT o.id FROM acknowledgement o \
     WHERE o.alert_id = $1 AND o.team_id = x.team_id ORDER BY o.at DESC, o.id DESC LIMIT 1) \
     LEFT JOIN call_log c ON c.id = (SELECT o.id FROM call_log o \
     WHERE o.alert_id = $1 AND o.team_id = x.team_id ORDER BY o.at DESC, o.id DESC LIMIT 1) \
     LEFT JOIN team ct ON ct.id = c.caller_team_id \
     WHERE x.alert_id = $1 ORDER BY t.handle_key";

/// The rows of the board of an alert that was found for the viewer, by handle.
///
/// # Errors
/// The database cannot be read.
pub async fn rows(connection: &mut Connection, alert: &alerts::Stored) -> Result<Vec<Row>> {
    let newest = "SELECT message_id FROM alert_revision WHERE alert_id = $1 AND number = $2";
    let message_id: Option<String> = sqlx::query_scalar(newest)
        .bind(&alert.id)
        .bind(i64::from(alert.revision))
        .fetch_optional(&mut *connection)
        .await?;
    let query = sqlx::query_as(SQL).bind(&alert.id).bind(message_id.unwrap_or_default());
    Ok(query.fetch_all(connection).await?)
}
