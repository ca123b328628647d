//! What teams do about groups, and who is at one.

use campanile_core::authz::Viewer;
use campanile_core::model::time::Timestamp;
use sqlx::FromRow;

use super::{places, sees, team_of};
use crate::error::Result;
use crate::store::{Connection, Write};

/// What a team does about a group.
#[derive(Debug, Clone, FromRow)]
pub struct State {
    /// Identifier of the row.
    pub id: String,
    /// The group as it was called then.
    pub named: String,
    /// The group in which it is now.
    pub group_id: String,
    /// unread, watching, irrelevant, corroborate, act, done.
    pub state: String,
    /// When that was said, in microseconds.
    pub assessed_at: i64,
    /// Who, and why.
    pub sealed: Vec<u8>,
}

/// What the viewer's team said about groups, oldest first; after a join there may be several groups
/// that it spoke of, and the last word counts.
///
/// # Errors
/// The database cannot be read.
pub async fn own(
    connection: &mut Connection,
    viewer: &Viewer,
    groups: &[&str],
) -> Result<Vec<State>> {
    let sql = format!(
        "SELECT id, named, group_id, state, assessed_at, sealed FROM group_state \
         WHERE team_id = $1 AND $2 = 1 AND group_id IN ({}) ORDER BY assessed_at, id",
        places(3, groups.len())
    );
    let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
    query = query.bind(team_of(viewer)).bind(sees(viewer));
    for group in groups {
        query = query.bind(*group);
    }
    Ok(query.fetch_all(connection).await?)
}

/// Writes what a team does about a group.
///
/// # Errors
/// The database cannot be written.
pub async fn set(write: &mut Write, team_id: &str, state: &State) -> Result<()> {
    let sql = "INSERT INTO group_state (id, team_id, named, group_id, state, assessed_at, sealed) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) \
               ON CONFLICT (team_id, named) DO UPDATE SET id = excluded.id, \
               state = excluded.state, assessed_at = excluded.assessed_at, \
               sealed = excluded.sealed, group_id = excluded.group_id";
    sqlx::query(sql)
        .bind(&state.id)
        .bind(team_id)
        .bind(&state.named)
        .bind(&state.group_id)
        .bind(&state.state)
        .bind(state.assessed_at)
        .bind(&state.sealed)
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// What the viewer's team said about groups as they are called now, without what it said about
/// groups that were joined to them.
///
/// # Errors
/// The database cannot be read.
pub async fn named(
    connection: &mut Connection,
    viewer: &Viewer,
    names: &[&str],
) -> Result<Vec<State>> {
    let sql = format!(
        "SELECT id, named, group_id, state, assessed_at, sealed FROM group_state \
         WHERE team_id = $1 AND $2 = 1 AND named IN ({})",
        places(3, names.len())
    );
    let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
    query = query.bind(team_of(viewer)).bind(sees(viewer));
    for name in names {
        query = query.bind(*name);
    }
    Ok(query.fetch_all(connection).await?)
}

/// Writes what a team does about a group in the place of a row, or where there is none if that is
/// empty. Returns whether it was so still.
///
/// # Errors
/// The database cannot be written.
pub async fn set_over(write: &mut Write, team_id: &str, state: &State, over: &str) -> Result<bool> {
    let sql = "INSERT INTO group_state (id, team_id, named, group_id, state, assessed_at, sealed) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) \
               ON CONFLICT (team_id, named) DO UPDATE SET id = excluded.id, \
               state = excluded.state, assessed_at = excluded.assessed_at, \
               sealed = excluded.sealed, group_id = excluded.group_id WHERE group_state.id = $8";
    let done = sqlx::query(sql)
        .bind(&state.id)
        .bind(team_id)
        .bind(&state.named)
        .bind(&state.group_id)
        .bind(&state.state)
        .bind(state.assessed_at)
        .bind(&state.sealed)
        .bind(over)
        .execute(&mut **write)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Puts what a team said before in the place of a row, wherever its group is now. Returns whether
/// the row was there.
///
/// # Errors
/// The database cannot be written.
pub async fn restore(write: &mut Write, team_id: &str, over: &str, state: &State) -> Result<bool> {
    let sql = "UPDATE group_state SET id = $3, state = $4, assessed_at = $5, sealed = $6 \
               WHERE team_id = $1 AND id = $2";
    let query = sqlx::query(sql).bind(team_id).bind(over).bind(&state.id).bind(&state.state);
    let done = query.bind(state.assessed_at).bind(&state.sealed).execute(&mut **write).await?;
    Ok(done.rows_affected() == 1)
}

/// Removes what a team said, or its claim. Returns whether the row was there.
///
/// # Errors
/// The database cannot be written.
pub async fn remove(write: &mut Write, team_id: &str, id: &str) -> Result<bool> {
    let mut removed = 0;
    for table in ["group_state", "group_claim"] {
        let sql = format!("DELETE FROM {table} WHERE team_id = $1 AND id = $2");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(team_id).bind(id);
        removed += query.execute(&mut **write).await?.rows_affected();
    }
    Ok(removed == 1)
}

/// Who is at a group.
#[derive(Debug, Clone, FromRow)]
pub struct Claim {
    /// Identifier of the row.
    pub id: String,
    /// The group.
    pub group_id: String,
    /// Handle of the team.
    pub team: String,
    /// Its row.
    pub team_id: String,
    /// When it ends, in microseconds.
    pub expires_at: i64,
    /// Who.
    pub sealed: Vec<u8>,
}

/// Who is at groups now.
///
/// # Errors
/// The database cannot be read.
pub async fn claims(
    connection: &mut Connection,
    viewer: &Viewer,
    groups: &[&str],
    now: Timestamp,
) -> Result<Vec<Claim>> {
    let sql = format!(
        "SELECT c.id, c.group_id, t.handle AS team, c.team_id, c.expires_at, c.sealed \
         FROM group_claim c JOIN team t ON t.id = c.team_id \
         WHERE $1 = 1 AND c.expires_at > $2 AND c.group_id IN ({}) ORDER BY c.at",
        places(3, groups.len())
    );
    let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
    query = query.bind(sees(viewer)).bind(now.micros());
    for group in groups {
        query = query.bind(*group);
    }
    Ok(query.fetch_all(connection).await?)
}

/// Who is at any group now; those that end last first.
///
/// # Errors
/// The database cannot be read.
pub async fn all_claims(
    connection: &mut Connection,
    viewer: &Viewer,
    now: Timestamp,
    count: i64,
) -> Result<Vec<Claim>> {
    let sql = "SELECT c.id, c.group_id, t.handle AS team, c.team_id, c.expires_at, c.sealed \
               FROM group_claim c JOIN team t ON t.id = c.team_id \
               WHERE $1 = 1 AND c.expires_at > $2 ORDER BY c.expires_at DESC LIMIT $3";
    let query = sqlx::query_as(sql).bind(sees(viewer)).bind(now.micros()).bind(count);
    Ok(query.fetch_all(connection).await?)
}

/// Claims a group, in the place of whatever claim there is.
///
/// # Errors
/// The database cannot be written.
pub async fn take(write: &mut Write, claim: &Claim, now: Timestamp) -> Result<()> {
    give_back(write, &claim.group_id).await?;
    let sql = "INSERT INTO group_claim (id, named, group_id, team_id, at, expires_at, sealed) \
               VALUES ($1, $2, $2, $3, $4, $5, $6)";
    sqlx::query(sql)
        .bind(&claim.id)
        .bind(&claim.group_id)
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
