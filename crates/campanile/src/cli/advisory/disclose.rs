//! `campanile advisory disclose`, and the options that say who sees what.

use campanile_core::model::advisory::disclosure::Disclosure;
use clap::Args;

use crate::actions::set_disclosure;
use crate::app::App;
use crate::app::advisories::rules::Written;
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
        let text = |option: &'_ Option<String>| option.clone().unwrap_or_default();
        let (audience, release_at) = (text(&self.audience), text(&self.release_at));
        let exception = text(&self.exception);
        let parts = self.part.iter().map(|text| {
            text.split_once('=').ok_or_else(|| {
                Error::invalid(format!("`{text}` is no part with its audience"))
                    .hint("as in solutions=network")
            })
        });
        let written = Written {
            audience: &audience,
            parts: parts.collect::<Result<_>>()?,
            release_at: &release_at,
            exception: &exception,
        };
        written.read()
    }
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
