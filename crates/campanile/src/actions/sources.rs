//! Sources outside: added, changed, removed by the operator; what a run has told, noted.

use campanile_core::authz::{Action, Viewer};
use campanile_core::model::advisory::disclosure::Audience;
use campanile_core::model::key::Fingerprint;
use campanile_core::model::limits::LISTING_PARTS_MAX;
use serde_json::json;

use super::{Actor, Done, finish, member, parsed, permit};
use crate::app::App;
use crate::error::{Error, Result};
use crate::fetch::Validators;
use crate::printable::acts;
use crate::store::Write;
use crate::store::sources::{self, Key, Ran, Source};

/// Shortest time between two runs: shorter is no use to anybody, and a burden to the provider.
const EVERY_SECONDS_MIN: i64 = 15 * 60;
/// Longest time between two runs.
const EVERY_SECONDS_MAX: i64 = 30 * 24 * 3600;
/// Longest wait after failures.
const WAIT_SECONDS_MAX: i64 = 24 * 3600;
/// Longest name, in characters.
const NAME_CHARS_MAX: usize = 100;
/// Most sources: each is a request every few hours.
const SOURCES_MAX: usize = LISTING_PARTS_MAX;

/// What the operator says about a source. What is `None` stays as it is, or is as usual.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// Where it begins, checked already.
    pub url: Option<String>,
    /// What to call the issuer where a document does not say it.
    pub issuer_given: Option<String>,
    /// Whose documents it may bring; `*`: those of everybody.
    pub issuers: Option<Vec<String>>,
    /// Who sees what is not for everybody; empty: such documents are refused.
    pub audience: Option<String>,
    /// File with certificate and key; empty: none is shown.
    pub client_certificate: Option<String>,
    /// File with the authorities that the server is checked against.
    pub ca_file: Option<String>,
    /// Time between two runs, in seconds.
    pub every_seconds: Option<i64>,
    /// Whether it rests.
    pub paused: Option<bool>,
}

/// Adds a source, with the keys whose signatures count. It is due at once.
///
/// # Errors
/// The viewer is no operator, something is out of bounds, or there is one of this name or address.
pub async fn add_source(
    app: &App,
    by: &Viewer,
    (name, kind): (&str, &str),
    setup: &Setup,
    keys: &[Key],
) -> Result<Source> {
    permit(by, Action::Operate)?;
    let now = app.now();
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(acts) {
        return Err(Error::invalid("a source has a name of at most 100 characters")
            .hint("`--name` gives it one"));
    }
    let mut source = Source {
        id: app.new_id(now),
        name: name.to_owned(),
        kind: kind.to_owned(),
        every_seconds: 3600,
        created_at: now.micros(),
        due_at: now.micros(),
        ..Source::default()
    };
    fill(&mut source, setup)?;
    let mut write = app.db.begin_write().await?;
    let known = sources::all(&mut write).await?;
    if let Some(one) = known.iter().find(|one| one.name == source.name || one.url == source.url) {
        return Err(Error::conflict(format!("there is the source {} already", one.name))
            .hint("`campanile source change` changes it; another one needs another `--name`"));
    }
    if known.len() >= SOURCES_MAX {
        return Err(Error::too_large(format!("there are {SOURCES_MAX} sources already")));
    }
    sources::insert(&mut write, &source).await?;
    for key in keys {
        sources::set_key(&mut write, &source.id, key, now).await?;
    }
    let fingerprints: Vec<_> = keys.iter().map(|key| key.fingerprint.as_str()).collect();
    let detail = json!({ "kind": kind, "url": source.url, "keys": fingerprints });
    let object = source.name.as_str();
    let done = Done { actor: member(by), action: "source.add", object, detail };
    finish(&app.secret, write, now, done).await?;
    Ok(source)
}

