//! Tables `source…`: providers outside, their keys and listings, and what became of what they have.

use std::collections::HashMap;

use campanile_core::model::time::Timestamp;
use serde::Serialize;
use sqlx::FromRow;

use super::{Connection, Db, Write, at};
use crate::error::Result;

/// A source as it was set up, and how it is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromRow)]
pub struct Source {
    /// Identifier (UUID version 7).
    pub id: String,
    /// What the operator calls it.
    pub name: String,
    /// `csaf`, `aggregator`, `archive`.
    pub kind: String,
    /// Where it begins.
    pub url: String,
    /// What to call the issuer where a document does not say it.
    pub issuer_given: String,
    /// Whose documents it may bring, one a line; `*`: those of everybody.
    pub issuers: String,
    /// Who sees what is not for everybody; empty: such documents are refused.
    pub audience: String,
    /// File with certificate and key; empty: none is shown.
    pub client_certificate: String,
    /// File with the authorities that the server is checked against; empty: those of the system.
    pub ca_file: String,
    /// Time between two runs.
    pub every_seconds: i64,
    /// 1: nothing is fetched.
    pub paused: i64,
    /// Microseconds, as all times here.
    pub created_at: i64,
    /// When the next run is due.
    pub due_at: i64,
    /// Until when somebody is at it.
    pub lease_until: i64,
    /// The last run.
    pub tried_at: Option<i64>,
    /// The last run that came to its end.
    pub succeeded_at: Option<i64>,
    /// Runs in a row that failed.
    pub failures: i64,
    /// What went wrong in the last run; empty: nothing.
    pub fault: String,
    /// What to do about it.
    pub hint: String,
    /// Documents that the last run has seen listed.
    pub listed: i64,
    /// Of these taken in.
    pub stored: i64,
    /// Of these known already.
    pub known: i64,
    /// Of these refused.
    pub refused: i64,
}

const COLUMNS: &str = "id, name, kind, url, issuer_given, issuers, audience, client_certificate, \
    ca_file, every_seconds, paused, created_at, due_at, lease_until, tried_at, succeeded_at, \
    failures, fault, hint, listed, stored, known, refused";

/// A key that a source signs with.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Key {
    /// Of the primary key.
    pub fingerprint: String,
    /// Where it is.
    pub url: String,
    /// `pinned`, `named`.
    pub state: String,
    /// `None`: it could not be fetched yet.
    pub certificate: Option<Vec<u8>>,
}

/// What became of a document.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Seen {
    /// When it changed, as the source says.
    pub updated: String,
    /// 1: to be tried again.
    pub again: i64,
    /// When it was looked at, in microseconds.
    pub at: i64,
}

/// A document to be noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Row, if there is none yet.
    pub id: String,
    /// HMAC of its address.
    pub place: String,
    /// When it changed, as the source says.
    pub updated: String,
    /// `stored`, `known`, `refused`.
    pub outcome: &'static str,
    /// To be tried again.
    pub again: bool,
    /// Address and reason, sealed for the row.
    pub sealed: Option<Vec<u8>>,
}

/// How many documents of a source are here, by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Taken in, or brought by somebody else before.
    pub here: i64,
    /// Refused.
    pub refused: i64,
}

/// How a run went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Ran {
    /// Documents listed.
    pub listed: i64,
    /// Taken in.
    pub stored: i64,
    /// Known already.
    pub known: i64,
    /// Refused.
    pub refused: i64,
    /// What went wrong, and what to do.
    pub fault: Option<(String, String)>,
}

