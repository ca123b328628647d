//! `/alerts/{id}`: text, board and history of an alert; `/status`, the way in by incident ID.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{Html, IntoResponse, Redirect, Response};
use campanile_core::authz::{Action, may};
use campanile_core::formats::iodef::{self, Encoding, WriteContext};
use campanile_core::formats::text::{self, TextContext};
use campanile_core::model::alert::changes::{FieldChange, changes};
use campanile_core::model::alert::{Alert, AlertState, RevisionKind};
use serde::Deserialize;

use super::content::Content;
use super::{board, steps, words};
use crate::actions::SentAlert;
use crate::app::alerts::OpenRevision;
use crate::app::boards::Board;
use crate::error::{Error, Kind, Result};
use crate::store::alerts::{Name, Stored};
use crate::web::auth::Visit;
use crate::web::layout::{At, Frame, html};

/// Related alerts that are looked up: each costs a statement.
const RELATED_MAX: usize = 20;

/// Forms that an alert can be taken away in, for people.
const EXPORTS: &[(&str, &str)] = &[
    ("text", "Text"),
    ("iodef-2", "IODEF 2.00 (XML)"),
    ("iodef-json", "IODEF 2.00 (JSON)"),
    ("iodef-1", "IODEF 1.00 (XML)"),
    ("iodef-2003", "IODEF of 2003 (XML)"),
];

/// What the own team has said.
struct Own {
    tone: &'static str,
    text: &'static str,
    at: Option<At>,
    /// Where the answer is given; empty for who may not.
    link: String,
    button: &'static str,
}

struct Related {
    id: String,
    known: bool,
}

struct Entry {
    at: At,
    what: &'static str,
    note: String,
    changes: Vec<String>,
}

#[derive(Template)]
#[template(path = "alert.html")]
struct AlertPage {
    frame: Frame,
    id: String,
    exercise: bool,
    tone: &'static str,
    state: &'static str,
    tlp: &'static str,
    tlp_class: &'static str,
    restricted: bool,
    team: String,
    list: String,
    just_sent: String,
    sent: At,
    changed: At,
    revision: u32,
    own: Option<Own>,
    calls: bool,
    revises: bool,
    writes: bool,
    board: Option<board::View>,
    taken: Vec<steps::Taken>,
    content: Option<Content>,
    related: Vec<Related>,
    exports: &'static [(&'static str, &'static str)],
    history: Vec<Entry>,
}

/// What the page is told about the sending that led to it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Sent {
    copies: Option<usize>,
    held: usize,
}

impl Sent {
    /// What has just happened, for people.
    fn note(&self) -> String {
        let copies = |count: usize| match count {
            1 => "1 copy is".to_owned(),
            count => format!("{count} copies are"),
        };
        match (self.copies, self.held) {
            (None, _) => String::new(),
            (Some(sent), 0) => format!("Sent: {} sealed and on their way.", copies(sent)),
            (Some(sent), held) => format!(
                "Sent: {} sealed and on their way, {held} wait for a key of their team: call it.",
                copies(sent)
            ),
        }
    }
}

/// The address of an alert that was just sent or revised.
pub(super) fn after_sending(sent: &SentAlert) -> String {
    format!("/alerts/{}?copies={}&held={}", sent.alert, sent.copies, sent.held)
}

