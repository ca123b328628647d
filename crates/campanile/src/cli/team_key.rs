//! `campanile team key`

use std::path::PathBuf;

use campanile_core::model::key::Protocol;
use campanile_core::model::limits;
use clap::{Args, Subcommand};

use super::views::{KeyView, day};
use super::{input, output};
use crate::actions::{self, Actor, Outcome};
use crate::app::App;
use crate::error::Result;
use crate::store::{credentials, teams};

/// Certificates of a team: what its mail is signed with and what copies are sealed for.
#[derive(Args)]
#[command(after_help = "\
Examples:
  campanile team key add DFN-CERT --openpgp dfn-cert.asc
  campanile team key add DFN-CERT --smime dfn-cert.crt.pem
  campanile team key list DFN-CERT
  campanile team key revoke DFN-CERT 3961B19866744F0B60A4FA1953A7F6F3B986F15C")]
pub(super) struct Key {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Add(Add),
    List(List),
    Confirm(Confirm),
    Revoke(Revoke),
}

/// Registers a certificate; check its fingerprint with the team on another way first.
#[derive(Args)]
struct Add {
    /// Short name of the team.
    handle: String,
    #[command(flatten)]
    certificate: Certificate,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Certificate {
    /// OpenPGP certificate (public key), armored or binary.
    #[arg(long, value_name = "FILE")]
    openpgp: Option<PathBuf>,
    /// X.509 certificate, PEM or DER.
    #[arg(long, value_name = "FILE")]
    smime: Option<PathBuf>,
}

/// Shows the certificates of a team, or of all.
#[derive(Args)]
struct List {
    /// Short name of the team.
    handle: Option<String>,
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

/// Trusts a certificate that a team has offered; compare its fingerprint with the team first.
#[derive(Args)]
struct Confirm {
    /// Short name of the team.
    handle: String,
    /// The full fingerprint, as the team reads it out; blanks and colons do not matter.
    fingerprint: String,
}

/// Withdraws a certificate for good.
#[derive(Args)]
struct Revoke {
    /// Short name of the team.
    handle: String,
    /// The full fingerprint; blanks and colons do not matter.
    fingerprint: String,
}

impl Key {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        match self.command {
            Command::Add(add) => add.run(app).await,
            Command::List(list) => list.run(app).await,
            Command::Confirm(confirm) => confirm.run(app).await,
            Command::Revoke(revoke) => revoke.run(app).await,
        }
    }
}

impl Add {
    async fn run(self, app: &App) -> Result<()> {
        let files = [
            (Protocol::Openpgp, self.certificate.openpgp),
            (Protocol::Smime, self.certificate.smime),
        ];
        for (protocol, path) in files {
            let Some(path) = path else {
                continue;
            };
            let file = input::read(&path, limits::CERTIFICATE_FILE_BYTES_MAX)?;
            let actor = Actor::Operator;
            let key = actions::add_team_key(app, actor, &self.handle, protocol, &file).await?;
            output::line(format!(
                "{} key {} registered for {}",
                protocol, key.fingerprint, self.handle
            ))?;
            output::line(format!("  {}, expires: {}", key.algorithms, day(key.expires_at)))?;
        }
        Ok(())
    }
}

impl Confirm {
    async fn run(self, app: &App) -> Result<()> {
        let (handle, key) = (&self.handle, &self.fingerprint);
        match actions::confirm_team_key(app, Actor::Operator, handle, key).await? {
            Outcome::Changed => output::line(format!("the key counts for {handle} from now on")),
            Outcome::Unchanged => output::line(format!("the key counts for {handle} already")),
        }
    }
}

impl List {
    async fn run(self, app: &App) -> Result<()> {
        let mut read = app.db.read_snapshot().await?;
        let teams = match &self.handle {
            Some(handle) => vec![actions::find_team(&mut read, handle).await?],
            None => teams::all(&mut read).await?,
        };
        let now = app.now();
        let keys = credentials::all(&mut read).await?;
        let mut views = Vec::new();
        for team in &teams {
            let own = keys.iter().filter(|key| key.team_id == team.id);
            views.extend(own.map(|key| KeyView::of(team, key.clone(), now)));
        }
        match self.json {
            true => output::json(&views),
            false => print(&views, self.handle.is_none()),
        }
    }
}

/// Prints certificates for people.
pub(super) fn print(keys: &[KeyView], with_team: bool) -> Result<()> {
    let mut header = vec!["PROTOCOL", "STATE", "FINGERPRINT", "ALGORITHMS", "USE", "EXPIRES"];
    if with_team {
        header.insert(0, "TEAM");
    }
    let rows = keys.iter().map(|key| {
        let mut row = vec![
            key.protocol.to_string(),
            key.state.to_string(),
            key.fingerprint.to_string(),
            key.algorithms.clone(),
            key.uses().into(),
            day(key.expires_at),
        ];
        if with_team {
            row.insert(0, key.team.clone());
        }
        row
    });
    output::table(&header, rows.collect(), "no keys yet: `campanile team key add` registers one")
}

impl Revoke {
    async fn run(self, app: &App) -> Result<()> {
        let (handle, fingerprint) = (&self.handle, &self.fingerprint);
        let actor = Actor::Operator;
        let outcome = actions::revoke_team_key(app, actor, handle, fingerprint).await?;
        output::line(match outcome {
            Outcome::Changed => format!("key {fingerprint} of {handle} is revoked"),
            Outcome::Unchanged => format!("key {fingerprint} of {handle} is revoked already"),
        })
    }
}
