//! What a viewer sees of advisories: documents of the store, read and cut to its audience.
//!
//! Everything takes the viewer. An advisory that it may not see is answered exactly like one that
//! does not exist.

pub mod bulk;
pub mod comparison;
pub mod document;
pub mod evidence;
pub mod groups;
pub mod provider;
pub mod questions;
mod rated;
pub mod rules;
mod search;
pub mod shape;
pub mod summary;
pub mod vocabulary;
pub mod watches;
pub mod written;

pub use search::typed;

use campanile_core::authz::Viewer;
use campanile_core::formats::Finding;
use campanile_core::model::advisory::disclosure::{Disclosure, Facts, View, Withheld, view};
use campanile_core::model::advisory::{Advisory, Identifier};
use campanile_core::model::plaintext::Plaintext;
use campanile_core::model::team::Handle;
use campanile_core::model::time::Timestamp;
use campanile_core::query::Query;
use serde::{Deserialize, Serialize};

use super::App;
use crate::error::{Error, Result};
use crate::store::advisories::query::Target;
use crate::store::advisories::versions::{self, Reading};
use crate::store::advisories::{self, Name, Stored};
use crate::store::{Connection, sealed, subscriptions};

/// One version of an advisory, as far as the viewer may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenVersion {
    /// Identifier of the row.
    pub id: String,
    /// 1, 2, 3 … as they came.
    pub number: i64,
    /// What it says.
    pub advisory: Advisory,
    /// Which parts are withheld from the viewer.
    pub withheld: Vec<Withheld>,
    /// What is odd about the document; empty where something is withheld.
    pub findings: Vec<Finding>,
    /// The document as it came; `None` where something is withheld.
    pub document: Option<Vec<u8>>,
    /// Format of the document.
    pub format: String,
    /// How it came.
    pub channel: String,
    /// What is known about its signature.
    pub signature: String,
    /// When it came.
    pub received_at: Timestamp,
}

/// An advisory that the viewer may see, in its newest version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAdvisory {
    /// What stands in clear.
    pub stored: Stored,
    /// Its newest version.
    pub newest: OpenVersion,
}

/// What everybody may see of a version of which something is withheld, as a column has it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Shown {
    /// The advisory without what is withheld.
    pub advisory: Advisory,
    /// What that is.
    pub withheld: Vec<Withheld>,
}

/// Advisories of restricted existence that one team looks through for a number.
const HIDDEN_MAX: i64 = 1_000;

/// What stands for every advisory that is not there, or not for the viewer.
fn not_found() -> Error {
    Error::not_found("there is no such advisory")
        .hint("name it by its number, its identifier here, or a CVE number")
}

impl App {
    /// The one advisory that a name means; an identifier of a vulnerability means the advisory
    /// that alone names it.
    ///
    /// # Errors
    /// There is none for the viewer, or there are several.
    pub async fn find_advisory(&self, viewer: &Viewer, name: Name<'_>) -> Result<Stored> {
        let mut read = self.db.read_snapshot().await?;
        let mut found = advisories::find(&mut read, viewer, name).await?;
        if let Name::Id(text) = name
            && found.is_empty()
            && let Some(identifier) = Identifier::recognise(text)
        {
            found = advisories::naming(&mut read, viewer, &identifier).await?;
        }
        if let Name::Id(number) = name
            && found.is_empty()
        {
            found = self.hidden_with(&mut read, viewer, number).await?;
        }
        only(found)
    }

    /// Advisories with a number whose existence is restricted, and that the viewer may know of.
    async fn hidden_with(
        &self,
        connection: &mut Connection,
        viewer: &Viewer,
        number: &str,
    ) -> Result<Vec<Stored>> {
        let mut found = Vec::new();
        for stored in advisories::hidden(connection, viewer, HIDDEN_MAX).await? {
            let open = self.open_newest(connection, viewer, stored).await?;
            let named = |one: &OpenAdvisory| {
                one.newest.advisory.number.trim().eq_ignore_ascii_case(number.trim())
            };
            found.extend(open.filter(named).map(|open| open.stored));
        }
        Ok(found)
    }

