//! The stylesheet, the script and the icon: in the program, under names with their hash, so that
//! browsers may keep them for ever.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::error::Error;

struct Asset {
    name: String,
    kind: &'static str,
    content: &'static str,
}

static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    asset("campanile", "css", "text/css; charset=utf-8", include_str!("static/campanile.css"))
});
static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    asset("campanile", "js", "text/javascript; charset=utf-8", include_str!("static/campanile.js"))
});
static ICON: LazyLock<Asset> =
    LazyLock::new(|| asset("campanile", "svg", "image/svg+xml", include_str!("static/icon.svg")));

fn asset(stem: &str, ending: &str, kind: &'static str, content: &'static str) -> Asset {
    let hash = openssl::sha::sha256(content.as_bytes());
    let short: String = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    Asset { name: format!("{stem}-{short}.{ending}"), kind, content }
}

/// Address of the stylesheet.
pub(super) fn style() -> String {
    format!("/static/{}", STYLE.name)
}

/// Address of the script.
pub(super) fn script() -> String {
    format!("/static/{}", SCRIPT.name)
}

/// Address of the icon.
pub(super) fn icon() -> String {
    format!("/static/{}", ICON.name)
}

/// `GET /static/{name}`
pub(super) async fn show(Path(name): Path<String>) -> Response {
    let found = [&*STYLE, &*SCRIPT, &*ICON].into_iter().find(|asset| asset.name == name);
    match found {
        Some(asset) => {
            let kept = "public, max-age=31536000, immutable";
            let fields = [(header::CONTENT_TYPE, asset.kind), (header::CACHE_CONTROL, kept)];
            (fields, asset.content).into_response()
        }
        None => Error::not_found("there is no such file").into_response(),
    }
}
