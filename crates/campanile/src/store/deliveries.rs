//! The outbox: one row per copy, claimed by lease.

use campanile_core::model::time::Timestamp;
use sqlx::{FromRow, Row};

use super::{Connection, Db, Write};
use crate::error::Result;

/// Rows of one INSERT. More would save little: SQLite looks parameters up by name, one by one.
const ROWS_PER_INSERT: usize = 8;

/// A copy to be added.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    /// Identifier.
    pub id: String,
    /// The team it is for; empty for the operator.
    pub team_id: String,
    /// The address it goes to.
    pub recipient: String,
    /// Envelope sender (VERP).
    pub mail_from: String,
    /// `copy`, `notice` (a copy waits) or `warning` (a key ends).
    pub kind: &'static str,
    /// `waiting` or `held`.
    pub state: &'static str,
    /// The sealed body; `None` for notices and held copies.
    pub sealed_id: Option<String>,
    /// The recipient's own part; `None` for held copies.
    pub head: Option<Vec<u8>>,
}

/// A copy claimed for delivery.
#[derive(Debug, Clone, FromRow)]
pub struct Due {
    /// Identifier.
    pub id: String,
    /// The message it belongs to.
    pub message_id: String,
    /// The address it goes to.
    pub recipient: String,
    /// Envelope sender (VERP).
    pub mail_from: String,
    /// The sealed body; `None` for notices.
    pub sealed_id: Option<String>,
    /// The recipient's own part.
    pub head: Vec<u8>,
    /// How often it was tried before.
    pub attempts: i64,
    /// When it was queued, in microseconds.
    pub created_at: i64,
}

/// What became of one try.
#[derive(Debug, Clone)]
pub struct Tried {
    /// The copy.
    pub id: String,
    /// `delivered`, `waiting` or `failed`.
    pub state: &'static str,
    /// When it is due again, for `waiting`.
    pub due_at: Timestamp,
    /// The next hop's last reply, or what went wrong.
    pub reply: String,
}

/// A copy as the queue shows it.
#[derive(Debug, Clone, FromRow)]
pub struct Listed {
    /// Identifier.
    pub id: String,
    /// The message it belongs to.
    pub message_id: String,
    /// Name of the list.
    pub list: String,
    /// Handle of the team, or `operator`.
    pub team: String,
    /// The address it goes to.
    pub recipient: String,
    /// `copy` or `notice`.
    pub kind: String,
    /// `waiting`, `delivered`, `held`, `failed`, `bounced`, `restored`, `dropped`.
    pub state: String,
    /// How it is sealed; empty while it is not.
    pub container: String,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is due, in microseconds.
    pub due_at: i64,
    /// The next hop's last reply, or what went wrong.
    pub reply: String,
}

/// Adds the copies of one message.
pub async fn insert_all(
    write: &mut Write,
    message_id: &str,
    list_id: &str,
    now: Timestamp,
    rows: &[NewDelivery],
) -> Result<()> {
    for rows in rows.chunks(ROWS_PER_INSERT) {
        let values: Vec<_> = (0..rows.len()).map(|row| placeholders(row * 12, 12)).collect();
        let sql = format!(
            "INSERT INTO delivery (id, message_id, list_id, team_id, recipient, mail_from, kind, \
             state, sealed_id, head, due_at, created_at, changed_at) VALUES {}",
            values.join(", ")
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql));
        for row in rows {
            query = query
                .bind(&row.id)
                .bind(message_id)
                .bind(list_id)
                .bind(&row.team_id)
                .bind(&row.recipient)
                .bind(&row.mail_from)
                .bind(row.kind)
                .bind(row.state)
                .bind(&row.sealed_id)
                .bind(&row.head)
                .bind(now.micros())
                .bind(now.micros());
        }
        query.execute(&mut **write).await?;
    }
    Ok(())
}

/// `($1, …, $n, $n)`: the last value stands twice (created_at and changed_at).
fn placeholders(offset: usize, count: usize) -> String {
    let mut names: Vec<_> = (1..=count).map(|n| format!("${}", offset + n)).collect();
    names.push(format!("${}", offset + count));
    format!("({})", names.join(", "))
}

/// Who leases copies: one worker of a node.
#[derive(Debug, Clone)]
pub struct Worker {
    /// The node.
    pub node: String,
    /// Unique among the workers of the node.
    pub name: String,
}

impl Worker {
    fn owner(&self) -> String {
        format!("{}/{}", self.node, self.name)
    }
}

/// Nobody sends it. What a worker of this node leased stays leased until the worker says
/// otherwise, whatever the clock says: where that jumps, it must not be sent twice.
const FREE: &str = "(lease_until = 0 OR lease_until < $1 AND lease_owner NOT LIKE $2 || '/%')";

