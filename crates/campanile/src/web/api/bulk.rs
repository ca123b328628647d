//! `/api/v1/groups/bulk`: the same about all groups of a query.

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use campanile_core::authz::Action;
use campanile_core::model::scope::Scope;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::caller::Caller;
use crate::actions::{
    Doing, ManyGroups, do_about_groups, undo_about_groups, would_do_about_groups,
};
use crate::app::advisories::bulk::Seen;
use crate::app::advisories::{shape, typed};
use crate::error::{Error, Result};
use crate::store::advisories::groups::Filter;

/// Groups that an answer names.
const SHOWN: usize = 50;

/// What to do about which groups.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct Many {
    /// Which groups, in the language of queries; 1,000 at most.
    q: String,
    /// A state, or `claim`.
    what: String,
    /// Why; needed for irrelevant.
    #[serde(default)]
    reason: String,
    /// Only tells what would be done, with a token.
    #[serde(default)]
    dry_run: bool,
    /// The token of a dry run: what came in or changed since is left alone.
    token: Option<String>,
}

/// Says a state about all groups of a query, or claims them; or tells what that would do.
#[utoipa::path(
    post, path = "/api/v1/groups/bulk", tag = "advisories", request_body = Many,
    responses((status = 200, body = Object), (status = 403), (status = 422))
)]
pub(super) async fn act(caller: Caller, body: Bytes) -> Result<Json<Value>> {
    caller.needs(Action::WorkOnGroups, Scope::Write)?;
    let many: Many = serde_json::from_slice(&body)
        .map_err(|bad| Error::invalid(format!("the body is no such request: {bad}")))?;
    let filter = Filter { query: typed(&many.q)?, ..Filter::default() };
    let doing = match many.what.as_str() {
        "claim" => Doing::Claim,
        state => Doing::State(state, &many.reason),
    };
    let (app, viewer) = (&caller.app, &caller.viewer);
    if many.dry_run {
        let would = would_do_about_groups(app, viewer, &filter, doing).await?;
        let meant = app.meant(viewer, &filter).await?;
        let shown: Vec<_> = meant.groups.iter().take(SHOWN).map(shape::listed).collect();
        let token = Seen::of(&meant.groups).token();
        return Ok(Json(json!({ "would": would, "groups": shown, "token": token })));
    }
    let seen = many.token.as_deref().map(Seen::parse).transpose()?;
    let done = ManyGroups { filter: &filter, seen: seen.as_ref(), doing };
    let done = do_about_groups(app, viewer, done).await?;
    Ok(Json(json!({ "done": done })))
}

/// Puts back what was there before, where nothing newer was said; for a day.
#[utoipa::path(
    post, path = "/api/v1/groups/bulk/{id}/undo", tag = "advisories",
    params(("id" = String, Path, description = "As the answer told it")),
    responses((status = 200, body = Object), (status = 403), (status = 404), (status = 409))
)]
pub(super) async fn undo(caller: Caller, Path(id): Path<String>) -> Result<Json<Value>> {
    caller.needs(Action::WorkOnGroups, Scope::Write)?;
    let undone = undo_about_groups(&caller.app, &caller.viewer, &id).await?;
    Ok(Json(json!({ "undone": undone })))
}
