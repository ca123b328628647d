//! Who sees what of an advisory: as people write it, and what a team would see.

use std::collections::BTreeMap;

use campanile_core::authz::{Action, Viewer, may};
use campanile_core::model::advisory::disclosure::{Audience, Disclosure, Part, View, view};
use campanile_core::model::time::Timestamp;

use super::App;
use crate::error::{Error, Result};
use crate::store::advisories::{self, Name, Stored};
use crate::store::{sealed, teams};

/// Rules as they are written; empty texts say nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written<'a> {
    /// network, own, list:NAME, or handles of teams with commas.
    pub audience: &'a str,
    /// Parts with audiences of their own.
    pub parts: Vec<(&'a str, &'a str)>,
    /// When every team sees the whole (RFC 3339).
    pub release_at: &'a str,
    /// Why not even the minimum is for everybody.
    pub exception: &'a str,
}

impl Written<'_> {
    /// The rules; `None` where nothing is said.
    ///
    /// # Errors
    /// An audience, part or time is none.
    pub fn read(&self) -> Result<Option<Disclosure>> {
        let said = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let (audience, release_at) = (said(self.audience), said(self.release_at));
        let exception = said(self.exception);
        let mut parts = BTreeMap::new();
        for (part, who) in &self.parts {
            if let Some(who) = said(who) {
                parts.insert(part_named(part)?, audience_of(&who)?);
            }
        }
        if audience.is_none() && release_at.is_none() && exception.is_none() && parts.is_empty() {
            return Ok(None);
        }
        let release_at = release_at.as_deref().map(Timestamp::parse).transpose();
        Ok(Some(Disclosure {
            owner: None,
            rest: audience.as_deref().map(audience_of).transpose()?.unwrap_or_default(),
            parts,
            release_at: release_at.map_err(|bad| {
                let hint = "a time with its zone, as 2026-12-01T12:00:00Z";
                Error::invalid(bad.to_string()).hint(hint)
            })?,
            exception,
        }))
    }
}

fn audience_of(text: &str) -> Result<Audience> {
    text.parse().map_err(|bad: campanile_core::model::advisory::disclosure::BadAudience| {
        Error::invalid(bad.to_string())
    })
}

fn part_named(name: &str) -> Result<Part> {
    let names = || Part::ALL.iter().map(|part| part.name()).collect::<Vec<_>>().join(", ");
    let bad = |_| Error::invalid(format!("`{name}` is no part of an advisory")).hint(names());
    name.trim().parse().map_err(bad)
}

impl App {
    /// The rules of an advisory that the viewer decides about.
    ///
    /// # Errors
    /// There is none for the viewer, or it decides nothing about it.
    pub async fn disclosure(&self, viewer: &Viewer, row: &str) -> Result<Disclosure> {
        let stored = self.find_advisory(viewer, Name::Row(row)).await?;
        self.rules_of(viewer, &stored).await
    }

    async fn rules_of(&self, viewer: &Viewer, stored: &Stored) -> Result<Disclosure> {
        if !stored.is_of(viewer) || !may(viewer, Action::WriteAdvisories) {
            return Err(Error::denied("only the team whose it is decides who sees it"));
        }
        let sealed = advisories::disclosure(&mut *self.db.read().await?, &stored.id).await?;
        sealed.map_or(Ok(Disclosure::open()), |sealed| {
            self.vault.open_json(sealed::DISCLOSURE, &stored.id, &sealed)
        })
    }

    /// What a team would see of an advisory under these rules, before anybody decides; `None`
    /// where it would not learn that there is one.
    ///
    /// # Errors
    /// The viewer does not decide about it, or there is no such team.
    pub async fn preview(
        &self,
        viewer: &Viewer,
        row: &str,
        rules: Disclosure,
        team: &str,
    ) -> Result<Option<View>> {
        let open = self.advisory(viewer, Name::Row(row)).await?;
        let owner = self.rules_of(viewer, &open.stored).await?.owner;
        let mut read = self.db.read().await?;
        let all = teams::all(&mut read).await?;
        let found = all.into_iter().find(|one| one.handle.as_str() == team);
        let found = found.ok_or_else(|| Error::not_found(format!("there is no team `{team}`")))?;
        let facts = super::facts_of(&mut read, &found.id, &found.handle).await?;
        let rules = Disclosure { owner, ..rules };
        Ok(view(&open.newest.advisory, &rules, &facts, self.now()))
    }
}
