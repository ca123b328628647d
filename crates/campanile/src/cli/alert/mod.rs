//! `campanile alert`: what the pages do, at the command line of the server.
//!
//! Whoever works here has the keys of the network in any case. So a command acts as the team
//! that `--team` names, with the rights of its officers; the audit log names both.

mod export;
mod file;
mod follow_up;
mod show;

use std::path::PathBuf;

use campanile_core::authz::{Membership, Viewer};
use campanile_core::model::alert::RevisionKind;
use campanile_core::model::alert::follow_up::{CallResult, Channel, Response};
use campanile_core::model::person::Role;
use campanile_core::model::team::Handle;
use clap::{Args, Subcommand};

use super::{Place, output};
use crate::actions::{self, NewAlert, NewRevision, SentAlert, find_team};
use crate::app::App;
use crate::error::Result;
use crate::store::alerts::Name;

/// Alerts: send, revise, acknowledge, see who is silent.
#[derive(Args)]
#[command(after_help = "\
Examples:
  campanile alert send alert.toml --team DFN-CERT
  campanile alert status DFN-CERT-0816
  campanile alert revise DFN-CERT-0816 --kind amend --note \"patch is out\" alert.toml
  campanile alert ack DFN-CERT-0816 --team SURFCERT --response working
  campanile alert calls DFN-CERT-0816
  campanile alert export DFN-CERT-0816 --format iodef-2")]
pub(super) struct Alert {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Send(Send),
    Revise(Revise),
    List(show::List),
    Status(show::Status),
    Export(export::Export),
    Ack(Ack),
    Remind(follow_up::Remind),
    Calls(follow_up::Calls),
    Called(Called),
    Pin(follow_up::Pin),
    Statistics(show::Statistics),
}

/// Sends an alert in the name of a team.
#[derive(Args)]
struct Send {
    /// The alert: TOML as in docs/operation/alerts.md, JSON with the same keys, or IODEF.
    file: PathBuf,
    /// The team that sends it.
    #[arg(long, value_name = "HANDLE")]
    team: String,
    /// The list that it goes to.
    #[arg(long, default_value = "alert")]
    list: String,
    /// Only these teams and the sender; may be repeated.
    #[arg(long, value_name = "HANDLE")]
    only: Vec<Handle>,
    /// Only an exercise.
    #[arg(long)]
    exercise: bool,
}

/// Amends, supersedes, withdraws or closes an alert, in the name of the team that sent it.
#[derive(Args)]
struct Revise {
    /// Incident ID.
    id: String,
    /// What it says from now on; left out, it stays as it is.
    file: Option<PathBuf>,
    /// amend, supersede, withdraw or close.
    #[arg(long)]
    kind: RevisionKind,
    /// What changed and why.
    #[arg(long)]
    note: String,
    /// The alert that takes its place.
    #[arg(long, value_name = "ID")]
    by: Option<String>,
}

/// Acknowledges an alert for a team.
#[derive(Args)]
struct Ack {
    /// Incident ID.
    id: String,
    /// The team.
    #[arg(long, value_name = "HANDLE")]
    team: String,
    /// received, working or not-affected.
    #[arg(long, default_value = "received")]
    response: Response,
    /// In words.
    #[arg(long, default_value = "")]
    remark: String,
}

/// Notes a call to a silent team.
#[derive(Args)]
struct Called {
    /// Incident ID.
    id: String,
    /// The team that was called.
    team: String,
    /// reached, message, no-answer or wrong-number.
    #[arg(long)]
    result: CallResult,
    /// What it said that it does: acknowledges for it.
    #[arg(long)]
    response: Option<Response>,
    /// In words.
    #[arg(long, default_value = "")]
    note: String,
}

