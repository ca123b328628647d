//! `/teams`: the directory.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Html;
use campanile_core::authz::Action;
use campanile_core::model::key::KeyState;
use campanile_core::model::team::{Handle, TeamState};
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::store::credentials::Credential;
use crate::store::directory;
use crate::web::auth::Visit;
use crate::web::layout::{At, Frame, html};

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

struct KeyRow {
    tone: &'static str,
    state: &'static str,
    what: String,
    until: Option<At>,
    fingerprint: String,
}

#[derive(Template)]
#[template(path = "team.html")]
struct TeamPage {
    frame: Frame,
    handle: String,
    tone: &'static str,
    state: &'static str,
    standing: &'static str,
    name: String,
    fqdn: String,
    emails: String,
    phone: String,
    fax: String,
    lists: String,
    keys: Vec<KeyRow>,
    own: bool,
}

/// `GET /teams/{handle}`
pub(in crate::web) async fn show(visit: Visit, Path(handle): Path<String>) -> Result<Html<String>> {
    let missing = || Error::not_found("there is no such team").hint("See the list of teams.");
    let handle: Handle = handle.parse().map_err(|_| missing())?;
    let mut read = visit.app.db.read().await?;
    let found = directory::find(&mut read, &visit.viewer, &handle).await?;
    drop(read);
    let (team, lists, keys) = found.ok_or_else(missing)?;
    let emails: Vec<String> = team.emails.iter().map(ToString::to_string).collect();
    html(&TeamPage {
        frame: visit.frame(team.handle.as_str()),
        tone: if team.state == TeamState::Active { "good" } else { "warn" },
        state: team.state.name(),
        standing: team.standing.name(),
        emails: emails.join(", "),
        phone: team.phone.unwrap_or_default(),
        fax: team.fax.unwrap_or_default(),
        lists: lists.join(", "),
        keys: keys.iter().rev().map(|key| key_row(key, &visit)).collect(),
        own: visit.viewer.team.as_ref().is_some_and(|own| own.id == team.id),
        handle: team.handle.to_string(),
        name: team.name,
        fqdn: team.fqdn.to_string(),
    })
}

fn key_row(key: &Credential, visit: &Visit) -> KeyRow {
    let state = key.state_at(visit.now);
    KeyRow {
        tone: match state {
            KeyState::Active => "good",
            KeyState::Pending => "warn",
            KeyState::Expired | KeyState::Revoked => "bad",
            KeyState::Replaced => "plain",
        },
        state: state.name(),
        what: match key.protocol.name() {
            "smime" => "S/MIME certificate".into(),
            _ => "OpenPGP key".into(),
        },
        until: key.expires_at.map(At),
        fingerprint: key.fingerprint.to_string(),
    }
}
