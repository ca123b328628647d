//! `/advisories`: what came in last.

use askama::Template;
use axum::response::Html;
use campanile_core::authz::{Action, may};
use campanile_core::model::advisory::Status;

use crate::error::Result;
use crate::store::advisories::Stored;
use crate::web::auth::Visit;
use crate::web::layout::{At, Frame, html};

/// Advisories of the page; groups are where one looks for older ones.
const ROWS: i64 = 100;

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
    rows: Vec<Row>,
}

/// `GET /advisories`
pub(in crate::web) async fn list(visit: Visit) -> Result<Html<String>> {
    visit.needs(Action::SeeAdvisories)?;
    let found = visit.app.newest_advisories(&visit.viewer, ROWS).await?;
    html(&Advisories {
        frame: visit.frame("Newest advisories"),
        brings: may(&visit.viewer, Action::WriteAdvisories),
        rows: found.into_iter().map(row).collect(),
    })
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
