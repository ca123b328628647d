//! `/alerts/new` and what its form leads to: preview, draft, sending.

use std::collections::BTreeSet;

use askama::Template;
use axum::Json;
use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use campanile_core::authz::{Action, Membership};
use campanile_core::formats::iodef::{self, WriteContext};
use campanile_core::formats::text;
use campanile_core::gateway::network::List;
use campanile_core::model::alert::follow_up::Channel;
use campanile_core::model::alert::{Alert, Contact};
use campanile_core::model::team::Handle;
use campanile_core::model::time::Timestamp;
use serde::Deserialize;

use super::alert::after_sending;
use super::audience::{self, Answering, Lists};
use super::document::Document;
use super::form::{Faults, FormView, Read, Typed};
use super::words;
use crate::actions::{NewAlert, discard_draft, save_draft, send_alert};
use crate::app::drafts::PickList;
use crate::error::{Error, Kind, Result};
use crate::store::alerts::Name;
use crate::store::teams;
use crate::web::auth::Visit;
use crate::web::layout::{At, Frame, html};

#[derive(Template)]
#[template(path = "alert_new.html")]
struct NewPage {
    frame: Frame,
    form: FormView,
    above: Above,
}

/// What stands above the form.
#[derive(Default)]
pub(super) struct Above {
    /// When the draft was saved, if there is one.
    pub(super) saved: Option<At>,
    /// Nothing was typed yet: a document may fill the form.
    pub(super) offers: bool,
    /// The document that has filled it.
    pub(super) document: Option<Document>,
    /// Why a document did not; empty as a rule.
    pub(super) wrong: String,
}

impl Above {
    fn saved(at: Timestamp) -> Self {
        Self { saved: Some(At(at)), ..Self::default() }
    }
}

#[derive(Template)]
#[template(path = "alert_preview.html")]
pub(super) struct PreviewPage {
    pub(super) frame: Frame,
    pub(super) exercise: bool,
    pub(super) kept: &'static str,
    pub(super) action: String,
    pub(super) back: String,
    pub(super) button: String,
    pub(super) hidden: Vec<(String, String)>,
    pub(super) text: String,
    pub(super) xml: String,
    pub(super) audience: Vec<audience::Row>,
    pub(super) summary: String,
}

/// What the form begins with.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Start {
    copy: String,
    draft: String,
}

/// The team that writes.
pub(super) fn own(visit: &Visit) -> Result<&Membership> {
    visit.needs(Action::WriteAlerts)?;
    let none = || Error::denied("alerts are written by teams").hint("You belong to none.");
    visit.viewer.team.as_ref().ok_or_else(none)
}

/// `GET /alerts/new`
pub(in crate::web) async fn new(visit: Visit, Query(start): Query<Start>) -> Result<Response> {
    own(&visit)?;
    let (app, viewer) = (&visit.app, &visit.viewer);
    let (mut typed, mut above) = (Typed::first(), Above::default());
    if !start.draft.is_empty() {
        let found = app.draft(viewer, &start.draft).await?;
        typed = Typed::decode(&found.draft.form);
        typed.set("draft", found.id);
        above = Above::saved(found.changed_at);
    } else if !start.copy.is_empty() {
        typed = Typed::of_alert(&app.alert(viewer, Name::Id(&start.copy)).await?.alert);
        typed.set("id", suggested(visit.now));
    } else {
        typed.set("id", suggested(visit.now));
        above.offers = true;
    }
    form_page(&visit, typed, Faults::default(), above).await
}

/// A number that is free as a rule: the time, `20260825-0200`.
pub(super) fn suggested(now: Timestamp) -> String {
    let text = now.to_string();
    let digits: String = text.chars().filter(char::is_ascii_digit).take(12).collect();
    let (date, clock) = digits.split_at_checked(8).unwrap_or((&digits, ""));
    format!("{date}-{clock}")
}

/// The form, with what stands above it.
pub(super) async fn form_page(
    visit: &Visit,
    typed: Typed,
    faults: Faults,
    above: Above,
) -> Result<Response> {
    let status = match faults.is_empty() && above.wrong.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let form = form_view(visit, typed, faults, "/alerts/preview").await?;
    let page = NewPage { frame: visit.frame("Write an alert"), form, above };
    Ok((status, html(&page)?).into_response())
}

