//! `campanile advisory import`

use std::path::PathBuf;

use campanile_core::authz::Viewer;
use campanile_core::model::advisory::disclosure::Disclosure;
use clap::Args;
use serde::Serialize;

use super::disclose::Rules;
use super::walk::sources;
use crate::actions::{NewDocument, Taken, import_advisories};
use crate::app::App;
use crate::app::advisories::document;
use crate::cli::output;
use crate::error::{Error, Result};
use crate::unpack::Found;

/// Documents of one transaction: enough that a commit costs little for each.
const BATCH_DOCUMENTS: usize = 200;
/// Octets of one transaction, which are held in memory.
const BATCH_BYTES: usize = 16 * 1024 * 1024;
/// Refused documents that are told one by one; `--json` names all.
const TOLD_MAX: usize = 20;

/// Takes documents of advisories in: files, folders, archives (tar, tar.gz, zip).
///
/// Done again, it goes on where it was cut off: what is here already stays as it is.
#[derive(Args)]
pub(super) struct Import {
    /// Files, folders and archives.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// What to call the issuer where a document does not say it.
    #[arg(long, value_name = "NAME", default_value = "")]
    issuer: String,
    /// In the name of this team: documents of its own, which others bring in for nobody.
    #[arg(long, value_name = "HANDLE")]
    team: Option<String>,
    #[command(flatten)]
    rules: Rules,
    /// Tells on standard error how far it is.
    #[arg(long)]
    progress: bool,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

/// What became of everything.
#[derive(Default, Serialize)]
struct Report {
    stored: usize,
    unchanged: usize,
    refused: Vec<Refused>,
}

#[derive(Serialize)]
struct Refused {
    file: String,
    why: String,
}

impl Import {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        let by = super::viewer(app, self.team.as_deref()).await?;
        let disclosure = self.rules.disclosure()?;
        let mut report = Report::default();
        let mut batch = Batch::default();
        let sources = sources(&self.paths)?;
        for (number, source) in sources.iter().enumerate() {
            let mut found = Vec::new();
            // Archives are read whole, file by file, in batches of their own.
            source.each(|one| {
                found.push(one);
                Ok(())
            })?;
            for one in found {
                batch.add(one, &mut report);
                if batch.is_full() {
                    self.take(app, &by, disclosure.as_ref(), &mut batch, &mut report).await?;
                    self.tell(number + 1, sources.len(), &report);
                }
            }
        }
        self.take(app, &by, disclosure.as_ref(), &mut batch, &mut report).await?;
        self.tell(sources.len(), sources.len(), &report);
        self.conclude(&report)
    }

    async fn take(
        &self,
        app: &App,
        by: &Viewer,
        disclosure: Option<&Disclosure>,
        batch: &mut Batch,
        report: &mut Report,
    ) -> Result<()> {
        let batch = std::mem::take(batch);
        let new: Vec<_> = batch
            .documents
            .iter()
            .map(|(_, octets)| NewDocument {
                octets,
                channel: "cli",
                signature: "unsigned",
                issuer: &self.issuer,
                disclosure,
                terms: None,
            })
            .collect();
        let taken = import_advisories(app, by, &new).await?;
        for (taken, (file, _)) in taken.into_iter().zip(&batch.documents) {
            match taken {
                Taken::Stored { .. } => report.stored += 1,
                Taken::Unchanged { .. } => report.unchanged += 1,
                Taken::Refused { why } => report.refused.push(Refused { file: file.clone(), why }),
            }
        }
        Ok(())
    }

    fn tell(&self, done: usize, all: usize, report: &Report) {
        if self.progress {
            let Report { stored, unchanged, refused } = report;
            let refused = refused.len();
            output::complain(&format!(
                "{done} of {all} files: {stored} stored, {unchanged} unchanged, {refused} refused\n"
            ));
        }
    }

    fn conclude(&self, report: &Report) -> Result<()> {
        let Report { stored, unchanged, refused } = report;
        if self.json {
            output::json(report)?;
        } else {
            for one in refused.iter().take(TOLD_MAX) {
                output::line(format!("refused: {}: {}", one.file, one.why))?;
            }
            if refused.len() > TOLD_MAX {
                output::line(format!("… and {} more", refused.len() - TOLD_MAX))?;
            }
            let refused = refused.len();
            output::line(format!("{stored} stored, {unchanged} unchanged, {refused} refused"))?;
        }
        match stored + unchanged == 0 && !refused.is_empty() {
            true => Err(Error::invalid("no document was taken in")
                .hint("the lines above say why; `advisory validate` says more of CSAF documents")),
            false => Ok(()),
        }
    }
}

#[derive(Default)]
struct Batch {
    documents: Vec<(String, Vec<u8>)>,
    bytes: usize,
}

impl Batch {
    fn add(&mut self, found: Found, report: &mut Report) {
        match found.octets {
            Ok(octets) => {
                self.bytes += octets.len();
                let documents = document::documents(octets);
                self.documents.extend(documents.into_iter().map(|one| (found.name.clone(), one)));
            }
            Err(why) => report.refused.push(Refused { file: found.name, why }),
        }
    }

    fn is_full(&self) -> bool {
        self.documents.len() >= BATCH_DOCUMENTS || self.bytes >= BATCH_BYTES
    }
}
