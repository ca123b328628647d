//! `/sources`: where advisories come from by themselves, and how each source is doing.

use askama::Template;
use axum::response::{Html, IntoResponse, Redirect, Response};
use campanile_core::authz::{Action, may};

use super::form::Typed;
use super::words::span;
use crate::actions::sources::{Setup, ask_source, change_source};
use crate::app::sources::{KeyHealth, SourceHealth, State};
use crate::error::{Error, Result};
use crate::web::auth::Visit;
use crate::web::layout::{At, Frame, html};

struct Row {
    name: String,
    place: String,
    state: &'static str,
    tone: &'static str,
    paused: bool,
    fault: String,
    hint: String,
    every: String,
    tried: Option<At>,
    succeeded: Option<At>,
    next: Option<At>,
    last: String,
    here: String,
    refused: i64,
    issuers: String,
    audience: String,
    keys: Vec<Key>,
    refusals: Vec<Refused>,
}

struct Key {
    fingerprint: String,
    words: &'static str,
    tone: &'static str,
    ends: Option<At>,
}

struct Refused {
    at: At,
    url: String,
    why: String,
}

#[derive(Template)]
#[template(path = "sources.html")]
struct Sources {
    frame: Frame,
    operates: bool,
    sentence: String,
    rows: Vec<Row>,
}

/// `GET /sources`
pub(in crate::web) async fn show(visit: Visit) -> Result<Html<String>> {
    visit.needs(Action::SeeAdvisories)?;
    let all = visit.app.sources(&visit.viewer).await?;
    html(&Sources {
        frame: visit.frame("Sources"),
        operates: may(&visit.viewer, Action::Operate),
        sentence: sentence(&all),
        rows: all.into_iter().map(row).collect(),
    })
}

/// `POST /sources`: the operator has one fetched, rest, or go on.
pub(in crate::web) async fn change(visit: Visit, body: String) -> Result<Response> {
    visit.needs(Action::Operate)?;
    let typed = Typed::decode(&body);
    let (app, by, name) = (&visit.app, &visit.viewer, typed.get("name"));
    let rests = Setup { paused: Some(true), ..Setup::default() };
    match typed.get("what") {
        "fetch" | "resume" => ask_source(app, by, name).await?,
        "pause" => change_source(app, by, name, &rests).await?,
        _ => return Err(Error::invalid("fetch, pause or resume: none was chosen")),
    }
    Ok(Redirect::to("/sources").into_response())
}

fn sentence(all: &[SourceHealth]) -> String {
    let count = |state: State| all.iter().filter(|one| one.state == state).count();
    let here: i64 = all.iter().map(|one| one.totals.here).sum();
    let failing = match count(State::Failing) {
        0 => "none is failing".to_owned(),
        1 => "1 is failing".to_owned(),
        more => format!("{more} are failing"),
    };
    let sources = match all.len() {
        1 => "1 source has".to_owned(),
        more => format!("{more} sources have"),
    };
    let documents = if here == 1 { "document" } else { "documents" };
    format!("{sources} brought {here} {documents}; {failing}.")
}

fn row(one: SourceHealth) -> Row {
    let ran = one.last_run;
    Row {
        state: one.state.words(),
        tone: match one.state {
            State::New | State::Running => "info",
            State::Well => "good",
            State::Odd => "warn",
            State::Failing => "bad",
            State::Paused => "plain",
        },
        paused: one.state == State::Paused,
        place: one.url,
        every: span(one.every_seconds),
        tried: one.tried_at.map(At),
        succeeded: one.succeeded_at.map(At),
        next: one.next_at.map(At),
        last: format!(
            "{} listed: {} stored, {} known, {} refused",
            ran.listed, ran.stored, ran.known, ran.refused
        ),
        here: match one.totals.here {
            1 => "1 document".to_owned(),
            many => format!("{many} documents"),
        },
        refused: one.totals.refused,
        issuers: match one.issuers.as_slice() {
            [] => "everybody who is no member".to_owned(),
            [all] if all == "*" => "everybody".to_owned(),
            some => some.join(", "),
        },
        audience: one.audience,
        keys: one.keys.iter().map(key).collect(),
        refusals: one
            .refusals
            .into_iter()
            .map(|one| Refused { at: At(one.at), url: one.url, why: one.why })
            .collect(),
        name: one.name,
        fault: one.fault,
        hint: one.hint,
    }
}

fn key(key: &KeyHealth) -> Key {
    let (words, tone) = match (key.pinned, key.fetched) {
        (true, true) => ("its signatures count", "good"),
        (true, false) => ("could not be fetched", "bad"),
        (false, _) => ("not confirmed", "warn"),
    };
    let ends = key.expires_at.map(At);
    Key { fingerprint: key.fingerprint.clone(), words, tone, ends }
}
