//! `campanile held`: messages that a list's policy holds for the operator.

use campanile_core::model::condition::Condition;
use campanile_core::model::time::Timestamp;
use clap::{Args, Subcommand};
use serde_json::json;

use super::{Place, output};
use crate::actions::Actor;
use crate::actions::release_held::{drop_held, release_held};
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::messages::{self, Message};

/// Messages that wait for the operator's decision.
#[derive(Args)]
pub(super) struct Held {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Shows the held messages, and those that a restore holds
    List {
        /// Prints one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Shows one message and the reasons why it is held; never its content
    Show {
        /// Identifier from `held list`
        id: String,
        /// Prints one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Distributes a held message
    Release {
        /// Identifier from `held list`
        id: String,
    },
    /// Gives a held message up
    Drop {
        /// Identifier from `held list`
        id: String,
    },
}

impl Held {
    pub(super) async fn run(self, at: &Place) -> Result<()> {
        let app = at.open().await?;
        match self.command {
            Command::List { json } => list(&app, json).await,
            Command::Show { id, json } => show(&app, &id, json).await,
            Command::Release { id } => {
                release_held(&app, Actor::Operator, &id).await?;
                output::line(format!("message {id} is released; the server distributes it"))
            }
            Command::Drop { id } => {
                drop_held(&app, Actor::Operator, &id).await?;
                output::line(format!("message {id} is dropped"))
            }
        }
    }
}

fn document(message: &Message) -> serde_json::Value {
    json!({
        "id": message.id, "state": message.state, "mail_from": message.mail_from,
        "received_at": Timestamp::from_micros(message.received_at), "bytes": message.bytes,
        "reasons": message.reasons.split_whitespace().collect::<Vec<_>>(),
        "team": message.team_id,
    })
}

async fn list(app: &App, json: bool) -> Result<()> {
    let mut read = app.db.read_snapshot().await?;
    let mut messages = messages::in_state(&mut read, "restored").await?;
    messages.extend(messages::in_state(&mut read, "held").await?);
    if json {
        return output::json(&messages.iter().map(document).collect::<Vec<_>>());
    }
    let rows = messages.iter().map(|message| {
        let received = Timestamp::from_micros(message.received_at).to_string();
        let bytes = message.bytes.to_string();
        let reasons = match message.state.as_str() {
            "restored" => "restored from a backup: perhaps distributed since",
            _ => &message.reasons,
        };
        [&message.id, &received, &bytes, reasons].map(String::from).to_vec()
    });
    let header = ["id", "received", "bytes", "reasons"];
    output::table(&header, rows.collect(), "No message is held.")
}

async fn show(app: &App, id: &str, json: bool) -> Result<()> {
    let found = messages::find(&mut *app.db.read().await?, id).await?;
    let message = found.ok_or_else(|| {
        Error::not_found(format!("there is no message `{id}`"))
            .hint("`campanile held list` shows what is held")
    })?;
    if json {
        return output::json(&document(&message));
    }
    let received = Timestamp::from_micros(message.received_at).to_string();
    let mut facts = vec![
        ("message", message.id.clone()),
        ("state", message.state.clone()),
        ("received", received),
        ("envelope from", format!("<{}>", message.mail_from)),
        ("bytes", message.bytes.to_string()),
    ];
    for name in message.reasons.split_whitespace() {
        let known = Condition::ALL.iter().find(|condition| condition.name() == name);
        let text = known.map_or("", |condition| condition.description());
        facts.push(("reason", format!("{name}: {}", text.trim())));
    }
    output::facts(&facts)
}
