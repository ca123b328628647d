//! Table `token`: what programs of a team present instead of a certificate.

use campanile_core::authz::{Membership, Viewer};
use campanile_core::model::person::Role;
use campanile_core::model::scope::{Scope, Scopes};
use campanile_core::model::time::Timestamp;
use serde::Serialize;
use sqlx::FromRow;

use super::{Connection, Write, at, stored};
use crate::error::Result;

/// A token as registered; the token itself is nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Token {
    /// Identifier (UUID version 7).
    pub id: String,
    /// The team whose it is.
    #[serde(skip)]
    pub team_id: String,
    /// Its handle.
    pub team: String,
    /// Whose it is, for people.
    pub name: String,
    /// `api` or `feed`.
    pub kind: String,
    /// What it is good for.
    pub scopes: Scopes,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was withdrawn.
    pub revoked_at: Option<Timestamp>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    team_id: String,
    team: String,
    name: String,
    kind: String,
    scopes: String,
    created_at: i64,
    expires_at: i64,
    revoked_at: Option<i64>,
}

/// Adds a token under the HMAC of its text.
///
/// # Errors
/// The database cannot be written.
pub async fn insert(write: &mut Write, token: &Token, digest: &str) -> Result<()> {
    let sql = "INSERT INTO token (id, team_id, name, kind, scopes, digest, created_at, expires_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    sqlx::query(sql)
        .bind(&token.id)
        .bind(&token.team_id)
        .bind(&token.name)
        .bind(&token.kind)
        .bind(token.scopes.to_string())
        .bind(digest)
        .bind(token.created_at.micros())
        .bind(token.expires_at.micros())
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Withdraws a token, if it is of the team where one is given. Returns whether it was good until
/// now.
///
/// # Errors
/// The database cannot be written.
pub async fn revoke(
    write: &mut Write,
    id: &str,
    team_id: Option<&str>,
    now: Timestamp,
) -> Result<bool> {
    let sql = "UPDATE token SET revoked_at = $1
               WHERE id = $2 AND revoked_at IS NULL AND ($3 = '' OR team_id = $3)";
    let query = sqlx::query(sql).bind(now.micros()).bind(id).bind(team_id.unwrap_or_default());
    let done = query.execute(&mut **write).await?;
    Ok(done.rows_affected() == 1)
}

/// All tokens, oldest first; of one team when its identifier is given.
///
/// # Errors
/// The database cannot be read.
pub async fn all(connection: &mut Connection, team_id: Option<&str>) -> Result<Vec<Token>> {
    let sql = "SELECT k.id, k.team_id, t.handle AS team, k.name, k.kind, k.scopes, k.created_at,
                      k.expires_at, k.revoked_at
               FROM token k JOIN team t ON t.id = k.team_id
               WHERE $1 = '' OR k.team_id = $1 ORDER BY k.created_at, k.id";
    let rows: Vec<Row> =
        sqlx::query_as(sql).bind(team_id.unwrap_or_default()).fetch_all(connection).await?;
    rows.into_iter().map(token).collect()
}

fn token(row: Row) -> Result<Token> {
    Ok(Token {
        scopes: stored("token.scopes", &row.scopes)?,
        id: row.id,
        team_id: row.team_id,
        team: row.team,
        name: row.name,
        kind: row.kind,
        created_at: at(row.created_at),
        expires_at: at(row.expires_at),
        revoked_at: row.revoked_at.map(at),
    })
}

#[derive(FromRow)]
struct Seen {
    id: String,
    name: String,
    scopes: String,
    team_id: String,
    handle: String,
    state: String,
}

/// Who presents a token of a kind at `now`, and what it is good for: `None` when it is not
/// registered, withdrawn or over, or when its team may not log in.
///
/// # Errors
/// The database cannot be read.
pub async fn find_viewer(
    connection: &mut Connection,
    kind: &str,
    digest: &str,
    now: Timestamp,
) -> Result<Option<(Viewer, Scopes)>> {
    let sql = "SELECT k.id, k.name, k.scopes, t.id AS team_id, t.handle, t.state
               FROM token k JOIN team t ON t.id = k.team_id
               WHERE k.digest = $1 AND k.kind = $2 AND k.revoked_at IS NULL AND k.expires_at > $3";
    let seen: Option<Seen> = sqlx::query_as(sql)
        .bind(digest)
        .bind(kind)
        .bind(now.micros())
        .fetch_optional(connection)
        .await?;
    let Some(seen) = seen else { return Ok(None) };
    let scopes: Scopes = stored("token.scopes", &seen.scopes)?;
    let team = Membership {
        id: seen.team_id,
        handle: stored("team.handle", &seen.handle)?,
        state: stored("team.state", &seen.state)?,
    };
    if !team.state.capabilities().log_in {
        return Ok(None);
    }
    // One that only reads is nobody who could do more, whatever is asked for.
    let reads = !scopes.allow(Scope::Write) && !scopes.allow(Scope::Acknowledge);
    let role = if reads { Role::Reader } else { Role::Service };
    Ok(Some((Viewer { login: seen.id, name: seen.name, role, team: Some(team) }, scopes)))
}
