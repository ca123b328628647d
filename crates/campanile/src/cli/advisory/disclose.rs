//! `campanile advisory disclose`, and the options that say who sees what.

use campanile_core::model::advisory::disclosure::{Audience, Disclosure, Part};
use campanile_core::model::time::Timestamp;
use clap::Args;

use crate::actions::set_disclosure;
use crate::app::App;
use crate::cli::output;
use crate::error::{Error, Result};
use crate::store::advisories::Name;

/// Who sees what of an advisory, and from when.
#[derive(Args)]
pub(super) struct Rules {
    /// Who sees more than the minimum: network, own, list:NAME, or handles of teams with commas.
    #[arg(long, value_name = "WHO")]
    audience: Option<String>,
    /// The audience of one part, where it is another: solutions=network. May be repeated.
    #[arg(long, value_name = "PART=WHO")]
    part: Vec<String>,
    /// When every team sees the whole.
    #[arg(long, value_name = "TIME")]
    release_at: Option<String>,
    /// Why not even its existence may be known to others.
    #[arg(long, value_name = "REASON")]
    exception: Option<String>,
}

impl Rules {
    /// What was said; `None` when nothing was.
    ///
    /// # Errors
    /// An audience, part or time is none.
    pub(super) fn disclosure(&self) -> Result<Option<Disclosure>> {
        let Self { audience, part, release_at, exception } = self;
        if audience.is_none() && part.is_empty() && release_at.is_none() && exception.is_none() {
            return Ok(None);
        }
        let release_at = release_at.as_deref().map(Timestamp::parse).transpose();
        let release_at = release_at.map_err(|bad| {
            Error::invalid(bad.to_string()).hint("a time with its zone, as 2026-12-01T12:00:00Z")
        })?;
        Ok(Some(Disclosure {
            rest: audience.as_deref().map(who).transpose()?.unwrap_or_default(),
            parts: part.iter().map(|text| part_of(text)).collect::<Result<_>>()?,
            release_at,
            exception: exception.clone(),
            ..Disclosure::default()
        }))
    }
}

fn who(text: &str) -> Result<Audience> {
    text.parse::<Audience>().map_err(|bad| Error::invalid(bad.to_string()))
}

fn part_of(text: &str) -> Result<(Part, Audience)> {
    let names = || Part::ALL.iter().map(|part| part.name()).collect::<Vec<_>>().join(", ");
    let bad = || {
        Error::invalid(format!("`{text}` is no part with its audience"))
            .hint(format!("PART=WHO, where the part is one of {}", names()))
    };
    let (name, audience) = text.split_once('=').ok_or_else(bad)?;
    Ok((name.trim().parse().map_err(|_| bad())?, who(audience)?))
}

/// Decides who sees an advisory, in all its versions.
#[derive(Args)]
pub(super) struct Disclose {
    /// Its number, its identifier here, or a CVE number that only it names.
    id: String,
    /// In the name of this team: a team decides about its own, the operator about what has none.
    #[arg(long, value_name = "HANDLE")]
    team: Option<String>,
    #[command(flatten)]
    rules: Rules,
}

impl Disclose {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        let by = super::viewer(app, self.team.as_deref()).await?;
        let rules = self.rules.disclosure()?.ok_or_else(|| {
            Error::invalid("who sees it was not said").hint("--audience, --part or --release-at")
        })?;
        let stored = app.find_advisory(&by, Name::Id(&self.id)).await?;
        set_disclosure(app, &by, Name::Row(&stored.id), rules).await?;
        output::line("decided; `campanile advisory show --team HANDLE` shows what a team sees")
    }
}
