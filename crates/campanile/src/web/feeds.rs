//! `/feeds/{token}.atom`: what is new for a team, for feed readers [RFC 4287].
//!
//! The token in the address is all that a feed reader has, and addresses end up in logs and
//! histories. So a feed says that there is an alert; what it says stands there only when its
//! label lets everybody in the community read it (TLP:GREEN or CLEAR) and it went to everybody.

use std::sync::Arc;

use atom_syndication::{Entry, Feed, FixedDateTime, Link, Person, Text};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use campanile_core::authz::Viewer;
use campanile_core::model::alert::Alert;
use campanile_core::model::time::Timestamp;
use campanile_core::model::tlp::Tlp;

use super::group_feed;
use crate::actions::token_digest;
use crate::app::App;
use crate::app::alerts::{AlertQuery, AlertSummary};
use crate::error::{Error, Result};
use crate::store::tokens;

/// Alerts of one feed.
const ENTRIES: usize = 50;
/// Longest title, in characters.
const TITLE_CHARS_MAX: usize = 120;

/// The addresses.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/feeds/{name}", get(show))
        .route("/feeds/{token}/groups.atom", get(group_feed::show))
}

/// `GET /feeds/{token}.atom`
async fn show(State(app): State<Arc<App>>, Path(name): Path<String>) -> Result<Response> {
    let token = name.strip_suffix(".atom").ok_or_else(absent)?;
    let viewer = viewer_of(&app, token).await?;
    let query = AlertQuery { count: ENTRIES, ..AlertQuery::default() };
    let page = app.alerts(&viewer, &query).await?;
    let feed = feed(&app, &viewer.login, &page.alerts);
    let kind = [(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")];
    Ok((kind, feed.to_string()).into_response())
}

fn absent() -> Error {
    Error::not_found("there is no such feed")
        .hint("the address has the token of your team in it; it may have been withdrawn")
}

/// Who reads with a token.
///
/// # Errors
/// It is none, or not good any more.
pub(super) async fn viewer_of(app: &App, token: &str) -> Result<Viewer> {
    let digest = token_digest(app, token)?;
    let mut read = app.db.read().await?;
    let found = tokens::find_viewer(&mut read, "feed", &digest, app.now()).await?;
    found.map(|(viewer, _)| viewer).ok_or_else(absent)
}

fn feed(app: &App, id: &str, alerts: &[AlertSummary]) -> Feed {
    let public = app.config.public_url();
    let newest = alerts.iter().map(|one| one.stored.changed_at).max();
    Feed {
        title: Text::plain(format!("Alerts of {}", app.config.network.name)),
        // The identifier of the token and not the token.
        id: format!("{public}/feeds/{id}"),
        updated: time(newest.unwrap_or(Timestamp::from_micros(0))),
        links: vec![link(format!("{public}/alerts"))],
        entries: alerts.iter().map(|one| entry(&public, one)).collect(),
        ..Feed::default()
    }
}

fn entry(public: &str, one: &AlertSummary) -> Entry {
    let stored = &one.stored;
    let text = one.alert.as_ref().filter(|alert| may_be_told(alert, stored.restricted));
    let exercise = if stored.exercise { "EXERCISE " } else { "" };
    let label = one.alert.as_ref().map(|alert| format!(" [{}]", alert.tlp)).unwrap_or_default();
    let first = text.map(|alert| format!(": {}", short(&alert.description))).unwrap_or_default();
    let state = format!("revision {}, {}", stored.revision, stored.state);
    let url = format!("{public}/alerts/{}", stored.alert_id);
    Entry {
        title: Text::plain(format!("{exercise}{}{label}{first}", stored.alert_id)),
        id: url.clone(),
        updated: time(stored.changed_at),
        published: Some(time(stored.sent_at)),
        authors: vec![Person { name: stored.team.to_string(), ..Person::default() }],
        links: vec![link(url)],
        summary: Some(Text::plain(match text {
            Some(alert) => format!("{state}\n\n{}\n\n{}", alert.description, alert.recommendation),
            None => format!("{state}. Its text stands behind your certificate."),
        })),
        ..Entry::default()
    }
}

/// Whether the text may stand where nothing but a token protects it.
fn may_be_told(alert: &Alert, restricted: bool) -> bool {
    !restricted && matches!(alert.tlp, Tlp::Clear | Tlp::Green)
}

/// The first line, cut at a word where there is one.
fn short(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= TITLE_CHARS_MAX {
        return line.to_owned();
    }
    let cut: String = line.chars().take(TITLE_CHARS_MAX).collect();
    let words = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    format!("{words} …")
}

pub(super) fn link(href: String) -> Link {
    Link { href, rel: "alternate".into(), ..Link::default() }
}

pub(super) fn time(at: Timestamp) -> FixedDateTime {
    at.to_string().parse().unwrap_or_default()
}
