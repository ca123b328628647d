//! Registers a certificate of a team: from now on its signatures count.

use campanile_core::crypto::{Abilities, openpgp, smime};
use campanile_core::model::key::{Fingerprint, KeyState, Protocol};
use campanile_core::model::time::Timestamp;
use serde_json::json;

use super::{Actor, Done, find_team, finish, refuse_known_key};
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::Connection;
use crate::store::credentials::{self, Credential};
use crate::store::settings;
use crate::store::teams::Team;

/// A certificate that has passed the rules of its protocol.
#[derive(Debug)]
struct Checked {
    protocol: Protocol,
    fingerprint: Fingerprint,
    certificate: Vec<u8>,
    abilities: Abilities,
}

/// Registers a certificate, given as the content of a file, for a team. An OpenPGP certificate
/// that the team has registered already is brought up to date.
///
/// # Errors
/// The certificate breaks a rule (the hint says what the team can do), or anybody has
/// registered it already.
pub async fn add_team_key(
    app: &App,
    actor: Actor<'_>,
    handle: &str,
    protocol: Protocol,
    file: &[u8],
) -> Result<Credential> {
    let now = app.now();
    let mut read = app.db.read().await?;
    let team = find_team(&mut read, handle).await?;
    let checked = match protocol {
        Protocol::Openpgp => {
            let (new, abilities) = openpgp::Certificate::register(file, &team.emails, now)?;
            if let Some(known) = known(&mut read, &team, &new.fingerprint()).await? {
                drop(read);
                return renew(app, actor, &team, known, file).await;
            }
            let (fingerprint, certificate) = (new.fingerprint(), new.to_bytes());
            Checked { protocol, fingerprint, certificate, abilities }
        }
        Protocol::Smime => {
            let trust = app.trust(&mut read, now).await?;
            let (new, abilities) = smime::Certificate::register(file, &team.emails, &trust, now)?;
            let (fingerprint, certificate) = (new.fingerprint(), new.to_bytes());
            Checked { protocol, fingerprint, certificate, abilities }
        }
    };
    drop(read);
    record(app, actor, &team, checked, now).await
}

/// The active credential of this team with this fingerprint.
async fn known(
    connection: &mut Connection,
    team: &Team,
    fingerprint: &Fingerprint,
) -> Result<Option<Credential>> {
    let all = credentials::of_team(connection, &team.id).await?;
    let active = |known: &Credential| known.state == KeyState::Active;
    Ok(all.into_iter().find(|known| known.fingerprint == *fingerprint && active(known)))
}

/// Brings an OpenPGP certificate up to date: both versions count together.
async fn renew(
    app: &App,
    actor: Actor<'_>,
    team: &Team,
    mut known: Credential,
    file: &[u8],
) -> Result<Credential> {
    let now = app.now();
    let older = openpgp::Certificate::read(&known.certificate)?;
    let (merged, abilities) = older.renew(file, &team.emails, now)?;
    let certificate = merged.to_bytes();
    if certificate == known.certificate {
        let text = format!("the key {} is registered already, as it is", known.fingerprint);
        return Err(Error::conflict(text).hint("a newer version of it would be taken"));
    }
    known.certificate = certificate;
    known.algorithms = abilities.algorithms;
    (known.can_sign, known.can_encrypt) = (abilities.sign, abilities.encrypt);
    (known.expires_at, known.changed_at) = (abilities.expires_at, now);
    let mut write = settings::begin_registry_change(&app.db).await?;
    credentials::replace(&mut write, &known).await?;
    let detail = json!({
        "protocol": known.protocol,
        "fingerprint": known.fingerprint,
        "expires_at": known.expires_at,
    });
    let object = team.handle.as_str();
    finish(&app.secret, write, now, Done { actor, action: "team.key.renew", object, detail })
        .await?;
    Ok(known)
}

async fn record(
    app: &App,
    actor: Actor<'_>,
    team: &Team,
    checked: Checked,
    now: Timestamp,
) -> Result<Credential> {
    let mut write = settings::begin_registry_change(&app.db).await?;
    refuse_known_key(&mut write, &checked.fingerprint).await?;
    let credential = Credential {
        id: app.new_id(now),
        team_id: team.id.clone(),
        protocol: checked.protocol,
        fingerprint: checked.fingerprint,
        state: KeyState::Active,
        certificate: checked.certificate,
        algorithms: checked.abilities.algorithms,
        can_sign: checked.abilities.sign,
        can_encrypt: checked.abilities.encrypt,
        expires_at: checked.abilities.expires_at,
        created_at: now,
        changed_at: now,
    };
    credentials::insert(&mut write, &credential).await?;
    let detail = json!({
        "protocol": credential.protocol,
        "fingerprint": credential.fingerprint,
        "algorithms": credential.algorithms,
        "expires_at": credential.expires_at,
    });
    let object = team.handle.as_str();
    finish(&app.secret, write, now, Done { actor, action: "team.key.add", object, detail }).await?;
    Ok(credential)
}

#[cfg(test)]
mod tests;
