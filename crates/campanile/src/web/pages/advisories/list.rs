//! `/advisories`: what came in last, and the search in it.

use askama::Template;
use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use campanile_core::authz::{Action, may};
use campanile_core::model::advisory::Status;
use serde::Deserialize;

use crate::error::Result;
use crate::store::advisories::Stored;
use crate::web::auth::Visit;
use crate::web::layout::{At, Frame, html};
use crate::web::pages::query::{QueryField, Within};

/// Advisories of the page; groups are where one looks for older ones.
const ROWS: i64 = 100;

/// What to look for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Search {
    q: String,
    build: String,
}

struct Row {
    id: String,
    number: String,
    title: String,
    issuer: String,
    version: String,
    came: At,
    status: &'static str,
    restricted: bool,
    group: String,
}

#[derive(Template)]
#[template(path = "advisories.html")]
struct Advisories {
    frame: Frame,
    brings: bool,
    field: QueryField,
    rows: Vec<Row>,
}

/// `GET /advisories`
pub(in crate::web) async fn list(visit: Visit, Query(search): Query<Search>) -> Result<Response> {
    visit.needs(Action::SeeAdvisories)?;
    let within = Within { list: "advisories", tab: "", building: !search.build.is_empty() };
    let (field, query) = QueryField::read(search.q, within);
    let found = match query {
        Some(query) => visit.app.advisories(&visit.viewer, &query, ROWS).await?,
        None => Vec::new(),
    };
    let page = Advisories {
        frame: visit.frame("Newest advisories"),
        brings: may(&visit.viewer, Action::WriteAdvisories),
        rows: found.into_iter().map(row).collect(),
        field,
    };
    Ok((page.field.status(), html(&page)?).into_response())
}

fn row(one: Stored) -> Row {
    Row {
        id: one.id,
        number: one.number,
        title: one.title,
        issuer: one.issuer,
        version: match one.versions {
            1 => one.version,
            count => format!("{} ({count} here)", one.version),
        },
        came: At(one.revised_at),
        status: match one.status {
            Status::Final => "",
            status => status.name(),
        },
        restricted: !one.whole_open,
        group: one.group_id,
    }
}
