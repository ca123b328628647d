//! What holds for every answer: header fields that tie the browser's hands, and the refusal of
//! requests that another site has sent.

use axum::extract::Request;
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{Response as HttpResponse, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::fault::Fault;
use super::limits::ANSWER_TIME;
use crate::error::Error;

/// Nothing but our own style and script; no frame, no base, forms to us only.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
     connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'";

const FIELDS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Sets the header fields. What says nothing about keeping is not kept: pages show what was
/// sealed.
pub(super) async fn fields(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in FIELDS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    let kept = response.headers_mut().entry(header::CACHE_CONTROL);
    kept.or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Gives up on an answer that takes too long.
pub(super) async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(ANSWER_TIME, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Error::temporary("this took too long").into_response(),
    }
}

/// What a request from another site gets: nothing was done.
pub(super) fn foreign<B: Default>(_: tower_http::csrf::ProtectionError) -> HttpResponse<B> {
    let mut response = HttpResponse::new(B::default());
    *response.status_mut() = StatusCode::FORBIDDEN;
    response.extensions_mut().insert(Fault::foreign());
    response
}
