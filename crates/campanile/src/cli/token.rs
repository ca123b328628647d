//! `campanile token`

use clap::{Args, Subcommand};

use super::views::{day, team_id};
use super::{Place, output};
use crate::actions::{self, Actor, TokenKind};
use crate::app::App;
use crate::error::Result;
use crate::store::tokens;

/// Tokens: what programs of a team present instead of a certificate.
#[derive(Args)]
#[command(after_help = "\
Examples:
  campanile token add DFN-CERT --name monitoring --scope read,acknowledge
  campanile token add DFN-CERT --name \"feed of Ada\" --feed
  campanile token list
  campanile token revoke 0193ab…")]
pub(super) struct Token {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Add(Add),
    List(List),
    Revoke(Revoke),
}

/// Makes a token; it is shown once.
#[derive(Args)]
struct Add {
    /// Short name of the team.
    handle: String,
    /// Whose it is, for people.
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    name: String,
    /// What it is good for in the API: read (always), acknowledge, write; separated by commas.
    #[arg(long, value_name = "SCOPES", default_value = "read")]
    scope: String,
    /// It is for the Atom feed of the team and nothing else.
    #[arg(long, conflicts_with = "scope")]
    feed: bool,
    /// How long it is good, in days.
    #[arg(long, value_name = "DAYS", default_value_t = 365)]
    days: i64,
}

/// Shows the tokens.
#[derive(Args)]
struct List {
    /// Short name of the team.
    handle: Option<String>,
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

/// Withdraws a token at once.
#[derive(Args)]
struct Revoke {
    /// Its identifier, as listed.
    id: String,
}

impl Token {
    pub(super) async fn run(self, at: &Place) -> Result<()> {
        let app = at.open().await?;
        let done = match self.command {
            Command::Add(add) => add.run(&app).await,
            Command::List(list) => list.run(&app).await,
            Command::Revoke(revoke) => {
                let done = actions::revoke_token(&app, Actor::Operator, &revoke.id).await;
                done.and_then(|()| output::line(format!("token {} is withdrawn", revoke.id)))
            }
        };
        app.close().await;
        done
    }
}

impl Add {
    async fn run(self, app: &App) -> Result<()> {
        let kind = if self.feed { TokenKind::Feed } else { TokenKind::Api };
        let values = (self.name.as_str(), self.scope.as_str(), self.days);
        let added = actions::add_token(app, Actor::Operator, &self.handle, kind, values).await?;
        let (token, text) = added;
        output::line(format!("token {} for {}, {}", token.id, token.team, token.name))?;
        let end = day(Some(token.expires_at));
        match kind {
            TokenKind::Api => {
                output::line(format!("  good for: {}, until {end}", token.scopes))?;
                output::line(format!("  Authorization: Bearer {}", text.as_str()))?;
            }
            TokenKind::Feed => {
                let public = app.config.public_url();
                output::line(format!("  good until {end}"))?;
                output::line(format!("  {public}/feeds/{}.atom", text.as_str()))?;
            }
        }
        output::line("  it is shown this once and stored nowhere")
    }
}

impl List {
    async fn run(self, app: &App) -> Result<()> {
        let mut read = app.db.read_snapshot().await?;
        let team = team_id(&mut read, self.handle.as_deref()).await?;
        let tokens = tokens::all(&mut read, team.as_deref()).await?;
        if self.json {
            return output::json(&tokens);
        }
        let now = app.now();
        let rows = tokens.iter().map(|token| {
            let state = match token.revoked_at {
                Some(_) => "withdrawn",
                None if token.expires_at <= now => "expired",
                None => "good",
            };
            vec![
                token.id.clone(),
                token.team.clone(),
                token.name.clone(),
                token.kind.clone(),
                token.scopes.to_string(),
                state.to_owned(),
                day(Some(token.expires_at)),
            ]
        });
        let header = ["ID", "TEAM", "NAME", "KIND", "SCOPES", "STATE", "EXPIRES"];
        output::table(&header, rows.collect(), "no tokens yet: `campanile token add`")
    }
}
