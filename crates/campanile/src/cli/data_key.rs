//! `campanile data-key`: what alerts, drafts and remarks are sealed under in the database.

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Place, output};
use crate::actions::{Actor, remove_data_key, reseal_texts, rotate_data_key};
use crate::app::App;
use crate::error::Result;
use crate::keys::{key_name, seals_from};
use crate::store::sealed;

/// Keys that texts in the database are sealed under.
#[derive(Args)]
#[command(after_help = "\
On several nodes, copy keys/data to the others before the time is over:
  campanile data-key rotate --in-minutes 30")]
pub(super) struct DataKey {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Shows the keys, and how many texts are sealed under each
    List {
        /// Prints one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Makes a new key; the running server seals everything anew under it
    Rotate {
        /// From when on it seals
        #[arg(long, value_name = "MINUTES", default_value_t = 0)]
        in_minutes: u32,
    },
    /// Seals everything anew under the newest key now, without a running server
    Reseal,
    /// Removes a key that nothing is sealed under
    Remove {
        /// Name from `data-key list`
        name: String,
    },
}

impl DataKey {
    pub(super) async fn run(self, at: &Place) -> Result<()> {
        let app = at.open().await?;
        match self.command {
            Command::List { json } => list(&app, json).await,
            Command::Rotate { in_minutes } => {
                let seconds = i64::from(in_minutes) * 60;
                let name = rotate_data_key(&app, Actor::Operator, seconds).await?;
                output::line(format!("the data key {name} seals in {in_minutes} minutes"))
            }
            Command::Reseal => {
                let texts = reseal_texts(&app).await?;
                output::line(format!("{texts} texts are sealed anew"))
            }
            Command::Remove { name } => {
                remove_data_key(&app, Actor::Operator, &name).await?;
                output::line(format!("the data key {name} is removed"))
            }
        }
    }
}

async fn list(app: &App, json: bool) -> Result<()> {
    let sealing = app.vault.sealing_key()?;
    let mut read = app.db.read_snapshot().await?;
    let mut rows = Vec::new();
    for id in app.vault.key_ids() {
        rows.push((id, sealed::count_under(&mut read, &id).await?));
    }
    if json {
        let document = |(id, texts): &(_, i64)| {
            json!({
                "name": key_name(id), "seals_from": seals_from(id), "seals": *id == sealing,
                "texts": texts,
            })
        };
        return output::json(&rows.iter().map(document).collect::<Vec<_>>());
    }
    let row = |(id, texts): &(_, i64)| {
        let seals = if *id == sealing { "seals" } else { "opens" };
        vec![key_name(id), seals_from(id).to_string(), seals.into(), texts.to_string()]
    };
    output::table(
        &["name", "seals from", "use", "texts"],
        rows.iter().map(row).collect(),
        "There is no data key.",
    )
}
