//! Table `evidence`: what others have found out about a team.

use campanile_core::model::membership::Evidence;
use campanile_core::model::time::Timestamp;

use super::{Connection, Write, stored};
use crate::error::Result;

/// Records a piece of evidence, over an older one of its kind. `id` names the row when it is new.
///
/// # Errors
/// The database cannot be written.
pub async fn set(
    write: &mut Write,
    id: &str,
    team_id: &str,
    evidence: &Evidence,
    now: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO evidence (id, team_id, kind, since, reference, recorded_at)
               VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (team_id, kind) DO UPDATE SET since = excluded.since,
                   reference = excluded.reference, recorded_at = excluded.recorded_at";
    sqlx::query(sql)
        .bind(id)
        .bind(team_id)
        .bind(evidence.kind.name())
        .bind(evidence.since.as_ref().map(|day| day.as_str()))
        .bind(&evidence.reference)
        .bind(now.micros())
        .execute(&mut **write)
        .await?;
    Ok(())
}

type Row = (String, String, Option<String>, String);

/// All evidence, by identifier of the team.
///
/// # Errors
/// The database cannot be read.
pub async fn all(connection: &mut Connection) -> Result<Vec<(String, Evidence)>> {
    let sql = "SELECT team_id, kind, since, reference FROM evidence ORDER BY team_id, kind";
    let rows: Vec<Row> = sqlx::query_as(sql).fetch_all(connection).await?;
    rows.into_iter().map(evidence).collect()
}

/// The evidence for one team.
///
/// # Errors
/// The database cannot be read.
pub async fn of_team(connection: &mut Connection, team_id: &str) -> Result<Vec<Evidence>> {
    let sql = "SELECT team_id, kind, since, reference FROM evidence WHERE team_id = $1
               ORDER BY kind";
    let rows: Vec<Row> = sqlx::query_as(sql).bind(team_id).fetch_all(connection).await?;
    rows.into_iter().map(|row| evidence(row).map(|(_, evidence)| evidence)).collect()
}

fn evidence((team_id, kind, since, reference): Row) -> Result<(String, Evidence)> {
    let since = since.map(|day| stored("evidence.since", &day)).transpose()?;
    Ok((team_id, Evidence { kind: stored("evidence.kind", &kind)?, since, reference }))
}
