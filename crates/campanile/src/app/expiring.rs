//! What of the registry ends, and when: keys of teams and lists, trust anchors, revocation lists,
//! certificates to log in with, the authority.

use campanile_core::crypto::smime::Anchor;
use campanile_core::gateway::expiry;
use campanile_core::model::key::KeyState;
use campanile_core::model::person::LoginState;
use campanile_core::model::team::TeamState;
use campanile_core::model::time::Timestamp;

use super::App;
use crate::error::Result;
use crate::store::logins::Login;
use crate::store::{authority, credentials, list_keys, lists, logins, teams, trust};

/// Whose end it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// A team, by identifier and handle.
    Team(String, String),
    /// People or tools of a team (identifier and handle; both empty for an operator), who log in
    /// with it.
    Login(String, String),
    /// The network's own authority.
    Authority,
    /// A list, by name.
    List(String),
    /// The network: a trust anchor, by its subject.
    Anchor(String),
    /// The network: the revocation list of a trust anchor, by its subject.
    RevocationList(String),
}

/// Something that ends within 60 days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expiring {
    /// Whose.
    pub owner: Owner,
    /// What it is, for the table of warnings: a word and a fingerprint.
    pub subject: String,
    /// What it is, for people: `OpenPGP key 0123…`.
    pub what: String,
    /// When it ends.
    pub end: Timestamp,
    /// The warning that is due, in days before the end.
    pub days: i64,
}

impl App {
    /// Everything that ends within 60 days and has not ended yet. A team's key that has a
    /// successor of its kind is left out: nothing is to be done about it.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn expiring(&self) -> Result<Vec<Expiring>> {
        let now = self.now();
        let mut read = self.db.read_snapshot().await?;
        let mut found =
            of_teams(&teams::all(&mut read).await?, &credentials::all(&mut read).await?, now);
        let lists = lists::all(&mut read).await?;
        for key in list_keys::all(&mut read).await? {
            let list = lists.iter().find(|list| list.id == key.list_id);
            let owner = Owner::List(list.map(|list| list.name.to_string()).unwrap_or_default());
            let what = format!("{} key {}", key.protocol, key.fingerprint);
            let subject = format!("key {}", key.fingerprint);
            found.extend(expiring(owner, subject, what, key.expires_at, now));
        }
        let teams = teams::all(&mut read).await?;
        found.extend(of_logins(&teams, &logins::all(&mut read, None).await?, now));
        if let Some(own) = authority::current(&mut read).await? {
            let (subject, what) =
                (format!("authority {}", own.fingerprint), "the authority".to_owned());
            found.extend(expiring(Owner::Authority, subject, what, Some(own.expires_at), now));
        }
        for row in trust::all(&mut read).await? {
            // One that cannot be read is told elsewhere.
            let Ok(anchor) = Anchor::read(&row.certificate, row.crl.as_deref(), now) else {
                continue;
            };
            let name = row.fingerprint;
            let (what, crl) =
                (format!("trust anchor {name}"), format!("revocation list of {name}"));
            let owner = Owner::Anchor(row.subject.clone());
            found.extend(expiring(owner, format!("anchor {name}"), what, anchor.expires_at(), now));
            let owner = Owner::RevocationList(row.subject);
            let crl = expiring(owner, format!("crl {name}"), crl, anchor.crl_expires_at(), now);
            // Many CAs issue one every week: only that the next did not come in time is news.
            found.extend(crl.filter(|crl| crl.days == 1));
        }
        Ok(found)
    }
}

fn of_teams(
    teams: &[teams::Team],
    keys: &[credentials::Credential],
    now: Timestamp,
) -> Vec<Expiring> {
    let mut found = Vec::new();
    for team in teams.iter().filter(|team| team.state == TeamState::Active) {
        let active = |key: &&credentials::Credential| {
            key.team_id == team.id && key.state_at(now) == KeyState::Active
        };
        let own: Vec<_> = keys.iter().filter(active).collect();
        for key in &own {
            let succeeds = |other: &&credentials::Credential| {
                let later = other.expires_at.is_none_or(|end| expiry::due(end, now).is_none());
                other.protocol == key.protocol && later
            };
            if own.iter().any(succeeds) {
                continue;
            }
            let owner = Owner::Team(team.id.clone(), team.handle.to_string());
            let what = format!("{} key {}", key.protocol, key.fingerprint);
            let subject = format!("key {}", key.fingerprint);
            found.extend(expiring(owner, subject, what, key.expires_at, now));
        }
    }
    found
}

/// Certificates to log in with, but those whose holder has a newer one.
fn of_logins(teams: &[teams::Team], logins: &[Login], now: Timestamp) -> Vec<Expiring> {
    let active: Vec<_> = logins
        .iter()
        .filter(|login| login.state == LoginState::Active && login.expires_at > now)
        .collect();
    let mut found = Vec::new();
    for login in &active {
        let succeeds = |other: &&&Login| {
            (&other.team_id, &other.person_id) == (&login.team_id, &login.person_id)
                && other.email.same_mailbox(&login.email)
                && expiry::due(other.expires_at, now).is_none()
        };
        if active.iter().any(|other| succeeds(&other)) {
            continue;
        }
        let team = teams.iter().find(|team| Some(&team.id) == login.team_id.as_ref());
        if team.is_some_and(|team| !team.state.capabilities().log_in) {
            continue;
        }
        let (id, handle) =
            team.map(|team| (team.id.clone(), team.handle.to_string())).unwrap_or_default();
        // No name: the mail about it is not sealed.
        let what = format!("certificate {}", login.fingerprint);
        let subject = format!("login {}", login.fingerprint);
        let end = Some(login.expires_at);
        found.extend(expiring(Owner::Login(id, handle), subject, what, end, now));
    }
    found
}

fn expiring(
    owner: Owner,
    subject: String,
    what: String,
    end: Option<Timestamp>,
    now: Timestamp,
) -> Option<Expiring> {
    let end = end?;
    Some(Expiring { owner, subject, what, end, days: expiry::due(end, now)? })
}
