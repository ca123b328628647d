//! `campanile conduct`: the code of conduct of the network, and who has accepted it.

use std::path::PathBuf;

use campanile_core::model::membership::Acceptance;
use clap::{Args, Subcommand};
use serde_json::json;

use super::{Place, input, output};
use crate::actions::{self, Accepting, Actor, Shown};
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::conduct::{self, Party};
use crate::store::teams;

/// Largest signature taken, in bytes.
const SIGNATURE_BYTES_MAX: usize = 256 * 1024;

/// The code of conduct: its text, and who has accepted which version.
#[derive(Args)]
#[command(after_help = "\
Examples:
  campanile conduct set 1.1 conduct.txt
  campanile conduct show > conduct.txt && gpg --armor --detach-sign conduct.txt
  campanile conduct sign DFN-CERT --name \"Ada Example\" --signature conduct.txt.asc
  campanile conduct sign PRE-CERT --name \"Bob Example\" --paper \"letter of 2026-11-02, folder 3\"
  campanile conduct list")]
pub(super) struct Conduct {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Set(Set),
    Show(Show),
    Sign(Sign),
    List(List),
}

/// Adds a version, which holds from now on; what was accepted before stays on record.
#[derive(Args)]
struct Set {
    /// What it is called, like 1.1.
    version: String,
    /// Its text, in UTF-8.
    file: PathBuf,
}

/// Writes the text that holds to standard output, exactly as it is to be signed.
#[derive(Args)]
struct Show {
    /// One JSON document, with version and digest.
    #[arg(long)]
    json: bool,
}

/// Records that a team has accepted the version that holds.
#[derive(Args)]
struct Sign {
    /// Short name of the team.
    handle: String,
    #[command(flatten)]
    signed: Signed,
}

/// Who has signed, and what shows it.
#[derive(Args)]
pub(super) struct Signed {
    /// Name of the person who signs.
    #[arg(long, value_name = "NAME")]
    name: String,
    #[command(flatten)]
    evidence: Evidence,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Evidence {
    /// Detached signature over the text by a key of the team: OpenPGP or S/MIME.
    #[arg(long, value_name = "FILE")]
    signature: Option<PathBuf>,
    /// Where the signature on paper is.
    #[arg(long, value_name = "PLACE", allow_hyphen_values = true)]
    paper: Option<String>,
}

/// Shows what every team has accepted last.
#[derive(Args)]
struct List {
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

impl Conduct {
    pub(super) async fn run(self, at: &Place) -> Result<()> {
        let app = at.open().await?;
        let done = match self.command {
            Command::Set(set) => set.run(&app).await,
            Command::Show(show) => show.run(&app).await,
            Command::Sign(sign) => {
                sign.signed.record(&app, Accepting::Team(&sign.handle), &sign.handle).await
            }
            Command::List(list) => list.run(&app).await,
        };
        app.close().await;
        done
    }
}

impl Set {
    async fn run(self, app: &App) -> Result<()> {
        let text = input::read(&self.file, 1024 * 1024)?;
        let new = actions::set_conduct(app, Actor::Operator, &self.version, &text).await?;
        output::line(format!("version {} of the code of conduct holds from now on", new.version))?;
        output::line(format!("  SHA-256 {}", new.digest))
    }
}

impl Show {
    async fn run(self, app: &App) -> Result<()> {
        let current = conduct::current(&mut *app.db.read().await?).await?;
        let current = current.ok_or_else(|| {
            Error::not_found("the network has no code of conduct yet")
                .hint("`campanile conduct set VERSION FILE` gives it one")
        })?;
        match self.json {
            true => output::json(&current),
            false => output::verbatim(&current.text),
        }
    }
}

impl Signed {
    /// Records it, for a team or an applicant that people call `who`.
    pub(super) async fn record(self, app: &App, party: Accepting<'_>, who: &str) -> Result<()> {
        let actor = Actor::Operator;
        let file = match &self.evidence.signature {
            Some(path) => Some(input::read(path, SIGNATURE_BYTES_MAX)?),
            None => None,
        };
        let shown = match (&file, &self.evidence.paper) {
            (Some(file), _) => Shown::Signature(file),
            (None, paper) => Shown::Paper(paper.as_deref().unwrap_or_default()),
        };
        let done = actions::accept_conduct(app, actor, party, &self.name, shown).await?;
        output::line(format!(
            "{who} has accepted version {}, signed by {} ({})",
            done.version, done.signed_by, done.kind
        ))
    }
}

impl List {
    async fn run(self, app: &App) -> Result<()> {
        let mut read = app.db.read_snapshot().await?;
        let mut all: Vec<(String, Option<Acceptance>)> = Vec::new();
        for team in teams::all(&mut read).await? {
            let accepted = conduct::accepted(&mut read, Party::Team(&team.id)).await?;
            all.push((team.handle.to_string(), accepted.into_iter().next()));
        }
        if self.json {
            let rows: Vec<_> =
                all.iter().map(|(team, last)| json!({ "team": team, "accepted": last })).collect();
            return output::json(&rows);
        }
        let row = |(team, last): (String, Option<Acceptance>)| match last {
            Some(last) => vec![
                team,
                last.version,
                last.signed_at.to_string(),
                last.signed_by,
                format!("{} {}", last.kind, last.evidence),
            ],
            None => vec![team, "none".into(), String::new(), String::new(), String::new()],
        };
        let rows = all.into_iter().map(row).collect();
        output::table(&["TEAM", "VERSION", "SIGNED", "BY", "SHOWN BY"], rows, "no teams yet")
    }
}
