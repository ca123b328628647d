//! Table `login`: the certificates that open the web pages.

use campanile_core::authz::{Membership, Viewer};
use campanile_core::model::address::EmailAddress;
use campanile_core::model::key::Fingerprint;
use campanile_core::model::person::{LoginState, Role};
use campanile_core::model::time::Timestamp;
use serde::Serialize;
use sqlx::FromRow;

use super::credentials::fingerprint;
use super::{Connection, Write, at, stored};
use crate::error::{Error, Result};

/// A certificate that somebody logs in with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Login {
    /// Identifier (UUID version 7).
    pub id: String,
    /// The team; operators may have none.
    pub team_id: Option<String>,
    /// The person; none for a tool, an operator, or the certificate of the team as such.
    pub person_id: Option<String>,
    /// Name of whoever holds it.
    pub name: String,
    /// The address that it names.
    pub email: EmailAddress,
    /// What its holder may do.
    pub role: Role,
    /// SHA-256 of the DER certificate.
    pub fingerprint: Fingerprint,
    /// Name of the issuer, for people.
    pub issuer: String,
    /// Serial number in upper-case hexadecimal.
    pub serial: String,
    /// SHA-256 of its public key.
    pub key_digest: Fingerprint,
    /// DER.
    #[serde(skip)]
    pub certificate: Vec<u8>,
    /// Whether it opens the pages.
    pub state: LoginState,
    /// From when on it is valid.
    pub not_before: Timestamp,
    /// When its validity ends.
    pub expires_at: Timestamp,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When its state was last changed.
    pub changed_at: Timestamp,
}

#[derive(FromRow)]
struct Row {
    id: String,
    team_id: Option<String>,
    person_id: Option<String>,
    name: String,
    email: String,
    role: String,
    fingerprint: String,
    issuer: String,
    serial: String,
    key_digest: String,
    certificate: Vec<u8>,
    state: String,
    not_before: i64,
    expires_at: i64,
    created_at: i64,
    changed_at: i64,
}

/// What [`find_viewer`] reads of a login and its team.
#[derive(FromRow)]
struct Seen {
    login: String,
    name: String,
    role: String,
    team_id: Option<String>,
    handle: Option<String>,
    team_state: Option<String>,
}

/// Who may log in with a certificate at `now`: `None` when it is not registered, withdrawn or
/// outside of its dates, or when its team may not log in.
///
/// # Security
/// That the certificate leads to a CA of the network and is not on its revocation list was
/// checked in the handshake. This row decides who it is: nothing inside of the certificate does.
///
/// # Errors
/// The database cannot be read.
pub async fn find_viewer(
    connection: &mut Connection,
    fingerprint: &Fingerprint,
    now: Timestamp,
) -> Result<Option<Viewer>> {
    let sql = "SELECT login.id AS login, login.name, login.role, login.team_id, team.handle,
                      team.state AS team_state
               FROM login LEFT JOIN team ON team.id = login.team_id
               WHERE login.fingerprint = $1 AND login.state = 'active'
                     AND login.not_before <= $2 AND login.expires_at > $2";
    let seen: Option<Seen> = sqlx::query_as(sql)
        .bind(fingerprint.as_str())
        .bind(now.micros())
        .fetch_optional(connection)
        .await?;
    seen.map_or(Ok(None), viewer)
}

fn viewer(seen: Seen) -> Result<Option<Viewer>> {
    let role: Role = stored("login.role", &seen.role)?;
    let team = match (seen.team_id, seen.handle, seen.team_state) {
        (Some(id), Some(handle), Some(state)) => Some(Membership {
            id,
            handle: stored("team.handle", &handle)?,
            state: stored("team.state", &state)?,
        }),
        (None, ..) => None,
        _ => return Err(Error::internal("the database holds a login of a team that is not there")),
    };
    let may_log_in = match &team {
        Some(team) => team.state.capabilities().log_in,
        None => role == Role::Operator,
    };
    let viewer = Viewer { login: seen.login, name: seen.name, role, team };
    Ok(may_log_in.then_some(viewer))
}

