//! A run over a CSAF provider.

use campanile_core::formats::provider::{Metadata, ROLE_TRUSTED};
use futures_util::future::join_all;
use url::Url;

use super::Run;
use super::discover::{METADATA_BYTES_MAX, metadata, nothing};
use super::document::Checks;
use super::keys::{PINNED, named_keys, pinned};
use super::listing::Item;
use crate::actions::sources::{note_source_keys, note_source_listings};
use crate::actions::take_fetched::{Fetched, What, place, take_fetched};
use crate::error::{Error, Result};
use crate::store::sources::{self, Key, Ran, Seen};

/// Documents that are asked for at a time.
const AT_A_TIME: usize = 4;
/// Documents that are taken in together.
const BATCH_DOCUMENTS: usize = 100;
/// Octets that are taken in together.
const BATCH_BYTES: usize = 16 * 1024 * 1024;
/// Answers in a row that have failed until the server is left alone.
const FAILURES_MAX: usize = 5;
/// How long a document is taken for the same where the list does not say when it changed.
const UNDATED_SECONDS: i64 = 24 * 3600;

impl Run<'_> {
    /// Asks for everything that is new. Returns whether there is more to do.
    ///
    /// # Errors
    /// The source or the database fails.
    pub(super) async fn provider(&self, ran: &mut Ran) -> Result<bool> {
        let found = self.fetcher.find(&self.home()?, METADATA_BYTES_MAX).await?;
        let found = found.ok_or_else(nothing)?;
        let metadata = metadata(&found)?;
        let keys = self.keys(&found.url, &metadata).await?;
        let signers = pinned(&keys);
        if signers.is_empty() && keys.iter().any(|key| key.state == PINNED) {
            return Err(Error::invalid("the pinned key of the source cannot be fetched")
                .hint("ask the provider; `campanile source show` shows the keys that it names"));
        }
        let listed = self.listed(&found.url, &metadata).await?;
        ran.listed = i64::try_from(listed.items.len()).unwrap_or(i64::MAX);
        let new = self.new_of(listed.items, ran).await?;
        let digests = metadata.role == ROLE_TRUSTED;
        let (app, fetcher) = (self.app, &self.fetcher);
        let checks = Checks { app, fetcher, signers: &signers, digests };
        let all = self.documents(&checks, &new, ran).await?;
        if let Some(fault) = listed.fault {
            return Err(fault);
        }
        if all {
            note_source_listings(self.app, &self.source.id, &listed.lists).await?;
        }
        Ok(self.fetcher.is_spent())
    }

    /// The keys that the source names now, noted.
    async fn keys(&self, base: &Url, metadata: &Metadata) -> Result<Vec<Key>> {
        let known = sources::keys(&mut *self.app.db.read().await?, &self.source.id).await?;
        let mut keys = named_keys(&self.fetcher, base, metadata, &known).await;
        if keys != known {
            note_source_keys(self.app, &self.source.id, &keys).await?;
        }
        // A pinned key that is named no longer still counts: who could change the file alone must
        // not be able to switch signatures off.
        let gone = known.into_iter().filter(|key| key.state == PINNED);
        let gone: Vec<_> =
            gone.filter(|key| keys.iter().all(|one| one.fingerprint != key.fingerprint)).collect();
        keys.extend(gone);
        Ok(keys)
    }

    /// What has to be asked for.
    async fn new_of(&self, items: Vec<Item>, ran: &mut Ran) -> Result<Vec<Item>> {
        let seen = sources::seen(&mut *self.app.db.read().await?, &self.source.id).await?;
        let now = self.app.now().micros();
        let mut new = Vec::new();
        for item in items {
            let known = seen.get(&place(self.app, item.url.as_str())?);
            match known.is_some_and(|seen| is_done(seen, &item, now)) {
                true => ran.known += 1,
                false => new.push(item),
            }
        }
        Ok(new)
    }

    /// Asks for documents and takes them in. Returns whether nothing is left for the next run.
    async fn documents(&self, checks: &Checks<'_>, new: &[Item], ran: &mut Ran) -> Result<bool> {
        let (mut batch, mut failed, mut all) = (Vec::new(), 0, true);
        for some in new.chunks(AT_A_TIME) {
            if self.fetcher.is_spent() {
                all = false;
                break;
            }
            self.renew().await?;
            let fetched = join_all(some.iter().map(|item| checks.fetch(item))).await;
            for one in fetched {
                match one {
                    Ok(one) => {
                        failed = 0;
                        all &= !matches!(one.what, What::Refused { again: true, .. });
                        batch.push(one);
                    }
                    Err(error) => {
                        (failed, all) = (failed + 1, false);
                        if failed >= FAILURES_MAX {
                            self.take(&mut batch, ran).await?;
                            return Err(error);
                        }
                    }
                }
            }
            if is_full(&batch) {
                self.take(&mut batch, ran).await?;
            }
        }
        self.take(&mut batch, ran).await?;
        Ok(all)
    }

    /// Takes in what was fetched.
    pub(super) async fn take(&self, batch: &mut Vec<Fetched>, ran: &mut Ran) -> Result<()> {
        let batch = std::mem::take(batch);
        if batch.is_empty() {
            return Ok(());
        }
        let count = take_fetched(self.app, self.source, &batch).await?;
        ran.stored += count.stored;
        ran.known += count.known;
        ran.refused += count.refused;
        (self.tell)(ran);
        Ok(())
    }
}

/// Whether enough is in memory to be taken in.
pub(super) fn is_full(batch: &[Fetched]) -> bool {
    let octets = |one: &Fetched| match &one.what {
        What::Document { octets, .. } => octets.len(),
        What::Refused { .. } => 0,
    };
    batch.len() >= BATCH_DOCUMENTS || batch.iter().map(octets).sum::<usize>() >= BATCH_BYTES
}

/// Whether a document need not be asked for again.
fn is_done(seen: &Seen, item: &Item, now: i64) -> bool {
    let fresh = now.saturating_sub(seen.at) < UNDATED_SECONDS.saturating_mul(1_000_000);
    seen.again == 0 && seen.updated == item.updated && (!item.updated.is_empty() || fresh)
}
