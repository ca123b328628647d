//! `campanile team import` and `export`: directories of others.

use std::path::PathBuf;

use campanile_core::authz::Viewer;
use campanile_core::formats::registry::{self, Format};
use clap::Args;

use super::{input, output};
use crate::actions::{self, Actor};
use crate::app::App;
use crate::app::import::{Outcome, Planned};
use crate::error::{Error, Result};

/// Compares a directory of others with the teams here; with --apply, takes its data.
#[derive(Args)]
#[command(after_help = "\
Without --apply nothing is changed: what is new, changed or in conflict is shown. Keys, addresses
and standing of a team are never taken from a file; the preview says where they differ.

Examples:
  campanile team import teams.json
  campanile team import teams.json --apply
  campanile team import global-irt.json --format first --apply --add")]
pub(super) struct Import {
    /// The teams.json of Trusted Introducer, or a Global-IRT of FIRST.
    file: PathBuf,
    /// ti or first; found out when not given.
    #[arg(long, value_name = "FORMAT", value_parser = format)]
    format: Option<Format>,
    /// Gives teams that are here the data of the file.
    #[arg(long)]
    apply: bool,
    /// With --apply: teams that are not here become candidates.
    #[arg(long, requires = "apply")]
    add: bool,
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

/// Writes the teams of the network as a directory for others to standard output.
#[derive(Args)]
pub(super) struct Export {
    /// ti or first.
    #[arg(long, value_name = "FORMAT", value_parser = format)]
    format: Format,
}

fn format(text: &str) -> std::result::Result<Format, String> {
    text.parse()
}

impl Import {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        let file = input::read(&self.file, registry::FILE_BYTES_MAX)?;
        let what = match (self.apply, self.add) {
            (false, _) => actions::Import::Preview,
            (true, false) => actions::Import::Update,
            (true, true) => actions::Import::UpdateAndAdd,
        };
        let actor = Actor::Operator;
        let done = actions::import_teams(app, actor, &file, self.format, what).await?;
        if self.json {
            return output::json(&done);
        }
        done.teams.iter().try_for_each(print)?;
        for finding in &done.findings {
            output::line(finding.to_string())?;
        }
        let count = |outcome| done.teams.iter().filter(|one| one.outcome == outcome).count();
        output::line(format!(
            "{} new, {} changed, {} the same, {} in conflict; {} findings",
            count(Outcome::New),
            count(Outcome::Changed),
            count(Outcome::Same),
            count(Outcome::Conflict),
            done.findings.len()
        ))?;
        output::line(match (what, count(Outcome::New)) {
            (actions::Import::Preview, _) => "nothing was changed: --apply takes the data".into(),
            (actions::Import::Update, new) if new > 0 => {
                format!("done, but for {new} new ones: --add makes them candidates")
            }
            _ => "done".to_owned(),
        })
    }
}

fn print(planned: &Planned) -> Result<()> {
    let what = match planned.outcome {
        Outcome::New => "new",
        Outcome::Changed => "changed",
        Outcome::Same => return Ok(()),
        Outcome::Conflict => "conflict",
    };
    let handle = planned.handle.as_ref().map(|handle| format!(" ({handle})")).unwrap_or_default();
    output::line(format!("{what}: {}{handle}", planned.entry))?;
    for (field, old, new) in &planned.changes {
        output::line(match old.is_empty() {
            true => format!("  {field}: {new}"),
            false => format!("  {field}: {old} -> {new}"),
        })?;
    }
    planned.notes.iter().try_for_each(|note| output::line(format!("  note: {note}")))
}

impl Export {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        let mut read = app.db.read_snapshot().await?;
        let records = app.export_teams(&mut read, &Viewer::operator(), self.format).await?;
        let bytes = registry::write(&records, self.format, &app.config.network.name);
        let text = String::from_utf8(bytes)
            .map_err(|source| Error::internal("the directory is no text").source(source))?;
        output::verbatim(&text)
    }
}
