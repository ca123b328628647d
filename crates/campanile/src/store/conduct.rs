//! Tables `conduct` and `conduct_acceptance`: versions of the code of conduct, and who has
//! accepted which.

use campanile_core::model::membership::{Acceptance, Conduct};
use campanile_core::model::time::Timestamp;
use sqlx::FromRow;

use super::credentials::fingerprint;
use super::{Connection, Write, at, stored};
use crate::error::Result;

/// Who has accepted it.
#[derive(Debug, Clone, Copy)]
pub enum Party<'a> {
    /// A team, by its identifier.
    Team(&'a str),
    /// An applicant, by the identifier of its application.
    Applicant(&'a str),
}

/// Adds a version, which holds from now on.
///
/// # Errors
/// A conflict when there is such a version, or such a text.
pub async fn insert(write: &mut Write, conduct: &Conduct, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO conduct (version, digest, text, created_at) VALUES ($1, $2, $3, $4)";
    sqlx::query(sql)
        .bind(&conduct.version)
        .bind(conduct.digest.as_str())
        .bind(&conduct.text)
        .bind(now.micros())
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Every version, the newest first: that one holds.
///
/// # Errors
/// The database cannot be read.
pub async fn versions(connection: &mut Connection) -> Result<Vec<(Conduct, Timestamp)>> {
    let sql = "SELECT version, digest, text, created_at FROM conduct ORDER BY created_at DESC";
    let rows: Vec<(String, String, String, i64)> =
        sqlx::query_as(sql).fetch_all(connection).await?;
    let conduct = |(version, digest, text, created_at): (_, String, _, _)| {
        let conduct = Conduct { version, digest: fingerprint(&digest)?, text };
        Ok((conduct, at(created_at)))
    };
    rows.into_iter().map(conduct).collect()
}

/// The version that holds; `None` when the network has none yet.
///
/// # Errors
/// The database cannot be read.
pub async fn current(connection: &mut Connection) -> Result<Option<Conduct>> {
    Ok(versions(connection).await?.into_iter().next().map(|(conduct, _)| conduct))
}

/// Records that somebody has accepted a version, with the signature where there is one.
///
/// # Errors
/// The database cannot be written.
pub async fn accept(
    write: &mut Write,
    id: &str,
    party: Party<'_>,
    acceptance: &Acceptance,
    signature: Option<&[u8]>,
) -> Result<()> {
    let (team_id, application_id) = match party {
        Party::Team(id) => (Some(id), None),
        Party::Applicant(id) => (None, Some(id)),
    };
    let sql = "INSERT INTO conduct_acceptance (id, team_id, application_id, version, digest,
                   signed_by, signed_at, kind, evidence, signature)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    sqlx::query(sql)
        .bind(id)
        .bind(team_id)
        .bind(application_id)
        .bind(&acceptance.version)
        .bind(acceptance.digest.as_str())
        .bind(&acceptance.signed_by)
        .bind(acceptance.signed_at.micros())
        .bind(acceptance.kind.name())
        .bind(&acceptance.evidence)
        .bind(signature)
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// What an applicant has accepted belongs to the team from now on.
///
/// # Errors
/// The database cannot be written.
pub async fn hand_over(write: &mut Write, application_id: &str, team_id: &str) -> Result<()> {
    let sql = "UPDATE conduct_acceptance SET team_id = $1 WHERE application_id = $2";
    sqlx::query(sql).bind(team_id).bind(application_id).execute(&mut **write).await?;
    Ok(())
}

#[derive(FromRow)]
struct Row {
    version: String,
    digest: String,
    signed_by: String,
    signed_at: i64,
    kind: String,
    evidence: String,
}

/// What somebody has accepted, the newest first.
///
/// # Errors
/// The database cannot be read.
pub async fn accepted(connection: &mut Connection, party: Party<'_>) -> Result<Vec<Acceptance>> {
    let (sql, id) = match party {
        Party::Team(id) => (
            "SELECT version, digest, signed_by, signed_at, kind, evidence
             FROM conduct_acceptance WHERE team_id = $1 ORDER BY signed_at DESC, id DESC",
            id,
        ),
        Party::Applicant(id) => (
            "SELECT version, digest, signed_by, signed_at, kind, evidence
             FROM conduct_acceptance WHERE application_id = $1 ORDER BY signed_at DESC, id DESC",
            id,
        ),
    };
    let rows: Vec<Row> = sqlx::query_as(sql).bind(id).fetch_all(connection).await?;
    let acceptance = |row: Row| {
        Ok(Acceptance {
            version: row.version,
            digest: fingerprint(&row.digest)?,
            signed_by: row.signed_by,
            signed_at: at(row.signed_at),
            kind: stored("conduct_acceptance.kind", &row.kind)?,
            evidence: row.evidence,
        })
    };
    rows.into_iter().map(acceptance).collect()
}
