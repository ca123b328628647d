//! With what a team acknowledges by telephone: a UID and a PIN, together nine digits, entered in
//! one go as the guide of 2003 has it.

use campanile_core::authz::{self, Action, Viewer};
use campanile_core::crypto::mac::mac;
use serde_json::json;

use super::{Done, find_team, finish, member};
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::{Write, phone_logins};

/// Digits of a UID: ten times as many as a large network has teams.
pub const UID_DIGITS: usize = 4;
/// Digits of a PIN; three tries, then a wait ([`super::acknowledge_by_phone`]).
pub const PIN_DIGITS: usize = 5;
/// How often to look for a UID that is free.
const TRIES_MAX: usize = 100;

/// What a team enters. Shown once; only a code of it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneCode {
    /// Names the team.
    pub uid: String,
    /// Known to the team alone.
    pub pin: String,
}

/// Gives a team a new PIN, and a UID if it has none. Its representatives may, and the operator.
///
/// # Errors
/// There is no such team, or the viewer may not.
pub async fn set_phone_pin(app: &App, by: &Viewer, team: &str) -> Result<PhoneCode> {
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    let team = find_team(&mut write, team).await?;
    let own = by.team.as_ref().is_some_and(|own| own.id == team.id);
    let may = authz::may(by, Action::Operate) || own && authz::may(by, Action::ManageOwnTeam);
    if !may {
        return Err(Error::denied("you cannot change the PIN of this team")
            .hint("a representative of the team or the operator can"));
    }
    let pin = digits(PIN_DIGITS)?;
    let uid = match phone_logins::uid_of(&mut write, &team.id).await? {
        Some(uid) => {
            let code = pin_code(&app.secret, &uid, &pin)?;
            phone_logins::set(&mut write, &team.id, &uid, &code, now).await?;
            uid
        }
        None => first_uid(app, &mut write, &team.id, &pin).await?,
    };
    let object = team.handle.as_str();
    let done = Done { actor: member(by), action: "team.phone-pin", object, detail: json!({}) };
    finish(&app.secret, write, now, done).await?;
    Ok(PhoneCode { uid, pin })
}

async fn first_uid(app: &App, write: &mut Write, team_id: &str, pin: &str) -> Result<String> {
    for _ in 0..TRIES_MAX {
        let uid = digits(UID_DIGITS)?;
        let code = pin_code(&app.secret, &uid, pin)?;
        if phone_logins::set(write, team_id, &uid, &code, app.now()).await? {
            return Ok(uid);
        }
    }
    Err(Error::conflict("all numbers for teams are taken").hint("remove those of teams that left"))
}

/// What is kept of a PIN: a code under the secret of the network, which is a file. Whoever reads
/// the database alone cannot try out the few PINs there are.
///
/// # Errors
/// OpenSSL has no memory left.
pub(super) fn pin_code(secret: &[u8], uid: &str, pin: &str) -> Result<String> {
    mac(secret, &format!("pin {uid} {pin}"))
        .map_err(|source| Error::internal("a PIN cannot be checked").source(source))
}

/// Random decimal digits.
fn digits(count: usize) -> Result<String> {
    let mut digits = String::with_capacity(count);
    while digits.len() < count {
        let mut octets = [0; 16];
        openssl::rand::rand_bytes(&mut octets)
            .map_err(|source| Error::internal("no random numbers").source(source))?;
        // 250 is a multiple of ten: no digit is more likely than another.
        let fair = octets.iter().filter(|octet| **octet < 250).map(|octet| b'0' + octet % 10);
        digits.extend(fair.take(count - digits.len()).map(char::from));
    }
    Ok(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_as_many_as_asked_for() {
        for count in [0, 1, 5, 40] {
            let digits = digits(count).unwrap();
            assert!(digits.len() == count && digits.bytes().all(|b| b.is_ascii_digit()));
        }
    }
}
