//! `campanile alert list`, `status` and `statistics`

use std::path::PathBuf;

use campanile_core::model::alert::AlertState;
use campanile_core::model::team::Handle;
use campanile_core::model::time::Timestamp;
use clap::Args;
use serde_json::json;

use super::{author_of, officer_of, operator};
use crate::app::App;
use crate::app::alerts::{AlertQuery, AlertSummary};
use crate::app::boards::{Board, BoardRow};
use crate::cli::output;
use crate::error::{Error, Result};
use crate::store::alerts::{Filter, Name};

/// Shows alerts, newest first.
#[derive(Args)]
pub(super) struct List {
    /// Words that all stand in the alert; needs `--team` to look into texts.
    #[arg(long, value_name = "WORDS", default_value = "")]
    query: String,
    /// As a team sees them, with texts.
    #[arg(long, value_name = "HANDLE")]
    team: Option<String>,
    /// Sent by this team.
    #[arg(long, value_name = "HANDLE")]
    from: Option<Handle>,
    /// open, closed, withdrawn or superseded.
    #[arg(long)]
    state: Option<AlertState>,
    /// Only what the team has not acknowledged.
    #[arg(long, requires = "team")]
    waiting: bool,
    /// How many at most.
    #[arg(long, default_value_t = 50)]
    count: usize,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

impl List {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        let viewer = match &self.team {
            Some(team) => officer_of(app, team).await?,
            None => operator(),
        };
        let filter = Filter {
            state: self.state,
            team: self.from,
            waiting: self.waiting,
            ..Filter::default()
        };
        let query = AlertQuery { filter, text: self.query, offset: 0, count: self.count };
        let page = app.alerts(&viewer, &query).await?;
        if self.json {
            let rows: Vec<_> = page.alerts.iter().map(document).collect();
            return output::json(&rows);
        }
        let rows = page.alerts.iter().map(row).collect();
        output::table(
            &["id", "sent", "state", "acknowledged", "description"],
            rows,
            "There is no such alert.",
        )?;
        let shown = page.alerts.len();
        match page.total > shown {
            true => output::line(format!("{shown} of {} alerts; --count shows more", page.total)),
            false => Ok(()),
        }
    }
}

fn document(summary: &AlertSummary) -> serde_json::Value {
    let stored = &summary.stored;
    json!({
        "id": stored.alert_id, "team": stored.team, "list": stored.list, "state": stored.state,
        "revision": stored.revision, "exercise": stored.exercise,
        "restricted": stored.restricted, "sent_at": stored.sent_at,
        "changed_at": stored.changed_at, "asked": summary.asked,
        "acknowledged": summary.acknowledged, "own_acknowledged_at": summary.own_at,
        "description": summary.alert.as_ref().map(|alert| &alert.description),
    })
}

fn row(summary: &AlertSummary) -> Vec<String> {
    let stored = &summary.stored;
    let exercise = if stored.exercise { "EXERCISE " } else { "" };
    let count = |count: Option<i64>| count.map_or("?".into(), |count| count.to_string());
    let text = summary.alert.as_ref().map(|alert| alert.description.as_str());
    let text: String = text.unwrap_or("(not for the operator)").chars().take(50).collect();
    vec![
        stored.alert_id.to_string(),
        stored.sent_at.to_string(),
        format!("{exercise}{}", stored.state),
        format!("{} of {}", count(summary.acknowledged), count(summary.asked)),
        text,
    ]
}

/// Shows the board of an alert: delivered, acknowledged, called, silent.
#[derive(Args)]
pub(super) struct Status {
    /// Incident ID.
    id: String,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

impl Status {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        let viewer = author_of(app, &self.id).await?;
        let board = app.board(&viewer, Name::Id(&self.id)).await?;
        if self.json {
            return output::json(&board);
        }
        output::line(headline(&board))?;
        let rows = board.rows.iter().map(|row| cells(row, app.now())).collect();
        let header = ["team", "copy", "acknowledged", "remark", "reminded", "called"];
        output::table(&header, rows, "Nobody is asked.")?;
        if board.steps.is_empty() {
            return Ok(());
        }
        let steps = board
            .steps
            .into_iter()
            .map(|one| vec![one.at.to_string(), one.step, one.team, one.state]);
        output::line("What was done about silence:")?;
        output::table(&["at", "step", "team", "result"], steps.collect(), "")
    }
}

