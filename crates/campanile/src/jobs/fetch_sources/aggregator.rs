//! A run over a CSAF aggregator or lister: whom it lists becomes a source of its own, with its own
//! state and keys.
//!
//! # Security
//! An aggregator says who somebody is. Whom it calls by the name of a member or of another source,
//! rests until the operator has looked.

use campanile_core::authz::Viewer;
use campanile_core::formats::provider::{self, Listed};
use url::Url;

use super::Run;
use super::discover::{METADATA_BYTES_MAX, metadata, nothing, unreadable};
use super::keys::{PINNED, named_keys};
use crate::actions::sources::{Setup, add_source};
use crate::error::{Error, Result};
use crate::fetch::Guard;
use crate::store::sources::{self, Key, Ran, Source};
use crate::store::teams;

impl Run<'_> {
    /// Adds the providers that are new. Returns whether there is more to do.
    ///
    /// # Errors
    /// The aggregator or the database fails; of providers that cannot be reached, the last.
    pub(super) async fn aggregator(&self, ran: &mut Ran) -> Result<bool> {
        let found = self.fetcher.find(&self.home()?, METADATA_BYTES_MAX).await?;
        let found = found.ok_or_else(nothing)?;
        let read = provider::aggregator(&found.octets);
        let (aggregator, _) = read.map_err(|error| unreadable("aggregator.json", error))?;
        ran.listed = i64::try_from(aggregator.providers.len()).unwrap_or(i64::MAX);
        let mut fault = None;
        for listed in &aggregator.providers {
            if self.fetcher.is_spent() {
                return Ok(true);
            }
            self.renew().await?;
            match self.provider_of(listed).await {
                Ok(true) => ran.stored += 1,
                Ok(false) => ran.known += 1,
                Err(error) => {
                    ran.refused += 1;
                    fault = Some(error);
                }
            }
        }
        fault.map_or(Ok(false), |error| {
            let what = format!("a provider that it lists cannot be added: {}", error.public());
            Err(Error::temporary(what).hint(error.advice().to_owned()))
        })
    }

    /// Adds a provider. Returns whether it is new.
    async fn provider_of(&self, listed: &Listed) -> Result<bool> {
        let guard = Guard::new(&self.app.config.sources.allow);
        let urls: Vec<_> = std::iter::once(&listed.url).chain(&listed.mirrors).collect();
        let known = sources::all(&mut *self.app.db.read().await?).await?;
        if known.iter().any(|one| urls.contains(&&one.url)) {
            return Ok(false);
        }
        let mut last = nothing();
        for text in urls {
            match self.read(&guard, text).await {
                Ok((url, publisher, keys)) => {
                    return self.add(&known, &url, &publisher, &keys).await.map(|()| true);
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    async fn read(&self, guard: &Guard, text: &str) -> Result<(Url, String, Vec<Key>)> {
        let url = guard.read(text)?;
        let found = self.fetcher.find(&url, METADATA_BYTES_MAX).await?.ok_or_else(nothing)?;
        let metadata = metadata(&found)?;
        let mut keys = named_keys(&self.fetcher, &found.url, &metadata, &[]).await;
        for key in &mut keys {
            PINNED.clone_into(&mut key.state);
        }
        Ok((url, metadata.publisher.name, keys))
    }

    async fn add(&self, known: &[Source], url: &Url, publisher: &str, keys: &[Key]) -> Result<()> {
        let same = |name: &str| name.trim().to_lowercase() == publisher.to_lowercase();
        let members = teams::all(&mut *self.app.db.read().await?).await?;
        let claimed = members.iter().any(|team| same(&team.name) || same(team.handle.as_str()))
            || known.iter().any(|one| one.issuers.lines().any(same));
        let setup = Setup {
            url: Some(url.to_string()),
            issuers: Some(vec![publisher.to_owned()]),
            every_seconds: Some(self.source.every_seconds),
            paused: Some(claimed),
            ..Setup::default()
        };
        let taken = |name: &String| known.iter().any(|one| one.name == *name);
        let name: String = publisher.chars().take(80).collect();
        let mut names = (2..=known.len() + 2).map(|number| format!("{name} {number}"));
        let name = if taken(&name) { names.find(|name| !taken(name)) } else { Some(name) };
        let name = name.unwrap_or_default();
        let by = Viewer::operator();
        add_source(self.app, &by, (&name, "csaf"), &setup, keys).await.map(drop)
    }
}
