//! A run over a file with documents: the dumps of OSV and CVE.
//!
//! The file is put on disk while it is read, under no name: it is public, and gone with the
//! process. A member is known by its digest, so that of a dump that changes every hour only what
//! is new is read.

use std::fs::File;
use std::io::{Seek, Write};
use std::path::Path;
use std::time::Duration;

use tokio::sync::mpsc;
use url::Url;

use super::Run;
use super::discover::nothing;
use super::provider::is_full;
use crate::actions::sources::note_source_listings;
use crate::actions::take_fetched::{Fetched, What, place};
use crate::app::App;
use crate::error::{Error, Result};
use crate::fetch::{Answer, Bounds, Validators};
use crate::store::sources::{self, Ran};
use crate::unpack::{Found, Packed};

/// Largest file with documents, in octets: all records of CVE have 600 MB.
const ARCHIVE_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;
/// All records of CVE for the first time: some 350,000 documents.
pub(super) const BOUNDS: Bounds = Bounds {
    connect: Duration::from_secs(10),
    silence: Duration::from_secs(30),
    request: Duration::from_secs(120),
    run: Duration::from_secs(4 * 3600),
    run_bytes: ARCHIVE_BYTES_MAX,
};
/// Documents that wait to be taken in.
const WAITING: usize = 8;

impl Run<'_> {
    /// Takes in what is new in the file. Returns whether there is more to do.
    ///
    /// # Errors
    /// The source or the database fails.
    pub(super) async fn archive(&self, ran: &mut Ran) -> Result<bool> {
        let url = self.home()?;
        let packed = Packed::of(url.path()).ok_or_else(|| Error::invalid("it is no archive"))?;
        let Some((file, state)) = self.downloaded(&url).await? else { return Ok(false) };
        let (send, documents) = mpsc::channel(WAITING);
        let name = url.to_string();
        // Ends when nobody takes any more.
        let reading = tokio::task::spawn_blocking(move || {
            packed.each(file, &name, &mut |found| {
                let gone = |_| Error::internal("nobody takes documents any more");
                send.blocking_send(found).map_err(gone)
            })
        });
        let all = self.members(documents, ran).await?;
        let read = reading.await;
        if all {
            read.map_err(|source| Error::internal("the archive was not read").source(source))??;
            let lists = [(url.to_string(), state)];
            note_source_listings(self.app, &self.source.id, &lists).await?;
        }
        Ok(!all)
    }

    /// The file, unless it is as it was when it was worked through.
    async fn downloaded(&self, url: &Url) -> Result<Option<(File, Validators)>> {
        let known = {
            let mut read = self.app.db.read().await?;
            sources::listing(&mut read, &self.source.id, url.as_str()).await?
        };
        let (etag, last_modified) = known.unwrap_or_default();
        let mut file = nameless(self.app)?;
        let fail = |source| Error::io("the file of a source cannot be kept", source);
        let mut keep = |octets: &[u8]| file.write_all(octets).map_err(fail);
        let known = Validators { etag, last_modified };
        let answer = self.fetcher.save(url, &known, ARCHIVE_BYTES_MAX, &mut keep).await?;
        file.rewind().map_err(fail)?;
        match answer {
            Answer::Found(found) => Ok(Some((file, found.validators))),
            Answer::Unchanged => Ok(None),
            Answer::Absent => Err(nothing()),
        }
    }

    /// Takes in what comes. Returns whether it was all.
    async fn members(&self, mut from: mpsc::Receiver<Found>, ran: &mut Ran) -> Result<bool> {
        let seen = sources::seen(&mut *self.app.db.read().await?, &self.source.id).await?;
        let mut batch = Vec::new();
        while let Some(found) = from.recv().await {
            if self.fetcher.is_spent() {
                self.take(&mut batch, ran).await?;
                return Ok(false);
            }
            let Some(one) = fetched(found) else { continue };
            ran.listed += 1;
            let known = seen.get(&place(self.app, &one.url)?);
            if known.is_some_and(|known| known.updated == one.updated && known.again == 0) {
                ran.known += 1;
                continue;
            }
            batch.push(one);
            if is_full(&batch) {
                self.renew().await?;
                self.take(&mut batch, ran).await?;
            }
        }
        self.take(&mut batch, ran).await?;
        Ok(true)
    }
}

/// A document, with its digest in the place of a time; `None` for what is none by its name.
fn fetched(found: Found) -> Option<Fetched> {
    let Found { name, octets } = found;
    let inside = Path::new(name.rsplit(':').next().unwrap_or_default());
    let ends = ["json", "xml", "yaml", "yml"];
    let document = inside.extension().is_some_and(|end| ends.iter().any(|one| end == *one));
    match octets {
        Ok(_) if !document => None,
        Ok(octets) => {
            let digest = openssl::sha::sha256(&octets);
            let updated = digest.iter().map(|octet| format!("{octet:02x}")).collect();
            Some(Fetched { url: name, updated, what: What::Document { octets, signed: false } })
        }
        Err(why) => {
            let what = What::Refused { why, again: false };
            Some(Fetched { url: name, updated: String::new(), what })
        }
    }
}

/// A file in the data directory that has no name any more.
fn nameless(app: &App) -> Result<File> {
    let fail = |source| Error::io("a file of a source cannot be kept", source);
    let path = app.dir.join(format!(".fetch-{}", app.new_id(app.now())));
    let mut options = File::options();
    let file = options.read(true).write(true).create_new(true).open(&path).map_err(fail)?;
    std::fs::remove_file(&path).map_err(fail)?;
    Ok(file)
}
