//! Received messages, the replay cache and sealed bodies.

use campanile_core::gateway::decide::ReplayKey;
use campanile_core::model::condition::Condition;
use campanile_core::model::time::Timestamp;
use sqlx::{FromRow, Row};

use super::{Connection, Db, Write, deliveries};
use crate::error::{Error, Result};

/// A message that was in work at so many ends of its node is claimed at once.
const ATTEMPTS_AT_ONCE: i64 = 2;

/// A message to be stored before its 250.
pub struct NewMessage<'a> {
    /// Identifier; names the spool file as well.
    pub id: &'a str,
    /// The list it was sent to.
    pub list_id: &'a str,
    /// When the last octet was read.
    pub received_at: Timestamp,
    /// Envelope sender, empty for `<>`.
    pub mail_from: &'a str,
    /// Address of the client.
    pub peer: &'a str,
    /// Length in octets.
    pub bytes: usize,
}

/// A message claimed for opening, or looked at.
#[derive(Debug, Clone, FromRow)]
pub struct Message {
    /// Identifier; names the spool file as well.
    pub id: String,
    /// The list it was sent to.
    pub list_id: String,
    /// Microseconds since the epoch.
    pub received_at: i64,
    /// Envelope sender, empty for `<>`.
    pub mail_from: String,
    /// Length in octets; 0 for one that was written here.
    pub bytes: i64,
    /// `received`, `distributed`, `held`, `restored`, `refused`, `discarded`, `dropped`.
    pub state: String,
    /// Names of conditions, separated by blanks.
    pub reasons: String,
    /// The team that signed it, once known.
    pub team_id: Option<String>,
    /// 1 when an operator has released it.
    pub released: i64,
    /// How often it was claimed.
    pub attempts: i64,
}

const COLUMNS: &str = "id, list_id, received_at, mail_from, bytes, state, reasons, team_id, \
                       released, attempts";

/// What became of a message.
pub struct Outcome<'a> {
    /// The state it goes into.
    pub state: &'a str,
    /// Every condition that was found.
    pub reasons: &'a [Condition],
    /// The team with the good signature.
    pub team_id: Option<&'a str>,
    /// Message-ID of the copies.
    pub message_id: Option<&'a str>,
}

/// Adds a message in state `received`.
pub async fn insert(write: &mut Write, new: &NewMessage<'_>) -> Result<()> {
    sqlx::query(
        "INSERT INTO message (id, list_id, received_at, mail_from, peer, bytes, state) \
         VALUES ($1, $2, $3, $4, $5, $6, 'received')",
    )
    .bind(new.id)
    .bind(new.list_id)
    .bind(new.received_at.micros())
    .bind(new.mail_from)
    .bind(new.peer)
    .bind(i64::try_from(new.bytes).unwrap_or(i64::MAX))
    .execute(&mut **write)
    .await?;
    Ok(())
}

/// A message that was written here: nothing has to be opened, and no file lies in the spool.
pub struct Own<'a> {
    /// Identifier.
    pub id: &'a str,
    /// The list that it goes to.
    pub list_id: &'a str,
    /// The team in whose name it goes.
    pub team_id: &'a str,
    /// Message-ID of the copies.
    pub mail_id: &'a str,
}

/// Adds a message that was written here, in state `distributed`.
pub async fn insert_own(write: &mut Write, own: &Own<'_>, now: Timestamp) -> Result<()> {
    sqlx::query(
        "INSERT INTO message (id, list_id, received_at, mail_from, peer, bytes, state, team_id, \
         message_id, decided_at) VALUES ($1, $2, $3, '', '', 0, 'distributed', $4, $5, $3)",
    )
    .bind(own.id)
    .bind(own.list_id)
    .bind(now.micros())
    .bind(own.team_id)
    .bind(own.mail_id)
    .execute(&mut **write)
    .await?;
    Ok(())
}

