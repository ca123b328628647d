//! `/ack/{token}`: the link in the mail. Opening it shows, the button acknowledges: mail scanners
//! and previews open links.

use askama::Template;
use axum::Form;
use axum::extract::Path;
use axum::response::{Html, Redirect};
use campanile_core::authz::Action;
use campanile_core::model::alert::AlertState;
use campanile_core::model::alert::follow_up::{Channel, Response};
use serde::Deserialize;

use super::words;
use crate::actions::{NewAcknowledgement, acknowledge_alert};
use crate::error::{Error, Result};
use crate::store::alerts::Name;
use crate::web::auth::Visit;
use crate::web::layout::{At, Frame, html};

#[derive(Template)]
#[template(path = "acknowledge.html")]
struct AckPage {
    frame: Frame,
    id: String,
    exercise: bool,
    token: String,
    team: String,
    sent: At,
    tlp: &'static str,
    tlp_class: &'static str,
    title: String,
    own: String,
    over: &'static str,
    before: Option<At>,
    response: &'static str,
    remark: String,
}

/// `GET /ack/{token}`
pub(in crate::web) async fn show(visit: Visit, Path(token): Path<String>) -> Result<Html<String>> {
    visit.needs(Action::Acknowledge)?;
    let open = visit.app.alert(&visit.viewer, Name::Token(&token)).await?;
    let board = visit.app.board(&visit.viewer, Name::Row(&open.stored.id)).await.ok();
    let own = visit.viewer.team.as_ref();
    let said = board.as_ref().and_then(|board| {
        let row = board.rows.iter().find(|row| own.is_some_and(|own| own.id == row.team_id));
        row?.acknowledged.as_ref()
    });
    html(&AckPage {
        frame: visit.frame(format!("Acknowledge {}", open.stored.alert_id)),
        id: open.stored.alert_id.to_string(),
        exercise: open.stored.exercise,
        team: open.stored.team.to_string(),
        sent: At(open.stored.sent_at),
        tlp: open.alert.tlp.name(),
        tlp_class: words::tlp_class(open.alert.tlp),
        title: words::title(&open.alert.description),
        own: own.map(|team| team.handle.to_string()).unwrap_or_default(),
        over: match open.stored.state {
            AlertState::Open => "",
            AlertState::Closed => "This alert is closed.",
            AlertState::Withdrawn => "This alert was withdrawn: it was wrong, or a mistake.",
            AlertState::Superseded => "Another alert has taken the place of this one.",
        },
        before: said.map(|said| At(said.first_at)),
        response: said.map(|said| said.response).unwrap_or_default().name(),
        remark: said.map(|said| said.remark.clone()).unwrap_or_default(),
        token,
    })
}

/// What the form says.
#[derive(Deserialize)]
pub(in crate::web) struct Answer {
    response: String,
    #[serde(default)]
    remark: String,
}

/// `POST /ack/{token}`
pub(in crate::web) async fn answer(
    visit: Visit,
    Path(token): Path<String>,
    Form(answer): Form<Answer>,
) -> Result<Redirect> {
    let response: Response = answer.response.parse().map_err(|_| {
        Error::invalid("say what your team does").hint("Go back and choose one of the three.")
    })?;
    let (alert, channel) = (Name::Token(&token), Channel::Web);
    let new = NewAcknowledgement { alert, channel, response, remark: &answer.remark };
    let done = acknowledge_alert(&visit.app, &visit.viewer, &new).await?;
    Ok(Redirect::to(&format!("/alerts/{}", done.alert)))
}
