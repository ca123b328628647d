//! `/watches`: the views that a team has saved, and what of each the next digest would tell.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use campanile_core::authz::{Action, may};
use serde::Deserialize;

use super::form::Typed;
use super::plain::Plain;
use super::query::{QueryField, Within};
use crate::actions::{WatchChange, add_watch, change_watch, remove_watch};
use crate::app::advisories::watches::OpenWatch;
use crate::error::{Error, Result};
use crate::web::auth::Visit;
use crate::web::layout::{At, Frame, html};

/// A query that is to be saved.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct New {
    q: String,
}

struct Row {
    id: String,
    name: String,
    href: String,
    query: String,
    by: String,
    since: At,
    muted: bool,
    /// What the next digest would tell of it.
    waits: String,
}

#[derive(Template)]
#[template(path = "watches.html")]
struct Watches {
    frame: Frame,
    rows: Vec<Row>,
    works: bool,
    field: QueryField,
    form: Plain,
}

/// The address of the list of groups with a query.
pub(in crate::web) fn view(query: &str) -> String {
    Within { list: "groups", tab: "all", building: false }.address(query)
}

/// `GET /watches`
pub(in crate::web) async fn list(visit: Visit, Query(new): Query<New>) -> Result<Response> {
    visit.needs(Action::SeeAdvisories)?;
    page(&visit, Plain::default(), new.q, StatusCode::OK).await
}

async fn page(visit: &Visit, form: Plain, query: String, status: StatusCode) -> Result<Response> {
    let digest = visit.app.digest(&visit.viewer).await?.unwrap_or_default();
    let mut waiting: HashMap<&str, usize> = HashMap::new();
    for name in digest.changes.iter().flat_map(|(_, watches)| watches) {
        *waiting.entry(name).or_default() += 1;
    }
    let within = Within { list: "groups", tab: "all", building: false };
    let (field, _) = QueryField::read(query, within);
    let status = if field.wrong.is_some() { field.status() } else { status };
    let rows = visit.app.watches(&visit.viewer).await?;
    let rows = rows.into_iter().map(|one| {
        let count = waiting.get(one.watch.name.as_str()).copied().unwrap_or_default();
        row(one, count, digest.more)
    });
    let page = Watches {
        frame: visit.frame("My views"),
        rows: rows.collect(),
        works: visit.viewer.team.is_some() && may(&visit.viewer, Action::WorkOnGroups),
        field: QueryField { label: "Query", ..field },
        form,
    };
    Ok((status, html(&page)?).into_response())
}

fn row(one: OpenWatch, count: usize, more: bool) -> Row {
    let OpenWatch { id, created_at, watch } = one;
    let waits = match (watch.muted, count) {
        (true, _) => "nothing: it is muted".to_owned(),
        (_, 0) => "nothing new".to_owned(),
        (_, 1) => "1 group".to_owned(),
        (_, count) if more => format!("{count} groups or more"),
        (_, count) => format!("{count} groups"),
    };
    Row {
        id,
        href: view(&watch.query),
        name: watch.name,
        query: watch.query,
        by: watch.by,
        since: At(created_at),
        muted: watch.muted,
        waits,
    }
}

/// `POST /watches`
pub(in crate::web) async fn add(visit: Visit, body: String) -> Result<Response> {
    visit.needs(Action::WorkOnGroups)?;
    let typed = Typed::decode(&body);
    let query = typed.get("q").to_owned();
    let done = add_watch(&visit.app, &visit.viewer, typed.get("name"), &query).await;
    answer(&visit, typed, query, done.map(|_| ())).await
}

/// `POST /watches/{id}`
pub(in crate::web) async fn change(
    visit: Visit,
    Path(id): Path<String>,
    body: String,
) -> Result<Response> {
    visit.needs(Action::WorkOnGroups)?;
    let typed = Typed::decode(&body);
    let (app, by) = (&visit.app, &visit.viewer);
    let done = match typed.get("what") {
        "rename" => change_watch(app, by, &id, WatchChange::Name(typed.get("name"))).await,
        "mute" => change_watch(app, by, &id, WatchChange::Muted(true)).await,
        "unmute" => change_watch(app, by, &id, WatchChange::Muted(false)).await,
        "remove" => remove_watch(app, by, &id).await,
        _ => Err(Error::invalid("rename, mute, unmute or remove: none was chosen")),
    };
    answer(&visit, Typed::default(), String::new(), done).await
}

/// Back to the page, or the page with what was typed and why it was refused.
async fn answer(visit: &Visit, typed: Typed, query: String, done: Result<()>) -> Result<Response> {
    match done {
        Ok(()) => Ok(Redirect::to("/watches").into_response()),
        Err(error) if error.is_refusal() => {
            let form = Plain::refused(typed, &error);
            page(visit, form, query, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error) => Err(error),
    }
}
