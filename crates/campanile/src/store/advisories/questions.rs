//! Questions of teams about ratings of others, and what the issuers say.
//!
//! A question is for who asks and who is asked. What was answered is found for every viewer of the
//! advisory here: whether the viewer sees all of the advisory is decided where it is opened.

use campanile_core::authz::Viewer;
use campanile_core::model::time::Timestamp;
use sqlx::FromRow;

use super::{places, sees, team_of};
use crate::error::Result;
use crate::store::{Connection, Write};

/// A question, or an explanation that nobody asked for.
#[derive(Debug, Clone, FromRow)]
pub struct Question {
    /// Identifier.
    pub id: String,
    /// Row of the advisory.
    pub advisory_id: String,
    /// Who answers: the team whose advisory it is.
    pub team_id: String,
    /// Its handle.
    pub team: String,
    /// Who asks; `None` where the team explains by itself.
    pub asked_by: Option<String>,
    /// Handle of who asks.
    pub asker: Option<String>,
    /// Column of the comparison.
    pub field: String,
    /// When, in microseconds.
    pub asked_at: i64,
    /// Who asks, and what, sealed.
    pub question: Option<Vec<u8>>,
    /// When it was answered, in microseconds.
    pub answered_at: Option<i64>,
    /// Who answers, and what, sealed.
    pub answer: Option<Vec<u8>>,
}

const SELECT: &str = "SELECT q.id, q.advisory_id, q.team_id, t.handle AS team, q.asked_by, \
     a.handle AS asker, q.field, q.asked_at, q.question, q.answered_at, q.answer \
     FROM rating_question q JOIN team t ON t.id = q.team_id LEFT JOIN team a ON a.id = q.asked_by";
/// That the viewer's team asks or is asked.
const PARTY: &str = "$2 = 1 AND $1 <> '' AND (q.team_id = $1 OR q.asked_by = $1)";

/// What was asked and answered about advisories that were found for the viewer, oldest first.
///
/// # Errors
/// The database cannot be read.
pub async fn about(
    connection: &mut Connection,
    viewer: &Viewer,
    advisories: &[&str],
) -> Result<Vec<Question>> {
    let sql = format!(
        "{SELECT} WHERE q.advisory_id IN ({}) AND $2 = 1 \
         AND (q.answered_at IS NOT NULL OR ({PARTY})) ORDER BY q.asked_at, q.id",
        places(3, advisories.len())
    );
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(team_of(viewer)).bind(sees(viewer));
    let query = advisories.iter().fold(query, |query, id| query.bind(*id));
    Ok(query.fetch_all(connection).await?)
}

/// What waits for an answer of the viewer's team, oldest first; and what it asked and was answered
/// since a time.
///
/// # Errors
/// The database cannot be read.
pub async fn open(
    connection: &mut Connection,
    viewer: &Viewer,
    since: Timestamp,
    count: i64,
) -> Result<Vec<Question>> {
    let sql = format!(
        "{SELECT} WHERE {PARTY} AND ((q.team_id = $1 AND q.answered_at IS NULL) \
         OR (q.asked_by = $1 AND q.answered_at >= $3)) ORDER BY q.asked_at, q.id LIMIT $4"
    );
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(team_of(viewer)).bind(sees(viewer));
    Ok(query.bind(since.micros()).bind(count).fetch_all(connection).await?)
}

/// The question with an identifier, if the viewer's team asks or is asked.
///
/// # Errors
/// The database cannot be read.
pub async fn find(
    connection: &mut Connection,
    viewer: &Viewer,
    id: &str,
) -> Result<Option<Question>> {
    let sql = format!("{SELECT} WHERE {PARTY} AND q.id = $3");
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(team_of(viewer)).bind(sees(viewer));
    Ok(query.bind(id).fetch_optional(connection).await?)
}

/// Writes a question or an explanation.
///
/// # Errors
/// The database cannot be written.
pub async fn insert(write: &mut Write, new: &Question) -> Result<()> {
    let sql = "INSERT INTO rating_question (id, advisory_id, team_id, asked_by, field, asked_at, \
               question, answered_at, answer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    sqlx::query(sql)
        .bind(&new.id)
        .bind(&new.advisory_id)
        .bind(&new.team_id)
        .bind(&new.asked_by)
        .bind(&new.field)
        .bind(new.asked_at)
        .bind(&new.question)
        .bind(new.answered_at)
        .bind(&new.answer)
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Writes an answer. Returns whether there was none yet.
///
/// # Errors
/// The database cannot be written.
pub async fn answer(write: &mut Write, id: &str, answer: &[u8], now: Timestamp) -> Result<bool> {
    let sql = "UPDATE rating_question SET answer = $2, answered_at = $3 \
               WHERE id = $1 AND answered_at IS NULL";
    let query = sqlx::query(sql).bind(id).bind(answer).bind(now.micros());
    Ok(query.execute(&mut **write).await?.rows_affected() == 1)
}
