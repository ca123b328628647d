//! `campanile list key`

use std::path::{Path, PathBuf};

use campanile_core::crypto::{openpgp, smime};
use campanile_core::model::key::{Fingerprint, Protocol};
use campanile_core::model::limits;
use clap::{Args, Subcommand};
use serde::Serialize;

use super::views::{ListKeyView, day, list_keys};
use super::{input, output};
use crate::actions::{self, Actor, NewKeys, Outcome};
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::list_keys::{self as keys, ListKey};

/// Keys of a list: what mail to it is sealed for and what its copies are signed with.
#[derive(Args)]
#[command(after_help = "\
Examples:
  campanile list key generate alert
  campanile list key import alert --openpgp alert.sec.asc
  campanile list key import alert --smime alert.crt.pem --smime-key alert.key.pem
  campanile list key export alert > alert-keys.txt")]
pub(super) struct Key {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Generate(Generate),
    Import(Import),
    Export(Export),
    List(List),
    Use(Named),
    Retire(Retire),
}

/// Makes an OpenPGP key and an X.509 certificate, as far as the list has none.
#[derive(Args)]
struct Generate {
    /// Short name of the list.
    name: String,
    /// Makes both, to follow those that the list has: they open at once, and sign after `use`.
    #[arg(long)]
    next: bool,
}

/// Lets another key sign from now on; every key goes on opening mail.
#[derive(Args)]
struct Named {
    /// Short name of the list.
    name: String,
    /// Full fingerprint, from `list key list`.
    fingerprint: String,
}

/// Takes a key away that does not sign: mail sealed for it is refused from now on.
#[derive(Args)]
struct Retire {
    #[command(flatten)]
    key: Named,
}

/// Imports secret keys without passphrase; every key opens, the first of each kind signs.
#[derive(Args)]
struct Import {
    /// Short name of the list.
    name: String,
    #[command(flatten)]
    keys: SecretFiles,
    /// Private key of the certificate, PEM or DER.
    #[arg(long, value_name = "KEY", requires = "smime")]
    smime_key: Option<PathBuf>,
}

#[derive(Args)]
#[group(required = true, multiple = true)]
struct SecretFiles {
    /// OpenPGP secret key, armored or binary.
    #[arg(long, value_name = "SECRETFILE")]
    openpgp: Option<PathBuf>,
    /// X.509 certificate, PEM or DER.
    #[arg(long, value_name = "CERT", requires = "smime_key")]
    smime: Option<PathBuf>,
}

/// Prints the public keys, for the teams.
#[derive(Args)]
struct Export {
    /// Short name of the list.
    name: String,
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

/// Shows the keys.
#[derive(Args)]
struct List {
    /// Short name of the list.
    name: String,
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

impl Key {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        match self.command {
            Command::Generate(generate) => generate.run(app).await,
            Command::Import(import) => import.run(app).await,
            Command::Export(export) => export.run(app).await,
            Command::List(list) => list.run(app).await,
            Command::Use(named) => named.sign(app).await,
            Command::Retire(retire) => retire.run(app).await,
        }
    }
}

fn report(name: &str, added: &[ListKey], how: &str) -> Result<()> {
    for key in added {
        let (protocol, fingerprint) = (key.protocol, &key.fingerprint);
        output::line(format!("{protocol} key {fingerprint} {how} for {name}"))?;
    }
    Ok(())
}

impl Generate {
    async fn run(self, app: &App) -> Result<()> {
        let which = if self.next { NewKeys::Next } else { NewKeys::Missing };
        let added = actions::generate_list_key(app, Actor::Operator, &self.name, which).await?;
        report(&self.name, &added, "generated")
    }
}

impl Named {
    async fn sign(self, app: &App) -> Result<()> {
        let (name, key) = (&self.name, &self.fingerprint);
        match actions::use_list_key(app, Actor::Operator, name, key).await? {
            Outcome::Changed => output::line(format!("the list {name} signs with this key now")),
            Outcome::Unchanged => output::line(format!("the list {name} signs with it already")),
        }
    }
}

impl Retire {
    async fn run(self, app: &App) -> Result<()> {
        let Named { name, fingerprint } = &self.key;
        let key = actions::retire_list_key(app, Actor::Operator, name, fingerprint).await?;
        let (protocol, fingerprint) = (key.protocol, key.fingerprint);
        output::line(format!("{protocol} key {fingerprint} of {name} is retired, its file removed"))
    }
}

impl Import {
    async fn run(self, app: &App) -> Result<()> {
        let read = |path: &Path| input::read(path, limits::CERTIFICATE_FILE_BYTES_MAX);
        let openpgp = match &self.keys.openpgp {
            None => None,
            Some(path) => Some(openpgp::SecretKey::read(&read(path)?)?),
        };
        let smime = match (&self.keys.smime, &self.smime_key) {
            (Some(certificate), Some(key)) => {
                Some(smime::SecretKey::read(&read(certificate)?, &read(key)?)?)
            }
            _ => None,
        };
        let actor = Actor::Operator;
        let added = actions::import_list_key(app, actor, &self.name, openpgp, smime).await?;
        report(&self.name, &added, "imported")
    }
}

/// A public key for the teams.
#[derive(Serialize)]
struct Exported {
    protocol: Protocol,
    fingerprint: Fingerprint,
    /// Armored OpenPGP or PEM.
    text: String,
}

impl Export {
    async fn run(self, app: &App) -> Result<()> {
        let exported = rows(app, &self.name)
            .await?
            .into_iter()
            .map(|key| {
                let text = public_text(&key)?;
                Ok(Exported { protocol: key.protocol, fingerprint: key.fingerprint, text })
            })
            .collect::<Result<Vec<_>>>()?;
        if self.json {
            return output::json(&exported);
        }
        if exported.is_empty() {
            return Err(Error::not_found(format!("the list {} has no keys yet", self.name))
                .hint(format!("`campanile list key generate {}` makes them", self.name)));
        }
        exported.iter().try_for_each(|key| output::verbatim(&key.text))
    }
}

fn public_text(key: &ListKey) -> Result<String> {
    let mut text = match key.protocol {
        Protocol::Openpgp => openpgp::Certificate::read(&key.certificate)?.armored(),
        Protocol::Smime => smime::Certificate::read(&key.certificate)?.pem(),
    };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

async fn rows(app: &App, name: &str) -> Result<Vec<ListKey>> {
    let mut read = app.db.read_snapshot().await?;
    let list = actions::find_list(&mut read, name).await?;
    keys::of_list(&mut read, &list.id).await
}

impl List {
    async fn run(self, app: &App) -> Result<()> {
        let views = list_keys(&rows(app, &self.name).await?);
        match self.json {
            true => output::json(&views),
            false => print(&views),
        }
    }
}

/// Prints keys of a list for people.
pub(super) fn print(keys: &[ListKeyView]) -> Result<()> {
    let rows = keys.iter().map(|key| {
        vec![
            key.protocol.to_string(),
            key.fingerprint.to_string(),
            key.algorithms.clone(),
            if key.signs { "open, sign".into() } else { "open".into() },
            day(key.expires_at),
        ]
    });
    let header = ["PROTOCOL", "FINGERPRINT", "ALGORITHMS", "USE", "EXPIRES"];
    output::table(&header, rows.collect(), "no keys yet: `campanile list key generate` makes them")
}
