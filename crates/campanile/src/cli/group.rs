//! `campanile group`: groups of advisories, and what people decide about them.

use campanile_core::authz::Viewer;
use clap::{Args, Subcommand};

use super::advisory::viewer;
use super::{Place, output, ratings};
use crate::actions::{
    Deciding, Doing, ManyGroups, STATES, Undone, claim_group, decide_group, do_about_groups,
    release_group, set_group_state, undo_about_groups, undo_group_decision, would_do_about_groups,
};
use crate::app::App;
use crate::app::advisories::groups::ListedGroup;
use crate::app::advisories::{shape, typed};
use crate::error::{Kind, Result};
use crate::store::advisories::Name;
use crate::store::advisories::groups::Filter;

/// Groups of advisories: list, show, join, detach, state, claim, ask.
#[derive(Args)]
#[command(after_help = "\
Examples:
  campanile group list --query \"xdr overflow severity:high,critical\"
  campanile group list --team CERT-IST --query \"only:others changed<=7d not state:irrelevant\"
  campanile group show CAN-2003-0252
  campanile group join CERT-IST/AV-2003.219 \"UNIX 103/03\" --reason \"same bug\"
  campanile group state --query \"product:joomla cvss<4\" --state irrelevant \\
      --reason \"we run none\" --team CERT-IST --dry-run
  campanile group detach ALTAIR-307-00399 --reason \"another bug in the same daemon\"
  campanile group undo 0193…
  campanile group ask CERT-IST/AV-2003.219 risk \"why not critical?\" --team NORDU")]
pub(super) struct Group {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    List(List),
    Show(Show),
    Join(Pair),
    Never(Pair),
    Detach(Detach),
    Undo(Undo),
    State(State),
    Claim(Claim),
    Ask(ratings::Ask),
    Answer(ratings::Answer),
    Explain(ratings::Explain),
}

