//! `/api/v1/alerts`

use axum::Json;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use campanile_core::authz::Action;
use campanile_core::model::alert::follow_up::{Channel, Response as Does};
use campanile_core::model::alert::form::AlertForm;
use campanile_core::model::alert::{Alert, RevisionKind};
use campanile_core::model::scope::Scope;
use campanile_core::model::team::Handle;
use campanile_core::model::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::shape::{AlertContent, AlertDraft, BoardContent};
use crate::actions::{
    NewAcknowledgement, NewAlert, NewRevision, acknowledge_alert, revise_alert, send_alert,
};
use crate::app::App;
use crate::app::alerts::{AlertQuery, AlertSummary};
use crate::error::{Error, Result};
use crate::store::alerts::{Filter, Name, Stored};

/// Most alerts of one answer.
const LIMIT_MAX: usize = 200;

/// Which alerts to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// Words that all stand somewhere in the alert.
    #[serde(default)]
    q: String,
    /// `open`, `closed`, `withdrawn` or `superseded`.
    state: Option<String>,
    /// Handle of the team that wrote them.
    team: Option<String>,
    /// Name of the list.
    list: Option<String>,
    /// Exercises only, or real alerts only.
    exercise: Option<bool>,
    /// Sent at this time or later (RFC 3339).
    since: Option<String>,
    /// Sent before this time (RFC 3339).
    until: Option<String>,
    /// Only what the own team has not acknowledged.
    #[serde(default)]
    waiting: bool,
    /// How many of the newest to leave out.
    #[serde(default)]
    offset: usize,
    /// How many to return: at most 200, 50 unless said otherwise.
    limit: Option<usize>,
}

/// Alerts, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlertList {
    /// The part asked for.
    alerts: Vec<AlertView>,
    /// How many there are in all.
    total: usize,
    /// Older alerts were left out of the search for words.
    cut: bool,
}

/// An alert with what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlertView {
    /// Incident ID.
    #[schema(example = "DFN-CERT-0816")]
    id: String,
    /// Handle of the team that wrote it.
    team: String,
    /// Name of the list.
    list: String,
    /// Only named teams see it.
    restricted: bool,
    /// Only an exercise.
    exercise: bool,
    /// `open`, `closed`, `withdrawn` or `superseded`.
    state: &'static str,
    /// Number of the newest revision.
    revision: u32,
    /// When it was sent (RFC 3339).
    #[schema(format = DateTime)]
    sent_at: String,
    /// When it was last revised.
    #[schema(format = DateTime)]
    changed_at: String,
    /// When it was closed, withdrawn or superseded.
    #[schema(format = DateTime)]
    ended_at: Option<String>,
    /// How many teams are asked, the author not counted; absent without the right to see the board.
    asked: Option<i64>,
    /// How many of them have acknowledged.
    acknowledged: Option<i64>,
    /// When the own team acknowledged first.
    #[schema(format = DateTime)]
    own_at: Option<String>,
    /// Where its recipients acknowledge in a browser.
    acknowledge_url: Option<String>,
    /// What it says; absent for an operator.
    #[schema(value_type = Option<AlertContent>)]
    content: Option<Alert>,
}

impl AlertView {
    fn new(stored: Stored) -> Self {
        Self {
            id: stored.alert_id.to_string(),
            team: stored.team.to_string(),
            list: stored.list,
            restricted: stored.restricted,
            exercise: stored.exercise,
            state: stored.state.name(),
            revision: stored.revision,
            sent_at: stored.sent_at.to_string(),
            changed_at: stored.changed_at.to_string(),
            ended_at: stored.ended_at.map(|at| at.to_string()),
            asked: None,
            acknowledged: None,
            own_at: None,
            acknowledge_url: None,
            content: None,
        }
    }

    fn of(app: &App, summary: AlertSummary) -> Self {
        let url = app.acknowledge_url(&summary.stored.token);
        Self {
            asked: summary.asked,
            acknowledged: summary.acknowledged,
            own_at: summary.own_at.map(|at| at.to_string()),
            acknowledge_url: summary.alert.is_some().then_some(url),
            content: summary.alert,
            ..Self::new(summary.stored)
        }
    }
}

/// Lists the alerts that the team may see.
#[utoipa::path(
    get, path = "/api/v1/alerts", tag = "alerts", params(Which),
    responses((status = 200, body = AlertList), (status = 403), (status = 422))
)]
pub(super) async fn list(caller: Caller, Query(which): Query<Which>) -> Result<Json<AlertList>> {
    caller.needs(Action::SeeAlerts, Scope::Read)?;
    let query = AlertQuery {
        filter: which.filter()?,
        text: which.q,
        offset: which.offset,
        count: which.limit.unwrap_or(50).min(LIMIT_MAX),
    };
    let page = caller.app.alerts(&caller.viewer, &query).await?;
    let alerts = page.alerts.into_iter().map(|one| AlertView::of(&caller.app, one)).collect();
    Ok(Json(AlertList { alerts, total: page.total, cut: page.cut }))
}

