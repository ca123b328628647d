//! How each team's copy is sealed: S/MIME if it has a usable certificate, else OpenPGP. There is
//! no third way (`ARCHITECTURE.md`, invariant 7).

use super::network::{List, Network, Team};
use crate::crypto::{openpgp, smime};
use crate::model::time::Timestamp;

/// One way to encrypt the shared body of a posting; at most four bodies are made per posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Container {
    /// OpenPGP, SEIPD version 1.
    SeipdV1,
    /// OpenPGP, SEIPD version 2.
    SeipdV2,
    /// CMS EnvelopedData.
    Enveloped,
    /// CMS AuthEnvelopedData.
    AuthEnveloped,
}

impl Container {
    /// The name in the database, in reports and on the delivery board.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SeipdV1 => "openpgp-seipdv1-aes256",
            Self::SeipdV2 => "openpgp-seipdv2-aes256-ocb",
            Self::Enveloped => "smime-enveloped-aes256-cbc",
            Self::AuthEnveloped => "smime-auth-enveloped-aes256-gcm",
        }
    }
}

/// The encryption key of a team with everything that was checked about it.
#[derive(Debug, Clone)]
pub enum RecipientKey {
    /// An OpenPGP encryption key.
    Openpgp(openpgp::Recipient),
    /// A certificate's key.
    Smime(smime::Recipient),
}

impl RecipientKey {
    /// The strongest container its owner can open.
    pub fn container(&self) -> Container {
        match self {
            Self::Openpgp(key) if key.aead() => Container::SeipdV2,
            Self::Openpgp(_) => Container::SeipdV1,
            Self::Smime(key) => match key.container() {
                smime::Container::Enveloped => Container::Enveloped,
                smime::Container::AuthEnveloped => Container::AuthEnveloped,
            },
        }
    }
}

/// The key that copies of a list's postings are sealed with for a team at `now`; `None` holds
/// them. Only a protocol that the list itself has a key for is chosen, since copies are signed.
pub fn choose(
    team: &Team,
    list: &List,
    trust: &smime::TrustStore,
    now: Timestamp,
) -> Option<RecipientKey> {
    let certificates = team.smime.iter().rev().filter(|_| !list.smime.is_empty());
    let smime = certificates.filter_map(|cert| cert.recipient(trust, now)).next();
    let openpgp = || {
        let certificates = team.openpgp.iter().rev().filter(|_| !list.openpgp.is_empty());
        certificates.filter_map(|cert| cert.recipient(now)).next()
    };
    smime.map(RecipientKey::Smime).or_else(|| openpgp().map(RecipientKey::Openpgp))
}

/// The teams that a posting to a list goes to: active subscribers, the sender among them, so
/// that it sees its own posting arrive.
pub fn audience<'a>(list: &'a List, network: &'a Network) -> impl Iterator<Item = &'a Team> {
    network
        .teams
        .iter()
        .filter(|team| list.subscribers.contains(&team.id) && team.state.capabilities().receive)
}
