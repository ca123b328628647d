//! One open data directory: configuration, database, keys, clock. Everything is reached
//! through it, so a test replaces any of them in one place.

pub mod advisories;
pub mod alerts;
pub mod applications;
mod authority;
pub mod boards;
pub mod drafts;
mod expiring;
mod export;
pub mod import;
mod network;
pub mod reactions;
mod recipients;
pub mod sources;
mod vault;
pub mod welcome;

pub use authority::LoginAuthority;
pub use expiring::{Expiring, Owner};
pub use recipients::Keys;
pub use vault::Vault;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use campanile_core::crypto::smime::TrustStore;
use campanile_core::gateway::network::Network;
use campanile_core::model::time::Timestamp;
use tokio::sync::{Mutex, Notify, Semaphore};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::clock::Clock;
use crate::config::{self, Config, Environment};
use crate::counters::Counters;
use crate::error::{Error, Result};
use crate::keys::KeyFiles;
use crate::spool::{Folder, Spool};
use crate::store::{Connection, Db, keyed, settings, trust};

/// How long a network that could not be loaded completely is used before the next attempt, in
/// seconds: a key file may have been repaired, which changes nothing in the registry.
const INCOMPLETE_SECONDS_MAX: i64 = 30;

/// One open data directory.
pub struct App {
    /// The data directory, absolute.
    pub dir: PathBuf,
    /// The settings.
    pub config: Config,
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Clock,
    /// The secret keys.
    pub keys: KeyFiles,
    /// Sealed mail on its way.
    pub spool: Spool,
    /// Secret of the network, for MACs.
    pub secret: Arc<Zeroizing<Vec<u8>>>,
    /// Seals and opens texts at rest.
    pub vault: Vault,
    /// Name of this node, which leases are held under; stays the same over restarts.
    pub node: String,
    /// What has happened since the start, for monitoring.
    pub counters: Counters,
    /// Told when a message was received.
    pub received: Notify,
    /// Told when copies were queued.
    pub queued: Notify,
    /// Turns to seal mail to many teams: one for each core. More at a time take memory, and delay
    /// the first of a burst without ending the last any earlier.
    pub sealing: Semaphore,
    network: Mutex<Option<Cached>>,
    recipients: recipients::Cache,
}

/// A network as it was loaded.
struct Cached {
    version: i64,
    complete: bool,
    loaded_at: Timestamp,
    network: Arc<Network>,
}

impl App {
    /// Opens a data directory that `campanile init` has made, with the settings and the
    /// environment of this process.
    ///
    /// # Errors
    /// No such directory, a wrong setting, or a database that cannot be reached.
    pub async fn open(dir: &Path) -> Result<Self> {
        let config = config::load(dir, &Environment::of_process())?;
        Self::open_with(dir, config, Clock::System).await
    }

    /// Opens a data directory with given settings and a given clock.
    ///
    /// # Errors
    /// The database cannot be reached.
    pub async fn open_with(dir: &Path, config: Config, clock: Clock) -> Result<Self> {
        let db = Db::open(&config.database.url, dir).await?;
        let dir = std::path::absolute(dir)
            .map_err(|source| Error::io("cannot find the working directory", source))?;
        let keys = KeyFiles::of(&dir);
        let spool = Spool::open(&dir.join(&config.spool.dir))
            .map_err(|source| Error::io("cannot make the spool", source))?;
        let secret = keys.network_secret()?;
        keyed::update(&db, &secret).await?;
        let vault = Vault::open(keys.clone(), &db, clock).await?;
        Ok(Self {
            secret: Arc::new(secret),
            vault,
            node: node(&dir)?,
            dir,
            config,
            db,
            clock,
            keys,
            spool,
            counters: Counters::default(),
            received: Notify::new(),
            queued: Notify::new(),
            sealing: Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from)),
            network: Mutex::new(None),
            recipients: recipients::Cache::default(),
        })
    }

    /// Makes sure that no other server works in this data directory, as long as the file is
    /// held.
    ///
    /// # Errors
    /// Another server does.
    pub fn lock(&self) -> Result<File> {
        let path = self.dir.join("serve.lock");
        let file = File::create(&path).map_err(|source| Error::io("cannot lock", source))?;
        file.try_lock().map_err(|_| {
            Error::conflict(format!("another server works in {}", self.dir.display()))
                .hint("end it first, or use another --dir")
        })?;
        Ok(file)
    }

    /// Removes a spool file that no row names any more; when that fails it is swept later.
    pub fn remove_spooled(&self, folder: Folder, name: &str) {
        if let Err(error) = self.spool.remove(folder, name) {
            tracing::warn!(%error, ?folder, name, "a spool file was not removed");
        }
    }

    /// The time of day.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A path of the configuration: relative ones start at the data directory.
    pub fn path(&self, path: &Path) -> PathBuf {
        self.dir.join(path)
    }

    /// A fresh identifier that sorts by `now` (UUID version 7).
    pub fn new_id(&self, now: Timestamp) -> String {
        new_id(now)
    }

    /// The network as the gate needs it: teams with active credentials, lists with keys,
    /// trust anchors. Kept in memory until the registry changes; a call costs one row.
    ///
    /// A credential or key that cannot be read is left out and logged: one bad key never
    /// delays the others.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn network(&self) -> Result<Arc<Network>> {
        // Held while loading, so that many tasks at once load once.
        let mut cached = self.network.lock().await;
        let version = settings::registry_version(&mut *self.db.read().await?).await?;
        let now = self.now();
        if let Some(cached) = cached.as_ref() {
            let age = now.seconds().saturating_sub(cached.loaded_at.seconds());
            let fresh = cached.complete || (0..INCOMPLETE_SECONDS_MAX).contains(&age);
            if cached.version == version && fresh {
                return Ok(cached.network.clone());
            }
        }
        let loaded = network::load(self, now).await?;
        let network = loaded.network.clone();
        *cached = Some(loaded);
        Ok(network)
    }

    /// The trust anchors of the registry, ready to check paths.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn trust(&self, connection: &mut Connection, now: Timestamp) -> Result<TrustStore> {
        Ok(network::trust_store(&trust::all(connection).await?, now).0)
    }

    /// Closes the database.
    pub async fn close(self) {
        self.db.close().await;
    }
}

/// A fresh identifier that sorts by `now` (UUID version 7): 32 hexadecimal digits, so that it
/// is a file name and part of a mail address as it is.
pub fn new_id(now: Timestamp) -> String {
    let seconds = u64::try_from(now.seconds()).unwrap_or_default();
    let nanos = u32::try_from(now.micros().rem_euclid(1_000_000)).unwrap_or_default() * 1000;
    let at = uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos);
    Uuid::new_v7(at).simple().to_string()
}

/// The name of this node: made once, kept in the data directory.
fn node(dir: &Path) -> Result<String> {
    let path = dir.join("node");
    let fail = |source| Error::io(format!("the file {}", path.display()), source);
    if !path.exists() {
        // Renamed into place: a name cut short by a crash could be that of another node.
        let made = dir.join(".node.tmp");
        std::fs::write(&made, Uuid::new_v4().simple().to_string()).map_err(fail)?;
        std::fs::rename(&made, &path).map_err(fail)?;
    }
    std::fs::read_to_string(&path).map_err(fail)
}