fn headline(board: &Board) -> String {
    let counts = board.counts;
    let exercise = if board.exercise { "EXERCISE " } else { "" };
    format!(
        "{exercise}{} revision {} is {}, sent {}: {} asked, {} delivered, {} acknowledged, \
         {} silent",
        board.alert,
        board.revision,
        board.state,
        board.sent_at,
        counts.asked,
        counts.delivered,
        counts.acknowledged,
        counts.silent
    )
}

fn cells(row: &BoardRow, now: Timestamp) -> Vec<String> {
    let copy = row.copy.as_ref().map_or("none".into(), |copy| copy.state.clone());
    let acknowledged = match (&row.acknowledged, row.silent_since) {
        (Some(said), _) => format!("{} by {} {}", said.response, said.channel, said.first_at),
        (None, Some(since)) => {
            format!("SILENT for {} min", (now.seconds() - since.seconds()) / 60)
        }
        (None, None) => "author".into(),
    };
    let remark = row.acknowledged.as_ref().map_or("", |said| said.remark.as_str()).to_owned();
    let called = row.call.as_ref().map_or(String::new(), |call| call.result.clone());
    let reminded = row.reminded_at.map_or(String::new(), |at| at.to_string());
    vec![row.team.to_string(), copy, acknowledged, remark, reminded, called]
}

/// Shows how fast teams acknowledge: of one alert, or of all in a time.
#[derive(Args)]
pub(super) struct Statistics {
    /// Incident ID; left out, all alerts.
    id: Option<String>,
    /// Exercises only.
    #[arg(long, conflicts_with = "id")]
    exercises: bool,
    /// Sent at this time or later, RFC 3339.
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Writes the reaction times as CSV.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Writes a chart as SVG.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

impl Statistics {
    pub(super) async fn run(self, app: &App) -> Result<()> {
        let since = self.since.as_deref().map(Timestamp::parse).transpose();
        let since = since.map_err(|bad| Error::invalid(bad.to_string()).hint("a time in UTC"))?;
        let filter =
            Filter { since, exercise: self.exercises.then_some(true), ..Filter::default() };
        let reactions = match &self.id {
            Some(id) => app.reactions_to(&operator(), Name::Id(id)).await?,
            None => app.reactions(&operator(), &filter).await?,
        };
        let write = |path: &PathBuf, text: &str| {
            std::fs::write(path, text)
                .map_err(|source| Error::io(format!("cannot write {}", path.display()), source))
        };
        if let Some(path) = &self.csv {
            write(path, &reactions.csv()?)?;
        }
        if let Some(path) = &self.svg {
            write(path, &reactions.svg()?)?;
        }
        if self.json {
            return output::json(&reactions.summary());
        }
        let summary = reactions.summary();
        let minutes = |seconds: Option<i64>| {
            seconds.map_or("-".to_owned(), |seconds| format!("{:.1}", seconds as f64 / 60.0))
        };
        output::line(format!(
            "{} alerts, {} asked, {} acknowledged, {} silent; median {} min, 90 % within {} min",
            summary.alerts,
            summary.all.asked,
            summary.all.acknowledged,
            summary.all.silent,
            minutes(summary.all.median_seconds),
            minutes(summary.all.p90_seconds)
        ))?;
        let row = |(team, one): (&String, &crate::app::reactions::Figures)| {
            let (median, p90) = (minutes(one.median_seconds), minutes(one.p90_seconds));
            vec![team.clone(), one.asked.to_string(), one.silent.to_string(), median, p90]
        };
        let rows = summary.teams.iter().map(row).collect();
        output::table(&["team", "asked", "silent", "median min", "p90 min"], rows, "No team.")
    }
}
