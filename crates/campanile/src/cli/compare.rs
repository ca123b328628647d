//! `campanile compare`: who says what about a vulnerability, side by side.

use campanile_core::comparison::csv;
use campanile_core::comparison::sheet::{Cell, Row, Sheet};
use clap::Args;

use super::advisory::viewer;
use super::{Place, output};
use crate::app::advisories::shape;
use crate::error::Result;

/// Compares how teams and sources rate a vulnerability.
#[derive(Args)]
#[command(after_help = "\
Examples:
  campanile compare CAN-2003-0252
  campanile compare CERT-IST/AV-2003.219 --only-differing
  campanile compare CVE-2026-0001 --csv > sheet.csv")]
pub(super) struct Compare {
    /// A CVE number, the name of a group, or the number of an advisory in it.
    id: String,
    /// As a team sees it.
    #[arg(long, value_name = "HANDLE")]
    team: Option<String>,
    /// Only rows and columns in which something differs.
    #[arg(long)]
    only_differing: bool,
    /// Prints one JSON document.
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Prints comma-separated values [RFC 4180].
    #[arg(long)]
    csv: bool,
}

impl Compare {
    pub(super) async fn run(self, at: &Place) -> Result<()> {
        let app = at.open().await?;
        let viewer = viewer(&app, self.team.as_deref()).await?;
        let mut found = app.comparison(&viewer, &self.id).await?;
        if self.only_differing {
            found.sheet = found.sheet.only_differing();
        }
        if self.json {
            return output::json(&shape::comparison(&found));
        }
        let sheet = &found.sheet;
        if self.csv {
            return output::verbatim(&csv::write(sheet));
        }
        let group = &found.group.listed.group;
        output::facts(&[
            ("group", group.id.clone()),
            ("title", group.title.clone()),
            ("spread", sheet.spread.words()),
        ])?;
        for row in &sheet.rows {
            output::line("")?;
            output::facts(&facts(sheet, row))?;
        }
        Ok(())
    }
}

/// A row, with a star at what differs.
fn facts<'a>(sheet: &'a Sheet, row: &Row) -> Vec<(&'a str, String)> {
    let place = match &row.published_by {
        Some(by) => format!("{}, quoted by {by} in {}", row.rater, row.number),
        None => format!("{}, {} {}", row.rater, row.number, row.version),
    };
    let mut facts = vec![("rater", place.trim_end().to_owned())];
    let published = row.published_at.filter(|_| row.published_by.is_none());
    facts.extend(published.map(|at| ("published", at.to_string())));
    for column in &sheet.columns {
        let said = match row.cells.get(&column.field) {
            None | Some(Cell::NoStatement) => continue,
            Some(Cell::Restricted { until: None }) => "restricted".to_owned(),
            Some(Cell::Restricted { until: Some(at) }) => format!("restricted until {at}"),
            Some(Cell::Said { text, how, differs }) => {
                let star = if *differs { "* " } else { "" };
                format!("{star}{text} ({})", how.words())
            }
        };
        facts.push((&column.title, said));
    }
    facts
}
