//! `/`: what waits for my team.

use askama::Template;
use axum::response::Html;
use campanile_core::authz::{Action, may};
use campanile_core::model::alert::AlertState;
use campanile_core::model::time::Timestamp;

use super::tasks::{Task, tasks};
use super::words;
use crate::app::Owner;
use crate::app::advisories::questions::OpenQuestion;
use crate::app::alerts::{AlertQuery, AlertSummary};
use crate::error::Result;
use crate::store::alerts::Filter;
use crate::web::auth::Visit;
use crate::web::layout::{At, Frame, html};

/// Alerts of one kind that are shown; the list of alerts has the rest.
const ALERTS: usize = 20;
/// How long before its end a key is shown, in days: as long as it is warned of by mail.
const DAYS: i64 = 60;
const DAY_SECONDS: i64 = 24 * 3600;
/// How long an answer of another team is shown, in days.
const ANSWER_DAYS: i64 = 7;

struct AlertRow {
    id: String,
    token: String,
    team: String,
    title: String,
    exercise: bool,
    sent: At,
    age: String,
    silent: i64,
}

struct DraftRow {
    id: String,
    title: String,
    by: String,
    at: At,
}

struct KeyRow {
    tone: &'static str,
    left: String,
    what: String,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    frame: Frame,
    has_team: bool,
    acknowledges: bool,
    waiting: Vec<AlertRow>,
    calls: Vec<AlertRow>,
    writes: bool,
    drafts: Vec<DraftRow>,
    days: i64,
    keys: Vec<KeyRow>,
    tasks: Vec<Task>,
    questions: Vec<QuestionRow>,
}

/// A question about a rating that waits for us, or an answer to ours.
struct QuestionRow {
    href: String,
    waits: bool,
    text: String,
    words: String,
}

/// Shows what waits.
pub(in crate::web) async fn show(visit: Visit) -> Result<Html<String>> {
    let viewer = &visit.viewer;
    let waiting = alerts(&visit, Filter { waiting: true, ..Filter::default() }).await?;
    let mut calls = Vec::new();
    if may(viewer, Action::MakeCalls) {
        let open = Filter { state: Some(AlertState::Open), ..Filter::default() };
        calls = alerts(&visit, open).await?;
        calls.retain(|alert| alert.silent > 0);
    }
    let drafts = visit.app.drafts(viewer).await?.into_iter().map(|draft| DraftRow {
        id: draft.id,
        title: draft.draft.title,
        by: draft.draft.by,
        at: At(draft.changed_at),
    });
    html(&Home {
        frame: visit.frame(match &viewer.team {
            Some(team) => format!("What waits for {}", team.handle),
            None => "What waits".into(),
        }),
        has_team: may(viewer, Action::SeeAlerts),
        acknowledges: may(viewer, Action::Acknowledge),
        waiting,
        calls,
        writes: may(viewer, Action::WriteAlerts),
        drafts: drafts.collect(),
        days: DAYS,
        keys: keys(&visit).await?,
        tasks: tasks(&visit).await?,
        questions: questions(&visit).await?,
    })
}

/// What other teams ask us about our ratings, and what they answered lately.
async fn questions(visit: &Visit) -> Result<Vec<QuestionRow>> {
    let since = visit.now.plus_seconds(-ANSWER_DAYS * DAY_SECONDS);
    let found = visit.app.open_questions(&visit.viewer, since).await?;
    let row = |one: OpenQuestion| {
        let said = one.answer.as_ref().map(|(_, why)| why).or(one.question.as_ref());
        let about = format!("{}: {}", one.number, one.title());
        QuestionRow {
            href: format!("/groups/{}#questions", one.group),
            waits: one.answer.is_none(),
            text: match (&one.answer, &one.asker) {
                (None, Some(asker)) => format!("{asker} asks about {about}"),
                _ => format!("{} has answered about {about}", one.team),
            },
            words: said.map(|why| words::title(&why.reason)).unwrap_or_default(),
        }
    };
    Ok(found.into_iter().map(row).collect())
}

async fn alerts(visit: &Visit, filter: Filter) -> Result<Vec<AlertRow>> {
    let query = AlertQuery { filter, count: ALERTS, ..AlertQuery::default() };
    let found = visit.app.alerts(&visit.viewer, &query).await?;
    Ok(found.alerts.iter().map(|summary| alert_row(summary, visit.now)).collect())
}

fn alert_row(summary: &AlertSummary, now: Timestamp) -> AlertRow {
    let stored = &summary.stored;
    let title = summary.alert.as_ref().map(|alert| words::title(&alert.description));
    AlertRow {
        id: stored.alert_id.to_string(),
        token: stored.token.clone(),
        team: stored.team.to_string(),
        title: title.unwrap_or_default(),
        exercise: stored.exercise,
        sent: At(stored.sent_at),
        age: words::span(now.seconds() - stored.sent_at.seconds()),
        silent: summary.asked.unwrap_or_default() - summary.acknowledged.unwrap_or_default(),
    }
}

/// Keys of the own team that end soon; of all for the operator.
async fn keys(visit: &Visit) -> Result<Vec<KeyRow>> {
    let own = visit.viewer.team.as_ref().map(|team| team.id.as_str());
    let mine = |owner: &Owner| match owner {
        Owner::Team(id, _) | Owner::Login(id, _) => own.is_none_or(|own| own == id),
        Owner::List(_) | Owner::Authority | Owner::Anchor(_) | Owner::RevocationList(_) => {
            own.is_none()
        }
    };
    let expiring = visit.app.expiring().await?;
    let rows = expiring.into_iter().filter(|key| mine(&key.owner)).map(|key| {
        let days = (key.end.seconds() - visit.now.seconds()) / DAY_SECONDS;
        let whose = match (&key.owner, own) {
            (Owner::Team(_, handle), None) => format!("{handle}: "),
            (Owner::List(name), _) => format!("list {name}: "),
            _ => String::new(),
        };
        KeyRow {
            tone: if days <= 7 { "bad" } else { "warn" },
            left: if days == 1 { "1 day left".into() } else { format!("{days} days left") },
            what: format!("{whose}{}", key.what),
        }
    });
    Ok(rows.collect())
}
