//! Checks of what is in the database and in the folder of keys.

use std::collections::{HashMap, HashSet};

use campanile_core::crypto::smime::Anchor;
use campanile_core::gateway::{self, expiry, network::Network};
use campanile_core::model::key::{Fingerprint, KeyState, Protocol};
use campanile_core::model::team::TeamState;
use campanile_core::model::time::Timestamp;

use super::Report;
use crate::app::{App, Expiring, Owner};
use crate::error::{Error, Result};
use crate::store::credentials::Credential;
use crate::store::list_keys::ListKey;
use crate::store::lists::List;
use crate::store::trust::TrustAnchor;
use crate::store::{
    Connection, SCHEMA_VERSION, Statistics, credentials, list_keys, lists, membership, statistics,
    teams, trust,
};

/// No clock is right before this program was written: 2026-01-01T00:00:00Z.
const CLOCK_MIN: Timestamp = Timestamp::from_seconds(1_767_225_600);

/// Looks at database, clock, keys and teams.
pub(super) async fn examine(app: &App, report: &mut Report) -> Result<()> {
    let now = app.now();
    let version = app.db.version().await?;
    report.ok("database", format!("{version}, tables of version {SCHEMA_VERSION}"));
    if let Some(found) = app.db.damage().await? {
        let error = Error::internal(format!("the database file is damaged: {found}"))
            .hint("stop the server, keep a copy of the file, restore the last backup");
        report.fail("database", &error);
    }
    let network = app.network().await?;
    let mut read = app.db.read_snapshot().await?;
    let numbers = statistics(&mut read).await?;
    clock(&numbers, now, report);
    let credentials = credentials::all(&mut read).await?;
    confirmations(&mut read, now, report).await?;
    let anchors = trust::all(&mut read).await?;
    let loaded = loaded_keys(&network);
    list_checks(app, &mut read, &loaded, report).await?;
    reach(&network, now, report);
    trust_checks(&anchors, &credentials, now, report);
    drop(read);
    ends(&app.expiring().await?, report);
    Ok(())
}

fn clock(numbers: &Statistics, now: Timestamp, report: &mut Report) {
    let hint = "set the clock (`timedatectl`) and keep it right with NTP: validity of signatures \
                and keys depends on it";
    match numbers.changed_at {
        _ if now < CLOCK_MIN => {
            report.fail("clock", &Error::invalid(format!("it shows {now}")).hint(hint));
        }
        Some(last) if now < last => {
            let text = format!("it shows {now}, but the last change was at {last}");
            report.warn("clock", text, hint);
        }
        _ => report.ok("clock", format!("it shows {now}; compare")),
    }
}

/// A rule that pages telephones is of no use without something that does.
fn paging(app: &App, list: &List, report: &mut Report) {
    let settings = &app.config.escalation;
    let able = settings.command.is_some() || settings.webhook.is_some();
    if !able && !list.policy.alerts.page_after_minutes.is_empty() {
        let text = format!("list {} pages telephones, and nothing is set that does", list.name);
        report.warn("alerts", text, "set [escalation] command or webhook");
    }
    if let Some(program) = settings.command.as_ref().map(|path| app.path(path))
        && !program.is_file()
    {
        let text = format!("there is no program {}", program.display());
        report.warn("alerts", text, "correct [escalation] command");
    }
}

/// The keys of lists that could be loaded.
fn loaded_keys(network: &Network) -> HashSet<Fingerprint> {
    let of_list = |list: &gateway::network::List| {
        let openpgp = list.openpgp.iter().map(|key| key.fingerprint());
        let smime = list.smime.iter().map(|key| key.fingerprint());
        openpgp.chain(smime).collect::<Vec<_>>()
    };
    network.lists.iter().flat_map(of_list).collect()
}

async fn list_checks(
    app: &App,
    read: &mut Connection,
    loaded: &HashSet<Fingerprint>,
    report: &mut Report,
) -> Result<()> {
    let lists = lists::all(read).await?;
    if lists.is_empty() {
        report.warn("lists", "there is no list", "`campanile list add NAME ADDRESS` adds one");
    }
    let keys = list_keys::all(read).await?;
    let mut expected = HashSet::new();
    for list in &lists {
        let own: Vec<_> = keys.iter().filter(|key| key.list_id == list.id).collect();
        for key in &own {
            let path = app.keys.list_key_path(&list.name, key.protocol, &key.fingerprint);
            match app.keys.check(&path) {
                Ok(()) if loaded.contains(&key.fingerprint) => {
                    list_key(list, key, app.now(), report);
                }
                Ok(()) => {
                    let text = format!("{} is damaged or holds another key", path.display());
                    let hint = "restore it from a backup, or import the key again";
                    report.fail("keys", &Error::invalid(text).hint(hint));
                }
                Err(error) => report.fail("keys", &error),
            }
            expected.insert(path);
        }
        paging(app, list, report);
        for protocol in [Protocol::Openpgp, Protocol::Smime] {
            if !own.iter().any(|key| key.protocol == protocol) {
                let text = format!("list {} has no {protocol} key", list.name);
                let hint = format!("`campanile list key generate {}` makes one", list.name);
                report.warn("keys", text, hint);
            }
        }
    }
    // Other folders hold the keys of the authority, of the pages and of stored texts.
    let of_lists = app.dir.join("keys").join("list");
    for path in app.keys.files()? {
        if path.starts_with(&of_lists) && !expected.contains(&path) {
            let text = format!("{} belongs to no list", path.display());
            report.warn("keys", text, "left behind by an interrupted import? then delete it");
        }
    }
    Ok(())
}

