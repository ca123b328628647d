//! Registers a certificate of a team: from now on its signatures count.

use campanile_core::crypto::{Abilities, openpgp, smime};
use campanile_core::model::key::{Fingerprint, KeyState, Protocol};
use serde_json::json;

use super::{Actor, Done, Outcome, find_team, finish, managed_team, refuse_known_key};
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::Connection;
use crate::store::credentials::{self, Credential};
use crate::store::settings;
use crate::store::teams::Team;

/// Most keys of one team that wait for the operator.
const PENDING_MAX: usize = 5;

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
    let mut read = app.db.read().await?;
    let team = find_team(&mut read, handle).await?;
    match check(app, &mut read, &team, protocol, file).await? {
        Offer::New(checked) => {
            drop(read);
            record(app, actor, &team, checked, KeyState::Active).await
        }
        Offer::Known(known) => {
            drop(read);
            renew(app, actor, &team, known, file).await
        }
    }
}

/// Registers a certificate that a representative of the team offers: it counts once the operator
/// has confirmed its fingerprint. A newer version of a certificate that counts already counts at
/// once: its owner alone can make one.
///
/// # Errors
/// As [`add_team_key`], or too many wait, or the team is not the actor's to speak for.
pub async fn request_team_key(
    app: &App,
    actor: Actor<'_>,
    handle: &str,
    protocol: Protocol,
    file: &[u8],
) -> Result<(Outcome, Credential)> {
    let mut read = app.db.read().await?;
    let team = managed_team(&mut read, actor, handle).await?;
    let all = credentials::of_team(&mut read, &team.id).await?;
    let offer = check(app, &mut read, &team, protocol, file).await?;
    drop(read);
    match offer {
        Offer::Known(known) => {
            Ok((Outcome::Unchanged, renew(app, actor, &team, known, file).await?))
        }
        Offer::New(_)
            if all.iter().filter(|key| key.state == KeyState::Pending).count() >= PENDING_MAX =>
        {
            Err(Error::conflict(format!("{PENDING_MAX} keys of your team wait already"))
                .hint("call the operator of the network, who compares their fingerprints"))
        }
        Offer::New(checked) => {
            Ok((Outcome::Changed, record(app, actor, &team, checked, KeyState::Pending).await?))
        }
    }
}

/// What a file turned out to be.
enum Offer {
    /// A certificate that the team has not registered.
    New(Checked),
    /// A version of one that counts.
    Known(Credential),
}

/// Checks a file by the rules of its protocol.
async fn check(
    app: &App,
    read: &mut Connection,
    team: &Team,
    protocol: Protocol,
    file: &[u8],
) -> Result<Offer> {
    let now = app.now();
    Ok(Offer::New(match protocol {
        Protocol::Openpgp => {
            let (new, abilities) = openpgp::Certificate::register(file, &team.emails, now)?;
            if let Some(known) = known(read, team, &new.fingerprint()).await? {
                return Ok(Offer::Known(known));
            }
            let (fingerprint, certificate) = (new.fingerprint(), new.to_bytes());
            Checked { protocol, fingerprint, certificate, abilities }
        }
        Protocol::Smime => {
            let trust = app.trust(read, now).await?;
            let (new, abilities) = smime::Certificate::register(file, &team.emails, &trust, now)?;
            let (fingerprint, certificate) = (new.fingerprint(), new.to_bytes());
            Checked { protocol, fingerprint, certificate, abilities }
        }
    }))
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
    state: KeyState,
) -> Result<Credential> {
    let now = app.now();
    let mut write = settings::begin_registry_change(&app.db).await?;
    refuse_known_key(&mut write, &checked.fingerprint).await?;
    let credential = Credential {
        id: app.new_id(now),
        team_id: team.id.clone(),
        protocol: checked.protocol,
        fingerprint: checked.fingerprint,
        state,
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
    let action = match state {
        KeyState::Active => "team.key.add",
        _ => "team.key.request",
    };
    let object = team.handle.as_str();
    finish(&app.secret, write, now, Done { actor, action, object, detail }).await?;
    Ok(credential)
}

#[cfg(test)]
mod tests;
