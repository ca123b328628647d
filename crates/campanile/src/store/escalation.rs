//! What was done about silence: each step once for each team.

use campanile_core::model::time::Timestamp;
use sqlx::FromRow;

use super::{Connection, Db, Write};
use crate::error::Result;

/// Steps of one INSERT.
const ROWS_PER_INSERT: usize = 50;

/// An alert that the jobs have to look at.
#[derive(Debug, Clone, FromRow)]
pub struct Due {
    /// The row.
    pub id: String,
    /// The list, for its policy.
    pub list_id: String,
    /// Microseconds since the epoch.
    pub sent_at: i64,
}

/// Open alerts whose next look is due.
///
/// # Errors
/// The database cannot be read.
pub async fn due(connection: &mut Connection, now: Timestamp) -> Result<Vec<Due>> {
    let sql = "SELECT id, list_id, sent_at FROM alert WHERE due_at IS NOT NULL AND due_at <= $1 \
               AND state = 'open' ORDER BY due_at";
    Ok(sqlx::query_as(sql).bind(now.micros()).fetch_all(connection).await?)
}

/// Says when an alert has to be looked at next; `None` for never.
///
/// # Errors
/// The database cannot be written.
pub async fn look_again(write: &mut Write, alert: &str, due: Option<Timestamp>) -> Result<()> {
    let sql = "UPDATE alert SET due_at = $1 WHERE id = $2 AND state = 'open'";
    let query = sqlx::query(sql).bind(due.map(Timestamp::micros)).bind(alert);
    query.execute(&mut **write).await?;
    Ok(())
}

/// Has open alerts of a list that were sent since a time looked at now.
///
/// # Errors
/// The database cannot be written.
pub async fn look_at_list(
    write: &mut Write,
    list_id: &str,
    since: Timestamp,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE alert SET due_at = $1 WHERE list_id = $2 AND state = 'open' \
               AND sent_at >= $3";
    let query = sqlx::query(sql).bind(now.micros()).bind(list_id).bind(since.micros());
    query.execute(&mut **write).await?;
    Ok(())
}

/// Teams that have said nothing and for which `step` was not begun, with the time since when they
/// are asked; not the author, and only teams that may still receive.
///
/// # Errors
/// The database cannot be read.
pub async fn silent(
    connection: &mut Connection,
    alert: &str,
    step: &str,
) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT x.team_id, x.asked_at FROM alert_audience x \
               JOIN alert a ON a.id = x.alert_id JOIN team t ON t.id = x.team_id \
               WHERE x.alert_id = $1 AND x.team_id <> a.team_id AND t.state = 'active' \
               AND a.state = 'open' AND NOT EXISTS (SELECT 1 FROM acknowledgement k \
               WHERE k.alert_id = x.alert_id AND k.team_id = x.team_id) \
               AND NOT EXISTS (SELECT 1 FROM escalation e WHERE e.alert_id = x.alert_id \
               AND e.step = $2 AND e.team_id = x.team_id) ORDER BY x.team_id";
    Ok(sqlx::query_as(sql).bind(alert).bind(step).fetch_all(connection).await?)
}

/// Begins a step for teams. Returns those for which nobody has begun it before.
///
/// # Errors
/// The database cannot be written.
pub async fn begin(
    write: &mut Write,
    alert: &str,
    step: &str,
    teams: &[&str],
    state: &str,
    now: Timestamp,
) -> Result<Vec<String>> {
    let mut begun = Vec::new();
    for teams in teams.chunks(ROWS_PER_INSERT) {
        let rows: Vec<_> =
            (0..teams.len()).map(|n| format!("($1, $2, ${}, $3, $4)", n + 5)).collect();
        let sql = format!(
            "INSERT INTO escalation (alert_id, step, team_id, at, state) VALUES {} \
             ON CONFLICT DO NOTHING RETURNING team_id",
            rows.join(", ")
        );
        let mut query = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(alert)
            .bind(step)
            .bind(now.micros())
            .bind(state);
        for team in teams {
            query = query.bind(*team);
        }
        begun.extend(query.fetch_all(&mut **write).await?);
    }
    Ok(begun)
}

/// Records how a step ended.
///
/// # Errors
/// The database cannot be written.
pub async fn end(
    db: &Db,
    (alert, step, team): (&str, &str, &str),
    state: &str,
    detail: &str,
) -> Result<()> {
    let mut write = db.begin_write().await?;
    let sql = "UPDATE escalation SET state = $1, detail = $2 \
               WHERE alert_id = $3 AND step = $4 AND team_id = $5";
    let query = sqlx::query(sql).bind(state).bind(detail).bind(alert).bind(step).bind(team);
    query.execute(&mut *write).await?;
    write.commit().await
}

/// A step as recorded.
#[derive(Debug, Clone, FromRow)]
pub struct Step {
    /// What was done.
    pub step: String,
    /// Handle of the team.
    pub team: String,
    /// Microseconds since the epoch.
    pub at: i64,
    /// `begun`, `done`, `failed`.
    pub state: String,
    /// What the program or the other side said.
    pub detail: String,
}

/// All steps about an alert, oldest first.
///
/// # Errors
/// The database cannot be read.
pub async fn steps(connection: &mut Connection, alert: &str) -> Result<Vec<Step>> {
    let sql = "SELECT e.step, t.handle AS team, e.at, e.state, e.detail FROM escalation e \
               JOIN team t ON t.id = e.team_id WHERE e.alert_id = $1 ORDER BY e.at, t.handle_key";
    Ok(sqlx::query_as(sql).bind(alert).fetch_all(connection).await?)
}
