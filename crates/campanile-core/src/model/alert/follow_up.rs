//! What teams do about an alert: acknowledge it, say what they do, be called.

use serde::{Deserialize, Serialize};

use super::AlertId;
use crate::model::team::{Handle, named};
use crate::model::time::Timestamp;

/// A team's statement that it has seen an alert. The first counts for reaction times; later ones
/// bring what the team does up to date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// The alert.
    pub alert: AlertId,
    /// Whose statement it is.
    pub team: Handle,
    /// Who made it, as far as known.
    pub person: Option<String>,
    /// When.
    pub at: Timestamp,
    /// How.
    pub channel: Channel,
    /// What the team does.
    pub response: Response,
    /// In words; may be empty.
    pub remark: String,
}

/// How an acknowledgement came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// By the page behind the link in the mail.
    Web,
    /// By a signed mail.
    Mail,
    /// By the interface for programs.
    Api,
    /// At the command line of the server.
    Cli,
    /// By telephone, with UID and PIN.
    Phone,
    /// Entered by somebody who talked to the team.
    Call,
}

named!(
    Channel,
    "channel",
    Web = "web",
    Mail = "mail",
    Api = "api",
    Cli = "cli",
    Phone = "phone",
    Call = "call"
);

/// What a team does about an alert.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Response {
    /// Has received it.
    #[default]
    Received,
    /// Is working on it.
    Working,
    /// Is not affected.
    NotAffected,
}

named!(
    Response,
    "response",
    Received = "received",
    Working = "working",
    NotAffected = "not-affected"
);

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallResult {
    /// Somebody of the team was spoken to.
    Reached,
    /// A message was left: on a machine, or with somebody else.
    Message,
    /// Nobody answered.
    NoAnswer,
    /// The number is wrong.
    WrongNumber,
}

named!(
    CallResult,
    "result of a call",
    Reached = "reached",
    Message = "message",
    NoAnswer = "no-answer",
    WrongNumber = "wrong-number"
);
