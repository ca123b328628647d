//! People of teams, and what they may do in their team.

use serde::{Deserialize, Serialize};

use super::team::named;

/// What somebody, or some program, is in the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Runs the network: teams, lists, CA, policy. Reads no sealed mail and no alert.
    Operator,
    /// Answers for the team: its keys, people, agreements; and all that an officer does.
    Representative,
    /// Writes and acknowledges alerts, makes calls.
    Officer,
    /// Reads.
    Reader,
    /// Reads alerts of the lists that its team is on; of a liaison team.
    Observer,
    /// A tool of the team, with a certificate or token of its own.
    Service,
}

named!(
    Role,
    "role",
    Operator = "operator",
    Representative = "representative",
    Officer = "officer",
    Reader = "reader",
    Observer = "observer",
    Service = "service"
);

/// Whether somebody still belongs to the team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PersonState {
    /// Yes.
    Active,
    /// No more; kept for the record.
    Removed,
}

/// State of a certificate that somebody logs in with. That its time is over is not noted here
/// but follows from its dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LoginState {
    /// It opens the pages.
    Active,
    /// It was withdrawn, and never opens anything again.
    Revoked,
    /// A newer one has taken its place.
    Replaced,
}

named!(PersonState, "person state", Active = "active", Removed = "removed");
named!(LoginState, "login state", Active = "active", Revoked = "revoked", Replaced = "replaced");
