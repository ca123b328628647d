//! The forms of `/teams/{handle}/access`: tokens, webhooks and certificates made and withdrawn.

use axum::extract::Path;
use axum::response::Response;

use super::access::{Made, answer};
use super::form::Typed;
use super::team_change::changeable;
use crate::actions::{
    self, Actor, Key, LoginFor, Reach, TokenKind, add_token, add_webhook, issue_login,
    remove_webhook, revoke_login, revoke_token,
};
use crate::error::{Error, Result};
use crate::web::auth::Visit;

/// The form of a visit, for a team that the viewer may change.
async fn typed(visit: &Visit, handle: &str, body: &str) -> Result<Typed> {
    changeable(visit, handle).await?;
    Ok(Typed::decode(body))
}

/// `POST /teams/{handle}/access/tokens`
pub(in crate::web) async fn token(
    visit: Visit,
    Path(handle): Path<String>,
    body: String,
) -> Result<Response> {
    let typed = typed(&visit, &handle, &body).await?;
    let made = new_token(&visit, &handle, &typed).await;
    answer(&visit, &handle, typed, made).await
}

async fn new_token(visit: &Visit, handle: &str, typed: &Typed) -> Result<Made> {
    let kind = match typed.get("use") {
        "feed" => TokenKind::Feed,
        _ => TokenKind::Api,
    };
    let scopes: Vec<&str> = typed.all("scope").collect();
    let days = typed.get("days").trim().parse();
    let days = days.map_err(|_| Error::invalid("the days are no number").hint("like 365"))?;
    let (actor, scopes) = (Actor::Member(&visit.viewer), scopes.join(" "));
    let values = (typed.get("token_name"), scopes.as_str(), days);
    let (token, text) = add_token(&visit.app, actor, handle, kind, values).await?;
    let secret = match kind {
        TokenKind::Api => format!("Authorization: Bearer {}", text.as_str()),
        TokenKind::Feed => {
            format!("{}/feeds/{}.atom", visit.app.config.public_url(), text.as_str())
        }
    };
    let said = format!("The token “{}” is made.", token.name);
    Ok(Made { said, secret, ..Made::default() })
}

/// `POST /teams/{handle}/access/tokens/revoke`
pub(in crate::web) async fn revoke(
    visit: Visit,
    Path(handle): Path<String>,
    body: String,
) -> Result<Response> {
    let typed = typed(&visit, &handle, &body).await?;
    let done = revoke_token(&visit.app, Actor::Member(&visit.viewer), typed.get("id")).await;
    let said = "The token is withdrawn: nobody gets in with it any more.".to_owned();
    let made = done.map(|()| Made { said, ..Made::default() });
    answer(&visit, &handle, typed, made).await
}

/// `POST /teams/{handle}/access/webhooks`
pub(in crate::web) async fn webhook(
    visit: Visit,
    Path(handle): Path<String>,
    body: String,
) -> Result<Response> {
    let typed = typed(&visit, &handle, &body).await?;
    let actor = Actor::Member(&visit.viewer);
    let url = typed.get("url").trim();
    let made = match add_webhook(&visit.app, actor, &handle, url, Reach::Public).await {
        Ok(hook) => actions::webhook_secret(&visit.app, &hook.id).map(|secret| Made {
            said: format!("{} is told of alerts from now on.", hook.url),
            secret,
            ..Made::default()
        }),
        Err(error) => Err(error),
    };
    answer(&visit, &handle, typed, made).await
}

/// `POST /teams/{handle}/access/webhooks/remove`
pub(in crate::web) async fn unhook(
    visit: Visit,
    Path(handle): Path<String>,
    body: String,
) -> Result<Response> {
    let typed = typed(&visit, &handle, &body).await?;
    let done = remove_webhook(&visit.app, Actor::Member(&visit.viewer), typed.get("id")).await;
    let said = "The webhook is removed.".to_owned();
    let made = done.map(|()| Made { said, ..Made::default() });
    answer(&visit, &handle, typed, made).await
}

/// `POST /teams/{handle}/access/certificates`
pub(in crate::web) async fn issue(
    visit: Visit,
    Path(handle): Path<String>,
    body: String,
) -> Result<Response> {
    let typed = typed(&visit, &handle, &body).await?;
    let text = |name: &str| {
        Some(typed.get(name).trim()).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let for_whom = LoginFor {
        team: Some(handle.clone()),
        // Without a name it would be for the team as such, which the page does not offer.
        name: Some(typed.get("name").trim().to_owned()),
        email: text("email"),
        role: text("role"),
    };
    let request = typed.get("request").trim();
    let issued = match request.is_empty() {
        true => Err(Error::invalid("there is no request").hint("paste what openssl req wrote")),
        false => {
            let key = Key::Requested(request.as_bytes());
            issue_login(&visit.app, Actor::Member(&visit.viewer), &for_whom, key).await
        }
    };
    let made = issued.map(|issued| Made {
        said: format!("The certificate for {} is issued.", issued.login.name),
        certificate: issued.login.id,
        ..Made::default()
    });
    answer(&visit, &handle, typed, made).await
}

/// `POST /teams/{handle}/access/certificates/revoke`
pub(in crate::web) async fn withdraw(
    visit: Visit,
    Path(handle): Path<String>,
    body: String,
) -> Result<Response> {
    let typed = typed(&visit, &handle, &body).await?;
    let (actor, which) = (Actor::Member(&visit.viewer), typed.get("fingerprint"));
    let done = revoke_login(&visit.app, actor, which, typed.get("reason").trim()).await;
    let made = done.map(|print| Made {
        said: format!("The certificate {print} is revoked: it opens nothing any more."),
        ..Made::default()
    });
    answer(&visit, &handle, typed, made).await
}
