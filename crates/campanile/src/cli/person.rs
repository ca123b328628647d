//! `campanile person`

use campanile_core::model::person::PersonState;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::views::day;
use super::{Place, output};
use crate::actions::{self, Actor, NewPerson};
use crate::app::App;
use crate::error::Result;
use crate::store::people::{self, Person as Row};
use crate::store::teams;

/// People of the teams.
#[derive(Args)]
#[command(after_help = "\
Examples:
  campanile person add DFN-CERT --name \"Ada Lovelace\" --email ada@dfn-cert.example
  campanile person list DFN-CERT
  campanile person remove DFN-CERT ada@dfn-cert.example")]
pub(super) struct Person {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Add(Add),
    List(List),
    Remove(Remove),
}

/// Registers a person; `campanile ca issue` then gives it a certificate.
#[derive(Args)]
struct Add {
    /// Short name of the team.
    handle: String,
    /// Full name.
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    name: String,
    /// Its own address.
    #[arg(long, value_name = "ADDRESS", allow_hyphen_values = true)]
    email: String,
    /// representative, officer, reader or observer [default: officer].
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    /// Telephone.
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    phone: Option<String>,
}

/// Shows the people of one team, or of all.
#[derive(Args)]
struct List {
    /// Short name of the team.
    handle: Option<String>,
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

/// A person leaves its team: its certificates are revoked at once.
#[derive(Args)]
struct Remove {
    /// Short name of the team.
    handle: String,
    /// Name, address or identifier of the person.
    person: String,
}

impl Person {
    pub(super) async fn run(self, at: &Place) -> Result<()> {
        let app = at.open().await?;
        let done = match self.command {
            Command::Add(add) => add.run(&app).await,
            Command::List(list) => list.run(&app).await,
            Command::Remove(remove) => remove.run(&app).await,
        };
        app.close().await;
        done
    }
}

impl Add {
    async fn run(self, app: &App) -> Result<()> {
        let new = NewPerson {
            team: self.handle,
            name: self.name,
            email: self.email,
            role: self.role,
            phone: self.phone,
        };
        let person = actions::add_person(app, Actor::Operator, &new).await?;
        output::line(format!("{} added to {} as {}", person.name, new.team, person.role))
    }
}

#[derive(Serialize)]
struct View {
    team: String,
    #[serde(flatten)]
    person: Row,
}

impl List {
    async fn run(self, app: &App) -> Result<()> {
        let mut read = app.db.read_snapshot().await?;
        let teams = match &self.handle {
            Some(handle) => vec![actions::find_team(&mut read, handle).await?],
            None => teams::all(&mut read).await?,
        };
        let all = people::all(&mut read).await?;
        let mut views = Vec::new();
        for team in &teams {
            let own = all.iter().filter(|person| person.team_id == team.id);
            views.extend(own.cloned().map(|person| View { team: team.handle.to_string(), person }));
        }
        if self.json {
            return output::json(&views);
        }
        let active = views.iter().filter(|view| view.person.state == PersonState::Active);
        let rows = active.map(|view| {
            vec![
                view.team.clone(),
                view.person.name.clone(),
                view.person.role.to_string(),
                view.person.email.to_string(),
                view.person.phone.clone().unwrap_or_default(),
                day(Some(view.person.created_at)),
            ]
        });
        let header = ["TEAM", "NAME", "ROLE", "ADDRESS", "PHONE", "SINCE"];
        output::table(&header, rows.collect(), "no people yet: `campanile person add`")
    }
}

impl Remove {
    async fn run(self, app: &App) -> Result<()> {
        let (handle, who) = (self.handle.as_str(), self.person.as_str());
        let (person, revoked) = actions::remove_person(app, Actor::Operator, handle, who).await?;
        output::line(format!("{} removed from {handle}", person.name))?;
        output::line(format!("  certificates revoked: {revoked}"))
    }
}