    /// Advisories that came last first.
    ///
    /// # Errors
    /// As [`App::advisories`].
    pub async fn newest_advisories(&self, viewer: &Viewer, count: i64) -> Result<Vec<Stored>> {
        self.advisories(viewer, &Query::All, count).await
    }

    /// Advisories that meet a query, those that came last first, with what the viewer alone may
    /// see opened.
    ///
    /// # Errors
    /// One cannot be opened.
    pub async fn advisories(
        &self,
        viewer: &Viewer,
        query: &Query,
        count: i64,
    ) -> Result<Vec<Stored>> {
        let mut read = self.db.read_snapshot().await?;
        let known = self.known(&mut read, viewer, query, Target::Advisories).await?;
        let found = (query, &known);
        let rows =
            advisories::newest(&self.db, &mut read, viewer, found, count, self.now()).await?;
        let mut all = Vec::new();
        for stored in rows {
            if !stored.number.is_empty() {
                all.push(stored);
                continue;
            }
            // Its existence is restricted: what stands in clear says nothing.
            let Some(open) = self.open_newest(&mut read, viewer, stored).await? else { continue };
            let OpenAdvisory { stored, newest: OpenVersion { advisory, .. } } = open;
            let (number, title, version) = (advisory.number, advisory.title, advisory.version);
            let issuer = advisory.issuer.name;
            all.push(Stored { number, title, version, issuer, ..stored });
        }
        Ok(all)
    }

    /// An advisory in its newest version.
    ///
    /// # Errors
    /// There is none for the viewer, or it cannot be opened.
    pub async fn advisory(&self, viewer: &Viewer, name: Name<'_>) -> Result<OpenAdvisory> {
        let mut read = self.db.read_snapshot().await?;
        let stored = only(advisories::find(&mut read, viewer, name).await?)?;
        self.open_newest(&mut read, viewer, stored).await?.ok_or_else(not_found)
    }

    /// The newest version of a row that was found for the viewer; `None` where it must not learn
    /// that it exists.
    ///
    /// # Errors
    /// It cannot be opened.
    pub(crate) async fn open_newest(
        &self,
        connection: &mut Connection,
        viewer: &Viewer,
        stored: Stored,
    ) -> Result<Option<OpenAdvisory>> {
        let facts = facts(connection, viewer).await?;
        let only = Some(stored.version_id.as_str());
        let found = versions::reading(connection, viewer, &stored.id, only).await?;
        let Some(reading) = found.into_iter().next() else { return Ok(None) };
        let newest = self.open_version(&stored, reading, &facts)?;
        Ok(newest.map(|newest| OpenAdvisory { stored, newest }))
    }

    /// All versions of an advisory, oldest first.
    ///
    /// # Errors
    /// There is none for the viewer, or one cannot be opened.
    pub async fn advisory_versions(
        &self,
        viewer: &Viewer,
        name: Name<'_>,
    ) -> Result<(Stored, Vec<OpenVersion>)> {
        let mut read = self.db.read_snapshot().await?;
        let stored = only(advisories::find(&mut read, viewer, name).await?)?;
        let facts = facts(&mut read, viewer).await?;
        let found = versions::reading(&mut read, viewer, &stored.id, None).await?;
        let open = |reading| self.open_version(&stored, reading, &facts).transpose();
        let versions = found.into_iter().filter_map(open).collect::<Result<Vec<_>>>()?;
        match versions.is_empty() {
            true => Err(not_found()),
            false => Ok((stored, versions)),
        }
    }