/// Claims the oldest message that nobody works on, until `until`.
pub async fn claim(
    db: &Db,
    owner: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<Message>> {
    let mut write = db.begin_write().await?;
    let sql = format!(
        "UPDATE message SET lease_until = $1, lease_owner = $2, attempts = attempts + 1 \
         WHERE id = (SELECT id FROM message WHERE state = 'received' AND lease_until < $3 \
         ORDER BY received_at LIMIT 1 {}) RETURNING {COLUMNS}",
        db.skip_locked()
    );
    let row = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(until.micros())
        .bind(owner)
        .bind(now.micros())
        .fetch_optional(&mut *write)
        .await?;
    write.commit().await?;
    Ok(row)
}

/// Whether there is a message to be opened that nobody works on.
pub async fn any_waiting(connection: &mut Connection, now: Timestamp) -> Result<bool> {
    let sql = "SELECT id FROM message WHERE state = 'received' AND lease_until < $1 LIMIT 1";
    let row = sqlx::query(sql).bind(now.micros()).fetch_optional(connection).await?;
    Ok(row.is_some())
}

/// Frees what this node had claimed before it ended. Returns how many copies it was sending.
///
/// A message that was claimed at several ends may be their cause, or have no part in them: it
/// waits a minute longer each time, so that the others get on, and so that a machine which fails
/// again and again does not use up its attempts.
pub async fn free_leases(db: &Db, node: &str, now: Timestamp) -> Result<u64> {
    let mut write = db.begin_write().await?;
    let sql = "UPDATE message SET lease_until = CASE WHEN attempts <= $2 THEN 0 \
               WHEN lease_until < $3 + (attempts - $2) * 60000000 THEN lease_until \
               ELSE $3 + (attempts - $2) * 60000000 END \
               WHERE lease_owner = $1 AND lease_until > 0";
    let query = sqlx::query(sql).bind(node).bind(ATTEMPTS_AT_ONCE).bind(now.micros());
    query.execute(&mut *write).await?;
    let copies = deliveries::free(&mut write, node).await?;
    write.commit().await?;
    Ok(copies)
}

/// Gives a claimed message back for another try at `due`. `uncounted`: the message had no part
/// in the failure.
pub async fn give_back(db: &Db, id: &str, due: Timestamp, uncounted: bool) -> Result<()> {
    let mut write = db.begin_write().await?;
    sqlx::query(
        "UPDATE message SET lease_until = $1, attempts = attempts - $2 \
         WHERE id = $3 AND state = 'received'",
    )
    .bind(due.micros())
    .bind(i64::from(uncounted))
    .bind(id)
    .execute(&mut *write)
    .await?;
    write.commit().await
}

/// Records what became of a message. Returns whether it was still undecided.
pub async fn decide(
    write: &mut Write,
    id: &str,
    now: Timestamp,
    outcome: &Outcome<'_>,
) -> Result<bool> {
    let names: Vec<_> = outcome.reasons.iter().map(|condition| condition.name()).collect();
    let done = sqlx::query(
        "UPDATE message SET state = $1, reasons = $2, team_id = $3, message_id = $4, \
         decided_at = $5, lease_until = 0 \
         WHERE id = $6 AND state IN ('received', 'held', 'restored')",
    )
    .bind(outcome.state)
    .bind(names.join(" "))
    .bind(outcome.team_id)
    .bind(outcome.message_id)
    .bind(now.micros())
    .bind(id)
    .execute(&mut **write)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// One message, if it exists.
pub async fn find(connection: &mut Connection, id: &str) -> Result<Option<Message>> {
    let sql = format!("SELECT {COLUMNS} FROM message WHERE id = $1");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(&mut *connection).await?)
}

/// Messages in one state, oldest first.
pub async fn in_state(connection: &mut Connection, state: &str) -> Result<Vec<Message>> {
    let sql = format!("SELECT {COLUMNS} FROM message WHERE state = $1 ORDER BY received_at");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(state).fetch_all(&mut *connection).await?)
}

/// How many messages of a list have to be opened yet, or again for copies without a seal.
pub async fn to_be_opened(connection: &mut Connection, list_id: &str) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM message WHERE list_id = $1 AND bytes > 0 \
               AND (state IN ('received', 'held', 'restored') \
               OR id IN (SELECT message_id FROM delivery WHERE state = 'held'))";
    Ok(sqlx::query_scalar(sql).bind(list_id).fetch_one(connection).await?)
}

/// Lets a held message be opened again, with hold counting as accept unless it was held by a
/// restore only. Returns whether it was held.
pub async fn release(write: &mut Write, id: &str) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE message SET released = CASE WHEN state = 'held' THEN 1 ELSE released END, \
         state = 'received', attempts = 0, lease_until = 0 \
         WHERE id = $1 AND state IN ('held', 'restored')",
    )
    .bind(id)
    .execute(&mut **write)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What is remembered of a posting, under the secret of the network.
