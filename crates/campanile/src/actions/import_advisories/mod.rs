//! Takes documents of advisories in: each is stored, known already, or refused with the place.
//!
//! Many at a time are one transaction with one audit entry. The same octets from the same team are
//! taken once, so that whatever was cut off is simply done again. Both ways in which issuers
//! update are taken: a new version of the same number, and a new number that says what it
//! replaces. Which version is the newest is decided by what they say, not by the order in which
//! they come.

mod lines;
mod outlook;
mod prepare;
mod terms;

pub use terms::Terms;

pub(super) use outlook::{Outlook, outlook};

use std::cmp::Ordering;
use std::collections::HashMap;

use campanile_core::authz::{Action, Membership, Viewer};
use campanile_core::grouping::{AdvisoryKey, Known};
use campanile_core::model::advisory::Advisory;
use campanile_core::model::advisory::disclosure::{Audience, Disclosure};
use campanile_core::model::team::Handle;
use campanile_core::model::time::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::regroup::Regroup;
use super::{Done, finish, member, permit};
use crate::app::App;
use crate::app::advisories::document;
use crate::error::{Error, Result};
use crate::store::advisories::documents::{self, Body};
use crate::store::advisories::{self, Stored, index, versions};
use crate::store::{Write, sealed, teams};

use outlook::hidden_key;
use prepare::{Prepared, prepare};

/// A document to be taken in.
#[derive(Debug, Clone, Copy)]
pub struct NewDocument<'a> {
    /// Its octets.
    pub octets: &'a [u8],
    /// How it came: cli, web, api, mail, feed.
    pub channel: &'a str,
    /// What is known about its signature: unsigned, valid, invalid.
    pub signature: &'a str,
    /// What to call the issuer where the document does not say it; empty: the team that brings it.
    pub issuer: &'a str,
    /// Who sees what, if somebody has decided already; the owner is filled in.
    pub disclosure: Option<&'a Disclosure>,
    /// What is asked of it because of where it comes from.
    pub terms: Option<&'a Terms>,
}

/// What became of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Taken {
    /// It is stored.
    Stored {
        /// Row of the advisory.
        id: String,
        /// Its number.
        number: String,
        /// How many versions it has now.
        versions: i64,
    },
    /// It was here already.
    Unchanged {
        /// Row of the advisory.
        id: String,
    },
    /// It is not taken.
    Refused {
        /// Where in the document, and what is wrong.
        why: String,
    },
}

/// Takes documents in, in the name of the viewer's team, or of nobody in particular when the
/// operator brings what is public. Returns what became of each, in order.
///
/// # Errors
/// The viewer brings no advisories in, or the database fails; then none is taken.
pub async fn import_advisories(
    app: &App,
    by: &Viewer,
    new: &[NewDocument<'_>],
) -> Result<Vec<Taken>> {
    permit(by, Action::WriteAdvisories)?;
    let own = by.team.as_ref().map_or("", |team| team.handle.as_str());
    let prepared = new.iter().map(|one| prepare(app, one, own)).collect::<Result<Vec<_>>>()?;
    let now = app.now();
    let mut write = app.db.begin_write().await?;
    let seq = advisories::reserve(&mut write, new.len()).await?;
    let regroup = Regroup::begin(&mut write, now).await?;
    let teams = TeamNames::load(&mut write).await?;
    let team = by.team.as_ref();
    let here = Here::default();
    let mut import = Import { app, team, teams, now, seq, write, regroup, here };
    import.look(&prepared).await?;
    let mut taken = Vec::with_capacity(new.len());
    for one in prepared {
        taken.push(match one {
            Ok(prepared) => import.take(&prepared).await?,
            Err(why) => Taken::Refused { why },
        });
    }
    let Import { mut write, regroup, .. } = import;
    regroup.finish(&mut write).await?;
    let count = |wanted: fn(&Taken) -> bool| taken.iter().filter(|one| wanted(one)).count();
    let stored = count(|one| matches!(one, Taken::Stored { .. }));
    if stored == 0 {
        // Nothing has changed: nothing to tell.
        return Ok(taken);
    }
    let object = taken.iter().find_map(|one| match one {
        Taken::Stored { id, .. } => Some(id.clone()),
        _ => None,
    });
    let detail = json!({
        "stored": stored,
        "unchanged": count(|one| matches!(one, Taken::Unchanged { .. })),
        "refused": count(|one| matches!(one, Taken::Refused { .. })),
        "channel": new.first().map(|one| one.channel),
    });
    let object = object.unwrap_or_default();
    let done = Done { actor: member(by), action: "advisory.import", object: &object, detail };
    finish(&app.secret, write, now, done).await?;
    Ok(taken)
}

/// Which team an issuer is, by handle or name in any letter case.
///
/// # Security
/// A team chooses its name by itself. One that is the handle of another, or that several bear,
/// means nobody: no team takes another's advisories over by what it is called.
struct TeamNames(HashMap<String, (String, Handle)>);

impl TeamNames {
    async fn load(write: &mut Write) -> Result<Self> {
        let all = teams::all(write).await?;
        let mut count: HashMap<String, usize> = HashMap::new();
        for team in &all {
            *count.entry(team.name.trim().to_lowercase()).or_default() += 1;
        }
        let mut names = HashMap::new();
        for team in &all {
            let name = team.name.trim().to_lowercase();
            if count.get(&name) == Some(&1) {
                names.insert(name, (team.id.clone(), team.handle.clone()));
            }
        }
        for team in all {
            names.insert(team.handle.as_str().to_lowercase(), (team.id, team.handle));
        }
        Ok(Self(names))
    }

    fn of(&self, issuer: &str) -> Option<&(String, Handle)> {
        self.0.get(&issuer.trim().to_lowercase())
    }
}

struct Import<'a> {
    app: &'a App,
    team: Option<&'a Membership>,
    teams: TeamNames,
    now: Timestamp,
    seq: i64,
    write: Write,
    regroup: Regroup,
    here: Here,
}

