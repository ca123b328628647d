//! `campanile alert remind`, `calls` and `pin`

use clap::Args;

use super::{author_of, operator};
use crate::actions::{self, claim_calls, release_calls, set_phone_pin};
use crate::app::App;
use crate::app::boards::ToCall;
use crate::cli::output;
use crate::error::Result;
use crate::store::alerts::Name;

/// Reminds the silent teams by sealed mail, now.
#[derive(Args)]
pub(super) struct Remind {
    /// Incident ID.
    id: String,
}

impl Remind {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        let viewer = author_of(app, &self.id).await?;
        let reminded = actions::remind_teams(app, &viewer, Name::Id(&self.id)).await?;
        output::line(format!("{reminded} silent teams are reminded; the server delivers it"))
    }
}

/// Shows who has to be called, why, and who takes the calls.
#[derive(Args)]
pub(super) struct Calls {
    /// Incident ID.
    id: String,
    /// Takes the calls, if nobody has them.
    #[arg(long, conflicts_with = "release")]
    claim: bool,
    /// Gives the calls back.
    #[arg(long)]
    release: bool,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

impl Calls {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        if self.claim {
            claim_calls(app, &operator(), Name::Id(&self.id), false).await?;
        }
        if self.release {
            release_calls(app, &operator(), Name::Id(&self.id)).await?;
        }
        let viewer = author_of(app, &self.id).await?;
        let list = app.calling_list(&viewer, Name::Id(&self.id)).await?;
        if self.json {
            return output::json(&list);
        }
        match &list.claim {
            Some(claim) => {
                let team = claim.team.as_deref().unwrap_or("the operator");
                output::line(format!("{} ({team}) takes the calls since {}", claim.by, claim.at))?;
            }
            None => output::line("nobody takes the calls; --claim does")?,
        }
        let header = ["team", "phone", "reason", "silent since", "calls"];
        output::table(&header, list.rows.iter().map(row).collect(), "Nobody is silent.")
    }
}

fn row(team: &ToCall) -> Vec<String> {
    let calls = team.calls.iter().map(|call| format!("{} {}", call.at, call.result));
    vec![
        team.team.to_string(),
        team.phone.clone().unwrap_or_else(|| "none registered".into()),
        team.reason.clone(),
        team.silent_since.to_string(),
        calls.collect::<Vec<_>>().join("; "),
    ]
}

/// Gives a team a new UID and PIN for acknowledging by telephone.
#[derive(Args)]
pub(super) struct Pin {
    /// The team.
    team: String,
}

impl Pin {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        let code = set_phone_pin(app, &operator(), &self.team).await?;
        output::line(format!(
            "UID {} PIN {}: enter both in one go. The PIN is shown this once.",
            code.uid, code.pin
        ))
    }
}
