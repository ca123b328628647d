//! `/teams`: the directory. What one team shows is in `team.rs`.

use askama::Template;
use axum::extract::Query;
use axum::response::Html;
use campanile_core::authz::Action;
use campanile_core::model::team::TeamState;
use serde::Deserialize;

use crate::error::Result;
use crate::store::directory;
use crate::web::auth::Visit;
use crate::web::layout::{Frame, html};

/// Teams on one page: with their numbers, they have to fit into what a telephone loads in a second.
const ROWS: usize = 100;

/// What to look for.
#[derive(Deserialize)]
pub(in crate::web) struct Search {
    #[serde(default)]
    q: String,
    #[serde(default)]
    from: usize,
}

struct Row {
    handle: String,
    name: String,
    standing: &'static str,
    suspended: bool,
    email: String,
    phone: String,
}

#[derive(Template)]
#[template(path = "teams.html")]
struct Teams {
    frame: Frame,
    query: String,
    total: String,
    rows: Vec<Row>,
    earlier: String,
    later: String,
}

/// `GET /teams`
pub(in crate::web) async fn list(
    visit: Visit,
    Query(search): Query<Search>,
) -> Result<Html<String>> {
    visit.needs(Action::SeeTeams)?;
    let mut read = visit.app.db.read().await?;
    let teams = directory::list(&mut read, &visit.viewer, &search.q).await?;
    drop(read);
    let rows = teams.iter().skip(search.from).take(ROWS).map(|team| Row {
        handle: team.handle.to_string(),
        name: team.name.clone(),
        standing: team.standing.name(),
        suspended: team.state == TeamState::Suspended,
        email: team.emails.first().map(ToString::to_string).unwrap_or_default(),
        phone: team.phone.clone().unwrap_or_default(),
    });
    let rows: Vec<Row> = rows.collect();
    let page = |from: usize| {
        let pairs = [("q", search.q.clone()), ("from", from.to_string())];
        format!("/teams?{}", serde_urlencoded::to_string(pairs).unwrap_or_default())
    };
    let next = search.from + ROWS;
    html(&Teams {
        frame: visit.frame("Teams"),
        total: match teams.len() {
            1 => "1 team".into(),
            all => format!("{all} teams"),
        },
        earlier: if search.from > 0 {
            page(search.from.saturating_sub(ROWS))
        } else {
            String::new()
        },
        later: if next < teams.len() { page(next) } else { String::new() },
        rows,
        query: search.q,
    })
}
