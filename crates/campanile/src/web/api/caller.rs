//! Who calls: a certificate, which may do all that its role allows, or a token with scopes.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use campanile_core::authz::{Action, Viewer, may};
use campanile_core::model::scope::{Scope, Scopes};

use crate::actions::token_digest;
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::tokens;
use crate::web::fault::Fault;

/// The bearer token of a request, if there is one and the address takes it.
pub(in crate::web) fn presented(request: &Request) -> Option<String> {
    if !request.uri().path().starts_with("/api/v1/") {
        return None;
    }
    let field = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = field.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// The viewer behind a token that was presented.
///
/// # Errors
/// The database cannot be read.
pub(in crate::web) async fn bearer(
    app: &App,
    token: Option<String>,
) -> Result<Option<(Viewer, Scopes)>> {
    let Some(token) = token else { return Ok(None) };
    let digest = token_digest(app, &token)?;
    let mut read = app.db.read().await?;
    tokens::find_viewer(&mut read, "api", &digest, app.now()).await
}

/// A call of a program that was let in.
pub(super) struct Caller {
    pub(super) app: Arc<App>,
    pub(super) viewer: Viewer,
    scopes: Scopes,
}

impl Caller {
    /// Refuses what the viewer may not do at all, or what its token is not good for.
    ///
    /// # Errors
    /// Denied.
    pub(super) fn needs(&self, action: Action, scope: Scope) -> Result<()> {
        if !may(&self.viewer, action) {
            return Err(Error::denied("the role, or the state of the team, does not allow this")
                .hint("ask the representative of the team, or the operator of the network"));
        }
        match self.scopes.allow(scope) {
            true => Ok(()),
            false => Err(Error::denied(format!("the token is not good for `{scope}`"))
                .hint("`campanile token add` makes one with other scopes")),
        }
    }
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &Arc<App>,
    ) -> std::result::Result<Self, Response> {
        let viewer = parts.extensions.get::<Viewer>().cloned();
        let viewer = viewer.ok_or_else(|| Fault::no_certificate().into_response())?;
        let scopes = parts.extensions.get::<Scopes>().cloned().unwrap_or_else(Scopes::all);
        Ok(Self { app: Arc::clone(app), viewer, scopes })
    }
}