fn read<T>(name: &str, text: &str) -> Result<T>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|fault: T::Err| Error::invalid(format!("{name}: {fault}")))
}

impl Which {
    fn filter(&self) -> Result<Filter> {
        let time = |name: &str, text: &Option<String>| {
            let read = text.as_deref().map(Timestamp::parse).transpose();
            read.map_err(|fault| Error::invalid(format!("{name}: {fault}")))
        };
        Ok(Filter {
            state: self.state.as_deref().map(|text| read("state", text)).transpose()?,
            team: self.team.as_deref().map(|text| read("team", text)).transpose()?,
            list: self.list.clone(),
            exercise: self.exercise,
            since: time("since", &self.since)?,
            until: time("until", &self.until)?,
            waiting: self.waiting,
        })
    }
}

/// Shows one alert in its newest revision.
#[utoipa::path(
    get, path = "/api/v1/alerts/{id}", tag = "alerts",
    params(("id" = String, Path, description = "Incident ID")),
    responses((status = 200, body = AlertView), (status = 403), (status = 404))
)]
pub(super) async fn show(caller: Caller, Path(id): Path<String>) -> Result<Json<AlertView>> {
    caller.needs(Action::SeeAlerts, Scope::Read)?;
    let open = caller.app.alert(&caller.viewer, Name::Id(&id)).await?;
    Ok(Json(AlertView {
        acknowledge_url: Some(open.acknowledge_url),
        content: Some(open.alert),
        ..AlertView::new(open.stored)
    }))
}

/// One revision.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RevisionView {
    /// 1, 2, 3 …
    number: u32,
    /// `issue`, `amend`, `supersede`, `withdraw` or `close`.
    kind: &'static str,
    /// How it came: `web`, `mail`, `api` or `cli`.
    channel: String,
    /// When it was sent (RFC 3339).
    #[schema(format = DateTime)]
    sent_at: String,
    /// What the alert said then.
    #[schema(value_type = AlertContent)]
    content: Alert,
}

/// Shows all revisions of an alert, oldest first.
#[utoipa::path(
    get, path = "/api/v1/alerts/{id}/revisions", tag = "alerts",
    params(("id" = String, Path, description = "Incident ID")),
    responses((status = 200, body = [RevisionView]), (status = 403), (status = 404))
)]
pub(super) async fn history(
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Vec<RevisionView>>> {
    caller.needs(Action::SeeAlerts, Scope::Read)?;
    let (_, revisions) = caller.app.alert_history(&caller.viewer, Name::Id(&id)).await?;
    let view = revisions.into_iter().map(|one| RevisionView {
        number: one.alert.revision.number,
        kind: one.kind.name(),
        channel: one.channel,
        sent_at: one.sent_at.to_string(),
        content: one.alert,
    });
    Ok(Json(view.collect()))
}

/// An alert to be sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Sending {
    /// Name of the list that it goes to.
    #[schema(example = "alert")]
    list: String,
    /// Handles of the only teams that get it; all on the list when absent.
    only: Option<Vec<String>>,
    /// What it says. Contact data and times come from the registry and the clock.
    #[schema(value_type = AlertDraft)]
    alert: AlertForm,
}

/// What was sent.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SentView {
    /// The incident ID, with the handle of the team in front.
    id: String,
    /// Number of the revision.
    revision: u32,
    /// Copies that are sealed and on their way.
    copies: usize,
    /// Copies that wait for a key of their team.
    held: usize,
}

/// Sends an alert in the name of the team. Sent twice with the same incident ID, the second is a
/// conflict: a call whose answer was lost may be repeated.
#[utoipa::path(
    post, path = "/api/v1/alerts", tag = "alerts", request_body = Sending,
    responses((status = 201, body = SentView), (status = 403), (status = 409), (status = 422))
)]
pub(super) async fn send(
    caller: Caller,
    Json(sending): Json<Sending>,
) -> Result<(StatusCode, Json<SentView>)> {
    caller.needs(Action::WriteAlerts, Scope::Write)?;
    let alert = filled(&caller, sending.alert)?;
    let only = sending.only.map(|handles| {
        let read = handles.iter().map(|text| read::<Handle>("only", text));
        read.collect::<Result<Vec<_>>>()
    });
    let new = NewAlert {
        alert,
        list: &sending.list,
        only: only.transpose()?,
        channel: Channel::Api,
        draft: None,
    };
    let sent = send_alert(&caller.app, &caller.viewer, new).await?;
    let (id, revision) = (sent.alert.to_string(), sent.revision);
    let view = SentView { id, revision, copies: sent.copies, held: sent.held };
    Ok((StatusCode::CREATED, Json(view)))
}

