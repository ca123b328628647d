//! `POST /phone/acknowledge`: for the telephone gateway of the network, which has no certificate of
//! a team. What it hands over are the digits that a caller has entered.
//!
//! Nobody gets as far as the digits without the token of the gateway: wrong ones lock a team out.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::{Extension, Form, Json};
use campanile_core::model::alert::follow_up::Response;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use super::rates::Rates;
use crate::actions::{PhoneCall, acknowledge_by_phone, refused_digits};
use crate::app::App;
use crate::error::{Error, Kind, Result};
use crate::keys::read_token;

/// What the gateway says.
#[derive(Deserialize)]
pub(super) struct Call {
    /// UID and PIN, nine digits.
    code: String,
    /// An incident ID; left out, everything that waits for the team.
    #[serde(default)]
    alert: String,
    /// What the team does; left out, it has received it.
    #[serde(default)]
    response: String,
    /// The number that calls, if the gateway knows it.
    #[serde(default)]
    caller: String,
}

/// Acknowledges for the team that the digits name.
pub(super) async fn acknowledge(
    State(app): State<Arc<App>>,
    Extension(rates): Extension<Arc<Rates>>,
    headers: HeaderMap,
    Form(call): Form<Call>,
) -> Result<Json<Value>> {
    admit(&app, &headers).await?;
    let caller = number(&call.caller);
    let tried = &rates.callers;
    if caller.as_ref().is_some_and(|caller| tried.is_full(caller, app.now())) {
        return Err(refused_digits());
    }
    let response: Response = match call.response.as_str() {
        "" => Response::Received,
        given => given.parse().map_err(|_| {
            Error::invalid("this is no response").hint("received, working or not-affected")
        })?,
    };
    let alert = Some(call.alert.trim()).filter(|alert| !alert.is_empty());
    let call = PhoneCall { code: &call.code, alert, response };
    let done = acknowledge_by_phone(&app, &call).await;
    match (&done, caller) {
        (Ok(_), Some(caller)) => tried.forget(&caller),
        (Err(error), Some(caller)) if error.kind() == Kind::Denied => {
            tried.note(caller, app.now());
        }
        _ => {}
    }
    Ok(Json(json!({ "acknowledged": done? })))
}

/// A telephone, by its digits; `None` when the number is not shown.
fn number(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).take(20).collect();
    Some(digits).filter(|digits| !digits.is_empty())
}

/// Lets in who presents the token of the gateway. It is read each time: a new one holds at once.
async fn admit(app: &App, headers: &HeaderMap) -> Result<()> {
    let refused = || {
        Error::denied("this is for the telephone gateway of the network")
            .hint("it presents the token of [phone] token_file: `Authorization: Bearer …`")
    };
    let path = app.config.phone.token_file.as_ref().ok_or_else(refused)?;
    let path = app.path(path);
    let read = spawn_blocking(move || read_token(&path)).await;
    let token = read.map_err(|gone| Error::internal("reading ended early").source(gone))??;
    let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.split_once(' '));
    let given = given.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let given = given.map(|(_, given)| given.trim().as_bytes()).unwrap_or_default();
    // Only octets of the same number can be compared without telling where they differ.
    let same = given.len() == token.len() && openssl::memcmp::eq(given, token.as_bytes());
    if same { Ok(()) } else { Err(refused()) }
}
