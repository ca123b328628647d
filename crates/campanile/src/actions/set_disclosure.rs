//! A team decides who sees what of an advisory of its own; and the time of release comes.
//!
//! Both write anew what everybody may see: rows, indexes, groups, and whether the documents stand
//! in clear. What everybody has seen once cannot be taken back from those who read it.

use campanile_core::authz::{Action, Viewer};
use campanile_core::grouping::AdvisoryKey;
use campanile_core::model::advisory::disclosure::Disclosure;
use campanile_core::model::time::Timestamp;
use serde_json::json;

use super::group_decision::founded;
use super::import_advisories::{outlook, reindex, seal_document, write_rules};
use super::regroup::Regroup;
use super::{Actor, Done, finish, member, permit};
use crate::app::App;
use crate::app::advisories::document;
use crate::error::{Error, Result};
use crate::store::advisories::documents::{self, Body};
use crate::store::advisories::versions::{self, Reading};
use crate::store::advisories::{self, Name, Stored};
use crate::store::{Write, sealed};

/// Decides who sees what of an advisory, in all its versions. The owner stays who it is.
///
/// # Errors
/// There is no such advisory of the viewer's team, or an exception has no reason.
pub async fn set_disclosure(
    app: &App,
    by: &Viewer,
    name: Name<'_>,
    rules: Disclosure,
) -> Result<()> {
    permit(by, Action::WriteAdvisories)?;
    let exception = rules.exception.as_deref().map(founded).transpose()?.map(str::to_owned);
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    advisories::reserve(&mut write, 0).await?;
    let found = advisories::find(&mut write, by, name).await?;
    let own = found.into_iter().find(|one| one.is_of(by));
    let stored = own.ok_or_else(|| {
        Error::not_found("there is no such advisory of yours")
            .hint("a team decides about its own, the operator about what has no team")
    })?;
    let old = old_rules(app, &mut write, &stored).await?;
    let owner =
        old.and_then(|old| old.owner).or_else(|| by.team.as_ref().map(|team| team.handle.clone()));
    let rules = Disclosure { owner, exception, ..rules };
    apply(app, &mut write, &stored, &rules, now).await?;
    let detail = json!({ "release_at": rules.release_at, "exception": rules.exception.is_some() });
    let done = Done { actor: member(by), action: "advisory.disclose", object: &stored.id, detail };
    finish(&app.secret, write, now, done).await
}

/// Shows all of an advisory to everybody whose time of release is there. Returns whether it was.
///
/// # Errors
/// The database fails; then it is as it was.
pub async fn release_advisory(app: &App, id: &str) -> Result<bool> {
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    advisories::reserve(&mut write, 0).await?;
    let Some(stored) = advisories::by_row(&mut write, id).await? else { return Ok(false) };
    let rules = old_rules(app, &mut write, &stored).await?;
    // Another node may have done it, or the team has thought better of it.
    let Some(rules) = rules.filter(|rules| rules.is_released(now)) else { return Ok(false) };
    apply(app, &mut write, &stored, &rules, now).await?;
    let detail = json!({ "release_at": rules.release_at });
    let done = Done { actor: Actor::Gateway, action: "advisory.release", object: id, detail };
    finish(&app.secret, write, now, done).await?;
    Ok(true)
}

async fn old_rules(app: &App, write: &mut Write, stored: &Stored) -> Result<Option<Disclosure>> {
    let found = advisories::disclosure(write, &stored.id).await?;
    let open = |text: Vec<u8>| app.vault.open_json(sealed::DISCLOSURE, &stored.id, &text);
    found.map(open).transpose()
}

/// Writes everything that depends on who sees what.
async fn apply(
    app: &App,
    write: &mut Write,
    stored: &Stored,
    rules: &Disclosure,
    now: Timestamp,
) -> Result<()> {
    let mut regroup = Regroup::begin(write, now).await?;
    let mut newest = None;
    for reading in versions::all(write, &stored.id).await? {
        let (findings, octets) = app.octets(&reading)?;
        let (advisory, _) = document::read(&octets, &stored.issuer_given)?;
        let key = key(stored, &advisory, rules);
        let seen = outlook(app, &advisory, &key, rules, &reading.id, now)?;
        versions::show(write, &reading.id, &seen.facts.version, seen.shown.as_deref()).await?;
        move_document(app, write, &reading, (&findings, &octets), rules, now).await?;
        if reading.id == stored.version_id {
            newest = Some(seen);
        }
    }
    let Some(seen) = newest else { return Err(Error::internal("an advisory has no version")) };
    match rules.is_open(now) {
        true => advisories::disclose(write, &stored.id, None, &[], now).await?,
        false => write_rules(app, write, &stored.id, rules, now).await?,
    }
    let mut before = regroup.known_before(write, &named(&stored.key)?).await?;
    if seen.key != stored.key {
        // From hidden to shown or back: out of the group under the old key, in under the new.
        if let Some(before) = before.take() {
            regroup.remove(write, before).await?;
        }
        advisories::rename(write, stored, &seen.key, &seen.gives).await?;
    }
    advisories::update(write, &stored.id, &seen.facts, None).await?;
    reindex(write, &mut regroup, &stored.id, seen, before).await?;
    regroup.finish(write).await?;
    Ok(())
}

/// The key that the advisory had when it came: that of a foreign issuer names who brought it.
fn key(
    stored: &Stored,
    advisory: &campanile_core::model::advisory::Advisory,
    rules: &Disclosure,
) -> AdvisoryKey {
    let foreign = stored.team.is_none() && !stored.brought_by.is_empty();
    match rules.owner.as_ref().filter(|_| foreign) {
        Some(owner) => {
            let apart = format!("{}@{owner}", advisory.issuer.name);
            AdvisoryKey::new(&apart, &advisory.number)
        }
        None => AdvisoryKey::new(&advisory.issuer.name, &advisory.number),
    }
}

fn named(key: &str) -> Result<AdvisoryKey> {
    serde_json::from_value(key.into())
        .map_err(|_| Error::internal("a stored advisory cannot be read"))
}

/// Puts a document into clear or under seal.
async fn move_document(
    app: &App,
    write: &mut Write,
    reading: &Reading,
    (findings, octets): (&str, &[u8]),
    rules: &Disclosure,
    now: Timestamp,
) -> Result<()> {
    let deflated = document::deflate(octets)?;
    let id = &reading.document_id;
    if rules.is_open(now) {
        let sha256 = openssl::sha::sha256(octets);
        let sha256: String = sha256.iter().map(|octet| format!("{octet:02x}")).collect();
        return documents::change_body(write, id, &sha256, &Body::Clear(&deflated, findings)).await;
    }
    let sealed = seal_document(app, id, findings, &deflated)?;
    documents::change_body(write, id, "", &Body::Sealed(&sealed)).await
}
