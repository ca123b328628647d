//! `campanile group ask`, `answer`, `explain`: why teams rate as they do.

use campanile_core::comparison::sheet::Field;
use clap::Args;
use clap::builder::PossibleValuesParser;

use super::advisory::viewer;
use super::output;
use crate::actions::{answer_question, ask_about_rating, explain_rating};
use crate::app::App;
use crate::error::Result;
use crate::store::advisories::Name;

fn columns() -> PossibleValuesParser {
    PossibleValuesParser::new(Field::ALL.iter().map(|field| field.name()))
}

/// Asks the team of an advisory why it rates as it does.
#[derive(Args)]
pub(super) struct Ask {
    #[command(flatten)]
    about: About,
}

/// Says why a team rates an advisory of its own as it does.
#[derive(Args)]
pub(super) struct Explain {
    #[command(flatten)]
    about: About,
}

#[derive(Args)]
struct About {
    /// Number of the advisory.
    advisory: String,
    /// Column of the comparison.
    #[arg(value_parser = columns())]
    field: String,
    /// The words.
    words: String,
    /// In the name of this team.
    #[arg(long, value_name = "HANDLE")]
    team: String,
}

/// Answers a question that a team was asked.
#[derive(Args)]
pub(super) struct Answer {
    /// Identifier of the question, as `group show --json` tells it.
    id: String,
    /// The words.
    words: String,
    /// The team that was asked.
    #[arg(long, value_name = "HANDLE")]
    team: String,
}

impl Ask {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        let About { advisory, field, words, team } = self.about;
        let by = viewer(app, Some(&team)).await?;
        let id = ask_about_rating(app, &by, Name::Id(&advisory), &field, &words).await?;
        output::line(format!("asked: {id}"))
    }
}

impl Explain {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        let About { advisory, field, words, team } = self.about;
        let by = viewer(app, Some(&team)).await?;
        explain_rating(app, &by, Name::Id(&advisory), &field, &words).await?;
        output::line("explained")
    }
}

impl Answer {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        let by = viewer(app, Some(&self.team)).await?;
        answer_question(app, &by, &self.id, &self.words).await?;
        output::line("answered")
    }
}