/// Claims up to `count` due copies until `until`, those of one message together.
pub async fn claim(
    db: &Db,
    worker: &Worker,
    now: Timestamp,
    until: Timestamp,
    count: i64,
) -> Result<Vec<Due>> {
    let mut write = db.begin_write().await?;
    let sql = format!(
        "UPDATE delivery SET lease_until = $3, lease_owner = $4, attempts = attempts + 1 \
         WHERE id IN (SELECT id FROM delivery WHERE state = 'waiting' AND due_at <= $1 \
         AND {FREE} ORDER BY due_at, message_id LIMIT $5 {}) \
         RETURNING id, message_id, recipient, mail_from, sealed_id, head, attempts, created_at",
        db.skip_locked()
    );
    let rows = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(now.micros())
        .bind(&worker.node)
        .bind(until.micros())
        .bind(worker.owner())
        .bind(count)
        .fetch_all(&mut *write)
        .await?;
    write.commit().await?;
    Ok(rows)
}

/// Whether a copy is due that nobody works on.
pub async fn any_due(connection: &mut Connection, node: &str, now: Timestamp) -> Result<bool> {
    let sql = format!(
        "SELECT id FROM delivery WHERE state = 'waiting' AND due_at <= $1 AND {FREE} LIMIT 1"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(now.micros()).bind(node);
    Ok(query.fetch_optional(connection).await?.is_some())
}

/// Frees what all workers of a node have leased. Returns how many copies.
pub async fn free(write: &mut Write, node: &str) -> Result<u64> {
    let sql = "UPDATE delivery SET lease_until = 0 WHERE state = 'waiting' AND lease_until > 0 \
               AND (lease_owner = $1 OR lease_owner LIKE $1 || '/%')";
    Ok(sqlx::query(sql).bind(node).execute(&mut **write).await?.rows_affected())
}

/// Frees what one worker has leased.
pub async fn free_worker(db: &Db, worker: &Worker) -> Result<()> {
    let mut write = db.begin_write().await?;
    let sql = "UPDATE delivery SET lease_until = 0 WHERE state = 'waiting' AND lease_until > 0 \
               AND lease_owner = $1";
    sqlx::query(sql).bind(worker.owner()).execute(&mut *write).await?;
    write.commit().await
}

/// Records tries: what was delivered in one statement per reply, the rest one by one.
pub async fn record(write: &mut Write, now: Timestamp, tried: &[Tried]) -> Result<()> {
    let delivered: Vec<_> = tried.iter().filter(|one| one.state == "delivered").collect();
    let mut groups: std::collections::BTreeMap<&str, Vec<&str>> = Default::default();
    for one in &delivered {
        groups.entry(&one.reply).or_default().push(&one.id);
    }
    for (reply, ids) in groups {
        let names: Vec<_> = (0..ids.len()).map(|n| format!("${}", n + 3)).collect();
        let sql = format!(
            "UPDATE delivery SET state = 'delivered', reply = $1, changed_at = $2, head = NULL, \
             lease_until = 0 WHERE state = 'waiting' AND id IN ({})",
            names.join(", ")
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(reply).bind(now.micros());
        for id in ids {
            query = query.bind(id);
        }
        query.execute(&mut **write).await?;
    }
    for one in tried.iter().filter(|one| one.state != "delivered") {
        sqlx::query(
            "UPDATE delivery SET state = $1, reply = $2, due_at = $3, changed_at = $4, \
             lease_until = 0 WHERE id = $5 AND state = 'waiting'",
        )
        .bind(one.state)
        .bind(&one.reply)
        .bind(one.due_at.micros())
        .bind(now.micros())
        .bind(&one.id)
        .execute(&mut **write)
        .await?;
    }
    Ok(())
}

/// Copies of a team that are not delivered go to its new address; those on their way right now go
/// there with their next try. Returns how many.
pub async fn readdress(
    write: &mut Write,
    team_id: &str,
    old: &str,
    new: &str,
    now: Timestamp,
) -> Result<u64> {
    let sql = "UPDATE delivery SET recipient = $1, changed_at = $2 WHERE team_id = $3 \
               AND recipient = $4 AND state IN ('waiting', 'held', 'failed', 'restored')";
    let query = sqlx::query(sql).bind(new).bind(now.micros()).bind(team_id).bind(old);
    Ok(query.execute(&mut **write).await?.rows_affected())
}

/// Whether a message has copies that are not done yet: waiting, held, or failed or restored and
/// perhaps tried again by the operator.
pub async fn outstanding(write: &mut Write, message_id: &str) -> Result<bool> {
    let row = sqlx::query(
        "SELECT COUNT(*) FROM delivery WHERE message_id = $1 \
         AND state IN ('waiting', 'held', 'failed', 'restored')",
    )
    .bind(message_id)
    .fetch_one(&mut **write)
    .await?;
    Ok(row.try_get::<i64, _>(0)? > 0)
}

/// Everything that is not delivered, oldest first; with `all`, what is delivered as well.
pub async fn list(connection: &mut Connection, all: bool) -> Result<Vec<Listed>> {
    let sql = format!(
        "SELECT d.id, d.message_id, l.name AS list, COALESCE(t.handle, 'operator') AS team, \
         d.recipient, d.kind, d.state, COALESCE(s.container, '') AS container, d.attempts, \
         d.due_at, d.reply \
         FROM delivery d JOIN list l ON l.id = d.list_id LEFT JOIN team t ON t.id = d.team_id \
         LEFT JOIN sealed_body s ON s.id = d.sealed_id {} ORDER BY d.created_at, d.id",
        if all { "" } else { "WHERE d.state NOT IN ('delivered', 'dropped')" }
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&mut *connection).await?)
}

/// Makes a waiting, failed or restored copy due at once; `None` for all of them. Returns how many.
///
/// A lease stays: a copy that is on its way right now must not be sent a second time.
pub async fn retry(write: &mut Write, id: Option<&str>, now: Timestamp) -> Result<u64> {
    let done = sqlx::query(
        "UPDATE delivery SET state = 'waiting', due_at = $1, changed_at = $1 \
         WHERE state IN ('waiting', 'failed', 'restored') AND ($2 = '' OR id = $2)",
    )
    .bind(now.micros())
    .bind(id.unwrap_or_default())
    .execute(&mut **write)
    .await?;
    Ok(done.rows_affected())
}

/// Gives a copy up. Returns its message, if it was there and not done.
pub async fn drop(write: &mut Write, id: &str, now: Timestamp) -> Result<Option<String>> {
    let row = sqlx::query(
        "UPDATE delivery SET state = 'dropped', head = NULL, changed_at = $1 WHERE id = $2 \
         AND state IN ('waiting', 'held', 'failed', 'bounced', 'restored') RETURNING message_id",
    )
    .bind(now.micros())
    .bind(id)
    .fetch_optional(&mut **write)
    .await?;
    row.map(|row| Ok(row.try_get(0)?)).transpose()
}

/// Records a bounce of a copy that was sent. Returns its message, if there was such a copy.
///
/// A bounce may be faster than the answer of the next hop, or than our recording of it; and where
/// that answer was lost, it is the answer.
pub async fn bounced(
    write: &mut Write,
    id: &str,
    reply: &str,
    now: Timestamp,
) -> Result<Option<String>> {
    let row = sqlx::query(
        "UPDATE delivery SET state = 'bounced', reply = $1, changed_at = $2, head = NULL, \
         lease_until = 0 WHERE id = $3 AND (state = 'delivered' OR state = 'waiting' \
         AND attempts > 0) RETURNING message_id",
    )
    .bind(reply)
    .bind(now.micros())
    .bind(id)
    .fetch_optional(&mut **write)
    .await?;
    row.map(|row| Ok(row.try_get(0)?)).transpose()
}

/// Copies held for want of a usable key: delivery, message, team.
pub async fn held(connection: &mut Connection) -> Result<Vec<(String, String, String)>> {
    let sql = "SELECT id, message_id, team_id FROM delivery WHERE state = 'held' ORDER BY id";
    Ok(sqlx::query_as(sql).fetch_all(&mut *connection).await?)
}

/// Gives a held copy its seal and makes it due. Returns whether it was still held.
pub async fn fill(
    write: &mut Write,
    id: &str,
    sealed_id: &str,
    head: &[u8],
    now: Timestamp,
) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE delivery SET state = 'waiting', sealed_id = $1, head = $2, due_at = $3, \
         changed_at = $3 WHERE id = $4 AND state = 'held'",
    )
    .bind(sealed_id)
    .bind(head)
    .bind(now.micros())
    .bind(id)
    .execute(&mut **write)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether a team got a notice since `since`, so that it is told once a day at most.
pub async fn noticed_since(write: &mut Write, team_id: &str, since: Timestamp) -> Result<bool> {
    let row = sqlx::query(
        "SELECT COUNT(*) FROM delivery WHERE team_id = $1 AND kind = 'notice' AND created_at > $2",
    )
    .bind(team_id)
    .bind(since.micros())
    .fetch_one(&mut **write)
    .await?;
    Ok(row.try_get::<i64, _>(0)? > 0)
}
