//! Tables `webhook` and `webhook_event`: addresses of the teams that are told of alerts.

use campanile_core::model::team::TeamState;
use campanile_core::model::time::Timestamp;
use serde::Serialize;
use sqlx::FromRow;

use super::{Connection, Db, Write, at};
use crate::error::Result;

/// A webhook as registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Webhook {
    /// Identifier (UUID version 7).
    pub id: String,
    /// The team.
    #[serde(skip)]
    pub team_id: String,
    /// Its handle.
    pub team: String,
    /// Where events go.
    pub url: String,
    /// Whether it may lead to addresses that are not public.
    pub private: bool,
    /// When it was registered.
    pub created_at: Timestamp,
    /// Events that wait.
    pub waiting: i64,
    /// Events that were given up.
    pub failed: i64,
    /// What became of the newest try.
    pub reply: String,
}

#[derive(FromRow)]
struct Row {
    id: String,
    team_id: String,
    team: String,
    url: String,
    private: i64,
    created_at: i64,
    waiting: i64,
    failed: i64,
    reply: Option<String>,
}

/// An event claimed to be told.
#[derive(Debug, Clone, FromRow)]
pub struct Due {
    /// Identifier, the same in every try.
    pub id: String,
    /// The webhook.
    pub webhook_id: String,
    /// How often it was tried, this time counted.
    pub attempts: i64,
    /// When it came about, in microseconds.
    pub created_at: i64,
}

/// What an event says.
#[derive(Debug, Clone, FromRow)]
pub struct Told {
    /// Where it goes.
    pub url: String,
    /// 1: the address need not be public.
    pub private: i64,
    /// The incident ID.
    pub alert_id: String,
    /// The team that wrote it.
    pub author: String,
    /// Number of the revision.
    pub revision: i64,
    /// What the revision did.
    pub kind: String,
    /// State of the alert now.
    pub state: String,
    /// 1: only an exercise.
    pub exercise: i64,
    /// When the revision was sent, in microseconds.
    pub sent_at: i64,
}

/// Adds a webhook.
///
/// # Errors
/// The database cannot be written.
pub async fn insert(write: &mut Write, hook: &Webhook) -> Result<()> {
    let sql = "INSERT INTO webhook (id, team_id, url, private, created_at)
               VALUES ($1, $2, $3, $4, $5)";
    sqlx::query(sql)
        .bind(&hook.id)
        .bind(&hook.team_id)
        .bind(&hook.url)
        .bind(i64::from(hook.private))
        .bind(hook.created_at.micros())
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Removes a webhook, if it is of the team where one is given, and gives up what waits for it.
/// Returns whether it was there.
///
/// # Errors
/// The database cannot be written.
pub async fn remove(
    write: &mut Write,
    id: &str,
    team_id: Option<&str>,
    now: Timestamp,
) -> Result<bool> {
    let sql = "UPDATE webhook SET removed_at = $1
               WHERE id = $2 AND removed_at IS NULL AND ($3 = '' OR team_id = $3)";
    let query = sqlx::query(sql).bind(now.micros()).bind(id).bind(team_id.unwrap_or_default());
    if query.execute(&mut **write).await?.rows_affected() == 0 {
        return Ok(false);
    }
    let sql = "UPDATE webhook_event SET state = 'failed', reply = 'the webhook was removed',
                   changed_at = $1 WHERE webhook_id = $2 AND state = 'waiting'";
    sqlx::query(sql).bind(now.micros()).bind(id).execute(&mut **write).await?;
    Ok(true)
}

/// All webhooks that were not removed, oldest first; of one team when its identifier is given.
///
/// # Errors
/// The database cannot be read.
pub async fn all(connection: &mut Connection, team_id: Option<&str>) -> Result<Vec<Webhook>> {
    let sql = "SELECT w.id, w.team_id, t.handle AS team, w.url, w.private, w.created_at,
                   (SELECT COUNT(*) FROM webhook_event e WHERE e.webhook_id = w.id
                    AND e.state = 'waiting') AS waiting,
                   (SELECT COUNT(*) FROM webhook_event e WHERE e.webhook_id = w.id
                    AND e.state = 'failed') AS failed,
                   (SELECT e.reply FROM webhook_event e WHERE e.webhook_id = w.id
                    ORDER BY e.changed_at DESC, e.id DESC LIMIT 1) AS reply
               FROM webhook w JOIN team t ON t.id = w.team_id
               WHERE w.removed_at IS NULL AND ($1 = '' OR w.team_id = $1)
               ORDER BY w.created_at, w.id";
    let rows: Vec<Row> =
        sqlx::query_as(sql).bind(team_id.unwrap_or_default()).fetch_all(connection).await?;
    let hook = |row: Row| Webhook {
        id: row.id,
        team_id: row.team_id,
        team: row.team,
        url: row.url,
        private: row.private != 0,
        created_at: at(row.created_at),
        waiting: row.waiting,
        failed: row.failed,
        reply: row.reply.unwrap_or_default(),
    };
    Ok(rows.into_iter().map(hook).collect())
}

/// Notes that a revision is there, for every webhook whose team may read the alert. To be called
/// in the transaction that makes the revision, behind its audience.
///
/// # Errors
/// The database cannot be written.
pub async fn tell(write: &mut Write, alert: &str, revision: i64, now: Timestamp) -> Result<u64> {
    // Identifiers are made of what makes an event unique: made twice, it is the same one.
    let sql = "INSERT INTO webhook_event (id, webhook_id, alert_id, revision, state, due_at,
                   created_at, changed_at)
               SELECT w.id || '-' || a.id || '-' || CAST($2 AS TEXT), w.id, a.id, $2, 'waiting',
                   $3, $3, $3
               FROM webhook w JOIN team t ON t.id = w.team_id, alert a
               WHERE a.id = $1 AND w.removed_at IS NULL AND t.state = $4
                   AND (a.team_id = w.team_id
                       OR a.restricted = 1 AND EXISTS (SELECT 1 FROM alert_audience v
                           WHERE v.alert_id = a.id AND v.team_id = w.team_id)
                       OR a.restricted = 0 AND EXISTS (SELECT 1 FROM subscription v
                           WHERE v.list_id = a.list_id AND v.team_id = w.team_id))
               ON CONFLICT DO NOTHING";
    let done = sqlx::query(sql)
        .bind(alert)
        .bind(revision)
        .bind(now.micros())
        .bind(TeamState::Active.name())
        .execute(&mut **write)
        .await?;
    Ok(done.rows_affected())
}

