//! What listings show of the registry: the JSON of `--json`, part of the contract.

use campanile_core::model::key::{Fingerprint, KeyState, Protocol};
use campanile_core::model::time::Timestamp;
use serde::Serialize;

use crate::actions::find_team;
use crate::error::Result;
use crate::store::Connection;
use crate::store::credentials::Credential;
use crate::store::list_keys::ListKey;
use crate::store::teams::Team;
use crate::store::trust::TrustAnchor;

/// Identifier of the team that a listing is narrowed to, if it is.
pub(super) async fn team_id(read: &mut Connection, handle: Option<&str>) -> Result<Option<String>> {
    match handle {
        Some(handle) => Ok(Some(find_team(read, handle).await?.id)),
        None => Ok(None),
    }
}

/// A team with its keys.
#[derive(Serialize)]
pub(super) struct TeamView {
    #[serde(flatten)]
    pub team: Team,
    pub keys: Vec<KeyView>,
}

/// A certificate of a team.
#[derive(Serialize)]
pub(super) struct KeyView {
    pub team: String,
    pub protocol: Protocol,
    pub fingerprint: Fingerprint,
    pub state: KeyState,
    pub algorithms: String,
    pub can_sign: bool,
    pub can_encrypt: bool,
    pub expires_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
}

impl KeyView {
    /// The state is that at `now`.
    pub(super) fn of(team: &Team, key: Credential, now: Timestamp) -> Self {
        Self {
            team: team.handle.to_string(),
            protocol: key.protocol,
            state: key.state_at(now),
            fingerprint: key.fingerprint,
            algorithms: key.algorithms,
            can_sign: key.can_sign,
            can_encrypt: key.can_encrypt,
            expires_at: key.expires_at,
            created_at: key.created_at,
            changed_at: key.changed_at,
        }
    }

    /// What it is good for, for people.
    pub(super) fn uses(&self) -> &'static str {
        match (self.can_sign, self.can_encrypt) {
            (true, true) => "sign, encrypt",
            (true, false) => "sign",
            (false, true) => "encrypt",
            (false, false) => "nothing",
        }
    }
}

/// A key of a list.
#[derive(Serialize)]
pub(super) struct ListKeyView {
    pub protocol: Protocol,
    pub fingerprint: Fingerprint,
    /// It is the first of its kind.
    pub signs: bool,
    pub algorithms: String,
    pub expires_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// The keys of one list, in their order.
pub(super) fn list_keys(keys: &[ListKey]) -> Vec<ListKeyView> {
    let first = |protocol| keys.iter().find(|key| key.protocol == protocol).map(|key| &key.id);
    let view = |key: &ListKey| ListKeyView {
        protocol: key.protocol,
        fingerprint: key.fingerprint.clone(),
        signs: first(key.protocol) == Some(&key.id),
        algorithms: key.algorithms.clone(),
        expires_at: key.expires_at,
        created_at: key.created_at,
    };
    keys.iter().map(view).collect()
}

/// A trust anchor.
#[derive(Serialize)]
pub(super) struct TrustView {
    pub subject: String,
    pub fingerprint: Fingerprint,
    /// A revocation list is registered.
    pub crl: bool,
    /// Whether its certificates may be registered for logging in.
    pub logins: bool,
    pub created_at: Timestamp,
}

impl TrustView {
    pub(super) fn of(anchor: TrustAnchor) -> Self {
        Self {
            subject: anchor.subject,
            fingerprint: anchor.fingerprint,
            crl: anchor.crl.is_some(),
            logins: anchor.logins,
            created_at: anchor.created_at,
        }
    }
}

/// The day of a point in time; `never` for none.
pub(super) fn day(at: Option<Timestamp>) -> String {
    at.map_or("never".into(), |at| at.to_string().chars().take(10).collect())
}