fn filled(caller: &Caller, form: AlertForm) -> Result<Alert> {
    let team = caller.viewer.team.as_ref();
    let team = team.ok_or_else(|| Error::denied("only people and tools of a team write alerts"))?;
    form.into_alert(&team.handle, caller.app.now())
        .map_err(|bad| Error::invalid(format!("alert: {bad}")))
}

/// A change of an alert.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Revising {
    /// `amend`, `supersede`, `withdraw` or `close`.
    kind: String,
    /// The revision that the change starts from; a newer one made meanwhile is a conflict.
    from: Option<u32>,
    /// What changed and why, for the readers.
    #[serde(default)]
    note: String,
    /// Incident ID of the alert that takes its place, for `supersede`.
    successor: Option<String>,
    /// What it says from now on; as before when absent.
    #[schema(value_type = Option<AlertDraft>)]
    alert: Option<AlertForm>,
}

/// Amends, supersedes, withdraws or closes an alert of the team; everybody who was asked gets a
/// sealed mail about it.
#[utoipa::path(
    post, path = "/api/v1/alerts/{id}/revisions", tag = "alerts", request_body = Revising,
    params(("id" = String, Path, description = "Incident ID")),
    responses((status = 201, body = SentView), (status = 403), (status = 404), (status = 409),
              (status = 422))
)]
pub(super) async fn revise(
    caller: Caller,
    Path(id): Path<String>,
    Json(revising): Json<Revising>,
) -> Result<(StatusCode, Json<SentView>)> {
    caller.needs(Action::WriteAlerts, Scope::Write)?;
    let content = revising.alert.map(|mut form| {
        // The alert is named in the address.
        form.id.clone_from(&id);
        filled(&caller, form)
    });
    let new = NewRevision {
        alert: Name::Id(&id),
        from: revising.from,
        kind: read::<RevisionKind>("kind", &revising.kind)?,
        content: content.transpose()?,
        note: &revising.note,
        successor: revising.successor.as_deref(),
        channel: Channel::Api,
    };
    let sent = revise_alert(&caller.app, &caller.viewer, new).await?;
    let (id, revision) = (sent.alert.to_string(), sent.revision);
    let view = SentView { id, revision, copies: sent.copies, held: sent.held };
    Ok((StatusCode::CREATED, Json(view)))
}

/// Shows who has acknowledged an alert, who is silent, and what was done about it.
#[utoipa::path(
    get, path = "/api/v1/alerts/{id}/board", tag = "alerts",
    params(("id" = String, Path, description = "Incident ID")),
    responses((status = 200, body = BoardContent), (status = 403), (status = 404))
)]
pub(super) async fn board(caller: Caller, Path(id): Path<String>) -> Result<Json<Value>> {
    caller.needs(Action::SeeBoard, Scope::Read)?;
    let board = caller.app.board(&caller.viewer, Name::Id(&id)).await?;
    let value = serde_json::to_value(&board);
    value.map(Json).map_err(|source| Error::internal("the board").source(source))
}

/// A statement of the team about an alert.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Acknowledging {
    /// `received` (unless said otherwise), `working` or `not-affected`.
    response: Option<String>,
    /// In words.
    #[serde(default)]
    remark: String,
}

/// What was recorded.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AcknowledgedView {
    /// Incident ID.
    id: String,
    /// It is the first statement of the team.
    first: bool,
}

/// Acknowledges an alert for the team, or brings what the team does up to date.
#[utoipa::path(
    post, path = "/api/v1/alerts/{id}/acknowledgements", tag = "alerts",
    request_body = Acknowledging,
    params(("id" = String, Path, description = "Incident ID")),
    responses((status = 201, body = AcknowledgedView), (status = 403), (status = 404),
              (status = 422))
)]
pub(super) async fn acknowledge(
    caller: Caller,
    Path(id): Path<String>,
    Json(said): Json<Acknowledging>,
) -> Result<(StatusCode, Json<AcknowledgedView>)> {
    caller.needs(Action::Acknowledge, Scope::Acknowledge)?;
    let response = said.response.as_deref().map(|text| read::<Does>("response", text));
    let new = NewAcknowledgement {
        alert: Name::Id(&id),
        channel: Channel::Api,
        response: response.transpose()?.unwrap_or_default(),
        remark: &said.remark,
    };
    let done = acknowledge_alert(&caller.app, &caller.viewer, &new).await?;
    let view = AcknowledgedView { id: done.alert.to_string(), first: done.first };
    Ok((StatusCode::CREATED, Json(view)))
}