/// Claims up to `count` due events until `until`.
///
/// # Errors
/// The database cannot be written.
pub async fn claim(
    db: &Db,
    owner: &str,
    now: Timestamp,
    until: Timestamp,
    count: i64,
) -> Result<Vec<Due>> {
    let mut write = db.begin_write().await?;
    let sql = format!(
        "UPDATE webhook_event SET lease_until = $2, lease_owner = $3, attempts = attempts + 1 \
         WHERE id IN (SELECT id FROM webhook_event WHERE state = 'waiting' AND due_at <= $1 \
         AND lease_until < $1 ORDER BY due_at, id LIMIT $4 {}) \
         RETURNING id, webhook_id, attempts, created_at",
        db.skip_locked()
    );
    let rows = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(now.micros())
        .bind(until.micros())
        .bind(owner)
        .bind(count)
        .fetch_all(&mut *write)
        .await?;
    write.commit().await?;
    Ok(rows)
}

/// Whether an event is due that nobody works on.
///
/// # Errors
/// The database cannot be read.
pub async fn any_due(connection: &mut Connection, now: Timestamp) -> Result<bool> {
    let sql = "SELECT id FROM webhook_event WHERE state = 'waiting' AND due_at <= $1
               AND lease_until < $1 LIMIT 1";
    let query = sqlx::query(sql).bind(now.micros());
    Ok(query.fetch_optional(connection).await?.is_some())
}

/// What an event says; `None` when its webhook is gone, or its team may no longer read the alert.
///
/// # Errors
/// The database cannot be read.
pub async fn told(connection: &mut Connection, event: &str) -> Result<Option<Told>> {
    let sql = "SELECT w.url, w.private, a.alert_id, au.handle AS author, e.revision, r.kind,
                   a.state, a.exercise, r.sent_at
               FROM webhook_event e
               JOIN webhook w ON w.id = e.webhook_id JOIN team t ON t.id = w.team_id
               JOIN alert a ON a.id = e.alert_id JOIN team au ON au.id = a.team_id
               JOIN alert_revision r ON r.alert_id = a.id AND r.number = e.revision
               WHERE e.id = $1 AND w.removed_at IS NULL AND t.state = $2
                   AND (a.team_id = w.team_id
                       OR a.restricted = 1 AND EXISTS (SELECT 1 FROM alert_audience v
                           WHERE v.alert_id = a.id AND v.team_id = w.team_id)
                       OR a.restricted = 0 AND EXISTS (SELECT 1 FROM subscription v
                           WHERE v.list_id = a.list_id AND v.team_id = w.team_id))";
    let query = sqlx::query_as(sql).bind(event).bind(TeamState::Active.name());
    Ok(query.fetch_optional(connection).await?)
}

/// Notes what became of a try.
///
/// # Errors
/// The database cannot be written.
pub async fn record(
    write: &mut Write,
    event: &str,
    state: &str,
    due_at: Timestamp,
    reply: &str,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE webhook_event SET state = $1, due_at = $2, reply = $3, changed_at = $4,
                   lease_until = 0 WHERE id = $5 AND state = 'waiting'";
    sqlx::query(sql)
        .bind(state)
        .bind(due_at.micros())
        .bind(reply)
        .bind(now.micros())
        .bind(event)
        .execute(&mut **write)
        .await?;
    Ok(())
}
