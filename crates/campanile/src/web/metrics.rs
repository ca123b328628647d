//! `GET /metrics`: the counters of this process, and the backlog as the database shows it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use campanile_core::model::time::Timestamp;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use crate::app::App;
use crate::error::Result;
use crate::store::{Backlog, backlog};

/// OpenMetrics 1.0, which Prometheus reads since 2.5.
const FORMAT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Answers with everything. Without the database the counters are still told.
pub(super) async fn show(State(app): State<Arc<App>>) -> Response {
    let mut registry = Registry::with_prefix("campanile");
    registry.register("build", "The program", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
    app.counters.register(&mut registry);
    let found = read(&app).await;
    if let Err(error) = &found {
        tracing::warn!(%error, causes = error.causes(), "metrics without the database");
    }
    let reachable = "Whether the database answered, 1 or 0";
    gauge(&mut registry, "database_reachable", reachable, i64::from(found.is_ok()));
    if let Ok(found) = found {
        gauges(&mut registry, &found, app.now());
    }
    let mut text = String::new();
    match encode(&mut text, &registry) {
        Ok(()) => ([(header::CONTENT_TYPE, FORMAT)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn read(app: &App) -> Result<Backlog> {
    backlog(&mut *app.db.read().await?).await
}

fn gauges(registry: &mut Registry, found: &Backlog, now: Timestamp) {
    let age =
        |since: Option<Timestamp>| since.map_or(0, |at| (now.seconds() - at.seconds()).max(0));
    let rows = [
        ("mails_unopened", "Mails that were received and not opened yet", found.mails_unopened),
        (
            "oldest_unopened_mail_age_seconds",
            "Age of the oldest mail that was not opened yet, 0 without one",
            age(found.unopened_since),
        ),
        ("mails_held", "Mails that wait for the operator", found.mails_held),
        ("copies_waiting", "Copies that wait for the next hop", found.copies_waiting),
        (
            "oldest_waiting_copy_age_seconds",
            "Age of the oldest copy that waits for the next hop, 0 without one",
            age(found.waiting_since),
        ),
        ("copies_held", "Copies that wait for a key of their team", found.copies_held),
        (
            "copies_failed",
            "Copies that were given up and wait for the operator",
            found.copies_failed,
        ),
    ];
    for (name, help, value) in rows {
        gauge(registry, name, help, value);
    }
}

fn gauge(registry: &mut Registry, name: &str, help: &str, value: i64) {
    registry.register(name, help, ConstGauge::new(value));
}
