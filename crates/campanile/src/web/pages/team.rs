//! `/teams/{handle}`: one team, and for its representative and the operator, what they can change.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use campanile_core::authz::{Action, may};
use campanile_core::model::key::{KeyState, Protocol};
use campanile_core::model::membership::{Acceptance, Evidence, PhoneUsage};
use campanile_core::model::person::PersonState;
use campanile_core::model::team::{Capabilities, Handle, TeamState};

use super::form::Typed;
use super::members::{days, what};
use super::plain::Plain;
use crate::actions::{
    Accepting, Actor, Outcome, Shown, accept_conduct, confirm_contact_data, confirm_team_key,
    request_team_key,
};
use crate::app::applications::OpenVoice;
use crate::error::{Error, Kind, Result};
use crate::store::conduct::{self, Party};
use crate::store::credentials::Credential;
use crate::store::people::Person;
use crate::store::teams::Team;
use crate::store::{directory, evidence, membership, people};
use crate::web::auth::Visit;
use crate::web::layout::{At, Frame, html};

/// Keys that end within this time are marked.
const SOON_DAYS: i64 = 60;

struct KeyRow {
    tone: &'static str,
    state: &'static str,
    what: &'static str,
    until: Option<At>,
    left: String,
    left_tone: &'static str,
    fingerprint: String,
    waits: bool,
}

struct VouchedRow {
    team: String,
    at: At,
    said: Vec<&'static str>,
}

struct ConductRow {
    version: String,
    by: String,
    at: At,
    kind: &'static str,
    current: bool,
}

struct PersonRow {
    name: String,
    role: &'static str,
    email: String,
    phone: String,
}

