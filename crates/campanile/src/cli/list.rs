//! `campanile list`

use std::path::PathBuf;

use campanile_core::model::address::EmailAddress;
use campanile_core::model::list::Policy;
use campanile_core::model::list_name::ListName;
use campanile_core::model::time::Timestamp;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::views::{ListKeyView, list_keys};
use super::{Place, input, list_key, output};
use crate::actions::{self, Actor, Outcome};
use crate::app::App;
use crate::error::Result;
use crate::store::{Connection, list_keys as keys, lists, subscriptions};

/// Lists of the network: addresses that seal and distribute.
#[derive(Args)]
#[command(after_help = "\
Examples:
  campanile list add alert alert@list.example.org
  campanile list key generate alert
  campanile list subscribe alert DFN-CERT
  campanile list policy alert policy.toml
  campanile list show alert --json")]
pub(super) struct List {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Add(Add),
    List(All),
    Show(Show),
    Subscribe(Member),
    Unsubscribe(Leaver),
    Policy(SetPolicy),
    Key(list_key::Key),
}

/// Registers a list.
#[derive(Args)]
struct Add {
    /// Short name, as in [alert]: lower-case letters, digits, `-`, `_`.
    name: String,
    /// Where mail for it goes.
    address: String,
    /// Rules that differ from the default, as TOML.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

/// Shows all lists.
#[derive(Args)]
struct All {
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

/// Shows one list with its keys, rules and subscribers.
#[derive(Args)]
struct Show {
    /// Short name of the list.
    name: String,
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

/// Subscribes a team: it gets copies and may post.
#[derive(Args)]
struct Member {
    /// Short name of the list.
    name: String,
    /// Short name of the team.
    handle: String,
}

/// Ends the subscription of a team.
#[derive(Args)]
struct Leaver {
    /// Short name of the list.
    name: String,
    /// Short name of the team.
    handle: String,
}

/// Prints the rules of a list as TOML, or replaces them by a file.
#[derive(Args)]
#[command(after_help = "\
Example of a policy:
  freshness_seconds = 259200
  [conditions]
  inline = \"refuse\"
  stale = \"hold\"")]
struct SetPolicy {
    /// Short name of the list.
    name: String,
    /// The new rules.
    file: Option<PathBuf>,
}

/// A list, as shown.
#[derive(Serialize)]
struct View {
    name: ListName,
    address: EmailAddress,
    policy: Policy,
    created_at: Timestamp,
    keys: Vec<ListKeyView>,
    subscribers: Vec<String>,
}

impl List {
    pub(super) async fn run(self, at: &Place) -> Result<()> {
        let app = at.open().await?;
        let done = match self.command {
            Command::Add(add) => add.run(&app).await,
            Command::List(all) => all.run(&app).await,
            Command::Show(show) => show.run(&app).await,
            Command::Subscribe(member) => member.run(&app).await,
            Command::Unsubscribe(leaver) => leaver.run(&app).await,
            Command::Policy(policy) => policy.run(&app).await,
            Command::Key(key) => key.run(&app).await,
        };
        app.close().await;
        done
    }
}

impl Add {
    async fn run(self, app: &App) -> Result<()> {
        let policy = self.policy.as_deref().map(input::read_text).transpose()?;
        let (name, address) = (&self.name, &self.address);
        let list =
            actions::add_list(app, Actor::Operator, name, address, policy.as_deref()).await?;
        output::line(format!("list {} added for {}", list.name, list.address))?;
        output::line(format!("next: `campanile list key generate {}`, or import", list.name))
    }
}

async fn view(read: &mut Connection, list: lists::List) -> Result<View> {
    Ok(View {
        keys: list_keys(&keys::of_list(read, &list.id).await?),
        subscribers: subscriptions::handles(read, &list.id).await?,
        name: list.name,
        address: list.address,
        policy: list.policy,
        created_at: list.created_at,
    })
}

impl All {
    async fn run(self, app: &App) -> Result<()> {
        let mut read = app.db.read_snapshot().await?;
        let mut views = Vec::new();
        for list in lists::all(&mut read).await? {
            views.push(view(&mut read, list).await?);
        }
        if self.json {
            return output::json(&views);
        }
        let rows = views.iter().map(|view| {
            vec![
                view.name.to_string(),
                view.address.to_string(),
                view.subscribers.len().to_string(),
                view.keys.len().to_string(),
            ]
        });
        let header = ["NAME", "ADDRESS", "TEAMS", "KEYS"];
        output::table(&header, rows.collect(), "no lists yet: `campanile list add` registers one")
    }
}

impl Show {
    async fn run(self, app: &App) -> Result<()> {
        let mut read = app.db.read_snapshot().await?;
        let list = actions::find_list(&mut read, &self.name).await?;
        let view = view(&mut read, list).await?;
        if self.json {
            return output::json(&view);
        }
        let conditions = view.policy.conditions.iter();
        let conditions: Vec<_> = conditions.map(|(c, d)| format!("{c} = {d}")).collect();
        let or = |texts: &[String], none: &str| match texts.is_empty() {
            true => none.to_owned(),
            false => texts.join(", "),
        };
        output::facts(&[
            ("name", view.name.to_string()),
            ("address", view.address.to_string()),
            ("since", view.created_at.to_string()),
            ("freshness", format!("{} s", view.policy.freshness_seconds)),
            ("rules", or(&conditions, "default")),
            ("subscribers", or(&view.subscribers, "none")),
        ])?;
        output::line("")?;
        list_key::print(&view.keys)
    }
}

impl Member {
    async fn run(self, app: &App) -> Result<()> {
        let (name, handle) = (&self.name, &self.handle);
        let outcome = actions::subscribe(app, Actor::Operator, name, handle).await?;
        output::line(match outcome {
            Outcome::Changed => format!("{handle} is subscribed to {name}"),
            Outcome::Unchanged => format!("{handle} is subscribed to {name} already"),
        })
    }
}

impl Leaver {
    async fn run(self, app: &App) -> Result<()> {
        let (name, handle) = (&self.name, &self.handle);
        let outcome = actions::unsubscribe(app, Actor::Operator, name, handle).await?;
        output::line(match outcome {
            Outcome::Changed => format!("{handle} is no longer subscribed to {name}"),
            Outcome::Unchanged => format!("{handle} was not subscribed to {name}"),
        })
    }
}

impl SetPolicy {
    async fn run(self, app: &App) -> Result<()> {
        let Some(file) = &self.file else {
            let list = actions::find_list(&mut *app.db.read().await?, &self.name).await?;
            return output::verbatim(&lists::policy_text(&list.policy)?);
        };
        let text = input::read_text(file)?;
        let name = &self.name;
        let outcome = actions::set_list_policy(app, Actor::Operator, name, &text).await?;
        output::line(match outcome {
            Outcome::Changed => format!("the policy of {name} is replaced"),
            Outcome::Unchanged => format!("the policy of {name} was the same already"),
        })
    }
}
