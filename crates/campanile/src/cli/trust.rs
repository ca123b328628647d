//! `campanile trust`

use std::path::PathBuf;

use campanile_core::model::limits;
use clap::{Args, Subcommand};

use super::views::{TrustView, day};
use super::{Place, input, output};
use crate::actions::{self, Actor, TrustAdded};
use crate::app::App;
use crate::error::Result;
use crate::store::trust;

/// Trust anchors: the CA certificates that S/MIME certificates have to lead to.
#[derive(Args)]
#[command(after_help = "\
Examples:
  campanile trust add root.crt.pem --crl root.crl.pem
  campanile trust list
  campanile trust remove C026D20CD8150D53…")]
pub(super) struct Trust {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Add(Add),
    List(List),
    Remove(Remove),
}

/// Registers a CA certificate; for one that is known, its revocation list is replaced.
#[derive(Args)]
struct Add {
    /// CA certificate, PEM or DER.
    file: PathBuf,
    /// Its newest revocation list, PEM or DER.
    #[arg(long, value_name = "FILE")]
    crl: Option<PathBuf>,
    /// Certificates of this CA may be registered for logging in (`ca register-login`).
    #[arg(long)]
    logins: bool,
}

/// Shows the trust anchors.
#[derive(Args)]
struct List {
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

/// Removes a trust anchor.
#[derive(Args)]
struct Remove {
    /// The full fingerprint (SHA-256); blanks and colons do not matter.
    fingerprint: String,
}

impl Trust {
    pub(super) async fn run(self, at: &Place) -> Result<()> {
        let app = at.open().await?;
        let done = match self.command {
            Command::Add(add) => add.run(&app).await,
            Command::List(list) => list.run(&app).await,
            Command::Remove(remove) => remove.run(&app).await,
        };
        app.close().await;
        done
    }
}

impl Add {
    async fn run(self, app: &App) -> Result<()> {
        let bytes_max = limits::CERTIFICATE_FILE_BYTES_MAX;
        let file = input::read(&self.file, bytes_max)?;
        let crl = self.crl.as_deref().map(|path| input::read(path, bytes_max)).transpose()?;
        let crl = crl.as_ref().map(|crl| crl.as_slice());
        let added = match actions::add_trust(app, Actor::Operator, &file, crl).await? {
            TrustAdded::Anchor(anchor) => {
                output::line(format!(
                    "trust anchor {} added: {}",
                    anchor.fingerprint, anchor.subject
                ))?;
                anchor
            }
            TrustAdded::RevocationList(anchor) => {
                output::line(format!("revocation list of {} replaced", anchor.subject))?;
                anchor
            }
        };
        if self.logins {
            let fingerprint = added.fingerprint.as_str();
            actions::allow_logins(app, Actor::Operator, fingerprint).await?;
            output::line("its certificates may be registered for logging in")?;
        }
        Ok(())
    }
}

impl List {
    async fn run(self, app: &App) -> Result<()> {
        let anchors = trust::all(&mut *app.db.read().await?).await?;
        let views: Vec<_> = anchors.into_iter().map(TrustView::of).collect();
        if self.json {
            return output::json(&views);
        }
        let rows = views.iter().map(|view| {
            vec![
                view.fingerprint.to_string(),
                if view.crl { "yes".into() } else { "no".into() },
                if view.logins { "yes".into() } else { "no".into() },
                day(Some(view.created_at)),
                view.subject.clone(),
            ]
        });
        let header = ["FINGERPRINT", "CRL", "LOGINS", "SINCE", "SUBJECT"];
        let empty = "no trust anchors yet: `campanile trust add` registers one";
        output::table(&header, rows.collect(), empty)
    }
}

impl Remove {
    async fn run(self, app: &App) -> Result<()> {
        let removed = actions::remove_trust(app, Actor::Operator, &self.fingerprint).await?;
        output::line(format!("trust anchor removed: {}", removed.subject))
    }
}
