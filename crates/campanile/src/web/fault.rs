//! Failures as answers: the one place that turns a kind of error into a status and a page.
//!
//! Handlers return an [`Error`]; what comes out is marked with a [`Fault`], and [`present`], which
//! knows who asked and how, writes it as a page or as JSON.

use std::sync::Arc;

use askama::Template;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use campanile_core::authz::Viewer;

use super::layout::{Frame, html};
use crate::app::App;
use crate::error::{Error, Kind};

/// What went wrong, in words for the one who asked.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    status: StatusCode,
    text: String,
    hint: String,
}

impl Fault {
    /// Without a login: the same everywhere, and never a word about what was asked for.
    pub(super) fn no_certificate() -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            text: "A client certificate is needed. Your browser has sent none, or one that is not \
                   registered here any more."
                .into(),
            hint: "Import the certificate that your network has issued to you, start the browser \
                   anew and choose it when asked. Without one: ask the operator of the network, \
                   or apply for membership at /apply."
                .into(),
        }
    }

    /// A form that does not come from our own pages.
    pub(super) fn foreign() -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            text: "This request was sent by another site. Nothing was done.".into(),
            hint: "Open the page here and use its form.".into(),
        }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        (self.status, axum::Extension(self)).into_response()
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = match self.kind() {
            Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Kind::Denied => StatusCode::FORBIDDEN,
            Kind::NotFound => StatusCode::NOT_FOUND,
            Kind::Conflict => StatusCode::CONFLICT,
            Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Kind::Temporary => StatusCode::SERVICE_UNAVAILABLE,
            Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        if status.is_server_error() {
            tracing::warn!(error = %self, causes = self.causes(), "a request failed");
        }
        let hint = self.own_hint().unwrap_or_else(|| advice(self.kind())).to_owned();
        Fault { status, text: self.public().to_owned(), hint }.into_response()
    }
}

/// What to do when the error says nothing of its own. There are no commands in a browser.
fn advice(kind: Kind) -> &'static str {
    match kind {
        Kind::Invalid => "Go back, correct it and send it again; nothing was changed.",
        Kind::Denied => "Ask the representative of your team, or the operator of the network.",
        Kind::NotFound => "Check the address; the lists show what there is for you.",
        Kind::Conflict => "Load the page anew: somebody may have done it already.",
        Kind::TooLarge => "Send something smaller.",
        Kind::Temporary => "Try again in a moment; what you sent was not taken.",
        Kind::Internal => "The log of the server has the cause; tell the operator the time.",
    }
}

#[derive(Template)]
#[template(path = "fault.html")]
struct FaultPage {
    frame: Frame,
    text: String,
    hint: String,
}

/// Writes what went wrong in the form that was asked for.
pub(super) async fn present(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let api = request.uri().path().starts_with("/api/");
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    let Some(fault) = response.extensions().get::<Fault>().cloned().or_else(|| bare(&response))
    else {
        return response;
    };
    if api {
        let said = serde_json::json!({ "error": fault.text, "hint": fault.hint });
        return (fault.status, Json(said)).into_response();
    }
    let viewer = response.extensions().get::<Viewer>().cloned();
    // Whoever has no login learns nothing from the page, not even what was asked for.
    let path = if viewer.is_some() { path } else { String::new() };
    let title = match fault.status {
        StatusCode::FORBIDDEN => "Not allowed",
        StatusCode::NOT_FOUND => "Not found",
        status if status.is_server_error() => "This did not work",
        _ => "This cannot be done",
    };
    let frame = Frame::new(&app, viewer, title, &path);
    let page = FaultPage { frame, text: fault.text, hint: fault.hint };
    let status = fault.status;
    html(&page).map_or_else(
        |_| StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        |body| (status, body).into_response(),
    )
}

/// Refusals that the libraries below have made: a status, and a word in plain text at best.
fn bare(response: &Response) -> Option<Fault> {
    let (text, hint) = match response.status() {
        StatusCode::METHOD_NOT_ALLOWED => {
            ("this address cannot be asked that way", "Use the forms of the pages.")
        }
        StatusCode::PAYLOAD_TOO_LARGE => {
            ("this is too large", "Up to one megabyte is taken at a time.")
        }
        StatusCode::BAD_REQUEST
        | StatusCode::UNPROCESSABLE_ENTITY
        | StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            ("this request cannot be read", "Use the forms of the pages.")
        }
        _ => return None,
    };
    let html = response.headers().get(axum::http::header::CONTENT_TYPE);
    let ours = html.is_some_and(|kind| !kind.as_bytes().starts_with(b"text/plain"));
    (!ours).then(|| Fault { status: response.status(), text: text.into(), hint: hint.into() })
}
