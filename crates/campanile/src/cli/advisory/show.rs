//! `campanile advisory show`, `list` and `export`

use clap::Args;

use crate::app::App;
use crate::app::advisories::written::written;
use crate::app::advisories::{OpenAdvisory, OpenVersion, shape, typed};
use crate::cli::output;
use crate::error::Result;
use crate::store::advisories::{Name, Stored};

/// Shows an advisory in its newest version.
#[derive(Args)]
pub(super) struct Show {
    /// Its number, its identifier here, or a CVE number that only it names.
    id: String,
    /// As a team sees it.
    #[arg(long, value_name = "HANDLE")]
    team: Option<String>,
    /// All versions, oldest first.
    #[arg(long)]
    versions: bool,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

impl Show {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        let viewer = super::viewer(app, self.team.as_deref()).await?;
        let stored = app.find_advisory(&viewer, Name::Id(&self.id)).await?;
        let row = stored.id.clone();
        if self.versions {
            let (stored, versions) = app.advisory_versions(&viewer, Name::Row(&row)).await?;
            let all: Vec<_> = versions.iter().map(|one| shape::version(&stored, one)).collect();
            return output::json(&all);
        }
        let OpenAdvisory { stored, newest } = app.advisory(&viewer, Name::Row(&row)).await?;
        match self.json {
            true => output::json(&shape::version(&stored, &newest)),
            false => facts(&stored, &newest),
        }
    }
}

fn facts(stored: &Stored, version: &OpenVersion) -> Result<()> {
    let advisory = &version.advisory;
    let ids: Vec<_> = advisory.vulnerability_ids().iter().map(|id| id.number.clone()).collect();
    let withheld: Vec<_> = version.withheld.iter().map(|one| one.part.name()).collect();
    let at = |moment: &Option<campanile_core::model::moment::Moment>| {
        moment.as_ref().map_or("-".to_owned(), |moment| moment.text.clone())
    };
    let mut all = vec![
        ("number", advisory.number.clone()),
        ("issuer", advisory.issuer.name.clone()),
        ("title", advisory.title.clone()),
        ("version", format!("{} ({} here)", advisory.version, stored.versions)),
        ("published", at(&advisory.published_at)),
        ("changed", at(&advisory.changed_at)),
        ("vulnerabilities", ids.join(", ")),
        ("group", stored.group_id.clone()),
        ("format", version.format.clone()),
        ("id", stored.id.clone()),
    ];
    if !withheld.is_empty() {
        let until = version.withheld.iter().find_map(|one| one.until);
        let until = until.map_or(String::new(), |until| format!(" (until {until})"));
        all.push(("withheld", format!("{}{until}", withheld.join(", "))));
    }
    if !version.findings.is_empty() {
        all.push(("findings", format!("{}; --json shows them", version.findings.len())));
    }
    output::facts(&all)?;
    for section in &advisory.sections {
        let title = if section.title.is_empty() { section.kind.name() } else { &section.title };
        output::line(format!("\n{title}"))?;
        for line in section.text.lines() {
            output::line(line)?;
        }
    }
    Ok(())
}

/// Shows advisories, those that came last first.
#[derive(Args)]
pub(super) struct List {
    /// What each meets: words, and conditions as `cvss>=9 issuer:cisco`.
    #[arg(long, value_name = "QUERY", default_value = "")]
    query: String,
    /// As a team sees them.
    #[arg(long, value_name = "HANDLE")]
    team: Option<String>,
    /// How many at most.
    #[arg(long, default_value_t = 50)]
    count: i64,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

impl List {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        let viewer = super::viewer(app, self.team.as_deref()).await?;
        let all = app.advisories(&viewer, &typed(&self.query)?, self.count).await?;
        if self.json {
            let rows = all.iter().map(shape::stored);
            return output::json(&rows.collect::<Vec<_>>());
        }
        let row = |one: &Stored| {
            let changed = one.changed_at.map_or("-".to_owned(), |at| at.to_string());
            let title = one.title.chars().take(60).collect();
            vec![one.issuer.clone(), one.number.clone(), one.version.clone(), changed, title]
        };
        output::table(
            &["issuer", "number", "version", "changed", "title"],
            all.iter().map(row).collect(),
            "There is no such advisory.",
        )
    }
}

/// Writes an advisory in a format, as far as the viewer may see it.
#[derive(Args)]
pub(super) struct Export {
    /// Its number, its identifier here, or a CVE number that only it names.
    id: String,
    /// As a team sees it.
    #[arg(long, value_name = "HANDLE")]
    team: Option<String>,
    /// csaf-2.0, csaf-2.1, eispp, cvrf-1.2, text, html, or original for the document as it came.
    #[arg(long, default_value = "csaf-2.0")]
    format: String,
}

impl Export {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        let viewer = super::viewer(app, self.team.as_deref()).await?;
        let stored = app.find_advisory(&viewer, Name::Id(&self.id)).await?;
        let open = app.advisory(&viewer, Name::Row(&stored.id)).await?;
        let written = written(&open.newest, &self.format, app.now())?;
        output::verbatim(&String::from_utf8_lossy(&written.octets))
    }
}