impl Alert {
    pub(super) async fn run(self, at: &Place) -> Result<()> {
        let app = at.open().await?;
        match self.command {
            Command::Send(command) => command.run(&app).await,
            Command::Revise(command) => command.run(&app).await,
            Command::List(command) => command.run(&app).await,
            Command::Status(command) => command.run(&app).await,
            Command::Export(command) => command.run(&app).await,
            Command::Ack(command) => command.run(&app).await,
            Command::Remind(command) => command.run(&app).await,
            Command::Calls(command) => command.run(&app).await,
            Command::Called(command) => command.run(&app).await,
            Command::Pin(command) => command.run(&app).await,
            Command::Statistics(command) => command.run(&app).await,
        }
    }
}

/// The operator, who sees every board and no text.
fn operator() -> Viewer {
    let (login, name) = ("operator".into(), "operator".into());
    Viewer { login, name, role: Role::Operator, team: None }
}

/// The operator in the place of an officer of a team.
pub(super) async fn officer_of(app: &App, handle: &str) -> Result<Viewer> {
    let team = find_team(&mut *app.db.read().await?, handle).await?;
    let team = Membership { id: team.id, handle: team.handle, state: team.state };
    Ok(Viewer { role: Role::Officer, team: Some(team), ..operator() })
}

/// The operator in the place of the team that sent an alert.
async fn author_of(app: &App, id: &str) -> Result<Viewer> {
    let alert = app.find_alert(&operator(), Name::Id(id)).await?;
    officer_of(app, alert.team.as_str()).await
}

impl Send {
    async fn run(self, app: &App) -> Result<()> {
        let viewer = officer_of(app, &self.team).await?;
        let mut alert = file::read(&self.file, &self.team.parse().map_err(bad_handle)?, app.now())?;
        alert.exercise |= self.exercise;
        let new = NewAlert {
            alert,
            list: &self.list,
            only: (!self.only.is_empty()).then_some(self.only),
            channel: Channel::Cli,
            draft: None,
        };
        told("sent", &actions::send_alert(app, &viewer, new).await?)
    }
}

fn bad_handle(bad: campanile_core::model::team::BadHandle) -> crate::error::Error {
    crate::error::Error::invalid(bad.to_string()).hint("`campanile team list` shows the teams")
}

/// What became of a mail.
fn told(what: &str, sent: &SentAlert) -> Result<()> {
    let SentAlert { alert, revision, copies, held } = sent;
    output::line(format!(
        "{alert} revision {revision} is {what}: {copies} sealed, {held} wait for a key; \
         the server delivers them"
    ))
}

impl Revise {
    async fn run(self, app: &App) -> Result<()> {
        let viewer = author_of(app, &self.id).await?;
        let team = viewer.team.as_ref().map(|team| team.handle.clone());
        let content = match (&self.file, &team) {
            (Some(path), Some(team)) => Some(file::read(path, team, app.now())?),
            _ => None,
        };
        let new = NewRevision {
            alert: Name::Id(&self.id),
            from: None,
            kind: self.kind,
            content,
            note: &self.note,
            successor: self.by.as_deref(),
            channel: Channel::Cli,
        };
        told("sent", &actions::revise_alert(app, &viewer, new).await?)
    }
}

impl Ack {
    async fn run(self, app: &App) -> Result<()> {
        let viewer = officer_of(app, &self.team).await?;
        let new = actions::NewAcknowledgement {
            alert: Name::Id(&self.id),
            channel: Channel::Cli,
            response: self.response,
            remark: &self.remark,
        };
        let done = actions::acknowledge_alert(app, &viewer, &new).await?;
        let again = if done.first { "" } else { " again" };
        output::line(format!(
            "{} has acknowledged {}{again}: {}",
            self.team, done.alert, self.response
        ))
    }
}

impl Called {
    async fn run(self, app: &App) -> Result<()> {
        let made = actions::MadeCall {
            alert: Name::Id(&self.id),
            team: &self.team,
            result: self.result,
            note: &self.note,
            response: self.response,
        };
        actions::log_call(app, &operator(), &made).await?;
        output::line(format!("the call to {} is noted", self.team))
    }
}
