//! `campanile queue`: copies on their way.

use campanile_core::model::time::Timestamp;
use clap::{Args, Subcommand};
use serde_json::json;

use super::{Place, output};
use crate::actions::Actor;
use crate::actions::change_queue::{drop_delivery, retry_delivery};
use crate::app::App;
use crate::error::Result;
use crate::store::{deliveries, messages};

/// Copies on their way.
#[derive(Args)]
pub(super) struct Queue {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Shows what is not delivered: waiting, held for want of a key, failed, bounced or restored
    List {
        /// Also shows what is delivered
        #[arg(long)]
        all: bool,
        /// Prints one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Tries a waiting, failed or restored copy again at once
    Retry {
        /// Identifier from `queue list`; all copies when left out
        id: Option<String>,
    },
    /// Gives a copy up; its team does not get it
    Drop {
        /// Identifier from `queue list`
        id: String,
    },
}

impl Queue {
    pub(super) async fn run(self, at: &Place) -> Result<()> {
        let app = at.open().await?;
        match self.command {
            Command::List { all, json } => list(&app, all, json).await,
            Command::Retry { id } => {
                let count = retry_delivery(&app, Actor::Operator, id.as_deref()).await?;
                output::line(format!("{count} copies are due now"))
            }
            Command::Drop { id } => {
                drop_delivery(&app, Actor::Operator, &id).await?;
                output::line(format!("copy {id} is dropped"))
            }
        }
    }
}

async fn list(app: &App, all: bool, json: bool) -> Result<()> {
    let unopened = messages::in_state(&mut *app.db.read().await?, "received").await?;
    let copies = deliveries::list(&mut *app.db.read().await?, all).await?;
    if json {
        let waiting = unopened.iter().map(|message| {
            json!({
                "id": message.id, "kind": "message", "state": message.state,
                "received_at": Timestamp::from_micros(message.received_at),
                "bytes": message.bytes, "attempts": message.attempts,
            })
        });
        let rows = copies.iter().map(|copy| {
            json!({
                "id": copy.id, "kind": copy.kind, "state": copy.state, "list": copy.list,
                "team": copy.team, "recipient": copy.recipient, "message": copy.message_id,
                "sealed_as": copy.container, "attempts": copy.attempts,
                "due_at": Timestamp::from_micros(copy.due_at), "reply": copy.reply,
            })
        });
        return output::json(&waiting.chain(rows).collect::<Vec<_>>());
    }
    let waiting = unopened.iter().map(|message| {
        let tries = message.attempts.to_string();
        [&message.id, "to be opened", "", "", "", &tries, ""].map(String::from).to_vec()
    });
    let rows = copies.iter().map(|copy| {
        let tries = copy.attempts.to_string();
        [&copy.id, &copy.state, &copy.list, &copy.team, &copy.recipient, &tries, &copy.reply]
            .map(String::from)
            .to_vec()
    });
    let header = ["id", "state", "list", "team", "recipient", "tries", "reply"];
    output::table(&header, waiting.chain(rows).collect(), "Nothing is waiting.")
}
