//! Sealing a posting for its audience, on a thread that may block.

use std::collections::BTreeMap;

use campanile_core::gateway::network::{List, Team};
use campanile_core::gateway::posting::{Posting, SealedBody};
use campanile_core::gateway::recipients::{Container, RecipientKey};
use campanile_core::gateway::verp;
use campanile_core::model::time::Timestamp;

use crate::app::{Keys, new_id};
use crate::error::{Error, Result};
use crate::spool::{Folder, Spool};
use crate::store::deliveries::NewDelivery;
use crate::store::messages::Sealed;

/// Copies ready to be committed; their shared bodies are in the spool already.
pub struct Prepared {
    /// Message-ID of the copies.
    pub message_id: String,
    /// Shared bodies.
    pub sealed: Vec<Sealed>,
    /// One row per team.
    pub copies: Vec<NewDelivery>,
    /// Teams without a usable key, with their addresses: who had one before is told.
    pub without_key: Vec<(String, String)>,
}

/// What sealing needs besides the posting.
pub struct Sealing<'a> {
    /// Identifier of the message.
    pub id: &'a str,
    /// The list.
    pub list: &'a List,
    /// Keys of the audience.
    pub keys: &'a Keys,
    /// Where bodies are written.
    pub spool: &'a Spool,
    /// Secret of the network.
    pub secret: &'a [u8],
    /// Now.
    pub now: Timestamp,
}

/// Seals a posting for teams: one signature and one bulk encryption per container, one wrapped
/// session key per team. Runs on a thread that may block.
///
/// # Errors
/// When sealing or the spool fails; what was written is swept later.
pub fn prepare(posting: &Posting, teams: &[&Team], sealing: &Sealing<'_>) -> Result<Prepared> {
    let mut by_container: BTreeMap<Container, Vec<(&Team, &RecipientKey)>> = BTreeMap::new();
    let mut prepared = Prepared {
        message_id: posting.message_id().to_owned(),
        sealed: Vec::new(),
        copies: Vec::new(),
        without_key: Vec::new(),
    };
    for &team in teams {
        match sealing.keys.get(&team.id).and_then(Option::as_ref) {
            Some(key) => by_container.entry(key.container()).or_default().push((team, key)),
            None => hold(team, sealing, &mut prepared),
        }
    }
    for (container, teams) in by_container {
        seal(posting, container, &teams, sealing, &mut prepared)?;
    }
    Ok(prepared)
}

fn hold(team: &Team, sealing: &Sealing<'_>, prepared: &mut Prepared) {
    let copy = row(team, sealing, "held");
    let who = (team.id.clone(), copy.recipient.clone());
    prepared.without_key.push(who);
    prepared.copies.push(copy);
}

/// A copy without a seal yet.
fn row(team: &Team, sealing: &Sealing<'_>, state: &'static str) -> NewDelivery {
    let id = new_id(sealing.now);
    NewDelivery {
        mail_from: verp::address(sealing.secret, sealing.list.address.domain(), &id),
        id,
        team_id: team.id.clone(),
        recipient: team.addresses.first().map(ToString::to_string).unwrap_or_default(),
        kind: "copy",
        state,
        sealed_id: None,
        head: None,
    }
}

/// Makes the shared body of one container and the heads of its teams. A team whose key fails at
/// the last moment is held; the others are not kept waiting.
fn seal(
    posting: &Posting,
    container: Container,
    teams: &[(&Team, &RecipientKey)],
    sealing: &Sealing<'_>,
    prepared: &mut Prepared,
) -> Result<()> {
    let mut body = match posting.seal(container, sealing.list, sealing.now) {
        Ok(body) => body,
        Err(error) => {
            // A list key that cannot sign: these copies wait for the operator, the others go out.
            tracing::error!(%error, container = container.name(), "copies are held");
            let held = teams.iter().map(|(team, _)| row(team, sealing, "held"));
            prepared.copies.extend(held);
            return Ok(());
        }
    };
    let id = new_id(sealing.now);
    for (team, key) in teams {
        match body.head(key) {
            Ok(head) => {
                let mut copy = row(team, sealing, "waiting");
                (copy.sealed_id, copy.head) = (Some(id.clone()), Some(head));
                prepared.copies.push(copy);
            }
            Err(_) => hold(team, sealing, prepared),
        }
    }
    let octets = store(&body, &id, sealing.spool).map_err(|error| Error::io("the spool", error))?;
    prepared.sealed.push(Sealed {
        id,
        message_id: sealing.id.to_owned(),
        container: container.name().to_owned(),
        prefix: std::mem::take(&mut body.prefix),
        suffix: std::mem::take(&mut body.suffix),
        bytes: i64::try_from(octets).unwrap_or(i64::MAX),
    });
    Ok(())
}

/// Writes the shared body, unless all of it fits into the heads. Returns its octets.
fn store(body: &SealedBody, id: &str, spool: &Spool) -> std::io::Result<usize> {
    let mut octets = 0;
    let mut pieces = body.body().inspect(|piece| octets += piece.len()).peekable();
    if pieces.peek().is_some() {
        spool.write(Folder::Sealed, id, pieces)?;
    }
    Ok(octets)
}