/// Adds a source.
///
/// # Errors
/// The database cannot be written, or there is one of this name.
pub async fn insert(write: &mut Write, new: &Source) -> Result<()> {
    let sql = "INSERT INTO source (id, name, kind, url, issuer_given, issuers, audience, \
               client_certificate, ca_file, every_seconds, paused, created_at, due_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    sqlx::query(sql)
        .bind(&new.id)
        .bind(&new.name)
        .bind(&new.kind)
        .bind(&new.url)
        .bind(&new.issuer_given)
        .bind(&new.issuers)
        .bind(&new.audience)
        .bind(&new.client_certificate)
        .bind(&new.ca_file)
        .bind(new.every_seconds)
        .bind(new.paused)
        .bind(new.created_at)
        .bind(new.due_at)
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Writes what the operator may change of a source.
///
/// # Errors
/// The database cannot be written.
pub async fn update(write: &mut Write, source: &Source) -> Result<()> {
    let sql = "UPDATE source SET url = $2, issuer_given = $3, issuers = $4, audience = $5, \
               client_certificate = $6, ca_file = $7, every_seconds = $8, paused = $9, \
               due_at = $10 WHERE id = $1";
    sqlx::query(sql)
        .bind(&source.id)
        .bind(&source.url)
        .bind(&source.issuer_given)
        .bind(&source.issuers)
        .bind(&source.audience)
        .bind(&source.client_certificate)
        .bind(&source.ca_file)
        .bind(source.every_seconds)
        .bind(source.paused)
        .bind(source.due_at)
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Removes a source and all that is known of its listings. What it has brought stays.
///
/// # Errors
/// The database cannot be written.
pub async fn remove(write: &mut Write, id: &str) -> Result<()> {
    for table in ["source_document", "source_listing", "source_key"] {
        let sql = format!("DELETE FROM {table} WHERE source_id = $1");
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).execute(&mut **write).await?;
    }
    sqlx::query("DELETE FROM source WHERE id = $1").bind(id).execute(&mut **write).await?;
    Ok(())
}

/// Every source, by name.
///
/// # Errors
/// The database cannot be read.
pub async fn all(connection: &mut Connection) -> Result<Vec<Source>> {
    let sql = format!("SELECT {COLUMNS} FROM source ORDER BY name");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(connection).await?)
}

/// The source with a name.
///
/// # Errors
/// The database cannot be read.
pub async fn by_name(connection: &mut Connection, name: &str) -> Result<Option<Source>> {
    let sql = format!("SELECT {COLUMNS} FROM source WHERE name = $1");
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(name);
    Ok(query.fetch_optional(connection).await?)
}

/// Whether a source is due that nobody is at.
///
/// # Errors
/// The database cannot be read.
pub async fn any_due(connection: &mut Connection, now: Timestamp) -> Result<bool> {
    let sql =
        "SELECT id FROM source WHERE paused = 0 AND due_at <= $1 AND lease_until < $1 LIMIT 1";
    let query = sqlx::query(sql).bind(now.micros());
    Ok(query.fetch_optional(connection).await?.is_some())
}