/// The form with everything around it that the registry knows.
pub(super) async fn form_view(
    visit: &Visit,
    typed: Typed,
    faults: Faults,
    again: &str,
) -> Result<FormView> {
    let team = own(visit)?;
    let lists = Lists::of(visit).await?;
    Ok(FormView {
        typed,
        faults,
        prefix: format!("{}-", team.handle),
        contact: contact(visit).await?,
        own_systems: visit.app.picked(&visit.viewer, PickList::Systems).await?,
        own_software: visit.app.picked(&visit.viewer, PickList::Software).await?,
        lists: lists.names(),
        teams: lists.others(),
        revises: false,
        again: again.to_owned(),
    })
}

/// The contact of the own team, from the register.
pub(super) async fn contact(visit: &Visit) -> Result<Contact> {
    let own = own(visit)?;
    let found = teams::by_handle(&mut *visit.app.db.read().await?, &own.handle).await?;
    let team = found.ok_or_else(|| Error::internal("the team is gone"))?;
    Ok(Contact {
        name: team.name,
        handle: team.handle.to_string(),
        fqdn: team.fqdn.to_string(),
        emails: team.emails.iter().map(ToString::to_string).collect(),
        phone: team.phone,
        fax: team.fax,
    })
}

/// The alert that was typed.
async fn read(visit: &Visit, typed: &Typed) -> Result<std::result::Result<Alert, Faults>> {
    let (handle, contact) = (&own(visit)?.handle, contact(visit).await?);
    let mut read = Read { handle, contact, now: visit.now }.alert(typed);
    if audience::named(typed).is_some_and(|named| named.is_empty()) {
        let mut faults = read.err().unwrap_or_default();
        faults.add("team", "tick the teams that the alert goes to, or choose all");
        read = Err(faults);
    }
    Ok(read)
}

/// Saves what was typed as a draft, and notes its identifier in the form.
async fn keep(visit: &Visit, typed: &mut Typed) -> Result<()> {
    let known = Some(typed.get("draft")).filter(|id| !id.is_empty());
    let title = match words::title(typed.get("description")) {
        title if title.is_empty() => format!("{}-{}", own(visit)?.handle, typed.get("id")),
        title => title,
    };
    let id = save_draft(&visit.app, &visit.viewer, known, &title, &typed.encode()).await?;
    typed.set("draft", id);
    Ok(())
}

/// `POST /alerts/preview`: shows what would be sent, or the form with its faults. The draft is
/// saved in any case.
pub(in crate::web) async fn preview(visit: Visit, body: String) -> Result<Response> {
    own(&visit)?;
    let mut typed = Typed::decode(&body);
    keep(&visit, &mut typed).await?;
    if typed.has("add") || typed.has("back") {
        return form_page(&visit, typed, Faults::default(), Above::saved(visit.now)).await;
    }
    match read(&visit, &typed).await? {
        Ok(alert) => preview_page(&visit, &typed, &alert).await,
        Err(faults) => form_page(&visit, typed, faults, Above::default()).await,
    }
}

async fn preview_page(visit: &Visit, typed: &Typed, alert: &Alert) -> Result<Response> {
    let lists = Lists::of(visit).await?;
    let none = || Error::not_found("your team is not on this list").hint("Choose another list.");
    let list = lists.chosen(typed.get("list")).ok_or_else(none)?;
    let only = audience::named(typed).map(BTreeSet::from_iter);
    let (rows, summary) = audience::rows(visit, &lists, &list.name, only.as_ref()).await?;
    let (text, xml) = rendered(visit, alert, list);
    let what = if alert.exercise { "the exercise" } else { "the alert" };
    let others = rows.len().saturating_sub(1);
    let teams = if others == 1 { "1 team".into() } else { format!("{others} teams") };
    let page = PreviewPage {
        frame: visit.frame(format!("Preview of {}", alert.id)),
        exercise: alert.exercise,
        kept: "The draft is saved.",
        action: "/alerts".into(),
        back: "/alerts/preview".into(),
        button: format!("Send {what} to {teams}"),
        hidden: typed.pairs(),
        text,
        xml,
        audience: rows,
        summary,
    };
    Ok(html(&page)?.into_response())
}