/// What the store has of the documents that are brought: asked for all of them at once.
#[derive(Default)]
struct Here {
    /// Those that were brought before, by their digest, with the advisory of each.
    documents: HashMap<String, String>,
    /// Advisories by their key, until they change.
    advisories: HashMap<String, Option<Stored>>,
}

/// Whose an advisory is.
struct Owner {
    team_id: Option<String>,
    handle: Option<Handle>,
    key: AdvisoryKey,
}

impl Import<'_> {
    /// Looks what the store has of all of them.
    async fn look(&mut self, all: &[std::result::Result<Prepared<'_>, String>]) -> Result<()> {
        let all = || all.iter().flatten();
        let brought_by = self.team.map_or("", |team| team.id.as_str());
        let digests: Vec<_> = all().map(|one| one.digest.as_str()).collect();
        self.here.documents = documents::known(&mut self.write, brought_by, &digests).await?;
        let mut keys = Vec::new();
        for one in all() {
            if let Ok(owner) = self.owner(&one.advisory, one.from.terms) {
                keys.extend(self.keys(&owner.key)?);
            }
        }
        let found = advisories::by_keys(&mut self.write, &keys).await?;
        self.here.advisories = keys.into_iter().map(|key| (key, None)).collect();
        self.here.advisories.extend(found.into_iter().map(|one| (one.key.clone(), Some(one))));
        Ok(())
    }

    async fn take(&mut self, new: &Prepared<'_>) -> Result<Taken> {
        if let Some(id) = self.here.documents.get(&new.digest) {
            return Ok(Taken::Unchanged { id: id.clone() });
        }
        let owner = match self.owner(&new.advisory, new.from.terms) {
            Ok(owner) => owner,
            Err(why) => return Ok(Taken::Refused { why }),
        };
        let taken = match self.existing(&owner.key).await? {
            Some(old) => self.add_version(new, &owner, old).await?,
            None => self.add_advisory(new, &owner).await?,
        };
        if let Taken::Stored { id, .. } = &taken {
            self.here.documents.insert(new.digest.clone(), id.clone());
        }
        Ok(taken)
    }

    /// Whose it is. What a team brings of somebody who is no member is kept apart from what
    /// others bring of it: nobody can slip a version under another's number.
    fn owner(
        &self,
        advisory: &Advisory,
        terms: Option<&Terms>,
    ) -> std::result::Result<Owner, String> {
        let issuer = advisory.issuer.name.as_str();
        let named = self.teams.of(issuer);
        let Some(team) = self.team else {
            if let (Some((_, handle)), Some(terms)) = (named, terms)
                && !terms.names_members()
            {
                return Err(format!("it is of {handle}, for whom this source does not speak"));
            }
            let (team_id, handle) = named.cloned().unzip();
            return Ok(Owner { team_id, handle, key: AdvisoryKey::new(issuer, &advisory.number) });
        };
        match named {
            Some((id, handle)) if *id == team.id => Ok(Owner {
                team_id: Some(id.clone()),
                handle: Some(handle.clone()),
                key: AdvisoryKey::new(issuer, &advisory.number),
            }),
            Some((_, handle)) => {
                Err(format!("it is of {handle}, which brings in its own advisories itself"))
            }
            None => {
                let apart = format!("{issuer}@{}", team.handle);
                let key = AdvisoryKey::new(&apart, &advisory.number);
                Ok(Owner { team_id: None, handle: Some(team.handle.clone()), key })
            }
        }
    }

    /// The advisory with this key, whoever may see it: a version belongs to its number.
    async fn existing(&mut self, key: &AdvisoryKey) -> Result<Option<Stored>> {
        let keys = self.keys(key)?;
        let seen = keys.each_ref().map(|key| self.here.advisories.remove(key));
        // What was taken out may be changed by what follows: the next time it is asked for anew.
        let found = match seen {
            [Some(open), Some(hidden)] => open.or(hidden),
            _ => advisories::by_keys(&mut self.write, &keys).await?.into_iter().next(),
        };
        Ok(found)
    }

    /// The keys under which it may be: in clear, or hidden.
    fn keys(&self, key: &AdvisoryKey) -> Result<[String; 2]> {
        Ok([key.as_str().to_owned(), hidden_key(self.app, key)?])
    }

    async fn add_advisory(&mut self, new: &Prepared<'_>, owner: &Owner) -> Result<Taken> {
        let id = self.app.new_id(self.now);
        let rules = self.rules(new, owner);
        let version_id = self.app.new_id(self.now);
        let seen = self.outlook(new, owner, &rules, &version_id)?;
        self.seq += 1;
        let row = advisories::New {
            id: &id,
            seq: self.seq,
            key: &seen.key,
            team_id: owner.team_id.as_deref(),
            brought_by: self.team.map_or("", |team| team.id.as_str()),
            issuer_given: new.issuer_given,
            gives: &seen.gives,
        };
        advisories::insert(&mut self.write, &row, &seen.facts, self.now).await?;
        if !rules.is_open(self.now) {
            write_rules(self.app, &mut self.write, &id, &rules, self.now).await?;
        }
        self.add_document(new, &id, &version_id, 1, &seen).await?;
        if let (Some(lines), Some(entry)) = (&seen.lines, seen.entry) {
            index::add(&mut self.write, &id, lines).await?;
            self.regroup.add_new(&mut self.write, entry).await?;
        }
        Ok(Taken::Stored { id, number: new.advisory.number.clone(), versions: 1 })
    }

    async fn add_version(
        &mut self,
        new: &Prepared<'_>,
        owner: &Owner,
        old: Stored,
    ) -> Result<Taken> {
        let rules = self.rules_of(&old).await?;
        let wished = self.rules(new, owner);
        if rules.is_none() && wished.rest != Audience::Network {
            let why = "everybody sees the versions before, and this one is narrower by its label \
                       or for lack of one: say who sees it, or change that of the advisory";
            return Ok(Taken::Refused { why: why.to_owned() });
        }
        let rules = rules.unwrap_or_else(Disclosure::open);
        let version_id = self.app.new_id(self.now);
        let seen = self.outlook(new, owner, &rules, &version_id)?;
        let versions = old.versions + 1;
        self.add_document(new, &old.id, &version_id, versions, &seen).await?;
        advisories::count_version(&mut self.write, &old.id).await?;
        if is_newer(new, &old) {
            let before = self.before(&seen).await?;
            advisories::update(&mut self.write, &old.id, &seen.facts, Some(self.now)).await?;
            reindex(&mut self.write, &mut self.regroup, &old.id, seen, before).await?;
        }
        let number = new.advisory.number.clone();
        Ok(Taken::Stored { id: old.id, number, versions })
    }

    /// What the store has of an advisory before it changes.
    async fn before(&mut self, seen: &Outlook) -> Result<Option<Known>> {
        match &seen.entry {
            Some(entry) => self.regroup.known_before(&mut self.write, &entry.key).await,
            None => Ok(None),
        }
    }

    fn rules(&self, new: &Prepared<'_>, owner: &Owner) -> Disclosure {
        let own = self.team.and(owner.handle.clone());
        let by_source = |terms: &Terms| terms.disclosure(new.advisory.tlp);
        let given = new.from.disclosure.cloned();
        let given = given.or_else(|| new.from.terms.and_then(by_source));
        let rules = given.unwrap_or_else(|| Disclosure::default_for(own, new.advisory.tlp));
        Disclosure { owner: owner.handle.clone(), ..rules }
    }

    async fn rules_of(&mut self, old: &Stored) -> Result<Option<Disclosure>> {
        let found = advisories::disclosure(&mut self.write, &old.id).await?;
        let open = |text: Vec<u8>| self.app.vault.open_json(sealed::DISCLOSURE, &old.id, &text);
        found.map(open).transpose()
    }

    fn outlook(
        &self,
        new: &Prepared<'_>,
        owner: &Owner,
        rules: &Disclosure,
        version_id: &str,
    ) -> Result<Outlook> {
        outlook(self.app, &new.advisory, &owner.key, rules, version_id, self.now)
    }

    async fn add_document(
        &mut self,
        new: &Prepared<'_>,
        advisory: &str,
        version_id: &str,
        number: i64,
        seen: &Outlook,
    ) -> Result<()> {
        let id = self.app.new_id(self.now);
        let open = seen.facts.whole_open;
        let packed = match open {
            true => Vec::new(),
            false => seal_document(self.app, &id, &new.findings, &new.deflated)?,
        };
        let row = documents::New {
            id: &id,
            brought_by: self.team.map_or("", |team| team.id.as_str()),
            digest: &new.digest,
            sha256: if open { &new.sha256 } else { "" },
            format: new.format,
            channel: new.from.channel,
            signature: new.from.signature,
            body: match open {
                true => Body::Clear(&new.deflated, &new.findings),
                false => Body::Sealed(&packed),
            },
        };
        documents::insert(&mut self.write, &row, self.now).await?;
        let version = versions::New {
            id: version_id,
            advisory_id: advisory,
            document_id: &id,
            number,
            version: &seen.facts.version,
            changed_at: seen.facts.changed_at,
            shown: seen.shown.as_deref(),
        };
        versions::insert(&mut self.write, &version, self.now).await
    }
}