/// Claims the source with this identifier, due or not, or else the one that has been due longest;
/// `None` when there is none that nobody is at.
///
/// # Errors
/// The database cannot be written.
pub async fn claim(
    db: &Db,
    id: Option<&str>,
    owner: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<Source>> {
    let mut write = db.begin_write().await?;
    let sql = format!(
        "UPDATE source SET lease_until = $2, lease_owner = $3 WHERE id IN (SELECT id FROM source \
         WHERE (id = $4 OR $4 = '' AND paused = 0 AND due_at <= $1) AND lease_until < $1 \
         ORDER BY due_at, id LIMIT 1 {}) RETURNING {COLUMNS}",
        db.skip_locked()
    );
    let claimed = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(now.micros())
        .bind(until.micros())
        .bind(owner)
        .bind(id.unwrap_or_default())
        .fetch_optional(&mut *write)
        .await?;
    write.commit().await?;
    Ok(claimed)
}

/// Holds a lease longer. Returns whether it is still ours.
///
/// # Errors
/// The database cannot be written.
pub async fn renew(write: &mut Write, id: &str, owner: &str, until: Timestamp) -> Result<bool> {
    let sql = "UPDATE source SET lease_until = $3 WHERE id = $1 AND lease_owner = $2";
    let query = sqlx::query(sql).bind(id).bind(owner).bind(until.micros());
    Ok(query.execute(&mut **write).await?.rows_affected() == 1)
}

/// Gives back what this node was at when it ended.
///
/// # Errors
/// The database cannot be written.
pub async fn free_leases(db: &Db, node: &str) -> Result<()> {
    let mut write = db.begin_write().await?;
    let sql = "UPDATE source SET lease_until = 0 WHERE lease_until > 0 AND lease_owner LIKE $1";
    sqlx::query(sql).bind(format!("{node}/%")).execute(&mut *write).await?;
    write.commit().await
}

/// Ends a run: what it was, and when the next is due. Does nothing for who has lost the lease.
///
/// # Errors
/// The database cannot be written.
pub async fn record(
    write: &mut Write,
    source: &Source,
    owner: &str,
    ran: &Ran,
    due_at: Timestamp,
    now: Timestamp,
) -> Result<bool> {
    let (fault, hint) = ran.fault.clone().unwrap_or_default();
    let failed = i64::from(ran.fault.is_some());
    let sql = "UPDATE source SET lease_until = 0, tried_at = $3, due_at = $4, fault = $5, \
               hint = $6, listed = $7, stored = $8, known = $9, refused = $10, \
               failures = CASE WHEN $11 = 1 THEN failures + 1 ELSE 0 END, \
               succeeded_at = CASE WHEN $11 = 1 THEN succeeded_at ELSE $3 END \
               WHERE id = $1 AND lease_owner = $2";
    let query = sqlx::query(sql)
        .bind(&source.id)
        .bind(owner)
        .bind(now.micros())
        .bind(due_at.micros())
        .bind(fault)
        .bind(hint)
        .bind(ran.listed)
        .bind(ran.stored)
        .bind(ran.known)
        .bind(ran.refused)
        .bind(failed);
    Ok(query.execute(&mut **write).await?.rows_affected() == 1)
}

/// The keys of a source, by fingerprint.
///
/// # Errors
/// The database cannot be read.
pub async fn keys(connection: &mut Connection, source: &str) -> Result<Vec<Key>> {
    let sql = "SELECT fingerprint, url, state, certificate FROM source_key WHERE source_id = $1 \
               ORDER BY fingerprint";
    Ok(sqlx::query_as(sql).bind(source).fetch_all(connection).await?)
}

/// Writes a key of a source.
///
/// # Errors
/// The database cannot be written.
pub async fn set_key(write: &mut Write, source: &str, key: &Key, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO source_key (source_id, fingerprint, url, state, certificate, \
               changed_at) VALUES ($1, $2, $3, $4, $5, $6) \
               ON CONFLICT (source_id, fingerprint) DO UPDATE SET url = excluded.url, \
               state = excluded.state, certificate = excluded.certificate, \
               changed_at = excluded.changed_at";
    sqlx::query(sql)
        .bind(source)
        .bind(&key.fingerprint)
        .bind(&key.url)
        .bind(&key.state)
        .bind(&key.certificate)
        .bind(now.micros())
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Forgets a key of a source.
///
/// # Errors
/// The database cannot be written.
pub async fn remove_key(write: &mut Write, source: &str, fingerprint: &str) -> Result<bool> {
    let sql = "DELETE FROM source_key WHERE source_id = $1 AND fingerprint = $2";
    let query = sqlx::query(sql).bind(source).bind(fingerprint);
    Ok(query.execute(&mut **write).await?.rows_affected() == 1)
}

/// What a listing said about itself when it was worked through: `ETag` and `Last-Modified`.
///
/// # Errors
/// The database cannot be read.
pub async fn listing(
    connection: &mut Connection,
    source: &str,
    url: &str,
) -> Result<Option<(String, String)>> {
    let sql = "SELECT etag, last_modified FROM source_listing WHERE source_id = $1 AND url = $2";
    Ok(sqlx::query_as(sql).bind(source).bind(url).fetch_optional(connection).await?)
}

/// Notes that a listing was worked through.
///
/// # Errors
/// The database cannot be written.
pub async fn set_listing(
    write: &mut Write,
    source: &str,
    url: &str,
    (etag, last_modified): (&str, &str),
) -> Result<()> {
    let sql = "INSERT INTO source_listing (source_id, url, etag, last_modified) \
               VALUES ($1, $2, $3, $4) ON CONFLICT (source_id, url) DO UPDATE SET \
               etag = excluded.etag, last_modified = excluded.last_modified";
    let query = sqlx::query(sql).bind(source).bind(url).bind(etag).bind(last_modified);
    query.execute(&mut **write).await?;
    Ok(())
}

/// Has everything of a source looked at again, whether it has changed or not.
///
/// # Errors
/// The database cannot be written.
pub async fn forget_listings(write: &mut Write, source: &str) -> Result<()> {
    let sql = "DELETE FROM source_listing WHERE source_id = $1";
    sqlx::query(sql).bind(source).execute(&mut **write).await?;
    let sql = "UPDATE source_document SET again = 1 WHERE source_id = $1 AND outcome = 'refused'";
    sqlx::query(sql).bind(source).execute(&mut **write).await?;
    Ok(())
}

/// What became of every document of a source, by place.
///
/// # Errors
/// The database cannot be read.
pub async fn seen(connection: &mut Connection, source: &str) -> Result<HashMap<String, Seen>> {
    let sql = "SELECT place, updated, again, at FROM source_document WHERE source_id = $1";
    let rows: Vec<(String, String, i64, i64)> =
        sqlx::query_as(sql).bind(source).fetch_all(connection).await?;
    let seen = |(place, updated, again, at)| (place, Seen { updated, again, at });
    Ok(rows.into_iter().map(seen).collect())
}

/// The row of a document, if it has one: what is sealed is bound to it.
///
/// # Errors
/// The database cannot be read.
pub async fn row(connection: &mut Connection, source: &str, place: &str) -> Result<Option<String>> {
    let sql = "SELECT id FROM source_document WHERE source_id = $1 AND place = $2";
    Ok(sqlx::query_scalar(sql).bind(source).bind(place).fetch_optional(connection).await?)
}

/// Notes what became of a document.
///
/// # Errors
/// The database cannot be written.
pub async fn note(write: &mut Write, source: &str, note: &Note, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO source_document (id, source_id, place, updated, outcome, again, at, \
               sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
               ON CONFLICT (source_id, place) DO UPDATE SET updated = excluded.updated, \
               outcome = excluded.outcome, again = excluded.again, at = excluded.at, \
               sealed = excluded.sealed";
    sqlx::query(sql)
        .bind(&note.id)
        .bind(source)
        .bind(&note.place)
        .bind(&note.updated)
        .bind(note.outcome)
        .bind(i64::from(note.again))
        .bind(now.micros())
        .bind(&note.sealed)
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// How many documents of each source are here, by its identifier.
///
/// # Errors
/// The database cannot be read.
pub async fn totals(connection: &mut Connection) -> Result<HashMap<String, Totals>> {
    let sql = "SELECT source_id, outcome, COUNT(*) FROM source_document \
               GROUP BY source_id, outcome";
    let rows: Vec<(String, String, i64)> = sqlx::query_as(sql).fetch_all(connection).await?;
    let mut totals: HashMap<String, Totals> = HashMap::new();
    for (source, outcome, count) in rows {
        let total = totals.entry(source).or_default();
        match outcome.as_str() {
            "refused" => total.refused += count,
            _ => total.here += count,
        }
    }
    Ok(totals)
}

/// The newest refusals of a source: row, when, and what is sealed.
///
/// # Errors
/// The database cannot be read.
pub async fn refusals(
    connection: &mut Connection,
    source: &str,
    count: i64,
) -> Result<Vec<(String, Timestamp, Vec<u8>)>> {
    let sql = "SELECT id, at, sealed FROM source_document WHERE source_id = $1 \
               AND outcome = 'refused' AND sealed IS NOT NULL ORDER BY at DESC, id LIMIT $2";
    let rows: Vec<(String, i64, Vec<u8>)> =
        sqlx::query_as(sql).bind(source).bind(count).fetch_all(connection).await?;
    Ok(rows.into_iter().map(|(id, micros, sealed)| (id, at(micros), sealed)).collect())
}
