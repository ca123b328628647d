//! `campanile webhook`

use clap::{Args, Subcommand};

use super::views::team_id;
use super::{Place, output};
use crate::actions::{self, Actor, Reach};
use crate::app::App;
use crate::error::Result;
use crate::store::webhooks;

/// Webhooks: addresses of the teams that are told when an alert is there.
#[derive(Args)]
#[command(after_help = "\
Examples:
  campanile webhook add DFN-CERT https://hooks.dfn-cert.example/campanile
  campanile webhook list
  campanile webhook remove 0193ab…")]
pub(super) struct Webhook {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Add(Add),
    List(List),
    Remove(Remove),
}

/// Registers an address, and shows the secret that its events are signed with.
#[derive(Args)]
struct Add {
    /// Short name of the team.
    handle: String,
    /// Where events go: https, a public address.
    url: String,
    /// It may be a machine that is not public, also without TLS.
    #[arg(long)]
    anywhere: bool,
}

/// Shows the webhooks, and what became of the newest try.
#[derive(Args)]
struct List {
    /// Short name of the team.
    handle: Option<String>,
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

/// Removes a webhook; what waits for it is given up.
#[derive(Args)]
struct Remove {
    /// Its identifier, as listed.
    id: String,
}

impl Webhook {
    pub(super) async fn run(self, at: &Place) -> Result<()> {
        let app = at.open().await?;
        let done = match self.command {
            Command::Add(add) => add.run(&app).await,
            Command::List(list) => list.run(&app).await,
            Command::Remove(remove) => {
                let done = actions::remove_webhook(&app, Actor::Operator, &remove.id).await;
                done.and_then(|()| output::line(format!("webhook {} is removed", remove.id)))
            }
        };
        app.close().await;
        done
    }
}

impl Add {
    async fn run(self, app: &App) -> Result<()> {
        let reach = if self.anywhere { Reach::Anywhere } else { Reach::Public };
        let (handle, actor) = (self.handle.as_str(), Actor::Operator);
        let hook = actions::add_webhook(app, actor, handle, &self.url, reach).await?;
        output::line(format!("webhook {} for {}: {}", hook.id, hook.team, hook.url))?;
        output::line(format!("  secret: {}", actions::webhook_secret(app, &hook.id)?))
    }
}

impl List {
    async fn run(self, app: &App) -> Result<()> {
        let mut read = app.db.read_snapshot().await?;
        let team = team_id(&mut read, self.handle.as_deref()).await?;
        let hooks = webhooks::all(&mut read, team.as_deref()).await?;
        if self.json {
            return output::json(&hooks);
        }
        let rows = hooks.iter().map(|hook| {
            vec![
                hook.id.clone(),
                hook.team.clone(),
                hook.url.clone(),
                hook.waiting.to_string(),
                hook.failed.to_string(),
                hook.reply.clone(),
            ]
        });
        let header = ["ID", "TEAM", "ADDRESS", "WAITING", "FAILED", "LAST"];
        output::table(&header, rows.collect(), "no webhooks yet: `campanile webhook add`")
    }
}
