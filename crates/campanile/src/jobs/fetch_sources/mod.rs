//! Fetches what the sources outside have, each in its own time.
//!
//! A node takes a source by lease and works through it: what it names is asked for, checked, and
//! taken in batch by batch, so that a run that is cut off is gone on with. A source that fails is
//! asked less and less often, and keeps no other waiting.
//!
//! # Security
//! A document counts only when its digest and, where the source has a pinned key, its signature
//! hold; that is checked before anything reads it. Keys that a source names later count when the
//! operator has confirmed them.

mod aggregator;
mod archive;
mod discover;
mod document;
mod keys;
mod listing;
mod provider;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use url::Url;

use super::Shutdown;
use crate::actions::sources::end_source_run;
use crate::app::{App, new_id};
use crate::error::{Error, Result};
use crate::fault;
use crate::fetch::{Bounds, Credentials, Fetcher, Guard};
use crate::store::sources::{self, Ran, Source};
use discover::discover;
pub use discover::{Discovered, Kind};

/// How often to look which sources are due.
const INTERVAL: Duration = Duration::from_secs(5);
/// How long a lease holds: longer than a few documents can take. What is killed while it fetches is
/// gone on with by others after that.
const LEASE_SECONDS: i64 = 15 * 60;
/// When a lease is renewed.
const RENEW_SECONDS: i64 = 2 * 60;

/// Is told how far a run is.
pub type Tell<'a> = &'a (dyn Fn(&Ran) + Sync);

/// What a run works with.
struct Run<'a> {
    app: &'a App,
    source: &'a Source,
    worker: &'a str,
    fetcher: Fetcher,
    tell: Tell<'a>,
    /// When the lease was taken or renewed, in seconds.
    leased_at: AtomicI64,
}

/// How a run has ended.
#[derive(Debug, Default)]
struct End {
    /// What came of it.
    ran: Ran,
    /// Its time was used up before all was done.
    more: bool,
    /// Seconds that the server wants to be left alone.
    wait: i64,
}

/// Works until shutdown.
pub async fn run(app: Arc<App>, mut shutdown: Shutdown) {
    let worker = format!("{}/{}", app.node, new_id(app.now()));
    while !*shutdown.borrow() {
        match next(&app, &worker).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(%error, causes = error.causes(), "sources were not fetched");
            }
        }
        tokio::select! {
            () = tokio::time::sleep(fault::brief(INTERVAL)) => {}
            _ = shutdown.wait_for(|end| *end) => return,
        }
    }
}

/// Fetches the source that has been due longest. Returns `false` when none is.
///
/// # Errors
/// The database fails.
pub async fn next(app: &App, worker: &str) -> Result<bool> {
    let now = app.now();
    let due = async { sources::any_due(&mut *app.db.read().await?, now).await };
    if !fault::quietly(due).await? {
        return Ok(false);
    }
    let until = now.plus_seconds(LEASE_SECONDS);
    let claimed = sources::claim(&app.db, None, worker, now, until).await?;
    let Some(source) = claimed else { return Ok(false) };
    work(app, &source, worker, &|_| {}).await?;
    Ok(true)
}

/// Fetches one source now, due or not.
///
/// # Errors
/// There is none, somebody is at it, or the database fails. What the source does wrong is in what
/// is returned.
pub async fn fetch_now(app: &App, name: &str, tell: Tell<'_>) -> Result<Ran> {
    let found = sources::by_name(&mut *app.db.read().await?, name).await?;
    let source = found.ok_or_else(|| {
        Error::not_found("there is no such source").hint("`campanile source list` shows them")
    })?;
    let now = app.now();
    let worker = format!("{}/{}", app.node, new_id(now));
    let until = now.plus_seconds(LEASE_SECONDS);
    let claimed = sources::claim(&app.db, Some(&source.id), &worker, now, until).await?;
    let source = claimed.ok_or_else(|| {
        Error::conflict("the source is being fetched already")
            .hint("`campanile source show` tells when it is done")
    })?;
    work(app, &source, &worker, tell).await
}

