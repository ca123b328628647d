//! `/api/v1/advisories` and `/api/v1/groups`

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use campanile_core::authz::Action;
use campanile_core::model::scope::Scope;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use super::caller::Caller;
use crate::actions::{NewDocument, import_advisories};
use crate::app::advisories::rules::Written;
use crate::app::advisories::written::written;
use crate::app::advisories::{document, shape, typed};
use crate::error::Result;
use crate::store::advisories::Name;
use crate::store::advisories::groups::Filter;

/// Most rows of one answer.
const LIMIT_MAX: i64 = 200;

/// How many to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Newest {
    /// What to look for, in the language of queries.
    #[serde(default)]
    q: String,
    /// At most 200, 50 unless said otherwise.
    limit: Option<i64>,
}

/// Lists the advisories that the team may see, those that came last first.
#[utoipa::path(
    get, path = "/api/v1/advisories", tag = "advisories", params(Newest),
    responses((status = 200, body = Object), (status = 403))
)]
pub(super) async fn list(caller: Caller, Query(newest): Query<Newest>) -> Result<Json<Value>> {
    caller.needs(Action::SeeAdvisories, Scope::Read)?;
    let count = newest.limit.unwrap_or(50).clamp(1, LIMIT_MAX);
    let found = caller.app.advisories(&caller.viewer, &typed(&newest.q)?, count).await?;
    let rows: Vec<_> = found.iter().map(shape::stored).collect();
    Ok(Json(json!({ "advisories": rows })))
}

/// Who sees a document, and from when.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Bringing {
    /// `network`, `own`, `list:NAME`, or handles of teams with commas. By the label of the document
    /// when absent, and the team's own without one.
    audience: Option<String>,
    /// When every team sees the whole (RFC 3339).
    release_at: Option<String>,
    /// What to call the issuer where the document does not say it.
    #[serde(default)]
    issuer: String,
}

/// Brings a document in: CSAF, EISPP, CVRF, OSV, CVE, or a table of minimum records. The same
/// document brought again stays as it is, so a call whose answer was lost may be repeated.
#[utoipa::path(
    post, path = "/api/v1/advisories", tag = "advisories", params(Bringing),
    request_body(content = String, content_type = "application/octet-stream"),
    responses((status = 200, body = Object), (status = 403), (status = 422))
)]
pub(super) async fn bring(
    caller: Caller,
    Query(bringing): Query<Bringing>,
    body: Bytes,
) -> Result<Response> {
    caller.needs(Action::WriteAdvisories, Scope::Write)?;
    let written = Written {
        audience: bringing.audience.as_deref().unwrap_or_default(),
        release_at: bringing.release_at.as_deref().unwrap_or_default(),
        ..Written::default()
    };
    let disclosure = written.read()?;
    let documents = document::documents(body.to_vec());
    let new: Vec<_> = documents
        .iter()
        .map(|octets| NewDocument {
            octets,
            channel: "api",
            signature: "unsigned",
            issuer: &bringing.issuer,
            disclosure: disclosure.as_ref(),
            terms: None,
        })
        .collect();
    let taken = import_advisories(&caller.app, &caller.viewer, &new).await?;
    let refused =
        |one: &crate::actions::Taken| matches!(one, crate::actions::Taken::Refused { .. });
    let status = match taken.iter().all(refused) {
        true => StatusCode::UNPROCESSABLE_ENTITY,
        false => StatusCode::OK,
    };
    Ok((status, Json(json!({ "documents": taken }))).into_response())
}

/// Shows one advisory in its newest version, as far as the team may see it.
#[utoipa::path(
    get, path = "/api/v1/advisories/{advisory}", tag = "advisories",
    params(("advisory" = String, Path,
            description = "Its number, its identifier here, or a CVE number that only it names")),
    responses((status = 200, body = Object), (status = 403), (status = 404), (status = 409))
)]
pub(super) async fn show(caller: Caller, Path(id): Path<String>) -> Result<Json<Value>> {
    caller.needs(Action::SeeAdvisories, Scope::Read)?;
    let stored = caller.app.find_advisory(&caller.viewer, Name::Id(&id)).await?;
    let open = caller.app.advisory(&caller.viewer, Name::Row(&stored.id)).await?;
    Ok(Json(shape::version(&open.stored, &open.newest)))
}

/// Writes one advisory in a format.
#[utoipa::path(
    get, path = "/api/v1/advisories/{advisory}/export/{format}", tag = "advisories",
    params(("advisory" = String, Path, description = "As above"),
           ("format" = String, Path, description = "csaf-2.0, csaf-2.1, eispp, cvrf-1.2, text, \
                                                    html or original")),
    responses((status = 200, body = String), (status = 403), (status = 404), (status = 422))
)]
pub(super) async fn export(
    caller: Caller,
    Path((id, format)): Path<(String, String)>,
) -> Result<Response> {
    caller.needs(Action::SeeAdvisories, Scope::Read)?;
    let stored = caller.app.find_advisory(&caller.viewer, Name::Id(&id)).await?;
    let open = caller.app.advisory(&caller.viewer, Name::Row(&stored.id)).await?;
    let written = written(&open.newest, &format, caller.app.now())?;
    Ok(([(header::CONTENT_TYPE, written.media_type)], written.octets).into_response())
}

/// Which groups to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// What to look for, in the language of queries.
    #[serde(default)]
    q: String,
    /// At most 200, 50 unless said otherwise.
    limit: Option<i64>,
}

/// Lists groups of advisories, those that changed last first.
#[utoipa::path(
    get, path = "/api/v1/groups", tag = "advisories", params(Which),
    responses((status = 200, body = Object), (status = 403), (status = 422))
)]
pub(super) async fn groups(caller: Caller, Query(which): Query<Which>) -> Result<Json<Value>> {
    caller.needs(Action::SeeAdvisories, Scope::Read)?;
    let filter = Filter { query: typed(&which.q)?, ..Filter::default() };
    let count = which.limit.unwrap_or(50).clamp(1, LIMIT_MAX);
    let found = caller.app.groups(&caller.viewer, &filter, count).await?;
    let rows: Vec<_> = found.iter().map(shape::listed).collect();
    Ok(Json(json!({ "groups": rows })))
}

/// Shows one group with its advisories and what was decided about it.
#[utoipa::path(
    get, path = "/api/v1/groups/{name}", tag = "advisories",
    params(("name" = String, Path, description = "Its name, the number of an advisory in it, or \
                                                  a CVE number")),
    responses((status = 200, body = Object), (status = 403), (status = 404))
)]
pub(super) async fn group(caller: Caller, Path(name): Path<String>) -> Result<Json<Value>> {
    caller.needs(Action::SeeAdvisories, Scope::Read)?;
    let open = caller.app.group(&caller.viewer, &name).await?;
    let questions = caller.app.questions(&caller.viewer, &open).await?;
    Ok(Json(shape::group(&open, &questions)))
}

/// Shows the comparison sheet of a group, or of one vulnerability.
#[utoipa::path(
    get, path = "/api/v1/groups/{name}/sheet", tag = "advisories",
    params(("name" = String, Path, description = "As above")),
    responses((status = 200, body = Object), (status = 403), (status = 404))
)]
pub(super) async fn sheet(caller: Caller, Path(name): Path<String>) -> Result<Json<Value>> {
    caller.needs(Action::SeeAdvisories, Scope::Read)?;
    let found = caller.app.comparison(&caller.viewer, &name).await?;
    Ok(Json(shape::comparison(&found)))
}
