//! `/alerts`: the list of alerts, and the search in it.

use askama::Template;
use axum::extract::Query;
use axum::response::Html;
use campanile_core::authz::{Action, may};
use campanile_core::model::alert::AlertState;
use serde::Deserialize;

use super::form::Choice;
use super::words;
use crate::app::alerts::{AlertQuery, AlertSummary};
use crate::error::Result;
use crate::store::alerts::Filter;
use crate::web::auth::Visit;
use crate::web::layout::{At, Frame, html};

/// Alerts on one page.
const ROWS: usize = 50;

/// What to look for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Search {
    q: String,
    state: String,
    kind: String,
    team: String,
    from: usize,
}

/// An alert of the list.
struct Row {
    href: String,
    id: String,
    title: String,
    team: String,
    sent: At,
    state: &'static str,
    tone: &'static str,
    exercise: bool,
    acknowledged: String,
    own: Own,
}

/// What the team of the viewer has to do with an alert.
enum Own {
    /// Nothing: it is the operator, or the alert is over.
    Nothing,
    /// It wrote it.
    Wrote,
    /// It has acknowledged.
    Acknowledged(At),
    /// It has not.
    Waits,
}

#[derive(Template)]
#[template(path = "alerts.html")]
struct Alerts {
    frame: Frame,
    query: String,
    team: String,
    states: Vec<Choice>,
    kinds: Vec<Choice>,
    searched: bool,
    writes: bool,
    total: String,
    rows: Vec<Row>,
    earlier: String,
    later: String,
}

/// `GET /alerts`
pub(in crate::web) async fn list(
    visit: Visit,
    Query(search): Query<Search>,
) -> Result<Html<String>> {
    let found = match filter(&search) {
        Some(filter) => {
            let text = search.q.clone();
            let query = AlertQuery { filter, text, offset: search.from, count: ROWS };
            visit.app.alerts(&visit.viewer, &query).await?
        }
        None => <_>::default(),
    };
    let (next, newer) = (search.from + ROWS, search.from.saturating_sub(ROWS));
    let typed = [&search.q, &search.state, &search.kind, &search.team];
    html(&Alerts {
        frame: visit.frame("Alerts"),
        states: Choice::among(&search.state, STATES),
        kinds: Choice::among(&search.kind, KINDS),
        searched: typed.iter().any(|text| !text.is_empty()),
        writes: may(&visit.viewer, Action::WriteAlerts),
        total: total(found.total, found.cut),
        rows: found.alerts.iter().map(|summary| row(&visit, summary)).collect(),
        earlier: if next < found.total { page(&search, next) } else { String::new() },
        later: if search.from > 0 { page(&search, newer) } else { String::new() },
        query: search.q,
        team: search.team,
    })
}

const STATES: &[(&str, &str)] = &[
    ("", "all"),
    ("waiting", "waits for my team"),
    ("open", "open"),
    ("closed", "closed"),
    ("withdrawn", "withdrawn"),
    ("superseded", "superseded"),
];
const KINDS: &[(&str, &str)] = &[("", "all"), ("real", "no exercises"), ("exercise", "exercises")];

fn total(count: usize, cut: bool) -> String {
    let older = if cut { "; older ones were not searched" } else { "" };
    match count {
        1 => format!("1 alert{older}"),
        count => format!("{count} alerts, newest first{older}"),
    }
}

/// The address of another part of what was found.
fn page(search: &Search, from: usize) -> String {
    let pairs = [
        ("q", search.q.clone()),
        ("state", search.state.clone()),
        ("kind", search.kind.clone()),
        ("team", search.team.clone()),
        ("from", from.to_string()),
    ];
    format!("/alerts?{}", serde_urlencoded::to_string(pairs).unwrap_or_default())
}

/// `None` when nothing can fit.
fn filter(search: &Search) -> Option<Filter> {
    let team = search.team.trim();
    Some(Filter {
        state: match search.state.as_str() {
            "" | "waiting" => None,
            state => Some(state.parse::<AlertState>().ok()?),
        },
        waiting: search.state == "waiting",
        team: if team.is_empty() { None } else { Some(team.parse().ok()?) },
        exercise: match search.kind.as_str() {
            "real" => Some(false),
            "exercise" => Some(true),
            _ => None,
        },
        ..Filter::default()
    })
}

fn row(visit: &Visit, summary: &AlertSummary) -> Row {
    let stored = &summary.stored;
    let own = visit.viewer.team.as_ref().map(|team| team.id.as_str());
    let (state, tone) = words::state(stored.state);
    let title = summary.alert.as_ref().map(|alert| words::title(&alert.description));
    Row {
        href: format!("/alerts/{}", stored.alert_id),
        id: stored.alert_id.to_string(),
        title: title.unwrap_or_default(),
        team: stored.team.to_string(),
        sent: At(stored.sent_at),
        state,
        tone,
        exercise: stored.exercise,
        acknowledged: match (summary.acknowledged, summary.asked) {
            (Some(acknowledged), Some(asked)) => format!("{acknowledged} of {asked}"),
            _ => String::new(),
        },
        own: match (own, summary.own_at) {
            (Some(own), _) if own == stored.team_id => Own::Wrote,
            (_, Some(at)) => Own::Acknowledged(At(at)),
            (Some(_), None) if stored.state == AlertState::Open => Own::Waits,
            _ => Own::Nothing,
        },
    }
}
