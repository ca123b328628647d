//! From the client certificate to the viewer: the one place that knows who asks.
//!
//! Refuses to know what a viewer may do; that is `authz::may` of the core.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use campanile_core::authz::{Action, Viewer, may};
use campanile_core::model::key::Fingerprint;
use campanile_core::model::time::Timestamp;

use super::api;
use super::fault::Fault;
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::logins;

/// The client certificate of a connection, as the handshake has checked it.
#[derive(Debug, Clone)]
pub(super) struct Peer(pub(super) Fingerprint);

/// Where a connection comes from.
#[derive(Debug, Clone, Copy)]
pub(super) struct From(pub(super) IpAddr);

/// Addresses that are open to those without a certificate. What stands behind `/feeds/` and
/// `/phone/` asks for a token instead.
const OPEN: &[&str] = &["/healthz", "/readyz", "/apply"];
const OPEN_BELOW: &[&str] = &["/static/", "/feeds/", "/phone/", "/apply/"];

fn open(path: &str) -> bool {
    OPEN.contains(&path) || OPEN_BELOW.iter().any(|start| path.starts_with(start))
}

/// Finds out who asks. Whoever has no login gets the same answer everywhere, also where nothing
/// is.
pub(super) async fn identify(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<Peer>().cloned();
    let token = api::presented(&request);
    let found = match peer {
        Some(Peer(fingerprint)) => viewer(&app, &fingerprint).await,
        // Programs without a certificate of their own bring a token, for the API only.
        None => match api::bearer(&app, token).await {
            Ok(Some((viewer, scopes))) => {
                request.extensions_mut().insert(scopes);
                Ok(Some(viewer))
            }
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        },
    };
    match found {
        Ok(Some(viewer)) => {
            request.extensions_mut().insert(viewer.clone());
            let mut response = next.run(request).await;
            response.extensions_mut().insert(viewer);
            response
        }
        Ok(None) if open(request.uri().path()) => next.run(request).await,
        Ok(None) => Fault::no_certificate().into_response(),
        Err(error) => error.into_response(),
    }
}

async fn viewer(app: &App, fingerprint: &Fingerprint) -> Result<Option<Viewer>> {
    logins::find_viewer(&mut *app.db.read().await?, fingerprint, app.now()).await
}

/// A request with a login: who asks, for what, when. Every handler of a page takes one.
#[derive(Clone)]
pub(super) struct Visit {
    pub(super) app: Arc<App>,
    pub(super) viewer: Viewer,
    pub(super) path: String,
    pub(super) now: Timestamp,
}

impl Visit {
    /// Refuses what the viewer may not do at all.
    ///
    /// # Errors
    /// Denied.
    pub(super) fn needs(&self, action: Action) -> Result<()> {
        match may(&self.viewer, action) {
            true => Ok(()),
            false => {
                Err(Error::denied("your role, or the state of your team, does not allow this")
                    .hint("ask the representative of your team, or the operator of the network"))
            }
        }
    }
}

impl FromRequestParts<Arc<App>> for Visit {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &Arc<App>,
    ) -> std::result::Result<Self, Response> {
        let viewer = parts.extensions.get::<Viewer>().cloned();
        let viewer = viewer.ok_or_else(|| Fault::no_certificate().into_response())?;
        let path = parts.uri.path().to_owned();
        Ok(Self { app: Arc::clone(app), viewer, path, now: app.now() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_listed_is_open() {
        for path in ["/healthz", "/readyz", "/static/a.css", "/apply", "/apply/x", "/feeds/t.atom"]
        {
            assert!(open(path), "{path}");
        }
        for path in ["/", "/alerts", "/ack/x", "/applyx", "/static", "/healthz/", "/api/v1", "//"] {
            assert!(!open(path), "{path}");
        }
    }
}
