//! Table `credential`: the certificates of teams.

use campanile_core::model::key::{Fingerprint, KeyState, Protocol};
use campanile_core::model::time::Timestamp;
use sqlx::FromRow;

use super::{Connection, Write, at, stored};
use crate::error::{Error, Result};

/// A certificate of a team as registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Identifier (UUID version 7).
    pub id: String,
    /// The team that it belongs to.
    pub team_id: String,
    /// OpenPGP or S/MIME.
    pub protocol: Protocol,
    /// The full fingerprint.
    pub fingerprint: Fingerprint,
    /// Whether it is trusted; expiry is not noted here but follows from `expires_at`.
    pub state: KeyState,
    /// OpenPGP: binary transferable public key. S/MIME: DER.
    pub certificate: Vec<u8>,
    /// Algorithms, for people.
    pub algorithms: String,
    /// It could sign when it was registered.
    pub can_sign: bool,
    /// It could encrypt when it was registered.
    pub can_encrypt: bool,
    /// When its own validity ends.
    pub expires_at: Option<Timestamp>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When its state was last changed.
    pub changed_at: Timestamp,
}

impl Credential {
    /// The state at `now`: an active credential whose time is over is expired.
    pub fn state_at(&self, now: Timestamp) -> KeyState {
        match (self.state, self.expires_at) {
            (KeyState::Active, Some(end)) if end <= now => KeyState::Expired,
            (state, _) => state,
        }
    }
}

/// Who has a fingerprint already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Handle of the team.
    pub handle: String,
    /// State of the credential.
    pub state: KeyState,
}

#[derive(FromRow)]
struct Row {
    id: String,
    team_id: String,
    protocol: String,
    fingerprint: String,
    state: String,
    certificate: Vec<u8>,
    algorithms: String,
    can_sign: i64,
    can_encrypt: i64,
    expires_at: Option<i64>,
    created_at: i64,
    changed_at: i64,
}

/// Reads a fingerprint column.
pub(super) fn fingerprint(text: &str) -> Result<Fingerprint> {
    Fingerprint::parse(text)
        .ok_or_else(|| Error::internal("the database holds an unknown value in fingerprint"))
}

/// Adds a credential.
///
/// # Errors
/// A conflict when the fingerprint is registered already.
pub async fn insert(write: &mut Write, credential: &Credential) -> Result<()> {
    let sql = "INSERT INTO credential (id, team_id, protocol, fingerprint, state, certificate,
                   algorithms, can_sign, can_encrypt, expires_at, created_at, changed_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    sqlx::query(sql)
        .bind(&credential.id)
        .bind(&credential.team_id)
        .bind(credential.protocol.name())
        .bind(credential.fingerprint.as_str())
        .bind(credential.state.name())
        .bind(credential.certificate.as_slice())
        .bind(&credential.algorithms)
        .bind(i64::from(credential.can_sign))
        .bind(i64::from(credential.can_encrypt))
        .bind(credential.expires_at.map(Timestamp::micros))
        .bind(credential.created_at.micros())
        .bind(credential.changed_at.micros())
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Changes the state of a credential.
///
/// # Errors
/// The database cannot be written.
pub async fn set_state(write: &mut Write, id: &str, state: KeyState, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE credential SET state = $1, changed_at = $2 WHERE id = $3")
        .bind(state.name())
        .bind(now.micros())
        .bind(id)
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Puts a newer version of a certificate in the place of an older one.
///
/// # Errors
/// The database cannot be written.
pub async fn replace(write: &mut Write, credential: &Credential) -> Result<()> {
    let sql = "UPDATE credential SET certificate = $1, algorithms = $2, can_sign = $3,
                   can_encrypt = $4, expires_at = $5, changed_at = $6 WHERE id = $7";
    sqlx::query(sql)
        .bind(credential.certificate.as_slice())
        .bind(&credential.algorithms)
        .bind(i64::from(credential.can_sign))
        .bind(i64::from(credential.can_encrypt))
        .bind(credential.expires_at.map(Timestamp::micros))
        .bind(credential.changed_at.micros())
        .bind(&credential.id)
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// All credentials of all teams, oldest first.
///
/// # Errors
/// The database cannot be read.
pub async fn all(connection: &mut Connection) -> Result<Vec<Credential>> {
    let sql = "SELECT id, team_id, protocol, fingerprint, state, certificate, algorithms,
                      can_sign, can_encrypt, expires_at, created_at, changed_at
               FROM credential ORDER BY created_at, id";
    let rows: Vec<Row> = sqlx::query_as(sql).fetch_all(connection).await?;
    rows.into_iter().map(credential).collect()
}

/// The credentials of one team, oldest first.
///
/// # Errors
/// The database cannot be read.
pub async fn of_team(connection: &mut Connection, team_id: &str) -> Result<Vec<Credential>> {
    let sql = "SELECT id, team_id, protocol, fingerprint, state, certificate, algorithms,
                      can_sign, can_encrypt, expires_at, created_at, changed_at
               FROM credential WHERE team_id = $1 ORDER BY created_at, id";
    let rows: Vec<Row> = sqlx::query_as(sql).bind(team_id).fetch_all(connection).await?;
    rows.into_iter().map(credential).collect()
}

/// Whether a team has ever registered a key, also one that is revoked now.
///
/// # Errors
/// The database cannot be read.
pub async fn had_any(connection: &mut Connection, team_id: &str) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM credential WHERE team_id = $1";
    let count: i64 = sqlx::query_scalar(sql).bind(team_id).fetch_one(connection).await?;
    Ok(count > 0)
}

/// Who has registered a fingerprint, in whatever state.
///
/// # Errors
/// The database cannot be read.
pub async fn owner_of(
    connection: &mut Connection,
    fingerprint: &Fingerprint,
) -> Result<Option<Owner>> {
    let sql = "SELECT team.handle, credential.state FROM credential
               JOIN team ON team.id = credential.team_id WHERE credential.fingerprint = $1";
    let found: Option<(String, String)> =
        sqlx::query_as(sql).bind(fingerprint.as_str()).fetch_optional(connection).await?;
    found
        .map(|(handle, state)| Ok(Owner { handle, state: stored("credential.state", &state)? }))
        .transpose()
}

fn credential(row: Row) -> Result<Credential> {
    Ok(Credential {
        id: row.id,
        team_id: row.team_id,
        protocol: stored("credential.protocol", &row.protocol)?,
        fingerprint: fingerprint(&row.fingerprint)?,
        state: stored("credential.state", &row.state)?,
        certificate: row.certificate,
        algorithms: row.algorithms,
        can_sign: row.can_sign != 0,
        can_encrypt: row.can_encrypt != 0,
        expires_at: row.expires_at.map(at),
        created_at: at(row.created_at),
        changed_at: at(row.changed_at),
    })
}
