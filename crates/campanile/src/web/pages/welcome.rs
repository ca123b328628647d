//! `/welcome`: what a team needs to take part.

use askama::Template;
use axum::extract::Path;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use campanile_core::authz::Action;

use crate::app::welcome::{Welcome, WelcomeList};
use crate::error::{Error, Result};
use crate::store::teams;
use crate::web::auth::Visit;
use crate::web::layout::{Frame, html};

#[derive(Template)]
#[template(path = "welcome.html")]
struct WelcomePage {
    frame: Frame,
    handle: String,
    address: String,
    operator: String,
    lists: Vec<WelcomeList>,
}

async fn welcome(visit: &Visit) -> Result<Welcome> {
    visit.needs(Action::SeeTeams)?;
    let own = visit.viewer.team.as_ref().ok_or_else(|| {
        Error::not_found("this page is for people of a team")
            .hint("What teams are told is in the documentation of the operator.")
    })?;
    let mut read = visit.app.db.read_snapshot().await?;
    let team = teams::by_handle(&mut read, &own.handle).await?;
    let team = team.ok_or_else(|| Error::not_found("the team is not registered"))?;
    visit.app.welcome(&mut read, &team).await
}

/// `GET /welcome`
pub(in crate::web) async fn show(visit: Visit) -> Result<Html<String>> {
    let welcome = welcome(&visit).await?;
    html(&WelcomePage {
        frame: visit.frame("Welcome"),
        handle: welcome.handle,
        address: welcome.address,
        operator: welcome.operator.unwrap_or_default(),
        lists: welcome.lists,
    })
}

/// `GET /welcome/keys/{file}`: a key of a list, to be saved.
pub(in crate::web) async fn key(visit: Visit, Path(file): Path<String>) -> Result<Response> {
    let welcome = welcome(&visit).await?;
    let keys = welcome.lists.into_iter().flat_map(|list| list.keys);
    let key = keys.into_iter().find(|key| key.file == file);
    let key = key.ok_or_else(|| Error::not_found("there is no such key"))?;
    let kind = match key.file.ends_with(".asc") {
        true => "application/pgp-keys",
        false => "application/x-pem-file",
    };
    let disposition = format!("attachment; filename=\"{}\"", key.file);
    let fields =
        [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    Ok((fields, key.text).into_response())
}
