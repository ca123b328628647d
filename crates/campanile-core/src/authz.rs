//! Who may do what: the only place with rules about permissions.
//!
//! Pure: the caller has found out who asks ([`Viewer`]) and what is asked for. What a viewer may
//! not see does not exist for it: callers answer *not found*, never *not allowed*, where the
//! existence of an object is itself the secret.

use crate::model::person::Role;
use crate::model::team::{Handle, TeamState};

/// Who asks, as the client certificate or token says. Every read of shared objects takes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// Identifier of the login, for the audit log.
    pub login: String,
    /// Name of the person or tool.
    pub name: String,
    /// What it is.
    pub role: Role,
    /// The team it belongs to; operators may have none.
    pub team: Option<Membership>,
}

impl Viewer {
    /// The operator at the command line of the server, who needs no login.
    pub fn operator() -> Self {
        let login = "operator".to_owned();
        Self { name: login.clone(), login, role: Role::Operator, team: None }
    }
}

/// A viewer's team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Registry identifier.
    pub id: String,
    /// Short name.
    pub handle: Handle,
    /// Decides what its people may do.
    pub state: TeamState,
}

/// What may be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// See the directory of teams.
    SeeTeams,
    /// See the alerts that the team is in the audience of.
    SeeAlerts,
    /// Write, revise and withdraw alerts in the name of the team.
    WriteAlerts,
    /// Acknowledge alerts for the team.
    Acknowledge,
    /// See who has acknowledged, and telephone numbers for calling.
    SeeBoard,
    /// Claim and log calls, remind.
    MakeCalls,
    /// Change keys, people and contact data of the own team.
    ManageOwnTeam,
    /// See applications, and who vouches for them.
    SeeApplications,
    /// Attest to, or object to, an application.
    Sponsor,
    /// See advisories and their groups, as far as the audience of each goes.
    SeeAdvisories,
    /// Bring advisories in, decide who sees those of the team.
    WriteAdvisories,
    /// Say what the team does about a group, join and detach.
    WorkOnGroups,
    /// Decide about applications, change teams, lists, certificates.
    Operate,
}

impl Action {
    /// Every action, for tables and tests.
    pub const ALL: &'static [Self] = &[
        Self::SeeTeams,
        Self::SeeAlerts,
        Self::WriteAlerts,
        Self::Acknowledge,
        Self::SeeBoard,
        Self::MakeCalls,
        Self::ManageOwnTeam,
        Self::SeeApplications,
        Self::Sponsor,
        Self::SeeAdvisories,
        Self::WriteAdvisories,
        Self::WorkOnGroups,
        Self::Operate,
    ];
}

/// Whether the viewer may do it at all. Which objects it may do it with is asked of the store,
/// which takes the viewer as well.
pub fn may(viewer: &Viewer, action: Action) -> bool {
    let state = viewer.team.as_ref().map(|team| team.state.capabilities());
    let (see, send) = state.map_or((false, false), |able| (able.see, able.send));
    let role = viewer.role;
    match action {
        Action::SeeTeams => see || role == Role::Operator,
        Action::SeeAlerts => see,
        Action::SeeBoard => (see && role != Role::Observer) || role == Role::Operator,
        Action::WriteAlerts => {
            send && matches!(role, Role::Representative | Role::Officer | Role::Service)
        }
        Action::Acknowledge => see && !matches!(role, Role::Reader | Role::Operator),
        Action::MakeCalls => {
            (see && matches!(role, Role::Representative | Role::Officer)) || role == Role::Operator
        }
        Action::ManageOwnTeam => {
            state.is_some_and(|able| able.log_in) && role == Role::Representative
        }
        Action::SeeApplications => {
            (see && !matches!(role, Role::Observer | Role::Service)) || role == Role::Operator
        }
        Action::Sponsor => send && role == Role::Representative,
        Action::SeeAdvisories => (see && role != Role::Observer) || role == Role::Operator,
        Action::WriteAdvisories => {
            let own = send && matches!(role, Role::Representative | Role::Officer | Role::Service);
            own || role == Role::Operator
        }
        Action::WorkOnGroups => {
            let own = send && matches!(role, Role::Representative | Role::Officer);
            own || role == Role::Operator
        }
        Action::Operate => role == Role::Operator,
    }
}