    fn open_version(
        &self,
        stored: &Stored,
        reading: Reading,
        viewer: &Facts,
    ) -> Result<Option<OpenVersion>> {
        let seen = match (&reading.content, &reading.sealed, &reading.rules) {
            (Some(_), _, _) => self.whole(&stored.issuer_given, &reading)?,
            (None, Some(_), Some(rules)) => {
                let rules: Disclosure =
                    self.vault.open_json(sealed::DISCLOSURE, &stored.id, rules)?;
                let whole = self.whole(&stored.issuer_given, &reading)?;
                let Some(View { advisory, withheld }) =
                    view(&whole.advisory, &rules, viewer, self.now())
                else {
                    return Ok(None);
                };
                match withheld.is_empty() {
                    true => whole,
                    false => Seen { advisory, withheld, ..Seen::default() },
                }
            }
            _ => match &reading.shown {
                Some(shown) => {
                    let shown: Shown = serde_json::from_str(shown).map_err(|_| unreadable())?;
                    let Shown { advisory, withheld } = shown;
                    Seen { advisory, withheld, ..Seen::default() }
                }
                None => return Ok(None),
            },
        };
        Ok(Some(OpenVersion {
            id: reading.id,
            number: reading.number,
            advisory: seen.advisory,
            withheld: seen.withheld,
            findings: seen.findings,
            document: seen.document,
            format: reading.format,
            channel: reading.channel,
            signature: reading.signature,
            received_at: Timestamp::from_micros(reading.received_at),
        }))
    }

    /// All of a document, in clear or sealed.
    fn whole(&self, issuer_given: &str, reading: &Reading) -> Result<Seen> {
        let (findings, octets) = self.octets(reading)?;
        let (advisory, _) = document::read(&octets, issuer_given)?;
        let findings = serde_json::from_str(&findings).map_err(|_| unreadable())?;
        Ok(Seen { advisory, withheld: Vec::new(), findings, document: Some(octets) })
    }

    /// Findings as JSON, and octets, of a document in clear or sealed.
    pub(crate) fn octets(&self, reading: &Reading) -> Result<(String, Vec<u8>)> {
        if let (Some(content), Some(findings)) = (&reading.content, &reading.findings) {
            return Ok((findings.clone(), document::inflate(content)?));
        }
        let sealed = reading.sealed.as_deref().unwrap_or_default();
        let place = sealed::ADVISORY_DOCUMENT;
        let packed: Plaintext = self.vault.open_text(place, &reading.document_id, sealed)?;
        let (findings, column) = document::unpack(&packed)?;
        Ok((findings, document::inflate(&column)?))
    }
}

#[derive(Default)]
struct Seen {
    advisory: Advisory,
    withheld: Vec<Withheld>,
    findings: Vec<Finding>,
    document: Option<Vec<u8>>,
}

/// What a viewer is for audiences.
pub(crate) async fn facts(connection: &mut Connection, viewer: &Viewer) -> Result<Facts> {
    match &viewer.team {
        Some(team) => facts_of(connection, &team.id, &team.handle).await,
        None => Ok(Facts::default()),
    }
}

/// What the people of a team are for audiences.
async fn facts_of(connection: &mut Connection, id: &str, handle: &Handle) -> Result<Facts> {
    let lists = subscriptions::lists(connection, id).await?;
    let groups = lists.iter().filter_map(|name| name.parse().ok()).collect();
    Ok(Facts { team: Some(handle.clone()), groups })
}

fn only(found: Vec<Stored>) -> Result<Stored> {
    let several = found.len() > 1;
    let keys: Vec<_> = found.iter().map(|one| format!("{} ({})", one.id, one.issuer)).collect();
    match found.into_iter().next() {
        Some(_) if several => Err(Error::conflict("this may be one of several advisories")
            .hint(format!("name one of {}", keys.join(", ")))),
        Some(one) => Ok(one),
        None => Err(not_found()),
    }
}

fn unreadable() -> Error {
    Error::internal("a stored advisory cannot be read")
        .hint("was the database written by a newer version?")
}