/// Adds a login.
///
/// # Errors
/// A conflict when the certificate is registered already.
pub async fn insert(write: &mut Write, login: &Login) -> Result<()> {
    let sql = "INSERT INTO login (id, team_id, person_id, name, email, role, fingerprint, issuer,
                   serial, key_digest, certificate, state, not_before, expires_at, created_at,
                   changed_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    sqlx::query(sql)
        .bind(&login.id)
        .bind(&login.team_id)
        .bind(&login.person_id)
        .bind(&login.name)
        .bind(login.email.as_str())
        .bind(login.role.name())
        .bind(login.fingerprint.as_str())
        .bind(&login.issuer)
        .bind(&login.serial)
        .bind(login.key_digest.as_str())
        .bind(login.certificate.as_slice())
        .bind(login.state.name())
        .bind(login.not_before.micros())
        .bind(login.expires_at.micros())
        .bind(login.created_at.micros())
        .bind(login.changed_at.micros())
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Changes the state of a login.
///
/// # Errors
/// The database cannot be written.
pub async fn set_state(
    write: &mut Write,
    id: &str,
    state: LoginState,
    now: Timestamp,
) -> Result<()> {
    sqlx::query("UPDATE login SET state = $1, changed_at = $2 WHERE id = $3")
        .bind(state.name())
        .bind(now.micros())
        .bind(id)
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// All logins, oldest first; of one team when its identifier is given.
///
/// # Errors
/// The database cannot be read.
pub async fn all(connection: &mut Connection, team_id: Option<&str>) -> Result<Vec<Login>> {
    let sql = "SELECT id, team_id, person_id, name, email, role, fingerprint, issuer, serial,
                      key_digest, certificate, state, not_before, expires_at, created_at, changed_at
               FROM login WHERE $1 = '' OR team_id = $1 ORDER BY created_at, id";
    let rows: Vec<Row> =
        sqlx::query_as(sql).bind(team_id.unwrap_or_default()).fetch_all(connection).await?;
    rows.into_iter().map(login).collect()
}

/// One login; `None` when the certificate is not registered.
///
/// # Errors
/// The database cannot be read.
pub async fn by_fingerprint(
    connection: &mut Connection,
    fingerprint: &Fingerprint,
) -> Result<Option<Login>> {
    let sql = "SELECT id, team_id, person_id, name, email, role, fingerprint, issuer, serial,
                      key_digest, certificate, state, not_before, expires_at, created_at, changed_at
               FROM login WHERE fingerprint = $1";
    let row: Option<Row> =
        sqlx::query_as(sql).bind(fingerprint.as_str()).fetch_optional(connection).await?;
    row.map(login).transpose()
}

fn login(row: Row) -> Result<Login> {
    Ok(Login {
        id: row.id,
        team_id: row.team_id,
        person_id: row.person_id,
        name: row.name,
        email: stored("login.email", &row.email)?,
        role: stored("login.role", &row.role)?,
        fingerprint: fingerprint(&row.fingerprint)?,
        issuer: row.issuer,
        serial: row.serial,
        key_digest: fingerprint(&row.key_digest)?,
        certificate: row.certificate,
        state: stored("login.state", &row.state)?,
        not_before: at(row.not_before),
        expires_at: at(row.expires_at),
        created_at: at(row.created_at),
        changed_at: at(row.changed_at),
    })
}

#[cfg(test)]
mod tests {
    use campanile_core::model::team::TeamState;

    use super::*;

    fn seen(role: &str, team_state: Option<&str>) -> Seen {
        Seen {
            login: "1".into(),
            name: "Ada".into(),
            role: role.into(),
            team_id: team_state.map(|_| "2".into()),
            handle: team_state.map(|_| "DFN-CERT".into()),
            team_state: team_state.map(Into::into),
        }
    }

    #[test]
    fn people_of_a_team_that_left_do_not_log_in() {
        for state in TeamState::ALL {
            let found = viewer(seen("officer", Some(state.name()))).unwrap();
            assert_eq!(found.is_some(), *state != TeamState::Left, "{state}");
        }
    }

    #[test]
    fn only_operators_log_in_without_a_team() {
        for role in Role::ALL {
            let found = viewer(seen(role.name(), None)).unwrap();
            assert_eq!(found.is_some(), *role == Role::Operator, "{role}");
        }
    }
}