/// `GET /alerts/{id}`
pub(in crate::web) async fn show(
    visit: Visit,
    Path(id): Path<String>,
    Query(sent): Query<Sent>,
) -> Result<Html<String>> {
    let (app, viewer) = (&visit.app, &visit.viewer);
    let stored = app.find_alert(viewer, Name::Id(&id)).await?;
    let board = match may(viewer, Action::SeeBoard) {
        true => Some(app.board(viewer, Name::Row(&stored.id)).await?),
        false => None,
    };
    let revisions = match stored.readable {
        true => app.alert_history(viewer, Name::Row(&stored.id)).await?.1,
        false => Vec::new(),
    };
    let newest = revisions.last().map(|revision| &revision.alert);
    let wrote = viewer.team.as_ref().is_some_and(|team| team.id == stored.team_id);
    let writes = may(viewer, Action::WriteAlerts);
    let sent = if wrote { sent.note() } else { String::new() };
    let (state, tone) = words::state(stored.state);
    html(&AlertPage {
        frame: visit.frame(stored.alert_id.as_str()),
        exercise: stored.exercise,
        tone,
        state,
        tlp: newest.map(|alert| alert.tlp.name()).unwrap_or_default(),
        tlp_class: newest.map(|alert| words::tlp_class(alert.tlp)).unwrap_or_default(),
        restricted: stored.restricted,
        team: stored.team.to_string(),
        list: stored.list.clone(),
        just_sent: sent,
        sent: At(stored.sent_at),
        changed: At(stored.changed_at),
        revision: stored.revision,
        own: own(&visit, &stored, board.as_ref()),
        calls: board.is_some(),
        revises: wrote && writes && stored.state == AlertState::Open,
        writes: writes && newest.is_some(),
        taken: board.as_ref().map(|board| steps::taken(&board.steps)).unwrap_or_default(),
        board: board.map(|board| board::View::of(&board, visit.now)),
        content: newest.map(Content::of),
        related: related(&visit, newest).await?,
        exports: EXPORTS,
        history: entries(&revisions),
        id: stored.alert_id.to_string(),
    })
}

/// What the viewer's own team has said; `None` when it is not asked.
fn own(visit: &Visit, stored: &Stored, board: Option<&Board>) -> Option<Own> {
    let own = &visit.viewer.team.as_ref()?.id;
    let link = match may(&visit.viewer, Action::Acknowledge) {
        true => format!("/ack/{}", stored.token),
        false => String::new(),
    };
    let open = stored.state == AlertState::Open;
    let Some(board) = board else {
        // Who sees no board is told nothing of it, and can answer all the same.
        let text = "Answer for your team.";
        let able = open && *own != stored.team_id;
        return able.then_some(Own { tone: "info", text, at: None, link, button: "Acknowledge" });
    };
    let row = board.rows.iter().find(|row| row.team_id == *own);
    match row.and_then(|row| row.acknowledged.as_ref()) {
        _ if *own == stored.team_id => None,
        Some(said) => Some(Own {
            tone: "good",
            text: "Your team has acknowledged this alert",
            at: Some(At(said.first_at)),
            link,
            button: "Bring the answer up to date",
        }),
        None if open && stored.readable => Some(Own {
            tone: "bad",
            text: "Your team has not acknowledged this alert.",
            at: None,
            link,
            button: "Acknowledge",
        }),
        None => None,
    }
}

async fn related(visit: &Visit, alert: Option<&Alert>) -> Result<Vec<Related>> {
    let mut related = Vec::new();
    for id in alert.iter().flat_map(|alert| &alert.related).take(RELATED_MAX) {
        let known = match visit.app.find_alert(&visit.viewer, Name::Id(id)).await {
            Ok(_) => true,
            Err(error) if error.kind() == Kind::NotFound => false,
            Err(error) => return Err(error),
        };
        related.push(Related { id: id.clone(), known });
    }
    Ok(related)
}

/// The revisions, oldest first, with what each has changed.
fn entries(revisions: &[OpenRevision]) -> Vec<Entry> {
    let before = std::iter::once(None).chain(revisions.iter().map(Some));
    let entry = |(before, revision): (Option<&OpenRevision>, &OpenRevision)| Entry {
        at: At(revision.sent_at),
        what: what(revision.kind),
        note: revision.alert.revision.note.clone(),
        changes: before.map_or_else(Vec::new, |before| {
            changes(&before.alert, &revision.alert).iter().map(FieldChange::brief).collect()
        }),
    };
    before.zip(revisions).map(entry).collect()
}