/// Shows groups, those that changed last first.
#[derive(Args)]
struct List {
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

/// Shows a group.
#[derive(Args)]
struct Show {
    /// Its name, the number of an advisory in it, or a CVE number.
    id: String,
    /// As a team sees it.
    #[arg(long, value_name = "HANDLE")]
    team: Option<String>,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

/// Says that two advisories belong together (join), or never do (never).
#[derive(Args)]
struct Pair {
    /// Number of one.
    one: String,
    /// Number of the other.
    other: String,
    /// Why.
    #[arg(long)]
    reason: String,
    /// In the name of a team.
    #[arg(long, value_name = "HANDLE")]
    team: Option<String>,
}

/// Takes an advisory out of its group; no rule puts it back.
#[derive(Args)]
struct Detach {
    /// Its number.
    id: String,
    /// Why.
    #[arg(long)]
    reason: String,
    /// In the name of a team.
    #[arg(long, value_name = "HANDLE")]
    team: Option<String>,
}

/// Takes back a decision, or what was done about many groups.
#[derive(Args)]
struct Undo {
    /// Identifier of the decision, as `group show --json` tells it, or of what was done about many.
    id: String,
    /// In the name of a team.
    #[arg(long, value_name = "HANDLE")]
    team: Option<String>,
}

/// Says what a team does about a group, or about all groups of a query.
#[derive(Args)]
struct State {
    /// Its name, the number of an advisory in it, or a CVE number.
    #[arg(required_unless_present = "query", conflicts_with_all = ["query", "said"])]
    id: Option<String>,
    /// The state.
    #[arg(value_parser = STATES, required_unless_present = "query")]
    state: Option<String>,
    /// All groups that meet this, 1,000 at most.
    #[arg(long, value_name = "QUERY", requires = "said")]
    query: Option<String>,
    /// The state, with --query.
    #[arg(long = "state", id = "said", value_name = "STATE", value_parser = STATES)]
    said: Option<String>,
    /// Only tells what would be done.
    #[arg(long, requires = "query")]
    dry_run: bool,
    /// The team.
    #[arg(long, value_name = "HANDLE")]
    team: String,
    /// Why; needed for irrelevant.
    #[arg(long, default_value = "")]
    reason: String,
}

/// Says that somebody of a team is at a group; it ends by itself after a working day.
#[derive(Args)]
struct Claim {
    /// Its name, the number of an advisory in it, or a CVE number.
    #[arg(required_unless_present = "query", conflicts_with = "query")]
    id: Option<String>,
    /// All groups that meet this and at which nobody is, 1,000 at most.
    #[arg(long, value_name = "QUERY", conflicts_with_all = ["take_over", "give_back"])]
    query: Option<String>,
    /// Only tells what would be done.
    #[arg(long, requires = "query")]
    dry_run: bool,
    /// The team.
    #[arg(long, value_name = "HANDLE")]
    team: String,
    /// In the place of whoever is at it.
    #[arg(long, conflicts_with = "give_back")]
    take_over: bool,
    /// Nobody is at it any more.
    #[arg(long)]
    give_back: bool,
}

impl State {
    async fn run(self, app: &App) -> Result<()> {
        let by = viewer(app, Some(&self.team)).await?;
        if let (Some(query), Some(state)) = (&self.query, &self.said) {
            let doing = Doing::State(state, &self.reason);
            return many(app, &by, query, doing, self.dry_run).await;
        }
        let (id, state) = (self.id.unwrap_or_default(), self.state.unwrap_or_default());
        set_group_state(app, &by, &id, &state, &self.reason).await?;
        output::line(format!("{}: {state}", self.team))
    }
}

/// The same about all groups of a query, or only how many that would be.
async fn many(app: &App, by: &Viewer, query: &str, doing: Doing<'_>, dry_run: bool) -> Result<()> {
    let filter = Filter { query: typed(query)?, ..Filter::default() };
    let done = match dry_run {
        true => would_do_about_groups(app, by, &filter, doing).await?,
        false => {
            do_about_groups(app, by, ManyGroups { filter: &filter, seen: None, doing }).await?
        }
    };
    let will = if dry_run { "would be done" } else { "done" };
    output::line(format!("{will} for {} groups; at {} somebody is", done.done, done.held))?;
    if done.more {
        output::line("there are more: 1,000 are done at once at most")?;
    }
    match done.id.as_str() {
        "" => Ok(()),
        id => output::line(format!(
            "`campanile group undo {id} --team HANDLE` takes it back, for a day"
        )),
    }
}

impl Undo {
    async fn run(self, app: &App, by: &Viewer) -> Result<()> {
        if let Some(Undone { restored, kept }) = undo_if_many(app, by, &self.id).await? {
            return output::line(format!(
                "{restored} groups are as before; about {kept} something newer was said"
            ));
        }
        undo_group_decision(app, by, &self.id).await?;
        output::line("the decision is undone")
    }
}

/// What was done about many groups is undone; `None` where this is no such thing.
async fn undo_if_many(app: &App, by: &Viewer, id: &str) -> Result<Option<Undone>> {
    if by.team.is_none() {
        return Ok(None);
    }
    match undo_about_groups(app, by, id).await {
        Ok(undone) => Ok(Some(undone)),
        Err(error) if error.kind() == Kind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

impl Claim {
    async fn run(self, app: &App) -> Result<()> {
        let by = viewer(app, Some(&self.team)).await?;
        if let Some(query) = &self.query {
            return many(app, &by, query, Doing::Claim, self.dry_run).await;
        }
        let id = self.id.unwrap_or_default();
        if self.give_back {
            release_group(app, &by, &id).await?;
            return output::line("nobody is at it");
        }
        claim_group(app, &by, &id, self.take_over).await?;
        output::line(format!("{} is at it", self.team))
    }
}

impl Group {
    pub(super) async fn run(self, at: &Place) -> Result<()> {
        let app = at.open().await?;
        match self.command {
            Command::List(command) => command.run(&app).await,
            Command::Show(command) => command.run(&app).await,
            Command::Join(command) => {
                command.run(&app, |a, b| Deciding::Join(a, b), "joined").await
            }
            Command::Never(command) => {
                command.run(&app, |a, b| Deciding::Never(a, b), "kept apart").await
            }
            Command::Detach(command) => command.run(&app).await,
            Command::Undo(command) => {
                let by = viewer(&app, command.team.as_deref()).await?;
                command.run(&app, &by).await
            }
            Command::State(command) => command.run(&app).await,
            Command::Claim(command) => command.run(&app).await,
            Command::Ask(command) => command.run(&app).await,
            Command::Answer(command) => command.run(&app).await,
            Command::Explain(command) => command.run(&app).await,
        }
    }
}

impl List {
    async fn run(self, app: &App) -> Result<()> {
        let viewer = viewer(app, self.team.as_deref()).await?;
        let filter = Filter { query: typed(&self.query)?, ..Filter::default() };
        let all = app.groups(&viewer, &filter, self.count).await?;
        if self.json {
            return output::json(&all.iter().map(shape::listed).collect::<Vec<_>>());
        }
        let row = |one: &ListedGroup| {
            let more = if one.summary.more_identifiers { " …" } else { "" };
            let state = one.state.as_ref().map_or("", |state| state.state.as_str());
            vec![
                one.group.id.clone(),
                one.group.members.to_string(),
                one.group.differs.to_string(),
                state.to_owned(),
                format!("{}{more}", one.summary.identifiers.join(" ")),
                one.group.title.chars().take(50).collect(),
            ]
        };
        output::table(
            &["group", "advisories", "differ", "state", "identifiers", "title"],
            all.iter().map(row).collect(),
            "There is no such group.",
        )
    }
}

impl Show {
    async fn run(self, app: &App) -> Result<()> {
        let viewer = viewer(app, self.team.as_deref()).await?;
        let open = app.group(&viewer, &self.id).await?;
        if self.json {
            let questions = app.questions(&viewer, &open).await?;
            return output::json(&shape::group(&open, &questions));
        }
        let group = &open.listed.group;
        output::facts(&[
            ("group", group.id.clone()),
            ("title", group.title.clone()),
            ("identifiers", open.listed.summary.identifiers.join(" ")),
            ("advisories", group.members.to_string()),
            ("schemes that differ", group.differs.to_string()),
        ])?;
        let rows = open.members.iter().zip(&open.listed.summary.strip).map(|(one, cell)| {
            let advisory = &one.newest.advisory;
            let at = advisory.published_at.as_ref().map_or("-", |moment| moment.text.as_str());
            vec![
                advisory.issuer.name.clone(),
                advisory.number.clone(),
                advisory.version.clone(),
                at.to_owned(),
                cell.word.clone(),
            ]
        });
        let header = ["issuer", "number", "version", "published", "rates"];
        output::table(&header, rows.collect(), "There is no advisory in it.")
    }
}

impl Pair {
    async fn run(
        self,
        app: &App,
        what: for<'a> fn(&'a str, &'a str) -> Deciding<'a>,
        told: &str,
    ) -> Result<()> {
        let by = viewer(app, self.team.as_deref()).await?;
        let one = app.find_advisory(&by, Name::Id(&self.one)).await?;
        let other = app.find_advisory(&by, Name::Id(&self.other)).await?;
        let id = decide_group(app, &by, what(&one.id, &other.id), &self.reason).await?;
        output::line(format!("{told}; `campanile group undo {id}` takes it back"))
    }
}

impl Detach {
    async fn run(self, app: &App) -> Result<()> {
        let by = viewer(app, self.team.as_deref()).await?;
        let one = app.find_advisory(&by, Name::Id(&self.id)).await?;
        let id = decide_group(app, &by, Deciding::Detach(&one.id), &self.reason).await?;
        output::line(format!("detached; `campanile group undo {id}` takes it back"))
    }
}
