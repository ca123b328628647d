//! `/groups/complete`: what may follow in a query that is being typed, for the script.

use axum::Json;
use axum::extract::Query;
use campanile_core::authz::Action;
use campanile_core::query::{Vocabulary, complete};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::Result;
use crate::web::auth::Visit;

/// What is typed, and where: an offset in octets.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Begun {
    q: String,
    at: Option<usize>,
}

/// `GET /groups/complete`
pub(in crate::web) async fn show(visit: Visit, Query(begun): Query<Begun>) -> Result<Json<Value>> {
    visit.needs(Action::SeeAdvisories)?;
    let names = visit.app.names(&visit.viewer).await?;
    let vocabulary = Vocabulary { issuers: &names.issuers, claimants: &names.claimants };
    let found = complete(&begun.q, begun.at.unwrap_or(begun.q.len()), vocabulary);
    let offered = found.into_iter().map(|one| {
        json!({
            "from": one.place.start, "to": one.place.end, "text": one.text, "about": one.about
        })
    });
    Ok(Json(json!({ "completions": offered.collect::<Vec<_>>() })))
}