fn what(kind: RevisionKind) -> &'static str {
    match kind {
        RevisionKind::Issue => "sent",
        RevisionKind::Amend => "amended",
        RevisionKind::Supersede => "superseded",
        RevisionKind::Withdraw => "withdrawn",
        RevisionKind::Close => "closed",
    }
}

struct FieldDiff {
    name: String,
    lines: Vec<(char, String)>,
}

struct Step {
    title: String,
    at: At,
    note: String,
    fields: Vec<FieldDiff>,
}

#[derive(Template)]
#[template(path = "history.html")]
struct History {
    frame: Frame,
    id: String,
    exercise: bool,
    steps: Vec<Step>,
}

/// `GET /alerts/{id}/history`
pub(in crate::web) async fn history(visit: Visit, Path(id): Path<String>) -> Result<Html<String>> {
    let (stored, revisions) = visit.app.alert_history(&visit.viewer, Name::Id(&id)).await?;
    let steps = revisions.windows(2).filter_map(|pair| match pair {
        [old, new] => Some(step(old, new)),
        _ => None,
    });
    let mut steps: Vec<Step> = steps.collect();
    steps.reverse();
    html(&History {
        frame: visit.frame(format!("What changed in {}", stored.alert_id)),
        exercise: stored.exercise,
        steps,
        id: stored.alert_id.to_string(),
    })
}

fn step(old: &OpenRevision, new: &OpenRevision) -> Step {
    let fields = changes(&old.alert, &new.alert).into_iter().map(|change| FieldDiff {
        name: change.field.replace(['.', '_'], " "),
        lines: change.lines.into_iter().map(|line| (line.change.mark(), line.text)).collect(),
    });
    Step {
        title: format!("Revision {}: {}", new.alert.revision.number, what(new.kind)),
        at: At(new.sent_at),
        note: new.alert.revision.note.clone(),
        fields: fields.collect(),
    }
}

/// `GET /alerts/{id}/export/{format}`
pub(in crate::web) async fn export(
    visit: Visit,
    Path((id, format)): Path<(String, String)>,
) -> Result<Response> {
    let open = visit.app.alert(&visit.viewer, Name::Id(&id)).await?;
    let (bytes, kind, ending) = match format.as_str() {
        "text" => {
            let context =
                TextContext { acknowledge_url: Some(&open.acknowledge_url), ..<_>::default() };
            let text = text::render(&open.alert, &context);
            (text.into_bytes(), "text/plain; charset=utf-8", "txt")
        }
        format => {
            let encoding: Encoding = format.parse().map_err(|_| {
                Error::not_found("there is no such format")
                    .hint("The page of the alert lists them.")
            })?;
            let mut context = WriteContext::plain(visit.now);
            context.acknowledge_url = Some(&open.acknowledge_url);
            let bytes = iodef::write(&open.alert, encoding, &context);
            (bytes, encoding.media_type(), encoding.extension())
        }
    };
    // An identifier has no quotes and no line ends.
    let name = format!("attachment; filename=\"{}.{ending}\"", open.stored.alert_id);
    let fields = [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((fields, bytes).into_response())
}

/// What `/status` is asked.
#[derive(Default, Deserialize)]
pub(in crate::web) struct Asked {
    #[serde(default)]
    id: String,
}

#[derive(Template)]
#[template(path = "status.html")]
struct StatusPage {
    frame: Frame,
    id: String,
}

/// `GET /status?id=`
pub(in crate::web) async fn status(visit: Visit, Query(asked): Query<Asked>) -> Result<Response> {
    let id = asked.id.trim();
    if !id.is_empty() {
        match visit.app.find_alert(&visit.viewer, Name::Id(id)).await {
            Ok(found) => {
                return Ok(Redirect::to(&format!("/alerts/{}", found.alert_id)).into_response());
            }
            Err(error) if error.kind() == Kind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    let page = StatusPage { frame: visit.frame("Status of an alert"), id: id.to_owned() };
    Ok(html(&page)?.into_response())
}
