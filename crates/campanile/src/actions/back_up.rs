//! Writes everything that this network is into one file, while the server goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Component, Path};

use serde_json::json;

use super::{Actor, Done, finish};
use crate::app::App;
use crate::archive::{About, Writer};
use crate::config::FILE_NAME;
use crate::error::{Error, Result};
use crate::spool::{Folder, Frozen};
use crate::store::{Read, SCHEMA_VERSION, dump, messages};

/// How often a state of the database is taken whose spool files are all there. A mail would have
/// to come and go within milliseconds each time.
const TRIES_MAX: u32 = 20;

/// What was backed up.
#[derive(Debug)]
pub struct BackedUp {
    /// Rows of all tables.
    pub rows: u64,
    /// Spool files.
    pub files: usize,
    /// Spool files that rows name and that are not there: damage from before.
    pub missing: Vec<String>,
    /// SHA-256 of the manifest.
    pub digest: String,
}

/// Writes a backup: all tables as of one instant, the spool files that they name, the folder of
/// keys, `campanile.toml` and the files that it names in the data directory.
///
/// Spool files are linked before and behind that instant, so a mail that is delivered meanwhile
/// takes nothing away. Key files are written before the rows that name them.
///
/// # Errors
/// Something cannot be read or written; what was written so far is of no use then.
pub async fn back_up<W: Write>(app: &App, actor: Actor<'_>, out: W) -> Result<(W, BackedUp)> {
    let taken_at = app.now();
    let frozen = Frozen::new(&app.spool).map_err(spool_fault)?;
    let (mut snapshot, needed, missing) = freeze(app, &frozen).await?;
    let seconds = u64::try_from(taken_at.seconds()).unwrap_or_default();
    let mut writer = Writer::new(out, seconds)?;
    let rows = tables(app, &mut snapshot, &mut writer).await?;
    drop(snapshot);
    writer.add_file(FILE_NAME, &app.dir.join(FILE_NAME))?;
    for path in app.keys.files()?.into_iter().chain(named_files(app)) {
        let name = path.strip_prefix(&app.dir).unwrap_or(&path);
        let name = name.to_str().ok_or_else(|| Error::invalid("a key file has a strange name"))?;
        writer.add_file(name, &path)?;
    }
    let mut files = 0;
    for (folder, name) in needed.difference(&missing) {
        files +=
            usize::from(writer.add_file(
                &format!("spool/{}/{name}", folder.name()),
                &frozen.path(*folder, name),
            )?);
    }
    let about = About {
        program: env!("CARGO_PKG_VERSION").into(),
        schema: SCHEMA_VERSION,
        network: app.config.network.name.clone(),
        taken_at: taken_at.to_string(),
        rows: rows.clone(),
    };
    let (out, digest) = writer.finish(about)?;
    let rows = rows.values().sum();
    let missing: Vec<_> = missing.into_iter().map(|(_, name)| name).collect();
    let detail = json!({ "rows": rows, "files": files, "manifest": digest });
    let object = app.config.network.name.as_str();
    let done = Done { actor, action: "network.backup", object, detail };
    finish(&app.secret, app.db.begin_write().await?, taken_at, done).await?;
    Ok((out, BackedUp { rows, files, missing, digest }))
}

fn spool_fault(source: std::io::Error) -> Error {
    Error::io("the spool", source)
}

/// Spool files by folder.
type Files = BTreeSet<(Folder, String)>;

/// A state of the database, the spool files that it names, and those that are not there.
async fn freeze(app: &App, frozen: &Frozen) -> Result<(Read, Files, Files)> {
    let mut gone_before = Files::new();
    for _ in 0..TRIES_MAX {
        frozen.link_all(&app.spool).map_err(spool_fault)?;
        let mut snapshot = app.db.read_snapshot().await?;
        let (received, sealed) = messages::needed_files(&mut snapshot).await?;
        let received = received.into_iter().map(|name| (Folder::Received, name));
        let sealed = sealed.into_iter().map(|name| (Folder::Sealed, name));
        let needed: Files = received.chain(sealed).collect();
        let mut gone = Files::new();
        for (folder, name) in &needed {
            if !frozen.link(&app.spool, *folder, name).map_err(spool_fault)? {
                gone.insert((*folder, name.clone()));
            }
        }
        // What was gone before this state was taken, and is needed by it, is lost for good.
        if gone.is_subset(&gone_before) {
            return Ok((snapshot, needed, gone));
        }
        gone_before.extend(gone);
    }
    Err(Error::temporary("mail comes and goes faster than it can be backed up")
        .hint("try again when there is less mail"))
}

/// Writes all tables. Returns the rows of each.
async fn tables<W: Write>(
    app: &App,
    snapshot: &mut Read,
    writer: &mut Writer<W>,
) -> Result<BTreeMap<String, u64>> {
    let mut rows = BTreeMap::new();
    let mut number = 0;
    let sink = |chunk: dump::Chunk| {
        number += 1;
        writer.add(&format!("tables/{number:06}-{}.jsonl", chunk.table), &chunk.bytes)?;
        *rows.entry(chunk.table).or_default() += chunk.rows;
        Ok(())
    };
    dump::dump(&app.db, snapshot, sink).await?;
    Ok(rows)
}

/// Files in the data directory that the configuration names.
fn named_files(app: &App) -> Vec<std::path::PathBuf> {
    let config = &app.config;
    let named = [
        &config.smtp.tls_cert,
        &config.smtp.tls_key,
        &config.relay.ca_file,
        &config.phone.token_file,
    ];
    let inside = |path: &&Path| path.components().all(|part| matches!(part, Component::Normal(_)));
    let paths = named.into_iter().flatten().map(std::path::PathBuf::as_path).filter(inside);
    // The folder of keys is there already.
    let paths = paths.filter(|path| !path.starts_with("keys"));
    let paths: BTreeSet<_> = paths.map(|path| app.dir.join(path)).collect();
    paths.into_iter().filter(|path| path.is_file()).collect()
}