fn list_key(list: &List, key: &ListKey, now: Timestamp, report: &mut Report) {
    let what = format!("{} key {} of list {}", key.protocol, key.fingerprint, list.name);
    match key.expires_at {
        Some(end) if end <= now => {
            let hint = "import a new key and send it to the teams";
            let error = Error::invalid(format!("{what} expired at {end}")).hint(hint);
            report.fail("keys", &error);
        }
        Some(end) if expiry::due(end, now).is_some() => {
            let hint = "import a new key and send it to the teams in time";
            report.warn("keys", format!("{what} expires at {end}"), hint);
        }
        _ => report.ok("keys", what),
    }
}

/// Every active team has a key that copies can be sealed for, by the same code that seals.
fn reach(network: &Network, now: Timestamp, report: &mut Report) {
    let active: Vec<_> =
        network.teams.iter().filter(|team| team.state == TeamState::Active).collect();
    let mut reached = 0;
    for team in &active {
        let openpgp = team.openpgp.iter().any(|key| key.recipient(now).is_some());
        let smime = team.smime.iter().any(|key| key.recipient(&network.trust, now).is_some());
        if openpgp || smime {
            reached += 1;
            continue;
        }
        let handle = &team.handle;
        let text = format!("{handle} has no key to seal for: its copies are held");
        report.warn("teams", text, format!("ask the team; `campanile team key add {handle} …`"));
    }
    if reached == active.len() {
        report.ok("teams", format!("{reached} active teams, all can be reached"));
    }
}

/// Contact data that nobody has said to be right for too long: in the night they are dialled.
async fn confirmations(read: &mut Connection, now: Timestamp, report: &mut Report) -> Result<()> {
    let mut records: HashMap<_, _> = membership::all(read).await?.into_iter().collect();
    for team in teams::all(read).await?.iter().filter(|team| team.state == TeamState::Active) {
        let record = records.remove(&team.id).unwrap_or_default();
        let confirmation = record.confirmation(team.created_at);
        if confirmation.overdue(now) {
            let (handle, last) = (&team.handle, confirmation.last);
            let text = format!("{handle} has not confirmed its contact data since {last}");
            report.warn("teams", text, format!("ask it; `campanile team confirm {handle}`"));
        }
    }
    Ok(())
}

/// What ends soon, but the keys of lists, which are told with their files.
fn ends(expiring: &[Expiring], report: &mut Report) {
    for one in expiring {
        let (what, end) = (&one.what, one.end);
        match &one.owner {
            Owner::Team(_, handle) => {
                let text = format!("{what} of {handle} expires at {end}");
                report.warn("teams", text, "ask the team for its next key");
            }
            Owner::Anchor(subject) => {
                let text = format!("{what} ({subject}) expires at {end}");
                report.warn("trust", text, "ask the CA for its next certificate");
            }
            Owner::RevocationList(subject) => {
                let text = format!("{what} ({subject}) is good until {end}");
                report.warn("trust", text, "`campanile trust add FILE --crl FILE` in time");
            }
            Owner::Login(_, handle) => {
                let whose = if handle.is_empty() { "an operator" } else { handle };
                let text = format!("{what} of {whose} expires at {end}");
                report.warn("logins", text, "`campanile ca issue` makes the next one");
            }
            Owner::Authority => {
                let text = format!("{what} ends at {end}, and all its certificates with it");
                report.warn("logins", text, "ask the makers of campanile how to change it");
            }
            Owner::List(_) => {}
        }
    }
}

fn trust_checks(
    anchors: &[TrustAnchor],
    credentials: &[Credential],
    now: Timestamp,
    report: &mut Report,
) {
    let mut smime = credentials.iter().filter(|key| key.protocol == Protocol::Smime);
    if anchors.is_empty() && smime.any(|key| key.state == KeyState::Active) {
        let text = "there are S/MIME certificates, but no trust anchor";
        report.warn("trust", text, "`campanile trust add` registers the CA of the teams");
    }
    for anchor in anchors.iter().filter(|anchor| anchor.crl.is_none()) {
        let text = format!("no revocation list of {}: revoked certificates count", anchor.subject);
        report.warn("trust", text, "`campanile trust add FILE --crl FILE` brings it in");
    }
    for row in anchors {
        let Ok(anchor) = Anchor::read(&row.certificate, row.crl.as_deref(), now) else {
            let error = Error::invalid(format!("trust anchor {} cannot be used", row.subject));
            report.fail("trust", &error.hint("remove it, and add it again"));
            continue;
        };
        if anchor.expires_at().is_some_and(|end| end <= now) {
            let text = format!("trust anchor {} has ended: no path leads to it", row.subject);
            report.fail("trust", &Error::invalid(text).hint("add the CA's next certificate"));
        }
        if anchor.crl_expires_at().is_some_and(|end| end <= now) {
            let text = format!("the revocation list of {} is out of date", row.subject);
            report.warn("trust", text, "`campanile trust add FILE --crl FILE` brings the next in");
        }
    }
}
