//! `campanile source`: providers outside that advisories are fetched from.

mod add;
mod show;

use campanile_core::authz::Viewer;
use clap::{Args, Subcommand};

use super::{Place, output};
use crate::actions::sources::{
    Setup, change_source, pin_source_key, remove_source, unpin_source_key,
};
use crate::app::App;
use crate::error::{Error, Result};
use crate::jobs::fetch_sources::fetch_now;
use crate::store::sources::Ran;

/// Sources: CSAF providers and aggregators that advisories are fetched from.
#[derive(Args)]
#[command(after_help = "\
Examples:
  campanile source add cert.example.org
  campanile source add https://www.example.com/.well-known/csaf/provider-metadata.json \\
      --name Example --every 4h
  campanile source add peer.example.org --client-certificate peer.pem --issuer '*' \\
      --audience list:alert
  campanile source list
  campanile source show Example
  campanile source fetch Example
  campanile source pin Example 8F5F267907B2C4559DB360DB2294BA7D2B2298B1")]
pub(super) struct Source {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Add(add::Add),
    Change(add::Change),
    List(show::List),
    Show(show::Show),
    Fetch(Fetch),
    Pause(Named),
    Resume(Named),
    Pin(Key),
    Unpin(Key),
    Remove(Named),
}

/// Fetches a source now, and tells what came.
#[derive(Args)]
struct Fetch {
    /// Its name.
    name: String,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

/// Names a source.
#[derive(Args)]
struct Named {
    /// Its name.
    name: String,
}

/// Names a key of a source, of which signatures shall count or not.
#[derive(Args)]
struct Key {
    /// The name of the source.
    name: String,
    /// The whole fingerprint, as the provider has told it.
    fingerprint: String,
}

impl Source {
    pub(super) async fn run(self, at: &Place) -> Result<()> {
        let app = at.open().await?;
        let by = Viewer::operator();
        let rest = |paused| Setup { paused: Some(paused), ..Setup::default() };
        let done = match self.command {
            Command::Add(command) => command.run(&app).await,
            Command::Change(command) => command.run(&app).await,
            Command::List(command) => command.run(&app).await,
            Command::Show(command) => command.run(&app).await,
            Command::Fetch(command) => command.run(&app).await,
            Command::Pause(Named { name }) => {
                let done = change_source(&app, &by, &name, &rest(true)).await;
                done.and_then(|()| output::line(format!("{name} rests")))
            }
            Command::Resume(Named { name }) => {
                let done = change_source(&app, &by, &name, &rest(false)).await;
                done.and_then(|()| output::line(format!("{name} is due now")))
            }
            Command::Pin(Key { name, fingerprint }) => {
                let done = pin_source_key(&app, &by, &name, &fingerprint).await;
                done.and_then(|()| output::line("signatures by this key count from now on"))
            }
            Command::Unpin(Key { name, fingerprint }) => {
                let done = unpin_source_key(&app, &by, &name, &fingerprint).await;
                done.and_then(|()| output::line("signatures by this key count no longer"))
            }
            Command::Remove(Named { name }) => {
                let done = remove_source(&app, &by, &name).await;
                done.and_then(|()| {
                    output::line(format!("{name} is removed; what it brought stays"))
                })
            }
        };
        app.close().await;
        done
    }
}

impl Fetch {
    async fn run(self, app: &App) -> Result<()> {
        let told = |ran: &Ran| output::complain(&format!("{}\n", words(ran)));
        let ran = fetch_now(app, &self.name, &told).await?;
        match self.json {
            true => output::json(&ran)?,
            false => output::line(words(&ran))?,
        }
        match ran.fault {
            Some((fault, hint)) => Err(Error::temporary(fault).hint(hint)),
            None => Ok(()),
        }
    }
}

fn words(ran: &Ran) -> String {
    let Ran { listed, stored, known, refused, .. } = ran;
    format!("{listed} listed: {stored} stored, {known} known, {refused} refused")
}
