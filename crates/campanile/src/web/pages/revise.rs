//! `/alerts/{id}/revise`: amend, supersede, withdraw or close an alert of the own team.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use campanile_core::formats::iodef::{self, WriteContext};
use campanile_core::formats::text::{self, TextContext};
use campanile_core::model::alert::changes::changes;
use campanile_core::model::alert::follow_up::Channel;
use campanile_core::model::alert::{Alert, AlertState, Revision, RevisionKind};

use super::alert::after_sending;
use super::audience::{self, Answering, Lists};
use super::form::{Choice, Faults, FormView, Read, Typed};
use super::write::{self, PreviewPage, contact, form_view, told_at_field};
use crate::actions::{NewRevision, revise_alert};
use crate::app::alerts::OpenAlert;
use crate::error::{Error, Result};
use crate::store::alerts::{self, Name};
use crate::store::directory;
use crate::web::auth::Visit;
use crate::web::layout::{Frame, html};

#[derive(Template)]
#[template(path = "revise.html")]
struct RevisePage {
    frame: Frame,
    id: String,
    form: FormView,
    kinds: Vec<Choice>,
}

const KINDS: &[(&str, &str)] = &[
    ("amend", "Amend: something was added or corrected"),
    ("close", "Close: the matter is settled"),
    ("withdraw", "Withdraw: it was wrong, or sent by mistake"),
    ("supersede", "Supersede: another alert takes its place"),
];

/// The alert, if it is one of the own team that can still be revised.
async fn own_open(visit: &Visit, id: &str) -> Result<OpenAlert> {
    let team = write::own(visit)?;
    let open = visit.app.alert(&visit.viewer, Name::Id(id)).await?;
    if open.stored.team_id != team.id {
        return Err(Error::denied(format!("only {} can revise its alert", open.stored.team))
            .hint("Acknowledge it, or write to the list."));
    }
    if open.stored.state != AlertState::Open {
        return Err(Error::conflict(format!("the alert is {} already", open.stored.state))
            .hint("Send a new alert that names this one."));
    }
    Ok(open)
}

/// `GET /alerts/{id}/revise`
pub(in crate::web) async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    let open = own_open(&visit, &id).await?;
    let mut typed = Typed::of_alert(&open.alert);
    typed.set("kind", "amend");
    typed.set("from", open.stored.revision.to_string());
    form_page(&visit, &open, typed, Faults::default()).await
}

async fn form_page(
    visit: &Visit,
    open: &OpenAlert,
    mut typed: Typed,
    faults: Faults,
) -> Result<Response> {
    let id = open.stored.alert_id.to_string();
    // What a revision does not change.
    let first = Typed::of_alert(&open.alert);
    typed.set("id", first.get("id"));
    let status = match faults.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let kinds = Choice::among(typed.get("kind"), KINDS);
    let again = format!("/alerts/{id}/revise/preview");
    let mut form = form_view(visit, typed, faults, &again).await?;
    form.revises = true;
    let frame = visit.frame(format!("Revise {id}"));
    Ok((status, html(&RevisePage { frame, id, form, kinds })?).into_response())
}

/// What was typed: the alert as it would be, and what the revision does.
async fn read(
    visit: &Visit,
    open: &OpenAlert,
    typed: &Typed,
) -> Result<std::result::Result<Alert, Faults>> {
    let (handle, contact) = (&open.stored.team, contact(visit).await?);
    let read = Read { handle, contact, now: visit.now }.alert(typed);
    let kind = typed.get("kind").parse::<RevisionKind>().ok();
    let kind = kind.filter(|kind| *kind != RevisionKind::Issue);
    let note = typed.get("note").trim();
    let mut faults = Faults::default();
    if kind.is_none() {
        faults.add("kind", "choose what the revision does");
    }
    if note.is_empty() {
        faults.add("note", "say in one sentence what changed and why");
    }
    if kind == Some(RevisionKind::Supersede) && typed.get("successor").trim().is_empty() {
        faults.add("successor", "name the alert that takes its place");
    }
    Ok(match (read, kind) {
        (Ok(mut alert), Some(kind)) if faults.is_empty() => {
            alert.id = open.alert.id.clone();
            alert.exercise = open.alert.exercise;
            let number = open.stored.revision + 1;
            alert.revision = Revision { number, kind, note: note.to_owned() };
            Ok(alert)
        }
        (Err(mut more), _) => {
            for (field, fault) in faults.all() {
                more.add(field, fault);
            }
            Err(more)
        }
        (Ok(_), _) => Err(faults),
    })
}

