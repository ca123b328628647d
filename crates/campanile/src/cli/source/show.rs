//! `campanile source list`, `source show`

use campanile_core::authz::Viewer;
use campanile_core::model::time::Timestamp;
use clap::Args;

use crate::app::App;
use crate::app::sources::{KeyHealth, SourceHealth};
use crate::cli::output;
use crate::error::{Error, Result};

/// Shows the sources, and how each is doing.
#[derive(Args)]
pub(super) struct List {
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

/// Shows one source: its keys, what came, what was refused and why.
#[derive(Args)]
pub(super) struct Show {
    /// Its name.
    name: String,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

impl List {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        let all = app.sources(&Viewer::operator()).await?;
        if self.json {
            return output::json(&all);
        }
        let rows = all.into_iter().map(|one| {
            vec![
                one.name,
                one.kind,
                one.state.words().to_owned(),
                one.totals.here.to_string(),
                one.totals.refused.to_string(),
                when(one.succeeded_at),
                when(one.next_at),
                one.fault,
            ]
        });
        let header = ["NAME", "KIND", "STATE", "HERE", "REFUSED", "LAST", "NEXT", "FAULT"];
        output::table(&header, rows.collect(), "no sources yet: `campanile source add DOMAIN`")
    }
}

impl Show {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        let all = app.sources(&Viewer::operator()).await?;
        let one = all.into_iter().find(|one| one.name == self.name).ok_or_else(|| {
            Error::not_found("there is no such source").hint("`campanile source list` shows them")
        })?;
        match self.json {
            true => output::json(&one),
            false => tell(&one),
        }
    }
}

fn tell(one: &SourceHealth) -> Result<()> {
    let ran = one.last_run;
    let mut facts = vec![
        ("name", one.name.clone()),
        ("kind", one.kind.clone()),
        ("address", one.url.clone()),
        ("speaks for", issuers(&one.issuers)),
        ("restricted for", or(&one.audience, "nobody: such documents are refused")),
        ("state", one.state.words().to_owned()),
        ("last try", when(one.tried_at)),
        ("last success", when(one.succeeded_at)),
        ("next", when(one.next_at)),
        (
            "last run",
            format!(
                "{} listed: {} stored, {} known, {} refused",
                ran.listed, ran.stored, ran.known, ran.refused
            ),
        ),
        ("all", format!("{} here, {} refused", one.totals.here, one.totals.refused)),
    ];
    facts.extend(one.keys.iter().map(|key| ("key", key_words(key))));
    if !one.fault.is_empty() {
        facts.push(("fault", one.fault.clone()));
        facts.push(("what to do", one.hint.clone()));
    }
    output::facts(&facts)?;
    for refused in &one.refusals {
        output::line(format!("refused: {}: {}", refused.url, refused.why))?;
    }
    Ok(())
}

fn key_words(key: &KeyHealth) -> String {
    let state = match (key.pinned, key.fetched) {
        (true, true) => "its signatures count",
        (true, false) => "pinned, but could not be fetched",
        (false, _) => "named by the source, not confirmed: `campanile source pin`",
    };
    let ends = key.expires_at.map(|at| format!(", ends {at}")).unwrap_or_default();
    format!("{} ({state}{ends})", key.fingerprint)
}

fn issuers(all: &[String]) -> String {
    match all {
        [] => "everybody who is no member of the network".to_owned(),
        [one] if one == "*" => "everybody".to_owned(),
        all => all.join(", "),
    }
}

fn or(text: &str, empty: &str) -> String {
    if text.is_empty() { empty.to_owned() } else { text.to_owned() }
}

fn when(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "never".to_owned(), |at| at.to_string())
}
