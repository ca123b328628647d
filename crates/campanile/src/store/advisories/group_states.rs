//! What teams do about groups, and who is at one.

use campanile_core::authz::Viewer;
use campanile_core::model::time::Timestamp;
use sqlx::FromRow;

use super::{sees, team_of};
use crate::error::Result;
use crate::store::{Connection, Write};

/// What a team does about a group.
#[derive(Debug, Clone, FromRow)]
pub struct State {
    /// Identifier of the row.
    pub id: String,
    /// The group as it was called then.
    pub named: String,
    /// unread, watching, irrelevant, corroborate, act, done.
    pub state: String,
    /// When that was said, in microseconds.
    pub assessed_at: i64,
    /// Who, and why.
    pub sealed: Vec<u8>,
}

/// What the viewer's team said last about a group; after a join there may be several groups that
/// it spoke of.
///
/// # Errors
/// The database cannot be read.
pub async fn own(
    connection: &mut Connection,
    viewer: &Viewer,
    group: &str,
) -> Result<Option<State>> {
    let sql = "SELECT id, named, state, assessed_at, sealed FROM group_state \
               WHERE team_id = $1 AND $2 = 1 AND group_id = $3 \
               ORDER BY assessed_at DESC, id DESC LIMIT 1";
    let query = sqlx::query_as(sql).bind(team_of(viewer)).bind(sees(viewer)).bind(group);
    Ok(query.fetch_optional(connection).await?)
}

/// Writes what a team does about a group.
///
/// # Errors
/// The database cannot be written.
pub async fn set(write: &mut Write, team_id: &str, group: &str, state: &State) -> Result<()> {
    let sql = "INSERT INTO group_state (id, team_id, named, group_id, state, assessed_at, sealed) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) \
               ON CONFLICT (team_id, named) DO UPDATE SET id = excluded.id, \
               state = excluded.state, assessed_at = excluded.assessed_at, \
               sealed = excluded.sealed, group_id = excluded.group_id";
    sqlx::query(sql)
        .bind(&state.id)
        .bind(team_id)
        .bind(&state.named)
        .bind(group)
        .bind(&state.state)
        .bind(state.assessed_at)
        .bind(&state.sealed)
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Who is at a group.
#[derive(Debug, Clone, FromRow)]
pub struct Claim {
    /// Identifier of the row.
    pub id: String,
    /// Handle of the team.
    pub team: String,
    /// Its row.
    pub team_id: String,
    /// When it ends, in microseconds.
    pub expires_at: i64,
    /// Who.
    pub sealed: Vec<u8>,
}

/// Who is at a group now.
///
/// # Errors
/// The database cannot be read.
pub async fn claim(
    connection: &mut Connection,
    viewer: &Viewer,
    group: &str,
    now: Timestamp,
) -> Result<Option<Claim>> {
    let sql = "SELECT c.id, t.handle AS team, c.team_id, c.expires_at, c.sealed \
               FROM group_claim c JOIN team t ON t.id = c.team_id \
               WHERE c.group_id = $1 AND $2 = 1 AND c.expires_at > $3 \
               ORDER BY c.at LIMIT 1";
    let query = sqlx::query_as(sql).bind(group).bind(sees(viewer)).bind(now.micros());
    Ok(query.fetch_optional(connection).await?)
}

/// Who is at any group now, with the group; those that end last first.
///
/// # Errors
/// The database cannot be read.
pub async fn claims(
    connection: &mut Connection,
    viewer: &Viewer,
    now: Timestamp,
    count: i64,
) -> Result<Vec<(String, Claim)>> {
    let sql = "SELECT c.group_id, c.id, t.handle AS team, c.team_id, c.expires_at, c.sealed \
               FROM group_claim c JOIN team t ON t.id = c.team_id \
               WHERE $1 = 1 AND c.expires_at > $2 ORDER BY c.expires_at DESC LIMIT $3";
    type Line = (String, String, String, String, i64, Vec<u8>);
    let query = sqlx::query_as(sql).bind(sees(viewer)).bind(now.micros()).bind(count);
    let rows: Vec<Line> = query.fetch_all(connection).await?;
    let claim = |(group, id, team, team_id, expires_at, sealed): Line| {
        (group, Claim { id, team, team_id, expires_at, sealed })
    };
    Ok(rows.into_iter().map(claim).collect())
}

/// Claims a group, in the place of whatever claim there is.
///
/// # Errors
/// The database cannot be written.
pub async fn take(write: &mut Write, group: &str, claim: &Claim, now: Timestamp) -> Result<()> {
    give_back(write, group).await?;
    let sql = "INSERT INTO group_claim (id, named, group_id, team_id, at, expires_at, sealed) \
               VALUES ($1, $2, $2, $3, $4, $5, $6)";
    sqlx::query(sql)
        .bind(&claim.id)
        .bind(group)
        .bind(&claim.team_id)
        .bind(now.micros())
        .bind(claim.expires_at)
        .bind(&claim.sealed)
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Ends every claim of a group. Returns whether there was one.
///
/// # Errors
/// The database cannot be written.
pub async fn give_back(write: &mut Write, group: &str) -> Result<bool> {
    let sql = "DELETE FROM group_claim WHERE group_id = $1 OR named = $1";
    let done = sqlx::query(sql).bind(group).execute(&mut **write).await?;
    Ok(done.rows_affected() > 0)
}
