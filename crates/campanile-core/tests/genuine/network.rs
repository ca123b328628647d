//! The keys of a corpus folder as a registry: one team per address, one list with every secret.

use campanile_core::crypto::smime::{Anchor, Certificate, TrustStore};
use campanile_core::gateway::network::{Network, Team};
use campanile_core::model::address::EmailAddress;
use campanile_core::model::team::TeamState;

use crate::{openpgp_keys, x509_keys};

/// Second addresses of teams: senders whose address stands in no user id of the key they sign
/// with. Address, and the address whose team it belongs to.
const SECOND_ADDRESSES: [(&str, &str); 6] = [
    ("user@example.net", "schleuder@example.org"),
    ("test@localhost", "schleuder@example.org"),
    ("test@example.com", "test@kolab.org"),
    ("firstname.lastname@example.com", "test@kolab.org"),
    ("konqi@example.org", "test@kolab.org"),
    ("t.glaser@tarent.de", "test@kolab.org"),
];
/// CAs whose certificates need complete ones in their place.
const INCOMPLETE_AUTHORITIES: [&str; 1] = ["NSS Test CA (RSA)"];

/// Who is registered.
pub fn network(pgp: &openpgp_keys::Keys, x509: &x509_keys::Keys, complete: bool) -> Network {
    let mut teams = Vec::<Team>::new();
    for certificate in pgp.certificates() {
        for address in pgp.addresses(&certificate) {
            if let Ok(address) = address.parse() {
                team(&mut teams, address).openpgp.push(certificate.clone());
            }
        }
    }
    let (certificates, anchors) = credentials(x509, complete);
    for (certificate, addresses) in certificates {
        for address in addresses {
            let known = &mut team(&mut teams, address).smime;
            let fingerprint = certificate.fingerprint();
            if known.iter().all(|other| other.fingerprint() != fingerprint) {
                known.push(certificate.clone());
            }
        }
    }
    for (second, first) in SECOND_ADDRESSES {
        let first: EmailAddress = first.parse().unwrap();
        let owner = teams.iter_mut().find(|team| team.addresses[0].same_mailbox(&first));
        if let (Some(owner), Ok(second)) = (owner, second.parse()) {
            owner.addresses.push(second);
        }
    }
    Network { teams, lists: Vec::new(), trust: TrustStore::new(anchors) }
}

type Named = (Certificate, Vec<EmailAddress>);

fn credentials(x509: &x509_keys::Keys, complete: bool) -> (Vec<Named>, Vec<Anchor>) {
    let (mut certificates, mut anchors) = (x509.certificates(), x509.anchors());
    if complete {
        for name in INCOMPLETE_AUTHORITIES {
            let (doubles, double_anchors) = x509.stand_ins(name);
            if !doubles.is_empty() {
                certificates = doubles;
                anchors = double_anchors;
            }
        }
    }
    (certificates, anchors)
}

fn team(teams: &mut Vec<Team>, address: EmailAddress) -> &mut Team {
    let known = teams.iter().position(|team| team.addresses[0].same_mailbox(&address));
    let at = known.unwrap_or_else(|| {
        teams.push(Team {
            id: format!("team-{}", teams.len()),
            handle: format!("team-{}", teams.len()).parse().unwrap(),
            state: TeamState::Active,
            addresses: vec![address],
            openpgp: Vec::new(),
            smime: Vec::new(),
        });
        teams.len() - 1
    });
    &mut teams[at]
}
