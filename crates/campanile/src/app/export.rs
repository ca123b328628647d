//! The teams of the network as a directory for others.

use std::collections::HashMap;

use campanile_core::authz::{self, Action, Viewer};
use campanile_core::formats::registry::{Email, Format, KeyClaim, Record};
use campanile_core::model::key::{KeyState, Protocol};
use campanile_core::model::membership::{Day, Phone, PhoneUsage};

use super::App;
use crate::error::Result;
use crate::store::{Connection, credentials, evidence, membership, teams};

impl App {
    /// Every team that the viewer sees in the directory, for a file of this format.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn export_teams(
        &self,
        read: &mut Connection,
        viewer: &Viewer,
        format: Format,
    ) -> Result<Vec<Record>> {
        if !authz::may(viewer, Action::SeeTeams) {
            return Ok(Vec::new());
        }
        let now = self.now();
        let mut records: HashMap<_, _> = membership::all(read).await?.into_iter().collect();
        let mut known: HashMap<String, Vec<_>> = HashMap::new();
        for (team, one) in evidence::all(read).await? {
            known.entry(team).or_default().push(one);
        }
        let mut keys: HashMap<String, Vec<KeyClaim>> = HashMap::new();
        for key in credentials::all(read).await? {
            let usable = key.state_at(now) == KeyState::Active && key.can_encrypt;
            // Neither format has room for a certificate.
            if usable && key.protocol == Protocol::Openpgp {
                let expires = key.expires_at.map(Day::of);
                let claim = KeyClaim { fingerprint: key.fingerprint, expires };
                keys.entry(key.team_id).or_default().push(claim);
            }
        }
        let all = teams::all(read).await?.into_iter();
        let listed = all.filter(|team| team.state.capabilities().be_listed);
        let entry = |team: teams::Team| {
            let mut directory = records.remove(&team.id).unwrap_or_default().directory;
            let numbers = [(PhoneUsage::Voice, &team.phone), (PhoneUsage::Fax, &team.fax)];
            let main = numbers.into_iter().filter_map(|(usage, number)| {
                let number = number.clone()?;
                Some(Phone { number, usage: vec![usage], ..Phone::default() })
            });
            directory.phones = main.chain(directory.phones).collect();
            let theirs = match format {
                Format::Ti => &directory.ids.ti,
                Format::First => &directory.ids.first,
            };
            let email = |address: &campanile_core::model::address::EmailAddress| Email {
                address: address.to_string(),
                usage: vec!["contact".into()],
            };
            Record {
                short_name: match theirs.is_empty() {
                    true => team.handle.to_string(),
                    false => theirs.clone(),
                },
                name: team.name,
                emails: team.emails.iter().map(email).collect(),
                keys: keys.remove(&team.id).unwrap_or_default(),
                evidence: known.remove(&team.id).unwrap_or_default(),
                directory,
                changed_at: Some(team.changed_at),
            }
        };
        Ok(listed.map(entry).collect())
    }
}
