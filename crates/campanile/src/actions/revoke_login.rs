//! Withdraws a certificate that somebody logs in with; the revocation list is new at once.

use campanile_core::model::key::Fingerprint;
use campanile_core::model::person::LoginState;
use campanile_core::model::time::Timestamp;
use campanile_core::pki::{REVOCATION_LIST_SECONDS, Revoked};
use serde_json::json;

use super::{Actor, Done, finish, withdraws_of};
use crate::app::App;
use crate::error::{Error, Result};
use crate::printable::acts;
use crate::store::authority::{self, AuthorityRow};
use crate::store::logins::{self, Login};
use crate::store::{Connection, Write, settings};

/// Longest reason, in characters.
const REASON_CHARACTERS_MAX: usize = 200;

/// Withdraws a certificate for good, named by its fingerprint or serial number, own or foreign; for
/// a member, one of its team: others are not there.
///
/// A revoked certificate fails in the handshake from the next connection on (its authority's
/// list), and its row says no to every request of a connection that is open still.
///
/// # Errors
/// No certificate has this fingerprint or serial number, or it was revoked before.
pub async fn revoke_login(
    app: &App,
    actor: Actor<'_>,
    which: &str,
    reason: &str,
) -> Result<Fingerprint> {
    let now = app.now();
    if reason.chars().count() > REASON_CHARACTERS_MAX || reason.chars().any(acts) {
        return Err(Error::invalid("this is no reason").hint("one line of at most 200 characters"));
    }
    let of = withdraws_of(actor)?;
    let mut write = settings::begin_registry_change(&app.db).await?;
    let found = find(&mut write, which, of).await?;
    let listed = match &found.login {
        Some(login) if login.state != LoginState::Active => {
            return Err(Error::conflict(format!("the certificate is {} already", login.state))
                .hint("`campanile ca list` shows all"));
        }
        Some(login) => withdraw(&mut write, login, reason, now).await?,
        None => authority::revoke(&mut write, &found.fingerprint, reason, now).await?,
    };
    if !listed && found.login.is_none() {
        return Err(Error::conflict("the certificate is revoked already")
            .hint("`campanile ca list` shows all"));
    }
    if listed {
        refresh_list(app, &mut write, now).await?;
    }
    let login = found.login.as_ref();
    let detail = json!({
        "login": login.map(|login| &login.id),
        "serial": found.serial,
        "reason": reason,
        "listed": listed,
    });
    let object = found.fingerprint.as_str();
    finish(&app.secret, write, now, Done { actor, action: "ca.revoke", object, detail }).await?;
    Ok(found.fingerprint)
}

/// Issues a revocation list again, with the next number. Returns the list.
///
/// # Errors
/// There is no authority.
pub async fn renew_revocation_list(app: &App, actor: Actor<'_>) -> Result<AuthorityRow> {
    let now = app.now();
    let mut write = settings::begin_registry_change(&app.db).await?;
    refresh_list(app, &mut write, now).await?;
    let row = authority::current(&mut write).await?;
    let row = row.ok_or_else(|| Error::internal("the authority is gone"))?;
    let detail = json!({ "number": row.crl_number });
    let object = row.fingerprint.as_str();
    finish(&app.secret, write, now, Done { actor, action: "ca.crl", object, detail }).await?;
    Ok(row)
}

/// Marks a login as revoked. Returns whether it belongs on our own list.
pub(super) async fn withdraw(
    write: &mut Write,
    login: &Login,
    reason: &str,
    now: Timestamp,
) -> Result<bool> {
    logins::set_state(write, &login.id, LoginState::Revoked, now).await?;
    authority::revoke(write, &login.fingerprint, reason, now).await
}

/// Signs a new revocation list from what the table says.
pub(super) async fn refresh_list(app: &App, write: &mut Write, now: Timestamp) -> Result<()> {
    let (row, authority) = app.authority(write).await?;
    let revoked = authority::revoked(write, &row.id, now).await?;
    let revoked: Vec<_> = revoked.into_iter().map(|(serial, at)| Revoked { serial, at }).collect();
    let number = row.crl_number + 1;
    let number_written = u32::try_from(number).unwrap_or(u32::MAX);
    let crl = authority
        .revocation_list(&revoked, number_written, now)
        .map_err(|source| Error::internal("the revocation list cannot be signed").source(source))?;
    let next = now.plus_seconds(REVOCATION_LIST_SECONDS);
    authority::set_crl(write, &row.id, &crl, number, next).await
}

struct Found {
    fingerprint: Fingerprint,
    serial: String,
    login: Option<Login>,
}

/// The certificate that is meant: a whole fingerprint, or a serial number of ours.
async fn find(connection: &mut Connection, which: &str, of: Option<&str>) -> Result<Found> {
    let digits: String =
        which.chars().filter(|c| !c.is_whitespace() && *c != ':').collect::<String>();
    let digits = digits.to_ascii_uppercase();
    let login = logins::all(connection, of).await?.into_iter().find(|login| {
        login.fingerprint.as_str() == digits || login.serial == digits || login.id == which
    });
    if let Some(login) = login {
        let (fingerprint, serial) = (login.fingerprint.clone(), login.serial.clone());
        return Ok(Found { fingerprint, serial, login: Some(login) });
    }
    let issued = match of {
        None => authority::issued(connection).await?,
        // Those of servers are of no team.
        Some(_) => Vec::new(),
    };
    let mut issued = issued
        .into_iter()
        .filter(|row| row.serial == digits || row.fingerprint.as_str() == digits)
        .map(|row| Found { fingerprint: row.fingerprint, serial: row.serial, login: None });
    issued.next().ok_or_else(|| {
        Error::not_found("no certificate has this fingerprint or serial number")
            .hint("`campanile ca list` shows all")
    })
}
