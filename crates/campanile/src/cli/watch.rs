//! `campanile watch`

use clap::{Args, Subcommand};
use serde_json::json;

use super::alert::officer_of;
use super::{Place, output};
use crate::actions::{WatchChange, add_watch, change_watch, remove_watch, send_digest};
use crate::app::App;
use crate::app::advisories::watches::OpenWatch;
use crate::error::{Error, Result};

/// Watches: queries that a team has saved, and the digest about them.
#[derive(Args)]
#[command(after_help = "\
Examples:
  campanile watch add \"our firewalls\" --team CERT-IST --query \"product:ios,fortios cvss>=7\"
  campanile watch add heartbleed --team CERT-IST --query \"id:CVE-2014-0160\"
  campanile watch list --team CERT-IST
  campanile watch digest --team CERT-IST")]
pub(super) struct Watch {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Add(Add),
    List(List),
    Mute(Mute),
    Remove(Remove),
    Digest(Digest),
}

/// Saves a query.
#[derive(Args)]
struct Add {
    /// What the team calls it.
    name: String,
    /// What is watched; it need not be there yet.
    #[arg(long, value_name = "QUERY")]
    query: String,
    /// The team.
    #[arg(long, value_name = "HANDLE")]
    team: String,
}

/// Shows the watches of a team.
#[derive(Args)]
struct List {
    /// The team.
    #[arg(long, value_name = "HANDLE")]
    team: String,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

/// Keeps a watch out of the digest, or puts it back.
#[derive(Args)]
struct Mute {
    /// Its name or identifier.
    name: String,
    /// The team.
    #[arg(long, value_name = "HANDLE")]
    team: String,
    /// The digest tells of it again.
    #[arg(long)]
    off: bool,
}

/// Removes a watch.
#[derive(Args)]
struct Remove {
    /// Its name or identifier.
    name: String,
    /// The team.
    #[arg(long, value_name = "HANDLE")]
    team: String,
}

/// Sends the digest of a team now; the next is due a day later.
#[derive(Args)]
struct Digest {
    /// The team.
    #[arg(long, value_name = "HANDLE")]
    team: String,
}

impl Watch {
    pub(super) async fn run(self, at: &Place) -> Result<()> {
        let app = at.open().await?;
        let done = match self.command {
            Command::Add(command) => command.run(&app).await,
            Command::List(command) => command.run(&app).await,
            Command::Mute(command) => command.run(&app).await,
            Command::Remove(command) => {
                let by = officer_of(&app, &command.team).await?;
                remove_watch(&app, &by, &command.name).await?;
                output::line("the watch is removed")
            }
            Command::Digest(command) => command.run(&app).await,
        };
        app.close().await;
        done
    }
}

impl Add {
    async fn run(self, app: &App) -> Result<()> {
        let by = officer_of(app, &self.team).await?;
        let id = add_watch(app, &by, &self.name, &self.query).await?;
        output::line(format!("watch {id} is saved; its first digest is due in a day"))
    }
}

impl List {
    async fn run(self, app: &App) -> Result<()> {
        let by = officer_of(app, &self.team).await?;
        let all = app.watches(&by).await?;
        if self.json {
            let rows = all.iter().map(|one| {
                json!({
                    "id": one.id, "name": one.watch.name, "query": one.watch.query,
                    "by": one.watch.by, "created_at": one.created_at,
                    "muted": one.watch.muted,
                })
            });
            return output::json(&rows.collect::<Vec<_>>());
        }
        let row = |one: OpenWatch| {
            let muted = if one.watch.muted { "muted" } else { "" };
            vec![one.watch.name, one.watch.query, one.watch.by, muted.to_owned()]
        };
        let rows = all.into_iter().map(row);
        output::table(&["name", "query", "by", ""], rows.collect(), "The team has no watch.")
    }
}

impl Mute {
    async fn run(self, app: &App) -> Result<()> {
        let by = officer_of(app, &self.team).await?;
        change_watch(app, &by, &self.name, WatchChange::Muted(!self.off)).await?;
        output::line(if self.off { "the digest tells of it" } else { "the watch is muted" })
    }
}

impl Digest {
    async fn run(self, app: &App) -> Result<()> {
        let by = officer_of(app, &self.team).await?;
        let team = by.team.as_ref().ok_or_else(|| Error::internal("an officer without a team"))?;
        match send_digest(app, &team.id).await? {
            0 => output::line("nothing was sent: nothing has changed, or no key can be used"),
            count => output::line(format!("a mail about {count} changes is queued")),
        }
    }
}
