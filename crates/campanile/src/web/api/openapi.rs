//! The description of the API, made from the code [OpenAPI 3.1].

use axum::Json;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::caller::Caller;
use super::{advisories, alerts, bulk, teams};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Campanile",
        description = "Alerts and advisories of a CSIRT network, for the programs of its teams. \
                       A call shows a client certificate, or a token as `Authorization: Bearer \
                       …`. What a team may not see does not exist for it: 404. Failures are \
                       `{\"error\": …, \"hint\": …}`. Times are RFC 3339 in UTC."
    ),
    paths(
        alerts::list, alerts::send, alerts::show, alerts::history, alerts::revise, alerts::board,
        alerts::acknowledge, advisories::list, advisories::bring, advisories::show,
        advisories::export, advisories::groups, advisories::group, advisories::sheet, bulk::act,
        bulk::undo, teams::list, teams::show
    ),
    components(schemas(
        super::shape::AlertDraft, super::shape::AlertContent, super::shape::BoardContent
    )),
    modifiers(&Security),
    security(("token" = [])),
    tags((name = "alerts"), (name = "advisories"), (name = "teams"))
)]
struct Api;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut Document) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", scheme);
    }
}

/// The whole document.
fn document() -> Document {
    Api::openapi()
}

/// `GET /api/v1/openapi.json`
pub(super) async fn show(_: Caller) -> Json<Document> {
    Json(document())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_of_the_router_is_described() {
        let routes = include_str!("mod.rs");
        let document = document();
        for line in routes.lines().filter(|line| line.contains(".route(\"/api/v1/")) {
            let path = line.split('"').nth(1).unwrap();
            if path.ends_with("openapi.json") {
                continue;
            }
            let item = document.paths.paths.get(path).unwrap_or_else(|| panic!("{path}"));
            assert_eq!(item.get.is_some(), line.contains("get("), "{path}");
            assert_eq!(item.post.is_some(), line.contains("post("), "{path}");
        }
    }
}
