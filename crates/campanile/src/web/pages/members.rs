//! `/members`: who wants to join, what is due, and what a team may do.

use std::collections::HashSet;

use askama::Template;
use axum::response::Html;
use campanile_core::authz::{Action, may};
use campanile_core::model::key::{KeyState, Protocol};
use campanile_core::model::membership::Voice;
use campanile_core::model::team::TeamState;

use crate::app::Owner;
use crate::app::applications::OpenApplication;
use crate::error::Result;
use crate::store::teams::Team;
use crate::store::{credentials, membership, teams};
use crate::web::auth::Visit;
use crate::web::layout::{At, Frame, html};

struct ApplicationRow {
    id: String,
    handle: String,
    name: String,
    standing: &'static str,
    filed: At,
    lacks: String,
    /// It has named the viewer's team as a sponsor, which has not spoken yet.
    asked: bool,
    heard: &'static str,
}

struct DueRow {
    handle: String,
    last: At,
    until: At,
    tone: &'static str,
    text: String,
    reminded: Option<At>,
}

struct PendingRow {
    team: String,
    what: &'static str,
    fingerprint: String,
}

struct EndingRow {
    owner: String,
    what: String,
    tone: &'static str,
    left: String,
    end: At,
}

struct StateRow {
    state: &'static str,
    count: String,
    log_in: &'static str,
    see: &'static str,
    send: &'static str,
    receive: &'static str,
    be_listed: &'static str,
}

#[derive(Template)]
#[template(path = "members.html")]
struct MembersPage {
    frame: Frame,
    operates: bool,
    applications: Vec<ApplicationRow>,
    pending: Vec<PendingRow>,
    due: Vec<DueRow>,
    ending: Vec<EndingRow>,
    states: Vec<StateRow>,
}

/// `GET /members`
pub(in crate::web) async fn show(visit: Visit) -> Result<Html<String>> {
    visit.needs(Action::SeeApplications)?;
    let operates = may(&visit.viewer, Action::Operate);
    let waiting = visit.app.applications(&visit.viewer, true).await?;
    let mut page = MembersPage {
        frame: visit.frame("Members"),
        operates,
        applications: waiting.into_iter().map(|one| application(&visit, one)).collect(),
        pending: Vec::new(),
        due: Vec::new(),
        ending: Vec::new(),
        states: Vec::new(),
    };
    let mut read = visit.app.db.read_snapshot().await?;
    let all = teams::all(&mut read).await?;
    page.states = states(&all, operates);
    if operates {
        let mut records = membership::all(&mut read).await?.into_iter().collect();
        page.due = all.iter().filter_map(|team| due(&visit, team, &mut records)).collect();
        page.pending = pending(&all, credentials::all(&mut read).await?);
        drop(read);
        page.ending = ending(&visit).await?;
    }
    html(&page)
}

fn application(visit: &Visit, one: OpenApplication) -> ApplicationRow {
    let own = visit.viewer.team.as_ref().map(|team| team.handle.as_str());
    let is_own = |handle: &str| own.is_some_and(|own| own.eq_ignore_ascii_case(handle));
    let heard = one.voices.iter().find(|voice| is_own(&voice.team)).map(|voice| voice.voice);
    let asked = asked(visit, &one);
    let lacks: Vec<_> =
        one.requirements.iter().filter(|(_, met)| !met).map(|(what, _)| what.text()).collect();
    ApplicationRow {
        id: one.id,
        handle: one.application.handle.to_string(),
        name: one.application.name,
        standing: one.application.standing.name(),
        filed: At(one.filed_at),
        lacks: lacks.join("; "),
        asked,
        heard: match heard {
            Some(Voice::Support) => "vouches",
            Some(Voice::Objection) => "objects",
            None => "",
        },
    }
}

/// Whether an applicant has named the viewer's team, which has not spoken yet.
pub(super) fn asked(visit: &Visit, one: &OpenApplication) -> bool {
    let Some(own) = visit.viewer.team.as_ref() else { return false };
    let is_own = |handle: &str| own.handle.as_str().eq_ignore_ascii_case(handle);
    one.application.sponsors.iter().any(|sponsor| is_own(sponsor.as_str()))
        && !one.voices.iter().any(|voice| is_own(&voice.team))
}

/// Teams that have to confirm their contact data now or within two weeks.
fn due(
    visit: &Visit,
    team: &Team,
    records: &mut std::collections::HashMap<String, membership::Membership>,
) -> Option<DueRow> {
    let record = records.remove(&team.id).unwrap_or_default();
    let confirmation = record.confirmation(team.created_at);
    if !team.state.capabilities().receive || !confirmation.due(visit.now) {
        return None;
    }
    let overdue = confirmation.overdue(visit.now);
    Some(DueRow {
        handle: team.handle.to_string(),
        last: At(confirmation.last),
        until: At(confirmation.until),
        tone: if overdue { "bad" } else { "warn" },
        text: if overdue { "overdue".into() } else { days(confirmation.days_left(visit.now)) },
        reminded: record.reminded_at.filter(|at| *at > confirmation.last).map(At),
    })
}

/// `3 days left`.
pub(super) fn days(left: i64) -> String {
    match left {
        1 => "1 day left".into(),
        left => format!("{left} days left"),
    }
}

fn pending(teams: &[Team], keys: Vec<credentials::Credential>) -> Vec<PendingRow> {
    let left: HashSet<&str> = teams
        .iter()
        .filter(|team| team.state == TeamState::Left)
        .map(|team| team.id.as_str())
        .collect();
    keys.into_iter()
        .filter(|key| key.state == KeyState::Pending && !left.contains(key.team_id.as_str()))
        .map(|key| PendingRow {
            team: teams
                .iter()
                .find(|team| team.id == key.team_id)
                .map(|team| team.handle.to_string())
                .unwrap_or_default(),
            what: what(key.protocol),
            fingerprint: key.fingerprint.to_string(),
        })
        .collect()
}

/// What a key is, for people.
pub(super) fn what(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Openpgp => "OpenPGP key",
        Protocol::Smime => "S/MIME certificate",
    }
}

async fn ending(visit: &Visit) -> Result<Vec<EndingRow>> {
    let all = visit.app.expiring().await?;
    let row = |one: crate::app::Expiring| EndingRow {
        owner: match &one.owner {
            Owner::Login(_, handle) if handle.is_empty() => "operator".into(),
            Owner::Team(_, handle) | Owner::Login(_, handle) => handle.clone(),
            Owner::List(name) => format!("list {name}"),
            Owner::Authority | Owner::Anchor(_) | Owner::RevocationList(_) => "the network".into(),
        },
        tone: if one.end <= visit.now { "bad" } else { "warn" },
        left: match one.end.seconds().saturating_sub(visit.now.seconds()) {
            gone if gone <= 0 => "ended".into(),
            left => days(left / 86_400),
        },
        what: one.what,
        end: At(one.end),
    };
    Ok(all.into_iter().map(row).collect())
}

fn states(teams: &[Team], operates: bool) -> Vec<StateRow> {
    let yes = |able: bool| if able { "yes" } else { "no" };
    let row = |state: &TeamState| {
        let able = state.capabilities();
        let count = teams.iter().filter(|team| team.state == *state).count();
        StateRow {
            state: state.name(),
            // Who is not listed is not counted for teams either.
            count: if operates || able.be_listed { count.to_string() } else { String::new() },
            log_in: yes(able.log_in),
            see: yes(able.see),
            send: yes(able.send),
            receive: yes(able.receive),
            be_listed: yes(able.be_listed),
        }
    };
    TeamState::ALL.iter().map(row).collect()
}
