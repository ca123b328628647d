//! A team acknowledges by telephone: a gateway that has heard the digits of UID and PIN hands
//! them over.

use campanile_core::authz::{Membership, Viewer};
use campanile_core::model::alert::follow_up::{Channel, Response};
use campanile_core::model::person::Role;
use serde_json::json;

use super::acknowledge_alert::{Statement, state};
use super::set_phone_pin::{PIN_DIGITS, UID_DIGITS, pin_code};
use super::{Actor, Done, finish};
use crate::app::App;
use crate::app::alerts::alert_row;
use crate::error::{Error, Result};
use crate::store::alerts::{self, Filter, Name};
use crate::store::phone_logins::{self, PhoneLogin};
use crate::store::{Write, teams};

/// Wrong tries before a wait, as in the guide of 2003.
const FAILURES_MAX: i64 = 3;
/// How long a UID is locked then, in seconds; doubled with every further wrong try.
const LOCK_SECONDS: i64 = 15 * 60;
/// And at most.
const LOCK_SECONDS_MAX: i64 = 24 * 3600;
/// Alerts that one call acknowledges at most.
const ALERTS_MAX: i64 = 50;

/// What the gateway has heard.
#[derive(Clone, Copy)]
pub struct PhoneCall<'a> {
    /// UID and PIN in one go: nine digits; blanks do not count.
    pub code: &'a str,
    /// The incident ID; `None` for all open alerts that wait for the team.
    pub alert: Option<&'a str>,
    /// What the team does.
    pub response: Response,
}

/// Acknowledges for the team that UID and PIN name. Returns the incident IDs.
///
/// # Errors
/// The digits are wrong, or locked after three wrong tries: the same answer. Or there is no such
/// alert for the team.
pub async fn acknowledge_by_phone(app: &App, call: &PhoneCall<'_>) -> Result<Vec<String>> {
    let code: String = call.code.chars().filter(|c| !c.is_whitespace()).collect();
    let well_formed =
        code.len() == UID_DIGITS + PIN_DIGITS && code.bytes().all(|octet| octet.is_ascii_digit());
    let Some((uid, pin)) = code.split_at_checked(UID_DIGITS).filter(|_| well_formed) else {
        return Err(refused_digits());
    };
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    let expected = pin_code(&app.secret, uid, pin)?;
    let Some(login) = phone_logins::lock(&mut write, uid).await? else {
        return Err(refused_digits());
    };
    if login.locked_until > now.micros() {
        return Err(refused_digits());
    }
    if !openssl::memcmp::eq(expected.as_bytes(), login.pin.as_bytes()) {
        return fail(app, write, &login).await;
    }
    phone_logins::note(&mut write, uid, 0, campanile_core::model::time::Timestamp::from_seconds(0))
        .await?;
    let viewer = viewer_of(&mut write, &login).await?;
    let found = match call.alert {
        Some(id) => vec![alert_row(&mut write, &viewer, Name::Id(id)).await?],
        None => {
            let filter = Filter { waiting: true, ..Filter::default() };
            let rows = alerts::list(&mut write, &viewer, &filter, 0, ALERTS_MAX).await?;
            rows.into_iter().map(|row| row.alert).collect()
        }
    };
    for alert in &found {
        let statement = Statement {
            team_id: &login.team_id,
            by: &viewer.name,
            channel: Channel::Phone,
            response: call.response,
            remark: "",
        };
        state(app, &mut write, alert, &statement, now).await?;
    }
    let ids: Vec<_> = found.iter().map(|alert| alert.alert_id.to_string()).collect();
    let team = viewer.team.as_ref().map(|team| team.handle.as_str()).unwrap_or_default();
    let detail = json!({ "alerts": ids, "response": call.response });
    let done = Done { actor: Actor::Gateway, action: "alert.phone", object: team, detail };
    finish(&app.secret, write, now, done).await?;
    Ok(ids)
}

/// The same for a UID that does not exist, a wrong PIN, a UID that is locked, and a telephone that
/// has tried too often.
pub fn refused_digits() -> Error {
    Error::denied("the number is wrong, or locked for a while")
        .hint("UID and PIN have nine digits together; after three wrong tries, wait")
}

/// Counts a wrong try; it counts even if the caller hangs up.
async fn fail(app: &App, mut write: Write, login: &PhoneLogin) -> Result<Vec<String>> {
    let failures = login.failures + 1;
    let over = failures - FAILURES_MAX;
    let seconds = match over {
        ..0 => 0,
        over => (LOCK_SECONDS << over.min(10)).min(LOCK_SECONDS_MAX),
    };
    let until = app.now().plus_seconds(seconds);
    phone_logins::note(&mut write, &login.uid, failures, until).await?;
    let detail = json!({ "failures": failures, "locked_seconds": seconds });
    let (actor, object) = (Actor::Gateway, login.team_id.as_str());
    let done = Done { actor, action: "alert.phone-refused", object, detail };
    finish(&app.secret, write, app.now(), done).await?;
    Err(refused_digits())
}

/// The team, as somebody of it who may acknowledge.
async fn viewer_of(write: &mut Write, login: &PhoneLogin) -> Result<Viewer> {
    let all = teams::all(write).await?;
    let team = all.into_iter().find(|team| team.id == login.team_id).ok_or_else(refused_digits)?;
    Ok(Viewer {
        login: format!("phone {}", login.uid),
        name: "telephone".into(),
        role: Role::Officer,
        team: Some(Membership { id: team.id, handle: team.handle, state: team.state }),
    })
}
