//! `/alerts/{id}/calls`: whom to call, who does, what came of it; made for printing.

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::response::{Html, Redirect};
use campanile_core::authz::{Action, may};
use campanile_core::model::alert::follow_up::{CallResult, Response};
use serde::Deserialize;

use super::form::Choice;
use super::{board, words};
use crate::actions::{MadeCall, claim_calls, log_call, release_calls};
use crate::app::boards::{CallMade, ToCall};
use crate::error::{Error, Result};
use crate::store::alerts::Name;
use crate::web::auth::Visit;
use crate::web::layout::{At, Frame, html};

struct Row {
    team: String,
    name: String,
    phone: String,
    /// What a telephone dials.
    dialled: String,
    reason: String,
    silent: String,
    last: Option<(At, String)>,
}

struct LogRow {
    at: At,
    team: String,
    result: &'static str,
    by: String,
    note: String,
}

#[derive(Template)]
#[template(path = "calls.html")]
struct Calls {
    frame: Frame,
    id: String,
    exercise: bool,
    headline: String,
    url: String,
    claimed: Option<(String, At)>,
    own_claim: bool,
    calls: bool,
    rows: Vec<Row>,
    log: Vec<LogRow>,
    results: Vec<Choice>,
    responses: Vec<Choice>,
}

const RESULTS: &[(&str, &str)] = &[
    ("reached", "reached"),
    ("message", "message left"),
    ("no-answer", "no answer"),
    ("wrong-number", "wrong number"),
];
const RESPONSES: &[(&str, &str)] = &[
    ("", "did not say"),
    ("received", "has received it"),
    ("working", "is working on it"),
    ("not-affected", "is not affected"),
];

/// `GET /alerts/{id}/calls`
pub(in crate::web) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Html<String>> {
    let (app, viewer) = (&visit.app, &visit.viewer);
    let stored = app.find_alert(viewer, Name::Id(&id)).await?;
    let board = app.board(viewer, Name::Row(&stored.id)).await?;
    let list = app.calling_list(viewer, Name::Row(&stored.id)).await?;
    let mut log: Vec<LogRow> =
        list.rows
            .iter()
            .flat_map(|row| row.calls.iter().map(|call| log_row(row.team.as_str(), call)))
            .chain(
                board.rows.iter().filter(|row| row.silent_since.is_none()).filter_map(|row| {
                    row.call.as_ref().map(|call| log_row(row.team.as_str(), call))
                }),
            )
            .collect();
    log.sort_by_key(|row| std::cmp::Reverse(row.at.0));
    let own = viewer.team.as_ref().map(|team| team.handle.as_str());
    let claim = list.claim.as_ref();
    html(&Calls {
        frame: visit.frame(format!("Calling list for {}", stored.alert_id)),
        exercise: stored.exercise,
        headline: board::View::of(&board, visit.now).headline,
        url: app.acknowledge_url(&stored.token),
        own_claim: claim
            .is_some_and(|claim| claim.team.as_deref() == own && claim.by == viewer.name),
        claimed: claim.map(|claim| {
            let team = claim.team.as_deref().unwrap_or("the operator");
            let who = if claim.by.is_empty() {
                team.to_owned()
            } else {
                format!("{} ({team})", claim.by)
            };
            (who, At(claim.at))
        }),
        calls: may(viewer, Action::MakeCalls),
        rows: list.rows.iter().map(|row| call_row(&visit, row)).collect(),
        log,
        results: Choice::among("", RESULTS),
        responses: Choice::among("", RESPONSES),
        id: stored.alert_id.to_string(),
    })
}

fn call_row(visit: &Visit, row: &ToCall) -> Row {
    let phone = row.phone.clone().unwrap_or_default();
    Row {
        team: row.team.to_string(),
        name: row.name.clone(),
        dialled: phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect(),
        phone,
        reason: row.reason.clone(),
        last: row.calls.last().map(|call| {
            let made = log_row("", call);
            (made.at, format!("{} by {}", made.result, made.by))
        }),
        silent: words::span(visit.now.seconds() - row.silent_since.seconds()),
    }
}

fn log_row(team: &str, call: &CallMade) -> LogRow {
    let whose = call.team.as_deref().unwrap_or("the operator");
    LogRow {
        at: At(call.at),
        team: team.to_owned(),
        result: words::call(&call.result),
        by: match call.by.as_str() {
            "" => whose.to_owned(),
            person => format!("{person} ({whose})"),
        },
        note: call.note.clone(),
    }
}

/// What one of the forms says.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Said {
    claim: String,
    team: String,
    result: String,
    response: String,
    note: String,
}

/// `POST /alerts/{id}/calls`: takes the calls, gives them back, or notes one.
pub(in crate::web) async fn change(
    visit: Visit,
    Path(id): Path<String>,
    Form(said): Form<Said>,
) -> Result<Redirect> {
    let (app, viewer, alert) = (&visit.app, &visit.viewer, Name::Id(&id));
    match said.claim.as_str() {
        "take" => claim_calls(app, viewer, alert, false).await?,
        "take-over" => claim_calls(app, viewer, alert, true).await?,
        "give-back" => release_calls(app, viewer, alert).await?,
        _ => {
            let result: CallResult = said.result.parse().map_err(|_| what("the call"))?;
            let response: Option<Response> = match said.response.as_str() {
                "" => None,
                response => Some(response.parse().map_err(|_| what("the answer"))?),
            };
            let (team, note) = (said.team.as_str(), said.note.as_str());
            log_call(app, viewer, &MadeCall { alert, team, result, note, response }).await?;
        }
    }
    let found = app.find_alert(viewer, alert).await?;
    Ok(Redirect::to(&format!("/alerts/{}/calls", found.alert_id)))
}

fn what(of: &str) -> Error {
    Error::invalid(format!("say what came of {of}")).hint("Go back and choose from the list.")
}
