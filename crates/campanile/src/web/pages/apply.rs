//! `/apply`: the registration form, for everybody. It tells nothing about the teams there are.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use campanile_core::model::team::Standing;

use super::form::{Choice, Typed};
use super::plain::Plain;
use crate::actions::{Actor, Applying, Filing, apply};
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::conduct;
use crate::web::auth::From;
use crate::web::layout::{Frame, html};
use crate::web::rates::{Place, Rates};

#[derive(Template)]
#[template(path = "apply.html")]
struct ApplyPage {
    frame: Frame,
    form: Plain,
    standings: Vec<Choice>,
    /// The version that holds; empty without one.
    conduct: String,
}

/// In words that a stranger understands.
const STANDINGS: &[(&str, &str)] = &[
    (Standing::Listed.name(), "Listed by Trusted Introducer"),
    (Standing::Accredited.name(), "Accredited by Trusted Introducer"),
    (Standing::Certified.name(), "Certified by Trusted Introducer"),
    (Standing::Partner.name(), "Partner of the project"),
    (Standing::Liaison.name(), "Liaison, to be admitted by the management"),
];

async fn page(app: &App, form: Plain, status: StatusCode) -> Result<Response> {
    let current = conduct::current(&mut *app.db.read().await?).await?;
    let page = ApplyPage {
        frame: Frame::new(app, None, "Apply for membership", "/apply"),
        standings: standings(form.value("standing")),
        form,
        conduct: current.map(|current| current.version).unwrap_or_default(),
    };
    Ok((status, html(&page)?).into_response())
}

/// Radio buttons: none is chosen before somebody has.
fn standings(typed: &str) -> Vec<Choice> {
    let choice = |(value, text): &(&str, &str)| Choice {
        value: (*value).to_owned(),
        text: (*text).to_owned(),
        chosen: *value == typed,
    };
    STANDINGS.iter().map(choice).collect()
}

/// `GET /apply`
pub(in crate::web) async fn show(State(app): State<Arc<App>>) -> Result<Response> {
    page(&app, Plain::default(), StatusCode::OK).await
}

/// `POST /apply`
pub(in crate::web) async fn file(
    State(app): State<Arc<App>>,
    Extension(rates): Extension<Arc<Rates>>,
    Extension(From(address)): Extension<From>,
    body: String,
) -> Result<Response> {
    let typed = Typed::decode(&body);
    let (place, now) = (Place::from(address), app.now());
    if rates.forms.is_full(&place, now) || rates.filed.is_full(&place, now) {
        let error = Error::temporary("too many applications have come from your address")
            .hint("try again in an hour, or write to the operator of the network");
        return page(&app, Plain::refused(typed, &error), StatusCode::TOO_MANY_REQUESTS).await;
    }
    rates.forms.note(place, now);
    let applying: Applying = serde_urlencoded::from_str(&body).map_err(|_| {
        Error::invalid("this form cannot be read").hint("Use the form of the page.")
    })?;
    match apply(&app, Actor::Gateway, &applying).await {
        Ok(Filing::Filed(_)) => {
            rates.filed.note(place, now);
            Ok(Redirect::to("/apply/filed").into_response())
        }
        Ok(Filing::Faulty(faults)) => {
            page(&app, Plain::new(typed, faults), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error) if error.is_temporary() => {
            page(&app, Plain::refused(typed, &error), StatusCode::SERVICE_UNAVAILABLE).await
        }
        Err(error) => Err(error),
    }
}

#[derive(Template)]
#[template(path = "applied.html")]
struct AppliedPage {
    frame: Frame,
}

/// `GET /apply/filed`: the same for everybody, whatever became of the form.
pub(in crate::web) async fn filed(State(app): State<Arc<App>>) -> Result<Html<String>> {
    html(&AppliedPage { frame: Frame::new(&app, None, "Your application is filed", "/apply") })
}

/// `GET /apply/conduct.txt`: the code of conduct, exactly as it is to be signed.
pub(in crate::web) async fn conduct_text(State(app): State<Arc<App>>) -> Result<Response> {
    let current = conduct::current(&mut *app.db.read().await?).await?;
    let current = current.ok_or_else(|| {
        Error::not_found("the network has no code of conduct yet").hint("Ask its operator.")
    })?;
    let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    Ok((kind, current.text).into_response())
}
