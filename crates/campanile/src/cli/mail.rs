//! `campanile mail check`: the verdict on a message without sending it.

use std::path::PathBuf;

use campanile_core::gateway::decide::{Verdict, decide};
use campanile_core::gateway::network::{List, Network};
use campanile_core::gateway::open::{Opened, open};
use campanile_core::gateway::recipients::{audience, choose};
use campanile_core::mime::text::crlf;
use campanile_core::model::condition::Condition;
use campanile_core::model::time::Timestamp;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Place, input, output};
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::messages;

/// Looks at mail without sending it.
#[derive(Args)]
pub(super) struct Mail {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Check(Check),
}

/// Tells whether a message would be distributed, why not, and who would not get it.
///
/// Nothing is sent, stored or remembered.
#[derive(Args)]
#[command(after_help = "\
Examples:
  campanile mail check alert mail.eml
  campanile mail check alert mail.eml --at 2026-11-21T18:40:00Z --json")]
struct Check {
    /// Short name of the list.
    list: String,
    /// The message as it would be sent, with its header.
    file: PathBuf,
    /// Decides as at this time, like 2026-11-21T18:40:00Z.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

impl Mail {
    pub(super) async fn run(self, at: &Place) -> Result<()> {
        let Command::Check(check) = self.command;
        check.run(&at.open().await?).await
    }
}

impl Check {
    async fn run(self, app: &App) -> Result<()> {
        let now = match &self.at {
            Some(text) => {
                Timestamp::parse(text).map_err(|error| Error::invalid(error.to_string()))?
            }
            None => app.now(),
        };
        let file = input::read(&self.file, app.config.smtp.message_bytes_max)?;
        let network = app.network().await?;
        let list = network.lists.iter().find(|known| known.name == self.list);
        let list = list.ok_or_else(|| {
            Error::not_found(format!("there is no list `{}`", self.list))
                .hint("`campanile list list` shows the lists")
        })?;
        // Files on disk often have LF line ends; on the wire there is CRLF only.
        let mut bytes = Vec::with_capacity(file.len() + file.len() / 32);
        crlf(&file, &mut bytes);
        let opened = open(&bytes, list, &network, now);
        let mut verdict = decide(&bytes, &opened, list, &network, now);
        if let Some(key) = &verdict.replay_key
            && messages::was_seen(&mut *app.db.read().await?, &app.secret, &list.id, key).await?
        {
            verdict = verdict.with(Condition::Replay, list);
        }
        let document = document(&verdict, &opened, list, &network, now);
        match self.json {
            true => output::json(&document),
            false => print(&verdict, &document),
        }
    }
}

fn document(
    verdict: &Verdict,
    opened: &Opened,
    list: &List,
    network: &Network,
    now: Timestamp,
) -> Value {
    let signer = network.teams.iter().find(|team| Some(&team.id) == verdict.team.as_ref());
    let signatures: Vec<_> = opened
        .signatures
        .iter()
        .map(|fact| {
            json!({
                "protocol": fact.protocol, "fingerprint": fact.signer, "made_at": fact.made_at,
                "faults": fact.faults,
            })
        })
        .collect();
    let recipients: Vec<_> = audience(list, network)
        .map(|team| {
            let sealed_as =
                choose(team, list, &network.trust, now).map(|key| key.container().name());
            json!({ "team": team.handle, "sealed_as": sealed_as })
        })
        .collect();
    json!({
        "disposition": verdict.disposition,
        "reasons": verdict.reasons,
        "signer": signer.map(|team| &team.handle),
        "signed_at": verdict.signed_at,
        "layers": opened.layers,
        "signatures": signatures,
        "recipients": recipients,
    })
}

fn print(verdict: &Verdict, document: &Value) -> Result<()> {
    let text = |value: &Value| value.as_str().unwrap_or("unknown").to_owned();
    let rows =
        |name: &str| document.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut facts = vec![("verdict", verdict.disposition.to_string())];
    for reason in &verdict.reasons {
        facts.push(("reason", format!("{reason}: {}", reason.description().trim())));
    }
    facts.push(("signer", text(document.get("signer").unwrap_or(&Value::Null))));
    facts.extend(rows("layers").iter().map(|layer| ("layer", text(layer))));
    for row in rows("recipients") {
        let team = text(row.get("team").unwrap_or(&Value::Null));
        let container = row.get("sealed_as").and_then(Value::as_str);
        facts.push(("copy", format!("{team}: {}", container.unwrap_or("held, no usable key"))));
    }
    output::facts(&facts)
}
