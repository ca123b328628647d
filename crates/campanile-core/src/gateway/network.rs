//! What the gate knows of the network: teams with their credentials, lists with their keys.

use crate::crypto::{openpgp, smime};
use crate::model::address::EmailAddress;
use crate::model::list::Policy;
use crate::model::team::{Handle, TeamState};

/// A team, with its active credentials only.
pub struct Team {
    /// Identifier in the registry.
    pub id: String,
    /// Short name.
    pub handle: Handle,
    /// Decides what it may do.
    pub state: TeamState,
    /// Registered addresses, the first is where copies go.
    pub addresses: Vec<EmailAddress>,
    /// Active OpenPGP certificates, oldest first.
    pub openpgp: Vec<openpgp::Certificate>,
    /// Active X.509 certificates, oldest first.
    pub smime: Vec<smime::Certificate>,
}

/// A list with its secret keys; the first of each kind signs, every one opens.
pub struct List {
    /// Identifier in the registry.
    pub id: String,
    /// Short name, as in `[alert]`.
    pub name: String,
    /// Where mail for it goes.
    pub address: EmailAddress,
    /// Its rules.
    pub policy: Policy,
    /// OpenPGP keys.
    pub openpgp: Vec<openpgp::SecretKey>,
    /// X.509 certificates with keys.
    pub smime: Vec<smime::SecretKey>,
    /// Identifiers of the subscribed teams.
    pub subscribers: Vec<String>,
}

/// Everything a verdict depends on besides the mail: one state of the registry.
pub struct Network {
    /// All teams, whatever their state.
    pub teams: Vec<Team>,
    /// All lists.
    pub lists: Vec<List>,
    /// Trust anchors for certificates.
    pub trust: smime::TrustStore,
}

impl Network {
    /// The team that an address belongs to.
    pub fn team_of(&self, address: &EmailAddress) -> Option<&Team> {
        self.teams.iter().find(|team| team.addresses.iter().any(|a| a.same_mailbox(address)))
    }

    /// The list that an address names.
    pub fn list_of(&self, address: &EmailAddress) -> Option<&List> {
        self.lists.iter().find(|list| list.address.same_mailbox(address))
    }
}