fn remembered(secret: &[u8], key: &ReplayKey) -> Result<String> {
    let stored = key.stored(secret);
    stored.map_err(|source| Error::internal("a posting cannot be remembered").source(source))
}

/// Whether this posting was distributed to this list before.
pub async fn was_seen(
    connection: &mut Connection,
    secret: &[u8],
    list_id: &str,
    key: &ReplayKey,
) -> Result<bool> {
    let row = sqlx::query(
        "SELECT COUNT(*) FROM posting_seen WHERE list_id = $1 AND signer = $2 AND digest = $3",
    )
    .bind(list_id)
    .bind(&key.signer)
    .bind(remembered(secret, key)?)
    .fetch_one(&mut *connection)
    .await?;
    Ok(row.try_get::<i64, _>(0)? > 0)
}

/// Remembers a posting. Returns whether it is new: of two nodes with the same posting one wins.
pub async fn remember(
    write: &mut Write,
    secret: &[u8],
    list_id: &str,
    key: &ReplayKey,
    message_id: &str,
    now: Timestamp,
) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO posting_seen (list_id, signer, digest, message_id, seen_at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
    )
    .bind(list_id)
    .bind(&key.signer)
    .bind(remembered(secret, key)?)
    .bind(message_id)
    .bind(now.micros())
    .execute(&mut **write)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The shared part of copies in one container; its body is a spool file named by `id`.
#[derive(Debug, Clone, FromRow)]
pub struct Sealed {
    /// Identifier; names the spool file as well.
    pub id: String,
    /// The message it was made from.
    pub message_id: String,
    /// Name of the container.
    pub container: String,
    /// In front of the head.
    pub prefix: Vec<u8>,
    /// Behind the body.
    pub suffix: Vec<u8>,
    /// Length of the body file in octets; 0 when there is none.
    pub bytes: i64,
}

/// Adds a sealed body.
pub async fn insert_sealed(write: &mut Write, sealed: &Sealed) -> Result<()> {
    sqlx::query(
        "INSERT INTO sealed_body (id, message_id, container, prefix, suffix, bytes) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&sealed.id)
    .bind(&sealed.message_id)
    .bind(&sealed.container)
    .bind(&sealed.prefix)
    .bind(&sealed.suffix)
    .bind(sealed.bytes)
    .execute(&mut **write)
    .await?;
    Ok(())
}

/// One sealed body.
pub async fn find_sealed(connection: &mut Connection, id: &str) -> Result<Option<Sealed>> {
    let row = sqlx::query_as(
        "SELECT id, message_id, container, prefix, suffix, bytes FROM sealed_body WHERE id = $1",
    )
    .bind(id)
    .fetch_optional(&mut *connection)
    .await?;
    Ok(row)
}

/// Lets nobody else clear up behind this message until the transaction ends: of two that record
/// its last copies at the same time, the second one sees what the first has done.
pub async fn lock(write: &mut Write, id: &str) -> Result<()> {
    let sql = "UPDATE message SET attempts = attempts WHERE id = $1";
    sqlx::query(sql).bind(id).execute(&mut **write).await?;
    Ok(())
}

/// Removes the sealed bodies of a message whose copies are all done, and returns their names.
pub async fn remove_sealed(write: &mut Write, message_id: &str) -> Result<Vec<String>> {
    let rows = sqlx::query("DELETE FROM sealed_body WHERE message_id = $1 RETURNING id")
        .bind(message_id)
        .fetch_all(&mut **write)
        .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// Every spool file that a row still refers to: messages whose bytes are needed, and sealed
/// bodies.
pub async fn needed_files(connection: &mut Connection) -> Result<(Vec<String>, Vec<String>)> {
    let mut names = Vec::new();
    for sql in [
        // A message that was written here has no file (`alert_revision.content`).
        "SELECT id FROM message WHERE bytes > 0 AND (state IN ('received', 'held', 'restored') \
         OR id IN (SELECT message_id FROM delivery \
         WHERE state IN ('waiting', 'held', 'failed', 'restored')))",
        // A small body stands in its row.
        "SELECT id FROM sealed_body WHERE bytes > 0",
    ] {
        let rows = sqlx::query(sql).fetch_all(&mut *connection).await?;
        let ids: Result<Vec<String>> = rows.iter().map(|row| Ok(row.try_get(0)?)).collect();
        names.push(ids?);
    }
    let sealed = names.pop().unwrap_or_default();
    Ok((names.pop().unwrap_or_default(), sealed))
}
