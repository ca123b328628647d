//! Makes a data directory: database, folder of keys, `campanile.toml`, and the authority whose
//! certificates open the web pages.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use campanile_core::model::fqdn::Fqdn;
use serde_json::json;

use super::make_authority::new_authority;
use super::{Actor, Done, finish, parsed};
use crate::clock::Clock;
use crate::config::{self, Config, DatabaseKind, DatabaseUrl, Environment, FILE_NAME};
use crate::error::{Error, Kind, Result};
use crate::keys::KeyFiles;
use crate::store::{Db, authority, settings};

/// A network to be.
#[derive(Debug)]
pub struct NewNetwork<'a> {
    /// Its name.
    pub name: &'a str,
    /// The mail domain of its lists.
    pub domain: &'a str,
    /// URL of the database, instead of a file in the data directory.
    pub database: Option<&'a str>,
}

/// Makes a data directory for a new network.
///
/// The configuration is written last: a directory without it is not in use, and a failed
/// attempt can be repeated.
///
/// # Errors
/// The directory is in use or not empty, a value breaks a rule, or the database belongs to a
/// network already.
pub async fn init_network(
    dir: &Path,
    new: &NewNetwork<'_>,
    environment: &Environment,
    clock: Clock,
) -> Result<Config> {
    let domain: Fqdn = parsed(new.domain, "--domain is the part behind the @ of the lists")?;
    let url = match new.database {
        None => DatabaseUrl::default(),
        Some(url) => DatabaseUrl::try_from(url.to_owned()).map_err(|rule| {
            Error::invalid(rule).hint("--database postgres://USER:PASSWORD@HOST/DATABASE")
        })?,
    };
    let text = config::render(new.name, &domain, &url);
    let config = config::parse(&text, &dir.join(FILE_NAME), environment)?;
    let made = prepare(dir)?;
    let done = fill(dir, &text, &config, clock).await;
    if let Err(error) = &done {
        clean_up(dir, &config, made, error.kind());
    }
    done.map(|()| config)
}

/// Makes sure that the directory is there and unused; `true` when it was made just now.
pub(super) fn prepare(dir: &Path) -> Result<bool> {
    let fail = |source| Error::io(format!("cannot make {}", dir.display()), source);
    if dir.join(FILE_NAME).exists() {
        return Err(Error::conflict(format!("{} is a data directory already", dir.display()))
            .hint("it can be used as it is; --dir or CAMPANILE_DIR names another"));
    }
    if !dir.exists() {
        DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(fail)?;
        return Ok(true);
    }
    for entry in fs::read_dir(dir).map_err(fail)? {
        // A fresh file system has this folder.
        if entry.map_err(fail)?.file_name() != "lost+found" {
            return Err(Error::conflict(format!("{} is not empty", dir.display()))
                .hint("--dir or CAMPANILE_DIR names another directory"));
        }
    }
    Ok(false)
}

async fn fill(dir: &Path, text: &str, config: &Config, clock: Clock) -> Result<()> {
    let db = Db::create(&config.database.url, dir).await?;
    let done = register(&db, config, dir, clock).await;
    db.close().await;
    done?;
    write_config(dir, text)
}

/// Writes the configuration: from then on the directory is in use.
pub(super) fn write_config(dir: &Path, text: &str) -> Result<()> {
    let fail =
        |source| Error::io(format!("cannot write {}", dir.join(FILE_NAME).display()), source);
    let temporary = dir.join(".campanile.toml.tmp");
    let write = || {
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(&temporary)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&temporary, dir.join(FILE_NAME))?;
        File::open(dir)?.sync_all()
    };
    write().map_err(fail)
}

/// Marks the database as that of this network.
async fn register(db: &Db, config: &Config, dir: &Path, clock: Clock) -> Result<()> {
    let mut write = settings::begin_registry_change(db).await?;
    if let Some(name) = settings::value(&mut write, "network").await? {
        return Err(Error::conflict(format!("the database belongs to the network `{name}`"))
            .hint("another node is added with a copy of campanile.toml and keys, without init"));
    }
    let name = config.network.name.as_str();
    settings::set_first(&mut write, "network", name).await?;
    let keys = KeyFiles::of(dir);
    let secret = keys.network_secret()?;
    authority::insert(&mut write, &new_authority(&keys, name, clock.now())?).await?;
    let detail = json!({ "domain": config.network.domain });
    let done = Done { actor: Actor::Operator, action: "network.init", object: name, detail };
    finish(&secret, write, clock.now(), done).await
}

/// Takes away what a failed attempt has made, so that it can be repeated. Best effort: the
/// error that is told is the first one.
fn clean_up(dir: &Path, config: &Config, made: bool, kind: Kind) {
    if let DatabaseKind::Sqlite(path) = config.database.url.kind() {
        let path = dir.join(path);
        // A file outside of the fresh directory may be somebody else's.
        let ours = path.parent() == Some(dir) && kind != Kind::Conflict;
        for ending in ["", "-wal", "-shm"] {
            let mut name = path.clone().into_os_string();
            name.push(ending);
            if ours {
                drop(fs::remove_file(name));
            }
        }
    }
    drop(fs::remove_file(dir.join(".campanile.toml.tmp")));
    // The directory was empty: this secret is of the failed attempt, and nothing refers to it.
    drop(fs::remove_file(KeyFiles::of(dir).secret_path()));
    drop(fs::remove_dir_all(dir.join("keys").join("ca")));
    drop(fs::remove_dir(dir.join("keys")));
    if made {
        drop(fs::remove_dir(dir));
    }
}
