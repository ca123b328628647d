//! `/api/v1`: alerts, boards, advisories and the directory for programs of the teams.
//!
//! Who asks is a certificate (best a `service` one), or a bearer token with scopes. What it may do
//! is asked where the pages ask: `authz::may`, the store with the viewer, the actions. Refuses to
//! have a rule of its own beside the scopes of tokens.

mod advisories;
mod alerts;
mod bulk;
mod caller;
mod openapi;
mod shape;
mod teams;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;

pub(super) use caller::{bearer, presented};

/// The addresses. `openapi.rs` describes each; a test holds both together.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/api/v1/openapi.json", get(openapi::show))
        .route("/api/v1/alerts", get(alerts::list).post(alerts::send))
        .route("/api/v1/alerts/{id}", get(alerts::show))
        .route("/api/v1/alerts/{id}/revisions", get(alerts::history).post(alerts::revise))
        .route("/api/v1/alerts/{id}/board", get(alerts::board))
        .route("/api/v1/alerts/{id}/acknowledgements", post(alerts::acknowledge))
        .route("/api/v1/advisories", get(advisories::list).post(advisories::bring))
        .route("/api/v1/advisories/{advisory}", get(advisories::show))
        .route("/api/v1/advisories/{advisory}/export/{format}", get(advisories::export))
        .route("/api/v1/groups", get(advisories::groups))
        .route("/api/v1/groups/bulk", post(bulk::act))
        .route("/api/v1/groups/bulk/{id}/undo", post(bulk::undo))
        .route("/api/v1/groups/{name}", get(advisories::group))
        .route("/api/v1/groups/{name}/sheet", get(advisories::sheet))
        .route("/api/v1/teams", get(teams::list))
        .route("/api/v1/teams/{handle}", get(teams::show))
}
