//! Checks of what is in the database and in the folder of keys.

use std::collections::HashSet;

use campanile_core::model::key::{KeyState, Protocol};
use campanile_core::model::team::TeamState;
use campanile_core::model::time::Timestamp;

use super::Report;
use crate::app::App;
use crate::error::{Error, Result};
use crate::store::credentials::Credential;
use crate::store::list_keys::ListKey;
use crate::store::lists::List;
use crate::store::teams::Team;
use crate::store::{
    Connection, SCHEMA_VERSION, Statistics, credentials, list_keys, lists, statistics, teams,
};

/// How long before its end a key is spoken of, in seconds: 30 days.
const EXPIRY_SECONDS: i64 = 30 * 24 * 3600;
/// No clock is right before this program was written: 2026-01-01T00:00:00Z.
const CLOCK_MIN: Timestamp = Timestamp::from_seconds(1_767_225_600);

/// Looks at database, clock, keys and teams.
pub(super) async fn examine(app: &App, report: &mut Report) -> Result<()> {
    let now = app.now();
    let version = app.db.version().await?;
    report.ok(
        "database",
        format!("{version}, tables of version {SCHEMA_VERSION}"),
    );
    if let Some(found) = app.db.damage().await? {
        let error = Error::internal(format!("the database file is damaged: {found}"))
            .hint("stop the server, keep a copy of the file, restore the last backup");
        report.fail("database", &error);
    }
    let mut read = app.db.read_snapshot().await?;
    let numbers = statistics(&mut read).await?;
    clock(&numbers, now, report);
    let teams = teams::all(&mut read).await?;
    let credentials = credentials::all(&mut read).await?;
    list_checks(app, &mut read, now, report).await?;
    team_checks(&teams, &credentials, now, report);
    if numbers.anchors == 0
        && credentials
            .iter()
            .any(|key| key.protocol == Protocol::Smime)
    {
        let text = "there are S/MIME certificates, but no trust anchor";
        report.warn(
            "trust",
            text,
            "`campanile trust add` registers the CA of the teams",
        );
    }
    Ok(())
}

fn clock(numbers: &Statistics, now: Timestamp, report: &mut Report) {
    let hint = "set the clock (`timedatectl`) and keep it right with NTP: validity of signatures \
                and keys depends on it";
    match numbers.changed_at {
        _ if now < CLOCK_MIN => {
            report.fail(
                "clock",
                &Error::invalid(format!("it shows {now}")).hint(hint),
            );
        }
        Some(last) if now < last => {
            let text = format!("it shows {now}, but the last change was at {last}");
            report.warn("clock", text, hint);
        }
        _ => report.ok("clock", format!("it shows {now}; compare")),
    }
}

async fn list_checks(
    app: &App,
    read: &mut Connection,
    now: Timestamp,
    report: &mut Report,
) -> Result<()> {
    let lists = lists::all(read).await?;
    if lists.is_empty() {
        report.warn(
            "lists",
            "there is no list",
            "`campanile list add NAME ADDRESS` adds one",
        );
    }
    let keys = list_keys::all(read).await?;
    let mut expected = HashSet::new();
    for list in &lists {
        let own: Vec<_> = keys.iter().filter(|key| key.list_id == list.id).collect();
        for key in &own {
            let path = app
                .keys
                .list_key_path(&list.name, key.protocol, &key.fingerprint);
            match app.keys.check(&path) {
                Ok(()) => list_key(list, key, now, report),
                Err(error) => report.fail("keys", &error),
            }
            expected.insert(path);
        }
        for protocol in [Protocol::Openpgp, Protocol::Smime] {
            if !own.iter().any(|key| key.protocol == protocol) {
                let text = format!("list {} has no {protocol} key", list.name);
                let hint = format!("`campanile list key generate {}` makes one", list.name);
                report.warn("keys", text, hint);
            }
        }
    }
    for path in app.keys.files()? {
        if !expected.contains(&path) {
            let text = format!("{} belongs to no list", path.display());
            report.warn(
                "keys",
                text,
                "left behind by an interrupted import? then delete it",
            );
        }
    }
    Ok(())
}

fn list_key(list: &List, key: &ListKey, now: Timestamp, report: &mut Report) {
    let what = format!(
        "{} key {} of list {}",
        key.protocol, key.fingerprint, list.name
    );
    match key.expires_at {
        Some(end) if end <= now => {
            let hint = "import a new key and send it to the teams";
            let error = Error::invalid(format!("{what} expired at {end}")).hint(hint);
            report.fail("keys", &error);
        }
        Some(end) if end <= now.plus_seconds(EXPIRY_SECONDS) => {
            let hint = "import a new key and send it to the teams in time";
            report.warn("keys", format!("{what} expires at {end}"), hint);
        }
        _ => report.ok("keys", what),
    }
}

fn team_checks(teams: &[Team], credentials: &[Credential], now: Timestamp, report: &mut Report) {
    let soon = now.plus_seconds(EXPIRY_SECONDS);
    let mut silent = true;
    for team in teams.iter().filter(|team| team.state == TeamState::Active) {
        let usable: Vec<_> = credentials
            .iter()
            .filter(|key| key.team_id == team.id && key.state_at(now) == KeyState::Active)
            .collect();
        let handle = &team.handle;
        if !usable.iter().any(|key| key.can_encrypt) {
            silent = false;
            let text = format!("{handle} has no key to encrypt for: its copies are held");
            report.warn(
                "teams",
                text,
                format!("`campanile team key add {handle} …`"),
            );
        }
        for key in usable {
            if let Some(end) = key.expires_at.filter(|end| *end <= soon) {
                silent = false;
                let text = format!("key {} of {handle} expires at {end}", key.fingerprint);
                report.warn("teams", text, "ask the team for its next key");
            }
        }
    }
    if silent {
        report.ok(
            "teams",
            format!("{} teams, all active ones can be reached", teams.len()),
        );
    }
}
