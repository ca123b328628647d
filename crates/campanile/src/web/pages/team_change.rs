//! `/teams/{handle}/change`: name, addresses, telephone and record of a team.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use campanile_core::authz::{Action, may};
use campanile_core::model::membership::RecordForm;

use super::form::Typed;
use super::plain::Plain;
use super::team::{Found, found};
use crate::actions::{Actor, TeamChange, change_team};
use crate::error::{Error, Result};
use crate::store::membership;
use crate::web::auth::Visit;
use crate::web::layout::{Frame, html};

#[derive(Template)]
#[template(path = "team_change.html")]
struct ChangePage {
    frame: Frame,
    handle: String,
    form: Plain,
}

fn page(visit: &Visit, handle: &str, form: Plain, status: StatusCode) -> Result<Response> {
    let frame = visit.frame(format!("Change {handle}"));
    let page = ChangePage { frame, handle: handle.to_owned(), form };
    Ok((status, html(&page)?).into_response())
}

/// The team, if the viewer may change it; another one that the viewer sees is refused, one that it
/// does not see is not there.
pub(super) async fn changeable(visit: &Visit, handle: &str) -> Result<Found> {
    let found = found(visit, handle).await?;
    let own = visit.viewer.team.as_ref().is_some_and(|own| own.id == found.0.id);
    let manages = own && may(&visit.viewer, Action::ManageOwnTeam);
    match manages || may(&visit.viewer, Action::Operate) {
        true => Ok(found),
        false => Err(Error::denied("only a representative of the team can change its entry")
            .hint("Tell the team, or the operator of the network.")),
    }
}

/// `GET /teams/{handle}/change`
pub(in crate::web) async fn show(visit: Visit, Path(handle): Path<String>) -> Result<Response> {
    let (team, _, _) = changeable(&visit, &handle).await?;
    let record = membership::of_team(&mut *visit.app.db.read().await?, &team.id).await?;
    let text = serde_urlencoded::to_string(RecordForm::of(&record.directory))
        .map_err(|source| Error::internal("the record cannot be shown").source(source))?;
    let mut typed = Typed::decode(&text);
    let emails: Vec<String> = team.emails.iter().map(ToString::to_string).collect();
    typed.set("name", team.name);
    typed.set("emails", emails.join("\n"));
    typed.set("phone", team.phone.unwrap_or_default());
    typed.set("fax", team.fax.unwrap_or_default());
    page(&visit, team.handle.as_str(), Plain::new(typed, Vec::new()), StatusCode::OK)
}

/// `POST /teams/{handle}/change`
pub(in crate::web) async fn save(
    visit: Visit,
    Path(handle): Path<String>,
    body: String,
) -> Result<Response> {
    let (team, _, _) = changeable(&visit, &handle).await?;
    let handle = team.handle.as_str();
    let typed = Typed::decode(&body);
    let form: RecordForm = serde_urlencoded::from_str(&body).map_err(|_| {
        Error::invalid("this form cannot be read").hint("Use the form of the page.")
    })?;
    let old = membership::of_team(&mut *visit.app.db.read().await?, &team.id).await?.directory;
    let directory = match form.changed(&old) {
        Ok(directory) => directory,
        Err(faults) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return page(&visit, handle, Plain::new(typed, faults), status);
        }
    };
    let text = |name: &str| Some(typed.get(name).to_owned());
    let lines = typed.get("emails").lines().map(str::trim).filter(|line| !line.is_empty());
    let change = TeamChange {
        name: text("name"),
        emails: Some(lines.map(str::to_owned).collect()),
        phone: text("phone"),
        fax: text("fax"),
        directory: Some(directory),
        ..TeamChange::default()
    };
    match change_team(&visit.app, Actor::Member(&visit.viewer), handle, change).await {
        Ok(_) => Ok(Redirect::to(&format!("/teams/{handle}")).into_response()),
        Err(error) if error.is_refusal() => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            page(&visit, handle, Plain::refused(typed, &error), status)
        }
        Err(error) => Err(error),
    }
}
