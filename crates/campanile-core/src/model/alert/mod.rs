//! Alerts: a short urgent notice that asks teams to act.
//!
//! The fields are those of the eCSIRT.net alert form of 2003 and what later versions of IODEF add
//! to them. A superset of every format that is read, so that nothing is lost by storing it here.
//! Formats are in `formats/iodef`; what becomes of an alert after it was sent, in `follow_up`.

pub mod changes;
mod encoding;
pub mod follow_up;
pub mod form;
mod id;
mod terms;
#[cfg(test)]
pub(crate) mod tests;

use super::moment::Moment;
pub use encoding::Encoding;
pub use id::{ALERT_ID_OCTETS_MAX, AlertId, BadAlertId};
pub use terms::{ExpectedAction, ImpactType, Level, Origin, Purpose, Restriction};

use serde::{Deserialize, Serialize};

use super::tlp::Tlp;

/// One alert, one revision of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Its identifier, the same in all revisions.
    pub id: AlertId,
    /// Identifiers that others, or the sender's own system, have given it.
    pub alternative_ids: Vec<String>,
    /// Alerts that belong to the same matter.
    pub related: Vec<String>,
    /// Why it is sent.
    pub purpose: Purpose,
    /// Only an exercise: unmistakable in every rendering.
    pub exercise: bool,
    /// To whom it may be disclosed, in the words of the form.
    pub restriction: Restriction,
    /// How far it may be passed on.
    pub tlp: Tlp,
    /// Language of the texts, as in BCP 47: `en`.
    pub language: String,
    /// What happens, in short.
    pub description: String,
    /// What is affected.
    pub affected: Affected,
    /// How bad it is.
    pub assessment: Assessment,
    /// How it is done.
    pub method: Method,
    /// What may be done against it.
    pub recommendation: String,
    /// What the recipients are asked to do.
    pub expectation: Expectation,
    /// What was seen.
    pub event: Event,
    /// What fits nowhere else.
    pub additional: Vec<String>,
    /// Who sends it, from the registry.
    pub contact: Contact,
    /// When it was reported.
    pub reported_at: Moment,
    /// Which revision this is.
    pub revision: Revision,
}

/// What is affected: items of the pick lists, and free text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Affected {
    /// Systems.
    pub systems: Vec<String>,
    /// Systems that are in no list; versions, patch levels.
    pub other_systems: String,
    /// Software.
    pub software: Vec<String>,
    /// Software that is in no list; versions, patch levels.
    pub other_software: String,
}

/// How bad it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// What an attack does.
    pub impact: ImpactType,
    /// How severe that is; `None` when not stated.
    pub severity: Option<Level>,
    /// How sure the team is; `None` when not stated.
    pub confidence: Option<Level>,
}

impl Default for Assessment {
    fn default() -> Self {
        Self { impact: ImpactType::Unknown, severity: None, confidence: None }
    }
}

/// How it is done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Method {
    /// What is known elsewhere.
    pub references: Vec<Reference>,
    /// The attack, in words.
    pub description: String,
}

/// An entry of a database of vulnerabilities or exposures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// The database; `None` when not stated.
    pub origin: Option<Origin>,
    /// The name there: `CVE-2003-0352`.
    pub name: String,
    /// Where to read more; may be empty.
    pub url: String,
}

/// What the recipients are asked to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expectation {
    /// The kinds of action.
    pub actions: Vec<ExpectedAction>,
    /// In words.
    pub description: String,
    /// By when it should be done; `None` when not stated.
    #[serde(default)]
    pub until: Option<Moment>,
}

impl Default for Expectation {
    fn default() -> Self {
        let actions = vec![ExpectedAction::InformConstituency];
        Self { actions, description: String::new(), until: None }
    }
}

/// What was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Origin of the attack, how it can be detected, …
    pub description: String,
    /// When the attack began.
    pub started_at: Option<Moment>,
    /// When it ended.
    pub stopped_at: Option<Moment>,
    /// When it was first detected.
    pub detected_at: Option<Moment>,
}

/// Who sends the alert.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Full name of the team.
    pub name: String,
    /// Its handle.
    pub handle: String,
    /// Its domain: makes the identifier unique in the world [RFC 7970 §3.4].
    pub fqdn: String,
    /// Its addresses.
    pub emails: Vec<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// Telefax.
    pub fax: Option<String>,
}

/// Which revision of an alert a document is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// 1, 2, 3 …
    pub number: u32,
    /// What it does.
    pub kind: RevisionKind,
    /// What changed and why, in the words of the author; empty for the first.
    pub note: String,
}

impl Default for Revision {
    fn default() -> Self {
        Self { number: 1, kind: RevisionKind::Issue, note: String::new() }
    }
}

/// What a revision does to its alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RevisionKind {
    /// The first.
    Issue,
    /// Something was added or corrected.
    Amend,
    /// Another alert takes its place.
    Supersede,
    /// It was wrong, or was sent by mistake.
    Withdraw,
    /// The matter is settled.
    Close,
}

super::team::named!(
    RevisionKind,
    "kind of revision",
    Issue = "issue",
    Amend = "amend",
    Supersede = "supersede",
    Withdraw = "withdraw",
    Close = "close"
);

impl RevisionKind {
    /// The state of the alert after this revision.
    pub const fn state(self) -> AlertState {
        match self {
            Self::Issue | Self::Amend => AlertState::Open,
            Self::Supersede => AlertState::Superseded,
            Self::Withdraw => AlertState::Withdrawn,
            Self::Close => AlertState::Closed,
        }
    }
}

/// Where an alert is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlertState {
    /// Acknowledgements are awaited.
    Open,
    /// The matter is settled.
    Closed,
    /// It was wrong.
    Withdrawn,
    /// Another alert has taken its place.
    Superseded,
}

super::team::named!(
    AlertState,
    "state of an alert",
    Open = "open",
    Closed = "closed",
    Withdrawn = "withdrawn",
    Superseded = "superseded"
);
