//! Every address of the pages, in one list.

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use axum::{Extension, Router};
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;

use super::limits::{BODY_BYTES_MAX, UPLOAD_BYTES_MAX};
use super::rates::Rates;
use super::{api, assets, auth, csaf, fault, feeds, guard, health, pages, phone};
use crate::app::App;
use crate::error::Error;

/// The addresses, and what holds for all of them. The last layer is the outermost.
pub(super) fn router(app: Arc<App>) -> Router {
    open()
        .merge(alerts())
        .merge(teams())
        .merge(advisories())
        .merge(api::routes())
        .merge(feeds::routes())
        .fallback(nothing)
        .layer(Extension(Arc::new(Rates::new())))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(CsrfLayer::new().with_rejection_response(guard::foreign))
        .layer(from_fn(guard::in_time))
        .layer(from_fn_with_state(Arc::clone(&app), auth::identify))
        .layer(from_fn_with_state(Arc::clone(&app), fault::present))
        .layer(CompressionLayer::new())
        .layer(from_fn(guard::fields))
        .with_state(app)
}

/// What is open to those without a certificate; `auth.rs` has the list that decides.
fn open() -> Router<Arc<App>> {
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/static/{name}", get(assets::show))
        .route("/phone/acknowledge", post(phone::acknowledge))
        .route("/apply", get(pages::apply::show).post(pages::apply::file))
        .route("/apply/filed", get(pages::apply::filed))
        .route("/apply/conduct.txt", get(pages::apply::conduct_text))
}

/// Alerts: written, read, acknowledged, revised.
fn alerts() -> Router<Arc<App>> {
    use pages::{acknowledge, alert, alerts, calls, document, home, revise, statistics, write};
    Router::new()
        .route("/", get(home::show))
        .route("/status", get(alert::status))
        .route("/ack/{token}", get(acknowledge::show).post(acknowledge::answer))
        .route("/alerts", get(alerts::list).post(write::send))
        .route("/alerts/new", get(write::new).post(document::upload))
        .route("/alerts/preview", post(write::preview))
        .route("/alerts/preview/live", post(write::live))
        .route("/alerts/draft", post(write::draft))
        .route("/alerts/draft/drop", post(write::drop_draft))
        .route("/alerts/{id}", get(alert::show))
        .route("/alerts/{id}/history", get(alert::history))
        .route("/alerts/{id}/export/{format}", get(alert::export))
        .route("/alerts/{id}/calls", get(calls::show).post(calls::change))
        .route("/alerts/{id}/revise", get(revise::show).post(revise::send))
        .route("/alerts/{id}/revise/preview", post(revise::preview))
        .route("/statistics", get(statistics::show))
        .route("/statistics/chart", get(statistics::chart))
        .route("/statistics/csv", get(statistics::csv))
}

/// The directory, and membership.
fn teams() -> Router<Arc<App>> {
    use pages::{access, access_change, application, members, team, team_change, teams, welcome};
    Router::new()
        .route("/teams", get(teams::list))
        .route("/teams/{handle}", get(team::show))
        .route("/teams/{handle}/confirm", post(team::confirm))
        .route("/teams/{handle}/change", get(team_change::show).post(team_change::save))
        .route("/teams/{handle}/keys", post(team::offer))
        .route("/teams/{handle}/keys/confirm", post(team::confirm_key))
        .route("/teams/{handle}/conduct", post(team::accept))
        .route("/teams/{handle}/access", get(access::show))
        .route("/teams/{handle}/access/tokens", post(access_change::token))
        .route("/teams/{handle}/access/tokens/revoke", post(access_change::revoke))
        .route("/teams/{handle}/access/webhooks", post(access_change::webhook))
        .route("/teams/{handle}/access/webhooks/remove", post(access_change::unhook))
        .route("/teams/{handle}/access/certificates", post(access_change::issue))
        .route("/teams/{handle}/access/certificates/revoke", post(access_change::withdraw))
        .route("/teams/{handle}/access/certificates/{id}", get(access::certificate))
        .route("/members", get(members::show))
        .route("/members/applications/{id}", get(application::show).post(application::change))
        .route("/welcome", get(welcome::show))
        .route("/welcome/keys/{file}", get(welcome::key))
}

/// Advisories and their groups.
fn advisories() -> Router<Arc<App>> {
    use pages::advisories;
    use pages::groups::{bulk, list, show, work};
    use pages::{query, watches};
    let upload = post(advisories::bring::upload).layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX));
    Router::new()
        .route("/advisories", get(advisories::list::list).merge(upload))
        .route("/advisories/new", get(advisories::bring::new))
        .route("/advisories/minimum", post(advisories::bring::minimum))
        .route("/advisories/{advisory}", get(advisories::show::show))
        .route("/advisories/{advisory}/changes", get(advisories::show::history))
        .route("/advisories/{advisory}/audience", post(advisories::audience::audience))
        .route("/advisories/{advisory}/export/{format}", get(advisories::show::export))
        .route("/sources", get(pages::sources::show).post(pages::sources::change))
        .route("/watches", get(watches::list).post(watches::add))
        .route("/watches/{id}", post(watches::change))
        .route("/groups", get(list::list))
        .route("/groups/complete", get(query::complete::show))
        .route("/groups/build", get(query::build::build))
        .route("/groups/bulk", post(bulk::confirm))
        .route("/groups/bulk/preview", post(bulk::preview))
        .route("/groups/bulk/{id}/undo", post(bulk::undo))
        .route("/groups/{name}", get(show::show))
        .route("/groups/{name}/sheet/{kind}", get(show::export))
        .route("/groups/{name}/state", post(work::state))
        .route("/groups/{name}/claim", post(work::claim))
        .route("/groups/{name}/decide", post(work::decide))
        .route("/groups/{name}/ask", post(work::ask))
        .route("/.well-known/csaf/provider-metadata.json", get(csaf::metadata))
        .route("/csaf/feeds/{feed}", get(csaf::feed))
        .route("/csaf/documents/{advisory}/{file}", get(csaf::document))
        .route("/csaf/key.asc", get(csaf::key))
}

async fn nothing() -> Error {
    Error::not_found("there is nothing at this address")
}
