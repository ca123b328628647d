//! `campanile advisory`: documents of advisories.

mod validate;

use clap::{Args, Subcommand};

use crate::error::Result;

/// Advisories: validate.
#[derive(Args)]
#[command(after_help = "\
Examples:
  campanile advisory validate advisory.json")]
pub(super) struct Advisory {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Validate(validate::Validate),
}

impl Advisory {
    pub(super) fn run(self) -> Result<()> {
        match self.command {
            Command::Validate(command) => command.run(),
        }
    }
}