/// Changes a source. It is looked through anew, since other documents may be taken now.
///
/// # Errors
/// The viewer is no operator, there is none, or something is out of bounds.
pub async fn change_source(app: &App, by: &Viewer, name: &str, setup: &Setup) -> Result<()> {
    permit(by, Action::Operate)?;
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    let mut source = named(&mut write, name).await?;
    fill(&mut source, setup)?;
    source.due_at = now.micros();
    sources::update(&mut write, &source).await?;
    sources::forget_listings(&mut write, &source.id).await?;
    let detail = json!({ "paused": source.paused == 1, "audience": source.audience });
    let done = Done { actor: member(by), action: "source.change", object: name, detail };
    finish(&app.secret, write, now, done).await
}

/// Has a source fetched as soon as a node comes to it.
///
/// # Errors
/// The viewer is no operator, or there is none.
pub async fn ask_source(app: &App, by: &Viewer, name: &str) -> Result<()> {
    change_source(app, by, name, &Setup { paused: Some(false), ..Setup::default() }).await
}

/// Removes a source. The advisories that it has brought stay.
///
/// # Errors
/// The viewer is no operator, or there is none.
pub async fn remove_source(app: &App, by: &Viewer, name: &str) -> Result<()> {
    permit(by, Action::Operate)?;
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    let source = named(&mut write, name).await?;
    sources::remove(&mut write, &source.id).await?;
    let done = Done { actor: member(by), action: "source.remove", object: name, detail: json!({}) };
    finish(&app.secret, write, now, done).await
}

/// Has signatures by a key count that the source names.
///
/// # Errors
/// The viewer is no operator, or the source does not name it.
pub async fn pin_source_key(app: &App, by: &Viewer, name: &str, fingerprint: &str) -> Result<()> {
    let (mut write, source, key) = key_of(app, by, name, fingerprint).await?;
    let now = app.now();
    let pinned = Key { state: "pinned".to_owned(), ..key };
    sources::set_key(&mut write, &source.id, &pinned, now).await?;
    sources::forget_listings(&mut write, &source.id).await?;
    let detail = json!({ "fingerprint": pinned.fingerprint });
    let done = Done { actor: member(by), action: "source.pin", object: name, detail };
    finish(&app.secret, write, now, done).await
}

/// Has signatures by a key count no longer.
///
/// # Errors
/// The viewer is no operator, or there is no such key.
pub async fn unpin_source_key(app: &App, by: &Viewer, name: &str, fingerprint: &str) -> Result<()> {
    let (mut write, source, key) = key_of(app, by, name, fingerprint).await?;
    let now = app.now();
    let named = Key { state: "named".to_owned(), ..key };
    sources::set_key(&mut write, &source.id, &named, now).await?;
    let detail = json!({ "fingerprint": named.fingerprint });
    let done = Done { actor: member(by), action: "source.unpin", object: name, detail };
    finish(&app.secret, write, now, done).await
}

/// Notes the keys that a source names as of now, and which of them are known.
///
/// # Errors
/// The database fails.
pub async fn note_source_keys(app: &App, source: &str, keys: &[Key]) -> Result<()> {
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    for key in keys {
        sources::set_key(&mut write, source, key, now).await?;
    }
    write.commit().await
}

/// Notes that lists of a source were worked through, so that they are asked for when changed only.
///
/// # Errors
/// The database fails.
pub async fn note_source_listings(
    app: &App,
    source: &str,
    lists: &[(String, Validators)],
) -> Result<()> {
    let mut write = app.db.begin_write().await?;
    for (url, state) in lists {
        let state = (state.etag.as_str(), state.last_modified.as_str());
        sources::set_listing(&mut write, source, url, state).await?;
    }
    write.commit().await
}

