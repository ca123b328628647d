//! `campanile team`

use std::collections::HashMap;

use campanile_core::model::team::TeamState;
use clap::{Args, Subcommand};

use super::views::{KeyView, TeamView};
use super::{Place, output, team_application, team_exchange, team_key, team_record};
use crate::actions::{self, Actor, NewTeam, Outcome};
use crate::app::App;
use crate::error::Result;
use crate::store::credentials::Credential;
use crate::store::{credentials, subscriptions, teams};

/// Teams of the network.
#[derive(Args)]
#[command(after_help = "\
Examples:
  campanile team add --handle DFN-CERT --name \"DFN-CERT Services GmbH\" \\
      --email cert@dfn-cert.example --fqdn dfn-cert.example --standing accredited
  campanile team key add DFN-CERT --openpgp dfn-cert.asc
  campanile team list --json
  campanile team application list
  campanile team import teams.json")]
pub(super) struct Team {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Add(Add),
    List(List),
    Show(Show),
    Suspend(Name),
    Activate(Activate),
    Key(team_key::Key),
    Change(team_record::Change),
    Confirm(team_record::Confirm),
    Welcome(team_record::Welcome),
    Leave(team_record::Leave),
    Application(team_application::Application),
    Import(team_exchange::Import),
    Export(team_exchange::Export),
}

/// Registers a team; it is active at once.
#[derive(Args)]
struct Add {
    /// Short name: letters, digits, `.`, `-`, `_`.
    #[arg(long, value_name = "HANDLE", allow_hyphen_values = true)]
    handle: String,
    /// Full name.
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    name: String,
    /// Address; may be repeated. Copies go to the first, all may post.
    #[arg(long, value_name = "ADDRESS", required = true, allow_hyphen_values = true)]
    email: Vec<String>,
    /// Domain of the team.
    #[arg(long, value_name = "DOMAIN", allow_hyphen_values = true)]
    fqdn: String,
    /// partner, accredited, certified, listed or liaison [default: listed].
    #[arg(long, value_name = "STANDING")]
    standing: Option<String>,
    /// Telephone, for the call when mail does not arrive.
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    phone: Option<String>,
    /// Telefax.
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    fax: Option<String>,
}

/// Shows all teams.
#[derive(Args)]
struct List {
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

/// Shows one team with its keys and subscriptions.
#[derive(Args)]
struct Show {
    /// Short name of the team.
    handle: String,
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

/// Bars a team for now: it neither posts nor gets copies; nothing is lost.
#[derive(Args)]
struct Name {
    /// Short name of the team.
    handle: String,
}

/// Makes a team a full member (again).
#[derive(Args)]
struct Activate {
    /// Short name of the team.
    handle: String,
}

impl Team {
    pub(super) async fn run(self, at: &Place) -> Result<()> {
        let app = at.open().await?;
        let done = match self.command {
            Command::Add(add) => add.run(&app).await,
            Command::List(list) => list.run(&app).await,
            Command::Show(show) => show.run(&app).await,
            Command::Suspend(name) => set_state(&app, &name.handle, TeamState::Suspended).await,
            Command::Activate(name) => set_state(&app, &name.handle, TeamState::Active).await,
            Command::Key(key) => key.run(&app).await,
            Command::Change(change) => change.run(&app).await,
            Command::Confirm(confirm) => confirm.run(&app).await,
            Command::Welcome(welcome) => welcome.run(&app).await,
            Command::Leave(leave) => leave.run(&app).await,
            Command::Application(application) => application.run(&app).await,
            Command::Import(import) => import.run(&app).await,
            Command::Export(export) => export.run(&app).await,
        };
        app.close().await;
        done
    }
}

impl Add {
    async fn run(self, app: &App) -> Result<()> {
        let new = NewTeam {
            handle: self.handle,
            name: self.name,
            emails: self.email,
            fqdn: self.fqdn,
            standing: self.standing,
            phone: self.phone,
            fax: self.fax,
        };
        let team = actions::add_team(app, Actor::Operator, new).await?;
        output::line(format!("team {} added, {}", team.handle, team.state))
    }
}

async fn set_state(app: &App, handle: &str, state: TeamState) -> Result<()> {
    let outcome = actions::set_team_state(app, Actor::Operator, handle, state).await?;
    output::line(match outcome {
        Outcome::Changed => format!("team {handle} is {state}"),
        Outcome::Unchanged => format!("team {handle} is {state} already"),
    })
}

impl List {
    async fn run(self, app: &App) -> Result<()> {
        let mut read = app.db.read_snapshot().await?;
        let all = teams::all(&mut read).await?;
        let mut keys: HashMap<String, Vec<Credential>> = HashMap::new();
        for key in credentials::all(&mut read).await? {
            keys.entry(key.team_id.clone()).or_default().push(key);
        }
        let now = app.now();
        let views: Vec<_> = all
            .into_iter()
            .map(|team| {
                let keys = keys.remove(&team.id).unwrap_or_default();
                let keys = keys.into_iter().map(|key| KeyView::of(&team, key, now)).collect();
                TeamView { team, keys }
            })
            .collect();
        if self.json {
            return output::json(&views);
        }
        let rows = views.iter().map(row).collect();
        let header = ["HANDLE", "STATE", "STANDING", "KEYS", "ADDRESS", "NAME"];
        output::table(&header, rows, "no teams yet: `campanile team add` registers one")
    }
}

fn row(view: &TeamView) -> Vec<String> {
    use campanile_core::model::key::KeyState;
    let active = view.keys.iter().filter(|key| key.state == KeyState::Active);
    let mut kinds: Vec<_> = active.map(|key| key.protocol.name()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    vec![
        view.team.handle.to_string(),
        view.team.state.to_string(),
        view.team.standing.to_string(),
        if kinds.is_empty() { "none".into() } else { kinds.join(", ") },
        view.team.emails.first().map(ToString::to_string).unwrap_or_default(),
        view.team.name.clone(),
    ]
}

impl Show {
    async fn run(self, app: &App) -> Result<()> {
        let mut read = app.db.read_snapshot().await?;
        let team = actions::find_team(&mut read, &self.handle).await?;
        let keys = credentials::of_team(&mut read, &team.id).await?;
        let lists = subscriptions::lists(&mut read, &team.id).await?;
        let record = team_record::RecordView::of(app, &mut read, &team).await?;
        let now = app.now();
        let keys: Vec<_> = keys.into_iter().map(|key| KeyView::of(&team, key, now)).collect();
        if self.json {
            #[derive(serde::Serialize)]
            struct Whole {
                #[serde(flatten)]
                view: TeamView,
                lists: Vec<String>,
                #[serde(flatten)]
                record: team_record::RecordView,
            }
            return output::json(&Whole { view: TeamView { team, keys }, lists, record });
        }
        let emails: Vec<_> = team.emails.iter().map(ToString::to_string).collect();
        let or_none = |text: Option<String>| text.unwrap_or_else(|| "none".into());
        output::facts(&[
            ("handle", team.handle.to_string()),
            ("name", team.name.clone()),
            ("state", team.state.to_string()),
            ("standing", team.standing.to_string()),
            ("addresses", emails.join(", ")),
            ("domain", team.fqdn.to_string()),
            ("phone", or_none(team.phone.clone())),
            ("fax", or_none(team.fax.clone())),
            ("lists", if lists.is_empty() { "none".into() } else { lists.join(", ") }),
            ("since", team.created_at.to_string()),
        ])?;
        record.print()?;
        output::line("")?;
        team_key::print(&keys, false)
    }
}
