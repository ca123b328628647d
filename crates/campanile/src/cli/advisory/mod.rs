//! `campanile advisory`: documents of advisories, in and out.
//!
//! Whoever works here acts for the operator, who sees what every team sees; with `--team`, in the
//! place of an officer of that team.

mod disclose;
mod import;
mod show;
mod validate;
mod walk;

use campanile_core::authz::Viewer;
use clap::{Args, Subcommand};

use super::Place;
use super::alert::officer_of;
use crate::app::App;
use crate::error::Result;

/// Advisories: import, show, list, export, disclose, validate.
#[derive(Args)]
#[command(after_help = "\
Examples:
  campanile advisory import advisories/ --progress
  campanile advisory import av-2003-219.xml --team CERT-IST --audience own
  campanile advisory list --query \"issuer:cert-ist published>=2026-11-01\"
  campanile advisory show CERT-IST/AV-2003.219
  campanile advisory export CERT-IST/AV-2003.219 --format eispp
  campanile advisory disclose AV-7 --team ALPHA --audience own --part solutions=network
  campanile advisory validate advisory.json")]
pub(super) struct Advisory {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Import(import::Import),
    Show(show::Show),
    List(show::List),
    Export(show::Export),
    Disclose(disclose::Disclose),
    Validate(validate::Validate),
}

impl Advisory {
    pub(super) async fn run(self, at: &Place) -> Result<()> {
        if let Command::Validate(command) = self.command {
            // Needs no network: for whoever writes documents, anywhere.
            return command.run();
        }
        let app = at.open().await?;
        match self.command {
            Command::Import(command) => command.run(&app).await,
            Command::Show(command) => command.run(&app).await,
            Command::List(command) => command.run(&app).await,
            Command::Export(command) => command.run(&app).await,
            Command::Disclose(command) => command.run(&app).await,
            Command::Validate(command) => command.run(),
        }
    }
}

/// Who looks: the operator, or an officer of a team.
pub(super) async fn viewer(app: &App, team: Option<&str>) -> Result<Viewer> {
    match team {
        Some(team) => officer_of(app, team).await,
        None => Ok(Viewer::operator()),
    }
}
