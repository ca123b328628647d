//! `campanile restore`

use std::path::PathBuf;

use clap::Args;

use super::{Place, output};
use crate::actions::{Restore as Plan, restore_network};
use crate::clock::Clock;
use crate::config::Environment;
use crate::error::Result;

/// Brings a network back from a backup, into an empty data directory and database.
///
/// The whole file is checked before anything is made. Mail that was on its way when the backup
/// was made is held, because it has most likely been delivered since: `held list` and `queue
/// list` show it, `held release` and `queue retry` send it, `held drop` and `queue drop` give it
/// up. With --resume it goes on by itself. The old server must not run any more.
#[derive(Args)]
#[command(after_help = "\
Examples:
  campanile --dir /var/lib/campanile restore campanile.backup
  campanile --dir /var/lib/campanile restore campanile.backup \\
      --database postgres://campanile:SECRET@db.example.org/campanile")]
pub(super) struct Restore {
    /// The backup; an encrypted one has to be decrypted first
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Database, instead of the one in the backup; SQLite and PostgreSQL as you like
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Goes on with the mail that waited, although some of it may be sent twice
    #[arg(long)]
    resume: bool,
}

impl Restore {
    pub(super) async fn run(self, at: &Place) -> Result<()> {
        let plan =
            Plan { file: &self.file, database: self.database.as_deref(), resume: self.resume };
        let environment = Environment::of_process();
        let restored = restore_network(&at.dir, &plan, &environment, Clock::System).await?;
        let (dir, name) = (at.dir.display(), &restored.config.network.name);
        output::line(format!("network {name} as of {} is in {dir}", restored.taken_at))?;
        output::line(format!("database: {}", restored.config.database.url))?;
        if restored.messages + restored.copies > 0 {
            let (messages, copies) = (restored.messages, restored.copies);
            output::line(format!(
                "on hold: {messages} mails that were not opened, {copies} copies"
            ))?;
            output::line(
                "they may have been delivered since: `campanile held list`, `queue list`",
            )?;
        }
        output::line("next: `campanile doctor`, `campanile audit verify`, then `campanile serve`")
    }
}