/// A run from its claim to its end.
async fn work(app: &App, source: &Source, worker: &str, tell: Tell<'_>) -> Result<Ran> {
    let bounds = match source.kind.as_str() {
        "archive" => archive::BOUNDS,
        _ => Bounds::default(),
    };
    let end = match fetcher(app, source, bounds) {
        Ok(fetcher) => {
            let leased_at = AtomicI64::new(app.now().seconds());
            let run = Run { app, source, worker, fetcher, tell, leased_at };
            run.end().await
        }
        Err(error) => End { ran: failed(Ran::default(), &error), ..End::default() },
    };
    if let Some((fault, _)) = &end.ran.fault {
        tracing::warn!(source = source.name, fault, "a source could not be fetched");
    }
    end_source_run(app, source, worker, &end.ran, (end.more, end.wait)).await?;
    Ok(end.ran)
}

/// What asks the servers of a source.
///
/// # Errors
/// Its address may not be asked, or its certificates cannot be used.
fn fetcher(app: &App, source: &Source, bounds: Bounds) -> Result<Fetcher> {
    let shown = credentials(app, &source.client_certificate, &source.ca_file)?;
    let guard = Guard::new(&app.config.sources.allow);
    let home = guard.read(&source.url)?;
    Fetcher::new(guard, &home, &shown, bounds)
}

/// Finds out what is at an address, or what a domain names, before it becomes a source.
///
/// # Errors
/// Nothing is there, it may not be asked, or the certificates cannot be used.
pub async fn look_up(
    app: &App,
    text: &str,
    certificate: &str,
    authorities: &str,
) -> Result<Discovered> {
    let shown = credentials(app, certificate, authorities)?;
    let guard = Guard::new(&app.config.sources.allow);
    let home = match text.contains("://") {
        true => guard.read(text)?,
        false => guard.read(&format!("https://{text}/"))?,
    };
    let fetcher = Fetcher::new(guard.clone(), &home, &shown, Bounds::default())?;
    discover(&fetcher, &guard, text).await
}

/// Reads the files of certificates; empty paths are none.
///
/// # Errors
/// One cannot be read, or others may read the key.
fn credentials(app: &App, certificate: &str, authorities: &str) -> Result<Credentials> {
    let file = |path: &str| (!path.is_empty()).then(|| app.path(path.as_ref()));
    let identity = file(certificate).map(|path| app.keys.read(&path)).transpose()?;
    let read = |path: PathBuf| {
        let fail = |source| Error::io(format!("cannot read {}", path.display()), source);
        std::fs::read(&path).map_err(fail)
    };
    Ok(Credentials { identity, authorities: file(authorities).map(read).transpose()? })
}

impl Run<'_> {
    async fn end(self) -> End {
        let mut ran = Ran::default();
        let done = match self.source.kind.as_str() {
            "aggregator" => self.aggregator(&mut ran).await,
            "archive" => self.archive(&mut ran).await,
            _ => self.provider(&mut ran).await,
        };
        let wait = i64::try_from(self.fetcher.asked_to_wait()).unwrap_or(i64::MAX);
        // What ends because its time is up is gone on with.
        match done {
            Ok(more) => End { ran, more, wait },
            Err(_) if self.fetcher.is_spent() => End { ran, more: true, wait },
            Err(error) => {
                tracing::debug!(causes = error.causes(), "why a source could not be fetched");
                End { ran: failed(ran, &error), more: false, wait }
            }
        }
    }

    /// Keeps the lease while there is work.
    ///
    /// # Errors
    /// Somebody else has taken over.
    async fn renew(&self) -> Result<()> {
        let now = self.app.now();
        let leased_at = self.leased_at.load(Ordering::Relaxed);
        if now.seconds().saturating_sub(leased_at) < RENEW_SECONDS {
            return Ok(());
        }
        let until = now.plus_seconds(LEASE_SECONDS);
        let mut write = self.app.db.begin_write().await?;
        let ours = sources::renew(&mut write, &self.source.id, self.worker, until).await?;
        write.commit().await?;
        self.leased_at.store(now.seconds(), Ordering::Relaxed);
        match ours {
            true => Ok(()),
            false => Err(Error::conflict("another node has gone on with this source")),
        }
    }

    fn home(&self) -> Result<Url> {
        Guard::new(&self.app.config.sources.allow).read(&self.source.url)
    }
}

fn failed(ran: Ran, error: &Error) -> Ran {
    Ran { fault: Some((error.public().to_owned(), error.advice().to_owned())), ..ran }
}
