//! What a provider lists: feeds first, folders where it has none.

use std::collections::HashSet;

use campanile_core::formats::provider::{self, Distribution, Entry, Metadata};
use campanile_core::model::limits::LISTING_BYTES_MAX;
use url::Url;

use super::Run;
use super::discover::unreadable;
use super::document::beside;
use crate::error::{Error, Kind, Result};
use crate::fetch::{Answer, Found, Guard, Validators};
use crate::store::sources;

/// A document to be asked for.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub url: Url,
    pub updated: String,
    pub hashes: Vec<Url>,
    pub signature: Url,
}

/// What was listed.
#[derive(Default)]
pub(super) struct Listed {
    pub items: Vec<Item>,
    /// The lists that have changed, with what they said about their state.
    pub lists: Vec<(String, Validators)>,
    /// What could not be read of the lists; the rest is worked through all the same.
    pub fault: Option<Error>,
}

impl Run<'_> {
    /// Everything that a provider lists in lists that have changed.
    ///
    /// # Errors
    /// The database fails, or there is no list at all.
    pub(super) async fn listed(&self, base: &Url, metadata: &Metadata) -> Result<Listed> {
        let mut listed = Listed::default();
        let feeds: Vec<_> = metadata.distributions.iter().filter_map(feeds).flatten().collect();
        for url in &feeds {
            let url = self.inside(base, url);
            let read = match &url {
                Ok(url) => self.feed(url, &mut listed).await,
                Err(_) => url.map(drop),
            };
            listed.fault = read.err().or(listed.fault);
        }
        let folders = metadata.distributions.iter().filter_map(folder);
        for url in folders.filter(|_| feeds.is_empty()) {
            // Paths are below it, whether it ends with a slash or not.
            let url = self.inside(base, &format!("{}/", url.trim_end_matches('/')));
            let read = match &url {
                Ok(url) => self.folder(url, &mut listed).await,
                Err(_) => url.map(drop),
            };
            listed.fault = read.err().or(listed.fault);
        }
        if metadata.distributions.is_empty() {
            return Err(Error::invalid("the provider names neither feeds nor folders")
                .hint("tell the provider; nothing can be fetched from it"));
        }
        let mut known = HashSet::new();
        listed.items.retain(|item| known.insert(item.url.clone()));
        Ok(listed)
    }

    fn inside(&self, base: &Url, text: &str) -> Result<Url> {
        let bad = || Error::invalid("a list of the provider has no address that can be read");
        let url = base.join(text).map_err(|_| bad())?;
        Guard::new(&self.app.config.sources.allow).check(&url)?;
        Ok(url)
    }

    async fn feed(&self, url: &Url, listed: &mut Listed) -> Result<()> {
        let Some(found) = self.changed(url, listed).await? else { return Ok(()) };
        let read = provider::feed(&found.octets);
        let (entries, _) = read.map_err(|error| unreadable("a feed", error))?;
        note(&found, &entries, listed);
        Ok(())
    }

    /// `changes.csv` says what has changed; `index.txt` only what there is.
    async fn folder(&self, url: &Url, listed: &mut Listed) -> Result<()> {
        let join =
            |name: &str| url.join(name).map_err(|_| Error::invalid("a folder has no address"));
        let changes = join("changes.csv")?;
        match self.changed(&changes, listed).await {
            Ok(None) => return Ok(()),
            Ok(Some(found)) => {
                let read = provider::changes(&found.octets);
                let (entries, _) = read.map_err(|error| unreadable("changes.csv", error))?;
                note(&found, &entries, listed);
                return Ok(());
            }
            Err(error) if error.kind() == Kind::NotFound => {}
            Err(error) => return Err(error),
        }
        let index = join("index.txt")?;
        let Some(found) = self.changed(&index, listed).await? else { return Ok(()) };
        let read = provider::index(&found.octets);
        let (entries, _) = read.map_err(|error| unreadable("index.txt", error))?;
        note(&found, &entries, listed);
        Ok(())
    }

    /// A list, unless it is as it was when it was worked through.
    async fn changed(&self, url: &Url, listed: &mut Listed) -> Result<Option<Found>> {
        let known = {
            let mut read = self.app.db.read().await?;
            sources::listing(&mut read, &self.source.id, url.as_str()).await?
        };
        let (etag, last_modified) = known.unwrap_or_default();
        let known = Validators { etag, last_modified };
        let bytes_max = u64::try_from(LISTING_BYTES_MAX).unwrap_or(u64::MAX);
        match self.fetcher.get(url, &known, bytes_max).await? {
            Answer::Unchanged => Ok(None),
            Answer::Found(found) => {
                listed.lists.push((url.to_string(), found.validators.clone()));
                Ok(Some(found))
            }
            Answer::Absent => Err(Error::not_found("a list that the provider names is not there")
                .hint("tell the provider; it is tried again by itself")),
        }
    }
}

fn feeds(one: &Distribution) -> Option<&Vec<String>> {
    match one {
        Distribution::Feeds(urls) => Some(urls),
        Distribution::Folder(_) => None,
    }
}

fn folder(one: &Distribution) -> Option<&String> {
    match one {
        Distribution::Folder(url) => Some(url),
        Distribution::Feeds(_) => None,
    }
}

fn note(found: &Found, entries: &[Entry], listed: &mut Listed) {
    listed.items.extend(entries.iter().filter_map(|entry| item(&found.url, entry)));
}

/// Where a listing does not say it, digests and signature are beside the document.
fn item(base: &Url, entry: &Entry) -> Option<Item> {
    let url = base.join(&entry.url).ok()?;
    let hashes: Vec<_> = entry.hashes.iter().filter_map(|hash| base.join(hash).ok()).collect();
    let signature = (!entry.signature.is_empty()).then(|| base.join(&entry.signature).ok());
    let hashes = match hashes.is_empty() {
        true => vec![beside(&url, ".sha512"), beside(&url, ".sha256")],
        false => hashes,
    };
    let signature = signature.flatten().unwrap_or_else(|| beside(&url, ".asc"));
    Some(Item { updated: entry.updated.clone(), hashes, signature, url })
}
