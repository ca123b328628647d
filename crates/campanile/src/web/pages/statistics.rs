//! `/statistics`: how fast teams acknowledge, as figures, a chart and CSV.

use askama::Template;
use axum::extract::Query;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use campanile_core::authz::Action;
use campanile_core::model::time::Timestamp;
use serde::Deserialize;

use super::form::Choice;
use super::words;
use crate::app::reactions::{Figures, Reactions};
use crate::error::{Error, Result};
use crate::store::alerts::{Filter, Name};
use crate::web::auth::Visit;
use crate::web::layout::{Frame, html};

/// What to look at.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Asked {
    kind: String,
    since: String,
    alert: String,
}

struct Row {
    team: String,
    asked: usize,
    acknowledged: usize,
    silent: usize,
    median: String,
    most: String,
}

#[derive(Template)]
#[template(path = "statistics.html")]
struct Statistics {
    frame: Frame,
    kinds: Vec<Choice>,
    since: String,
    alert: String,
    sentence: String,
    query: String,
    rows: Vec<Row>,
}

const KINDS: &[(&str, &str)] = &[("", "all"), ("real", "no exercises"), ("exercise", "exercises")];

/// `GET /statistics`
pub(in crate::web) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Html<String>> {
    let summary = reactions(&visit, &asked).await?.summary();
    let alerts =
        if summary.alerts == 1 { "1 alert".into() } else { format!("{} alerts", summary.alerts) };
    let all = row("", &summary.all);
    let sentence = match summary.all.acknowledged {
        0 => format!("{alerts}, no acknowledgement yet."),
        _ => format!(
            "{alerts}: {} of {} acknowledgements came; half of them within {}, nine of ten within \
             {}.",
            all.acknowledged, all.asked, all.median, all.most
        ),
    };
    let pairs = [("kind", &asked.kind), ("since", &asked.since), ("alert", &asked.alert)];
    html(&Statistics {
        frame: visit.frame("Reaction times"),
        kinds: Choice::among(&asked.kind, KINDS),
        sentence,
        query: serde_urlencoded::to_string(pairs).unwrap_or_default(),
        rows: summary.teams.iter().map(|(team, figures)| row(team, figures)).collect(),
        since: asked.since,
        alert: asked.alert,
    })
}

fn row(team: &str, figures: &Figures) -> Row {
    let span = |seconds: Option<i64>| seconds.map(words::span).unwrap_or_default();
    Row {
        team: team.to_owned(),
        asked: figures.asked,
        acknowledged: figures.acknowledged,
        silent: figures.silent,
        median: span(figures.median_seconds),
        most: span(figures.p90_seconds),
    }
}

async fn reactions(visit: &Visit, asked: &Asked) -> Result<Reactions> {
    visit.needs(Action::SeeBoard)?;
    let alert = asked.alert.trim();
    if !alert.is_empty() {
        return visit.app.reactions_to(&visit.viewer, Name::Id(alert)).await;
    }
    let since = asked.since.trim();
    let since = match since.is_empty() {
        true => None,
        false => Some(
            Timestamp::parse(&format!("{since}T00:00:00Z"))
                .map_err(|_| Error::invalid("this is no date").hint("Write it like 2026-01-31."))?,
        ),
    };
    let exercise = match asked.kind.as_str() {
        "real" => Some(false),
        "exercise" => Some(true),
        _ => None,
    };
    let filter = Filter { exercise, since, ..Filter::default() };
    visit.app.reactions(&visit.viewer, &filter).await
}

/// `GET /statistics/chart`
pub(in crate::web) async fn chart(visit: Visit, Query(asked): Query<Asked>) -> Result<Response> {
    let svg = reactions(&visit, &asked).await?.svg()?;
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], svg).into_response())
}

/// `GET /statistics/csv`
pub(in crate::web) async fn csv(visit: Visit, Query(asked): Query<Asked>) -> Result<Response> {
    let csv = reactions(&visit, &asked).await?.csv()?;
    let file = "attachment; filename=\"reaction-times.csv\"";
    let fields =
        [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, file)];
    Ok((fields, csv).into_response())
}