/// `POST /alerts/{id}/revise/preview`
pub(in crate::web) async fn preview(
    visit: Visit,
    Path(id): Path<String>,
    body: String,
) -> Result<Response> {
    let open = own_open(&visit, &id).await?;
    let typed = Typed::decode(&body);
    if typed.has("add") || typed.has("back") {
        return form_page(&visit, &open, typed, Faults::default()).await;
    }
    match read(&visit, &open, &typed).await? {
        Ok(alert) => preview_page(&visit, &open, &typed, &alert).await,
        Err(faults) => form_page(&visit, &open, typed, faults).await,
    }
}

async fn preview_page(
    visit: &Visit,
    open: &OpenAlert,
    typed: &Typed,
    alert: &Alert,
) -> Result<Response> {
    let lists = Lists::of(visit).await?;
    let gone = || Error::internal("the list of the alert is gone");
    let list = lists.chosen(&open.stored.list).ok_or_else(gone)?;
    let only = if open.stored.restricted { Some(asked(visit, open).await?) } else { None };
    let (rows, summary) = audience::rows(visit, &lists, &list.name, only.as_ref()).await?;
    let answering = Answering::of(list, open.acknowledge_url.clone());
    let encoding = list.policy.alerts.format;
    let mut context = WriteContext::plain(visit.now);
    context.acknowledge_url = Some(&answering.url);
    // The contact of the first revision stays.
    let contact = open.alert.contact.clone();
    let changes = changes(&open.alert, &Alert { contact, ..alert.clone() });
    let told = TextContext { changes: &changes, ..answering.context(visit) };
    let others = rows.len().saturating_sub(1);
    let address = format!("/alerts/{}/revise", open.stored.alert_id);
    let page = PreviewPage {
        frame: visit.frame(format!("Preview of revision {}", alert.revision.number)),
        exercise: alert.exercise,
        kept: "",
        back: format!("{address}/preview"),
        action: address,
        button: match others {
            1 => "Send the revision to 1 team".into(),
            others => format!("Send the revision to {others} teams"),
        },
        hidden: typed.pairs(),
        text: text::render(alert, &told),
        xml: String::from_utf8_lossy(&iodef::write(alert, encoding, &context)).into_owned(),
        audience: rows,
        summary,
    };
    Ok(html(&page)?.into_response())
}

/// Handles of the teams that are asked about a restricted alert.
async fn asked(visit: &Visit, open: &OpenAlert) -> Result<BTreeSet<String>> {
    let mut read = visit.app.db.read().await?;
    let ids = alerts::asked(&mut read, &open.stored.id).await?;
    let teams = directory::list(&mut read, &visit.viewer, "").await?;
    let asked = teams.iter().filter(|team| ids.contains(&team.id));
    Ok(asked.map(|team| team.handle.to_string()).collect())
}

/// `POST /alerts/{id}/revise`
pub(in crate::web) async fn send(
    visit: Visit,
    Path(id): Path<String>,
    body: String,
) -> Result<Response> {
    let typed = Typed::decode(&body);
    if !typed.has("confirmed") {
        return preview(visit, Path(id), body).await;
    }
    let open = own_open(&visit, &id).await?;
    let alert = match read(&visit, &open, &typed).await? {
        Ok(alert) => alert,
        Err(faults) => return form_page(&visit, &open, typed, faults).await,
    };
    let successor = Some(typed.get("successor").trim()).filter(|id| !id.is_empty());
    let new = NewRevision {
        alert: Name::Row(&open.stored.id),
        from: typed.get("from").parse().ok(),
        kind: alert.revision.kind,
        note: typed.get("note"),
        content: Some(alert),
        successor,
        channel: Channel::Web,
    };
    match revise_alert(&visit.app, &visit.viewer, new).await {
        Ok(sent) => Ok(Redirect::to(&after_sending(&sent)).into_response()),
        Err(error) => {
            let faults = told_at_field(error)?;
            form_page(&visit, &open, typed, faults).await
        }
    }
}
