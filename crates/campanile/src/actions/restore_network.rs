//! Brings a network back from a backup, into a data directory and a database that are empty.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::init_network::{prepare, write_config};
use super::{Actor, Done, finish};
use crate::archive::{Archive, whole};
use crate::clock::Clock;
use crate::config::{self, Config, DatabaseUrl, Environment, FILE_NAME};
use crate::error::{Error, Result};
use crate::keys::KeyFiles;
use crate::store::{Db, SCHEMA_VERSION, Write, dump, keyed, restored};

/// What to restore.
#[derive(Debug)]
pub struct Restore<'a> {
    /// The backup.
    pub file: &'a Path,
    /// URL of the database, instead of that in the backup.
    pub database: Option<&'a str>,
    /// Goes on with what waited when the backup was made, in place of holding it.
    pub resume: bool,
}

/// What was restored.
#[derive(Debug)]
pub struct Restored {
    /// Its settings.
    pub config: Config,
    /// When the state was taken, RFC 3339.
    pub taken_at: String,
    /// Mails that were not opened then, and are held now.
    pub messages: u64,
    /// Copies that were not delivered then, and are held now.
    pub copies: u64,
}

/// Restores a network. Everything that can be wrong with the backup or the place for it is looked
/// for before anything is made; what was made is taken away when something fails later.
///
/// Mail that was on its way when the backup was made has most likely gone its way since. Unless
/// `resume` is set, it is held, so that nobody gets it twice without a decision.
///
/// # Errors
/// The backup is damaged, none, or of a newer version; the directory, the spool or the database
/// are in use.
pub async fn restore_network(
    dir: &Path,
    restore: &Restore<'_>,
    environment: &Environment,
    clock: Clock,
) -> Result<Restored> {
    let mut archive = Archive::open(restore.file)?;
    let schema = archive.manifest.about.schema;
    if !(1..=SCHEMA_VERSION).contains(&schema) {
        return Err(Error::conflict(format!(
            "the backup has tables of version {schema}, this program knows {SCHEMA_VERSION}"
        ))
        .hint("restore it with the version of campanile that made it, or a newer one"));
    }
    let text = config_text(&mut archive, restore.database).await?;
    let config = config::parse(&text, &dir.join(FILE_NAME), environment)?;
    let spool = empty_spool(&dir.join(&config.spool.dir))?;
    let made = prepare(dir)?;
    let place = Place { dir, spool, config: &config, text: &text };
    let done = fill(&mut archive, &place, restore.resume, clock).await;
    if done.is_err() {
        clean_up(&place, made);
    }
    let (messages, copies) = done?;
    let taken_at = archive.manifest.about.taken_at;
    Ok(Restored { config, taken_at, messages, copies })
}

/// Where to.
struct Place<'a> {
    dir: &'a Path,
    spool: PathBuf,
    config: &'a Config,
    text: &'a str,
}

/// The configuration of the backup, with another database if one is given.
async fn config_text(archive: &mut Archive, database: Option<&str>) -> Result<String> {
    let text = String::from_utf8(archive.member(FILE_NAME).await?)
        .map_err(|source| Error::invalid("the configuration is no text").source(source))?;
    let Some(url) = database else { return Ok(text) };
    let url = DatabaseUrl::try_from(url.to_owned()).map_err(Error::invalid)?;
    Ok(config::with_database(&text, &url))
}

/// The folder of the spool, which has no files.
fn empty_spool(dir: &Path) -> Result<PathBuf> {
    for folder in ["in", "sealed"] {
        let used = fs::read_dir(dir.join(folder)).is_ok_and(|mut entries| entries.next().is_some());
        if used {
            return Err(Error::conflict(format!("the spool {} is not empty", dir.display()))
                .hint("it may belong to a running server; change [spool] dir, or empty it"));
        }
    }
    Ok(dir.to_owned())
}

async fn fill(
    archive: &mut Archive,
    place: &Place<'_>,
    resume: bool,
    clock: Clock,
) -> Result<(u64, u64)> {
    let schema = archive.manifest.about.schema;
    // First, because it is what says that the place is free; nothing holds until commit.
    let (db, mut write) = Db::begin_restore(&place.config.database.url, place.dir, schema).await?;
    dump::clear(&mut write).await?;
    let mut rows = BTreeMap::new();
    let take = async |name: &str, content: &mut dyn io::Read| match name.split_once('/') {
        Some(("tables", table)) => {
            let table = table.split_once('-').map_or("", |(_, name)| name);
            let table = table.trim_end_matches(".jsonl").to_owned();
            *rows.entry(table).or_default() += dump::load(&mut write, &whole(content)?).await?;
            Ok(())
        }
        Some(("spool", rest)) => extract(&place.spool.join(rest), content),
        _ if name == FILE_NAME => Ok(()),
        _ => extract(&place.dir.join(name), content),
    };
    archive.read(take).await?;
    if rows != archive.manifest.about.rows {
        return Err(Error::invalid("the tables in the backup have other numbers of rows")
            .hint("take another backup"));
    }
    let counts = commit(&db, write, archive, place, resume, clock).await;
    db.close().await;
    let counts = counts?;
    write_config(place.dir, place.text)?;
    Ok(counts)
}

async fn commit(
    db: &Db,
    mut write: Write,
    archive: &Archive,
    place: &Place<'_>,
    resume: bool,
    clock: Clock,
) -> Result<(u64, u64)> {
    db.finish_restore(&mut write).await?;
    let about = &archive.manifest.about;
    let counts = restored::settle(&mut write, resume, &about.taken_at).await?;
    let secret = KeyFiles::of(place.dir).network_secret()?;
    keyed::apply(&mut write, &secret).await?;
    let detail = json!({
        "taken_at": about.taken_at, "messages_held": counts.0, "copies_held": counts.1,
        "resumed": resume,
    });
    let object = place.config.network.name.as_str();
    let done = Done { actor: Actor::Operator, action: "network.restore", object, detail };
    finish(&secret, write, clock.now(), done).await?;
    Ok(counts)
}

/// Writes a file for its owner only, and makes it durable.
fn extract(path: &Path, content: &mut dyn io::Read) -> Result<()> {
    let fail = |source| Error::io(format!("cannot write {}", path.display()), source);
    let folder = path.parent().unwrap_or(path);
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(fail)?;
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(path).map_err(fail)?;
    io::copy(content, &mut file).and_then(|_| file.sync_all()).map_err(fail)?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(fail)
}

/// Takes away what a failed attempt has made: the directory and the spool were empty. Best
/// effort: the error that is told is the first one.
fn clean_up(place: &Place<'_>, made: bool) {
    for folder in ["in", "sealed"] {
        drop(fs::remove_dir_all(place.spool.join(folder)));
    }
    for entry in fs::read_dir(place.dir).into_iter().flatten().flatten() {
        if entry.file_name() != "lost+found" {
            let path = entry.path();
            drop(fs::remove_file(&path).or_else(|_| fs::remove_dir_all(&path)));
        }
    }
    if made {
        drop(fs::remove_dir(place.dir));
    }
}
