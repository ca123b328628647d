//! `POST /phone/acknowledge`: for telephone gateways, which have no certificate of a team. What
//! they hand over are the digits that a caller has entered.

use std::sync::Arc;

use axum::extract::State;
use axum::{Form, Json};
use campanile_core::model::alert::follow_up::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::actions::{PhoneCall, acknowledge_by_phone};
use crate::app::App;
use crate::error::{Error, Result};

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
}

/// Acknowledges for the team that the digits name.
pub(super) async fn acknowledge(
    State(app): State<Arc<App>>,
    Form(call): Form<Call>,
) -> Result<Json<Value>> {
    let response: Response = match call.response.as_str() {
        "" => Response::Received,
        given => given.parse().map_err(|_| {
            Error::invalid("this is no response").hint("received, working or not-affected")
        })?,
    };
    let alert = Some(call.alert.trim()).filter(|alert| !alert.is_empty());
    let call = PhoneCall { code: &call.code, alert, response };
    let acknowledged = acknowledge_by_phone(&app, &call).await?;
    Ok(Json(json!({ "acknowledged": acknowledged })))
}
