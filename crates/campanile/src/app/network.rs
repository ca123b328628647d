//! Loading the registry into the form that the gate works with.

use std::collections::HashMap;
use std::sync::Arc;

use campanile_core::crypto::smime::{Anchor, TrustStore};
use campanile_core::crypto::{openpgp, smime};
use campanile_core::gateway::network::{List, Network, Team};
use campanile_core::model::key::{KeyState, Protocol};
use campanile_core::model::time::Timestamp;

use super::{App, Cached};
use crate::error::{Error, Result};
use crate::keys::KeyFiles;
use crate::store::credentials::Credential;
use crate::store::list_keys::ListKey;
use crate::store::trust::TrustAnchor;
use crate::store::{credentials, list_keys, lists, settings, subscriptions, teams, trust};

/// One state of the registry, as rows.
struct Rows {
    teams: Vec<teams::Team>,
    credentials: Vec<Credential>,
    lists: Vec<lists::List>,
    list_keys: Vec<ListKey>,
    subscriptions: Vec<(String, String)>,
    anchors: Vec<TrustAnchor>,
}

/// Loads everything, from one snapshot of the database.
pub(super) async fn load(app: &App, now: Timestamp) -> Result<Cached> {
    let mut read = app.db.read_snapshot().await?;
    let version = settings::registry_version(&mut read).await?;
    let rows = Rows {
        teams: teams::all(&mut read).await?,
        credentials: credentials::all(&mut read).await?,
        lists: lists::all(&mut read).await?,
        list_keys: list_keys::all(&mut read).await?,
        subscriptions: subscriptions::all(&mut read).await?,
        anchors: trust::all(&mut read).await?,
    };
    drop(read);
    let keys = app.keys.clone();
    // Hundreds of certificates are parsed: not on a thread that serves connections.
    let built = tokio::task::spawn_blocking(move || build(rows, &keys, now)).await;
    let (network, faults) =
        built.map_err(|source| Error::internal("the registry cannot be loaded").source(source))?;
    tracing::debug!(version, faults, teams = network.teams.len(), "registry loaded");
    let network = Arc::new(network);
    Ok(Cached { version, complete: faults == 0, loaded_at: now, network })
}

/// Builds the network; the number says how many keys had to be left out.
fn build(rows: Rows, keys: &KeyFiles, now: Timestamp) -> (Network, usize) {
    let (trust, mut faults) = trust_store(&rows.anchors, now);
    let mut by_team: HashMap<String, Vec<Credential>> = HashMap::new();
    for credential in rows.credentials {
        if credential.state == KeyState::Active {
            by_team.entry(credential.team_id.clone()).or_default().push(credential);
        }
    }
    let teams = rows.teams.into_iter().map(|row| {
        let credentials = by_team.remove(&row.id).unwrap_or_default();
        team(row, &credentials, &mut faults)
    });
    let teams = teams.collect();
    let mut by_list: HashMap<String, Vec<ListKey>> = HashMap::new();
    for key in rows.list_keys {
        by_list.entry(key.list_id.clone()).or_default().push(key);
    }
    let mut subscribers: HashMap<String, Vec<String>> = HashMap::new();
    for (list, team) in rows.subscriptions {
        subscribers.entry(list).or_default().push(team);
    }
    let lists = rows.lists.into_iter().map(|row| {
        let list_keys = by_list.remove(&row.id).unwrap_or_default();
        let subscribers = subscribers.remove(&row.id).unwrap_or_default();
        list(row, &list_keys, subscribers, keys, &mut faults)
    });
    let lists = lists.collect();
    (Network { teams, lists, trust }, faults)
}

fn team(row: teams::Team, credentials: &[Credential], faults: &mut usize) -> Team {
    let mut team = Team {
        id: row.id,
        handle: row.handle,
        state: row.state,
        addresses: row.emails,
        openpgp: Vec::new(),
        smime: Vec::new(),
    };
    for credential in credentials {
        let bytes = &credential.certificate;
        let read = match credential.protocol {
            Protocol::Openpgp => {
                openpgp::Certificate::read(bytes).map(|read| team.openpgp.push(read))
            }
            Protocol::Smime => smime::Certificate::read(bytes).map(|read| team.smime.push(read)),
        };
        if let Err(refusal) = read {
            *faults += 1;
            let (team, key) = (team.handle.as_str(), credential.fingerprint.as_str());
            tracing::error!(team, key, %refusal, "registered key cannot be read, left out");
        }
    }
    team
}

fn list(
    row: lists::List,
    list_keys: &[ListKey],
    subscribers: Vec<String>,
    keys: &KeyFiles,
    faults: &mut usize,
) -> List {
    let mut list = List {
        id: row.id,
        name: row.name.to_string(),
        address: row.address,
        policy: row.policy,
        openpgp: Vec::new(),
        smime: Vec::new(),
        subscribers,
    };
    for key in list_keys {
        let path = keys.list_key_path(&row.name, key.protocol, &key.fingerprint);
        let read = keys.read(&path).and_then(|secret| match key.protocol {
            Protocol::Openpgp => openpgp_key(&secret, key).map(|secret| list.openpgp.push(secret)),
            Protocol::Smime => smime_key(&secret, key).map(|secret| list.smime.push(secret)),
        });
        if let Err(error) = read {
            *faults += 1;
            let (list, hint) = (list.name.as_str(), error.advice());
            tracing::error!(list, %error, hint, "key of a list cannot be read, left out");
        }
    }
    list
}

/// A file under the name of another key would sign with a key that nobody has pinned.
fn mixed_up(key: &ListKey) -> Error {
    Error::invalid(format!("the key file of {} holds another key", key.fingerprint))
        .hint("restore it from a backup, or import the key again")
}

fn openpgp_key(secret: &[u8], key: &ListKey) -> Result<openpgp::SecretKey> {
    let secret = openpgp::SecretKey::read(secret)?;
    match secret.fingerprint() == key.fingerprint {
        true => Ok(secret),
        false => Err(mixed_up(key)),
    }
}

fn smime_key(secret: &[u8], key: &ListKey) -> Result<smime::SecretKey> {
    let secret = smime::SecretKey::from_secret_pem(secret)?;
    match secret.fingerprint() == key.fingerprint {
        true => Ok(secret),
        false => Err(mixed_up(key)),
    }
}

/// The trust anchors; the number says how many had to be left out.
pub(super) fn trust_store(rows: &[TrustAnchor], now: Timestamp) -> (TrustStore, usize) {
    let mut anchors = Vec::with_capacity(rows.len());
    let mut faults = 0;
    for row in rows {
        match Anchor::read(&row.certificate, row.crl.as_deref(), now) {
            Ok(anchor) => anchors.push(anchor),
            Err(refusal) => {
                faults += 1;
                let anchor = row.fingerprint.as_str();
                tracing::error!(anchor, %refusal, "trust anchor cannot be used, left out");
            }
        }
    }
    (TrustStore::new(anchors), faults)
}