/// The text and the document of a new alert, as the mail will hold them.
fn rendered(visit: &Visit, alert: &Alert, list: &List) -> (String, String) {
    let answering = Answering::of(list, visit.app.acknowledge_url("…"));
    let mut context = WriteContext::plain(visit.now);
    context.acknowledge_url = Some(&answering.url);
    let document = iodef::write(alert, list.policy.alerts.format, &context);
    let document = String::from_utf8_lossy(&document).into_owned();
    (text::render(alert, &answering.context(visit)), document)
}

/// `POST /alerts/preview/live`: what the script shows beside the form while it is filled in. Keeps
/// nothing.
pub(in crate::web) async fn live(visit: Visit, body: String) -> Result<Json<serde_json::Value>> {
    let typed = Typed::decode(&body);
    let (handle, contact) = (&own(&visit)?.handle, contact(&visit).await?);
    let lists = Lists::of(&visit).await?;
    let read = Read { handle, contact, now: visit.now }.so_far(&typed);
    let (Some(alert), Some(list)) = (read.0, lists.chosen(typed.get("list"))) else {
        let text = "The preview begins with an incident ID.";
        return Ok(Json(serde_json::json!({ "text": text, "document": "" })));
    };
    let (text, document) = rendered(&visit, &alert, list);
    Ok(Json(serde_json::json!({ "text": text, "document": document })))
}

/// `POST /alerts/draft`: by the button, or by the script, which wants JSON.
pub(in crate::web) async fn draft(
    visit: Visit,
    headers: HeaderMap,
    body: String,
) -> Result<Response> {
    let mut typed = Typed::decode(&body);
    keep(&visit, &mut typed).await?;
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let id = typed.get("draft");
    Ok(match accepts {
        Some("application/json") => Json(serde_json::json!({ "draft": id })).into_response(),
        _ => Redirect::to(&format!("/alerts/new?draft={id}")).into_response(),
    })
}

/// `POST /alerts/draft/drop`
pub(in crate::web) async fn drop_draft(visit: Visit, body: String) -> Result<Redirect> {
    let typed = Typed::decode(&body);
    discard_draft(&visit.app, &visit.viewer, typed.get("draft")).await?;
    Ok(Redirect::to("/"))
}

/// `POST /alerts`: sends.
pub(in crate::web) async fn send(visit: Visit, body: String) -> Result<Response> {
    let typed = Typed::decode(&body);
    if !typed.has("confirmed") {
        return preview(visit, body).await;
    }
    let alert = match read(&visit, &typed).await? {
        Ok(alert) => alert,
        Err(faults) => return form_page(&visit, typed, faults, Above::default()).await,
    };
    let only = audience::named(&typed)
        .map(|named| named.iter().filter_map(|handle| handle.parse::<Handle>().ok()).collect());
    let lists = Lists::of(&visit).await?;
    let list = lists.chosen(typed.get("list")).map(|list| list.name.clone()).unwrap_or_default();
    let draft = Some(typed.get("draft")).filter(|id| !id.is_empty());
    let new = NewAlert { alert, list: &list, only, channel: Channel::Web, draft };
    match send_alert(&visit.app, &visit.viewer, new).await {
        Ok(sent) => Ok(Redirect::to(&after_sending(&sent)).into_response()),
        Err(error) => {
            let faults = told_at_field(error)?;
            form_page(&visit, typed, faults, Above::default()).await
        }
    }
}

/// What can be mended in the form is told there, so that nothing that was typed is lost.
pub(super) fn told_at_field(error: Error) -> Result<Faults> {
    let field = match error.kind() {
        Kind::Conflict => "id",
        Kind::NotFound => "list",
        Kind::Invalid | Kind::TooLarge => "description",
        Kind::Denied | Kind::Temporary | Kind::Internal => return Err(error),
    };
    let mut faults = Faults::default();
    faults.add(field, format!("{}: {}", error.public(), error.advice()));
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggested_number_is_the_time() {
        assert_eq!(suggested(Timestamp::from_seconds(1_787_623_200)), "20260825-0200");
    }
}