/// A document with its findings, sealed for its row.
pub(super) fn seal_document(
    app: &App,
    id: &str,
    findings: &str,
    deflated: &[u8],
) -> Result<Vec<u8>> {
    app.vault.seal(sealed::ADVISORY_DOCUMENT, id, &document::pack(findings, deflated))
}

/// Writes who sees what.
pub(super) async fn write_rules(
    app: &App,
    write: &mut Write,
    id: &str,
    rules: &Disclosure,
    now: Timestamp,
) -> Result<()> {
    let text = app.vault.seal_json(sealed::DISCLOSURE, id, rules)?;
    let mut parties = Vec::new();
    // Who may not know of it at all has no part of it either.
    let hidden = !rules.is_minimum_open(now);
    for audience in rules.audiences().take(if hidden { 1 } else { usize::MAX }) {
        parties.extend(advisories::parties(write, audience).await?);
    }
    advisories::disclose(write, id, Some((&text, rules.release_at)), &parties, now).await
}

/// Writes anew what an advisory is found by, and puts it where it belongs now. `before` is what the
/// store had of it.
pub(super) async fn reindex(
    write: &mut Write,
    regroup: &mut Regroup,
    id: &str,
    seen: Outlook,
    before: Option<Known>,
) -> Result<()> {
    index::clear(write, id).await?;
    if let (Some(lines), Some(entry)) = (&seen.lines, seen.entry) {
        index::add(write, id, lines).await?;
        regroup.add(write, entry, before).await?;
    }
    Ok(())
}

/// Whether a version is newer than the newest: by its date, where one with a date is newer than one
/// without, then by its number; of equals, the one that came later.
fn is_newer(new: &Prepared<'_>, old: &Stored) -> bool {
    let dated = new.advisory.changed_at.as_ref().or(new.advisory.published_at.as_ref());
    let by_date = dated.map(|moment| moment.at).cmp(&old.changed_at.or(old.published_at));
    by_date.then_with(|| compare(&new.advisory.version, &old.version)) != Ordering::Less
}

/// Compares versions number by number: `1.10` is behind `1.9`.
fn compare(a: &str, b: &str) -> Ordering {
    let numbers = |text: &str| -> Vec<u64> {
        let parts = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
        parts.map(|part| part.parse().unwrap_or(u64::MAX)).collect()
    };
    numbers(a).cmp(&numbers(b))
}

/// What everybody is told who brings what cannot be taken.
pub(super) fn refusal(error: &Error) -> String {
    error.public().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_number_by_number() {
        assert_eq!(compare("1.10", "1.9"), Ordering::Greater);
        assert_eq!(compare("v2", "2"), Ordering::Equal);
        assert_eq!(compare("", "1"), Ordering::Less);
    }
}