#[derive(Template)]
#[template(path = "team.html")]
struct TeamPage {
    frame: Frame,
    handle: String,
    tone: &'static str,
    state: &'static str,
    standing: &'static str,
    name: String,
    fqdn: String,
    emails: String,
    emergency: String,
    phone: String,
    fax: String,
    lists: String,
    confirmed: At,
    confirmed_tone: &'static str,
    confirmed_text: String,
    record: Vec<(&'static str, String)>,
    keys: Vec<KeyRow>,
    evidence: Vec<String>,
    vouched: Vec<VouchedRow>,
    conduct: Vec<ConductRow>,
    asks_conduct: bool,
    conduct_version: String,
    capabilities: String,
    people: Vec<PersonRow>,
    own: bool,
    manages: bool,
    own_manages: bool,
    operates: bool,
    form: Plain,
    done: String,
}

pub(super) type Found = (Team, Vec<String>, Vec<Credential>);

/// The team, if the viewer may see it.
pub(super) async fn found(visit: &Visit, handle: &str) -> Result<Found> {
    let missing = || Error::not_found("there is no such team").hint("See the list of teams.");
    let handle: Handle = handle.parse().map_err(|_| missing())?;
    let mut read = visit.app.db.read().await?;
    directory::find(&mut read, &visit.viewer, &handle).await?.ok_or_else(missing)
}

/// `GET /teams/{handle}`
pub(in crate::web) async fn show(visit: Visit, Path(handle): Path<String>) -> Result<Response> {
    let found = found(&visit, &handle).await?;
    page(&visit, found, Plain::default(), String::new()).await
}

async fn page(visit: &Visit, found: Found, form: Plain, done: String) -> Result<Response> {
    let (team, lists, keys) = found;
    let mut read = visit.app.db.read_snapshot().await?;
    let record = membership::of_team(&mut read, &team.id).await?;
    let known = evidence::of_team(&mut read, &team.id).await?;
    let accepted = conduct::accepted(&mut read, Party::Team(&team.id)).await?;
    let current = conduct::current(&mut read).await?;
    let persons = people::of_team(&mut read, &team.id).await?;
    let vouched = visit.app.vouched_for(&mut read, &visit.viewer, &team.id).await?;
    drop(read);
    let own = visit.viewer.team.as_ref().is_some_and(|own| own.id == team.id);
    let operates = may(&visit.viewer, Action::Operate);
    let own_manages = own && may(&visit.viewer, Action::ManageOwnTeam);
    let manages = operates || own_manages;
    let confirmation = record.confirmation(team.created_at);
    let holds = |one: &Acceptance| current.as_ref().is_some_and(|now| now.digest == one.digest);
    let emails: Vec<String> = team.emails.iter().map(ToString::to_string).collect();
    let mut emergency = record.directory.phones.clone();
    emergency.retain(|phone| phone.usage.contains(&PhoneUsage::Emergency));
    let emergency: Vec<_> = emergency.into_iter().map(|phone| phone.number).collect();
    let overdue = confirmation.overdue(visit.now);
    let status =
        if form.wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let view = TeamPage {
        frame: visit.frame(team.handle.as_str()),
        tone: if team.state == TeamState::Active { "good" } else { "warn" },
        state: team.state.name(),
        standing: team.standing.name(),
        emails: emails.join(", "),
        emergency: emergency.join(", "),
        phone: team.phone.clone().unwrap_or_default(),
        fax: team.fax.clone().unwrap_or_default(),
        lists: lists.join(", "),
        confirmed: At(confirmation.last),
        confirmed_tone: match (overdue, confirmation.due(visit.now)) {
            (true, _) => "bad",
            (false, true) => "warn",
            (false, false) => "good",
        },
        confirmed_text: match overdue {
            true => "overdue".into(),
            false => days(confirmation.days_left(visit.now)),
        },
        record: record.directory.lines(),
        keys: keys.iter().rev().filter_map(|key| key_row(key, visit, manages)).collect(),
        evidence: known.iter().map(evidence_line).collect(),
        vouched: vouched.into_iter().map(vouched_row).collect(),
        asks_conduct: current.is_some() && !accepted.iter().any(holds),
        conduct: accepted.iter().map(|one| conduct_row(one, holds(one))).collect(),
        conduct_version: current.map(|current| current.version).unwrap_or_default(),
        capabilities: able(team.state.capabilities()),
        people: persons.into_iter().filter(|_| manages).filter_map(person_row).collect(),
        own,
        manages,
        own_manages,
        operates,
        form,
        done,
        handle: team.handle.to_string(),
        name: team.name,
        fqdn: team.fqdn.to_string(),
    };
    Ok((status, html(&view)?).into_response())
}

fn evidence_line(one: &Evidence) -> String {
    let since = one.since.as_ref().map(|day| format!(" since {day}"));
    format!("{}{}: {}", one.kind, since.unwrap_or_default(), one.reference)
}

fn vouched_row(one: OpenVoice) -> VouchedRow {
    let said = one.text.statements.iter().map(|said| said.text()).collect();
    VouchedRow { team: one.team, at: At(one.at), said }
}

fn conduct_row(one: &Acceptance, current: bool) -> ConductRow {
    ConductRow {
        version: one.version.clone(),
        by: one.signed_by.clone(),
        at: At(one.signed_at),
        kind: one.kind.name(),
        current,
    }
}

fn person_row(person: Person) -> Option<PersonRow> {
    (person.state == PersonState::Active).then(|| PersonRow {
        name: person.name,
        role: person.role.name(),
        email: person.email.to_string(),
        phone: person.phone.unwrap_or_default(),
    })
}

/// Keys that wait, or are gone, are shown to those who deal with them.
fn key_row(key: &Credential, visit: &Visit, manages: bool) -> Option<KeyRow> {
    let state = key.state_at(visit.now);
    if !manages && matches!(state, KeyState::Pending | KeyState::Revoked | KeyState::Replaced) {
        return None;
    }
    let left = key
        .expires_at
        .map(|end| end.seconds().saturating_sub(visit.now.seconds()).div_euclid(24 * 3600));
    let shown = left.filter(|_| state == KeyState::Active);
    Some(KeyRow {
        tone: match state {
            KeyState::Active => "good",
            KeyState::Pending => "warn",
            KeyState::Expired | KeyState::Revoked => "bad",
            KeyState::Replaced => "plain",
        },
        state: state.name(),
        what: what(key.protocol),
        until: key.expires_at.map(At),
        left: shown.map(days).unwrap_or_default(),
        left_tone: if shown.is_some_and(|left| left < SOON_DAYS) { "warn" } else { "plain" },
        fingerprint: key.fingerprint.to_string(),
        waits: state == KeyState::Pending,
    })
}

/// The row of capabilities as a sentence.
fn able(row: Capabilities) -> String {
    let all = [
        (row.log_in, "log in"),
        (row.see, "see alerts and teams"),
        (row.send, "send"),
        (row.receive, "receive"),
        (row.be_listed, "be listed"),
    ];
    let words = |able: bool| -> Vec<&str> {
        all.iter().filter(|(is, _)| *is == able).map(|(_, word)| *word).collect()
    };
    match (words(true).join(", "), words(false).join(", ")) {
        (can, cannot) if cannot.is_empty() => format!("It can {can}."),
        (can, cannot) if can.is_empty() => format!("It cannot {cannot}."),
        (can, cannot) => format!("It can {can}; it cannot {cannot}."),
    }
}

/// What became of a form: the team again, or the page with what was typed and why not.
async fn answer(
    visit: &Visit,
    handle: &str,
    typed: Typed,
    done: Result<String>,
) -> Result<Response> {
    match done {
        Ok(said) if said.is_empty() => {
            let handle: Handle = handle.parse().map_err(|_| Error::not_found("no such team"))?;
            Ok(Redirect::to(&format!("/teams/{handle}")).into_response())
        }
        Ok(said) => page(visit, found(visit, handle).await?, Plain::default(), said).await,
        // Who may not do it at all is told so, and not what to correct.
        Err(error) if matches!(error.kind(), Kind::Denied | Kind::NotFound) => Err(error),
        Err(error) if error.is_refusal() => {
            let found = found(visit, handle).await?;
            page(visit, found, Plain::refused(typed, &error), String::new()).await
        }
        Err(error) => Err(error),
    }
}

/// `POST /teams/{handle}/confirm`
pub(in crate::web) async fn confirm(visit: Visit, Path(handle): Path<String>) -> Result<Response> {
    let actor = Actor::Member(&visit.viewer);
    let done = confirm_contact_data(&visit.app, actor, &handle).await;
    answer(&visit, &handle, Typed::default(), done.map(|()| String::new())).await
}

/// `POST /teams/{handle}/keys`
pub(in crate::web) async fn offer(
    visit: Visit,
    Path(handle): Path<String>,
    body: String,
) -> Result<Response> {
    let typed = Typed::decode(&body);
    let file = typed.get("key").trim();
    let protocol = match file.contains("-----BEGIN PGP") {
        true => Protocol::Openpgp,
        false => Protocol::Smime,
    };
    let actor = Actor::Member(&visit.viewer);
    let done = request_team_key(&visit.app, actor, &handle, protocol, file.as_bytes()).await;
    let said = done.map(|(outcome, key)| match outcome {
        Outcome::Changed => format!(
            "The key {} waits. Call the operator and read its fingerprint out.",
            key.fingerprint
        ),
        Outcome::Unchanged => format!("The key {} is up to date.", key.fingerprint),
    });
    answer(&visit, &handle, typed, said).await
}

/// `POST /teams/{handle}/keys/confirm`
pub(in crate::web) async fn confirm_key(
    visit: Visit,
    Path(handle): Path<String>,
    body: String,
) -> Result<Response> {
    let typed = Typed::decode(&body);
    let actor = Actor::Member(&visit.viewer);
    let fingerprint = typed.get("fingerprint").to_owned();
    let done = confirm_team_key(&visit.app, actor, &handle, &fingerprint).await;
    answer(&visit, &handle, typed, done.map(|_| String::new())).await
}

/// `POST /teams/{handle}/conduct`: the version that was read is named, so that nobody accepts one
/// that has come in between.
pub(in crate::web) async fn accept(
    visit: Visit,
    Path(handle): Path<String>,
    body: String,
) -> Result<Response> {
    let typed = Typed::decode(&body);
    let current = conduct::current(&mut *visit.app.db.read().await?).await?;
    if current.is_none_or(|current| current.version != typed.get("version")) {
        let error = Error::conflict("another version of the code of conduct holds by now")
            .hint("read it first");
        return answer(&visit, &handle, typed, Err(error)).await;
    }
    let actor = Actor::Member(&visit.viewer);
    let (who, name) = (Accepting::Team(&handle), visit.viewer.name.as_str());
    let done = accept_conduct(&visit.app, actor, who, name, Shown::Login).await;
    answer(&visit, &handle, typed, done.map(|_| String::new())).await
}