/// Ends a run. The next is due after the usual time, or later the more often it has failed, or at
/// once when there is more to do.
///
/// # Errors
/// The database fails; the lease ends by itself then.
pub async fn end_source_run(
    app: &App,
    source: &Source,
    owner: &str,
    ran: &Ran,
    (more, asked): (bool, i64),
) -> Result<()> {
    let now = app.now();
    let wait = match (&ran.fault, more) {
        (Some(_), _) => backoff(source.every_seconds, source.failures).max(asked),
        (None, true) => asked,
        (None, false) => source.every_seconds.max(asked),
    };
    let due_at = now.plus_seconds(wait.min(source.every_seconds.max(WAIT_SECONDS_MAX)));
    let mut write = app.db.begin_write().await?;
    if !sources::record(&mut write, source, owner, ran, due_at, now).await? {
        return Ok(());
    }
    let fault = ran.fault.as_ref().map(|(what, _)| what.as_str()).unwrap_or_default();
    if fault == source.fault && ran.refused == source.refused {
        return write.commit().await;
    }
    // What has changed is told, not every look.
    let detail = json!({ "fault": fault, "refused": ran.refused, "listed": ran.listed });
    let object = source.name.as_str();
    let done = Done { actor: Actor::Gateway, action: "source.fetch", object, detail };
    finish(&app.secret, write, now, done).await
}

/// 1, 2, 4 … times a quarter of the usual time, with bounds.
fn backoff(every_seconds: i64, failures: i64) -> i64 {
    let times = 1_i64 << failures.clamp(0, 10);
    let wait = (every_seconds / 4).max(EVERY_SECONDS_MIN).saturating_mul(times);
    wait.min(WAIT_SECONDS_MAX)
}

async fn named(write: &mut Write, name: &str) -> Result<Source> {
    sources::by_name(write, name).await?.ok_or_else(|| {
        Error::not_found("there is no such source").hint("`campanile source list` shows them")
    })
}

async fn key_of(
    app: &App,
    by: &Viewer,
    name: &str,
    fingerprint: &str,
) -> Result<(Write, Source, Key)> {
    permit(by, Action::Operate)?;
    let wanted = Fingerprint::parse(fingerprint).ok_or_else(|| {
        Error::invalid("this is no fingerprint").hint("40 or 64 hexadecimal digits, all of them")
    })?;
    let mut write = app.db.begin_write().await?;
    let source = named(&mut write, name).await?;
    let keys = sources::keys(&mut write, &source.id).await?;
    let key = keys.into_iter().find(|key| key.fingerprint == wanted.to_string());
    let key = key.ok_or_else(|| {
        Error::not_found("the source does not name this key")
            .hint("`campanile source show` shows those that it names")
    })?;
    Ok((write, source, key))
}

fn fill(source: &mut Source, setup: &Setup) -> Result<()> {
    let put = |place: &mut String, new: &Option<String>| {
        if let Some(new) = new {
            new.trim().clone_into(place);
        }
    };
    put(&mut source.url, &setup.url);
    put(&mut source.issuer_given, &setup.issuer_given);
    put(&mut source.issuers, &setup.issuers.as_ref().map(|issuers| issuers.join("\n")));
    put(&mut source.audience, &setup.audience);
    put(&mut source.client_certificate, &setup.client_certificate);
    put(&mut source.ca_file, &setup.ca_file);
    if !source.audience.is_empty() {
        parsed::<Audience>(&source.audience, "who sees what is not for everybody")?;
    }
    if source.kind == "archive" && !source.client_certificate.is_empty() {
        return Err(Error::invalid(
            "an archive that only a client certificate opens is not fetched",
        )
        .hint("it would lie on the disk in clear while it is read: import it by hand"));
    }
    source.every_seconds = setup.every_seconds.unwrap_or(source.every_seconds);
    source.paused = setup.paused.map_or(source.paused, i64::from);
    match (EVERY_SECONDS_MIN..=EVERY_SECONDS_MAX).contains(&source.every_seconds) {
        true => Ok(()),
        false => Err(Error::invalid("a source is asked every 15 minutes to 30 days")
            .hint("`--every 1h`, `--every 30m`, `--every 1d`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wait_grows_with_every_failure_and_ends_at_a_day() {
        let waits: Vec<_> = (0..9).map(|failures| backoff(3600, failures)).collect();
        assert_eq!(waits[..4], [900, 1800, 3600, 7200]);
        assert_eq!(waits[8], WAIT_SECONDS_MAX);
        assert_eq!(backoff(3600, 1_000), WAIT_SECONDS_MAX);
    }
}
