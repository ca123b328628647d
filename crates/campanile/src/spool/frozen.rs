//! Spool files that stay while a backup is made, although their mail goes on.
//!
//! Each is a hard link in a folder of its own: it costs no room, and what the server removes
//! meanwhile is still there.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use uuid::Uuid;

use super::{Folder, Spool};

/// What a killed backup has left behind is removed by a later one after this time.
const LEFTOVER_AGE_MIN: Duration = Duration::from_secs(24 * 3600);
/// How the folders begin.
const PREFIX: &str = "backup-";

/// A folder of links, removed when dropped.
pub struct Frozen {
    links: Spool,
}

impl Frozen {
    /// Makes an empty folder of links in the spool.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn new(spool: &Spool) -> io::Result<Self> {
        for entry in fs::read_dir(&spool.dir)? {
            let entry = entry?;
            let ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
            if ours {
                let age = SystemTime::now().duration_since(entry.metadata()?.modified()?);
                if age.unwrap_or_default() > LEFTOVER_AGE_MIN {
                    fs::remove_dir_all(entry.path())?;
                }
            }
        }
        let dir = spool.dir.join(format!("{PREFIX}{}", Uuid::new_v4().simple()));
        Ok(Self { links: Spool::open(&dir)? })
    }

    /// Links everything that is in the spool now.
    ///
    /// # Errors
    /// When a folder cannot be read or a link not be made.
    pub fn link_all(&self, spool: &Spool) -> io::Result<()> {
        for folder in [Folder::Received, Folder::Sealed] {
            for entry in fs::read_dir(spool.folder(folder))? {
                if let Some(name) = entry?.file_name().to_str() {
                    self.link(spool, folder, name)?;
                }
            }
        }
        Ok(())
    }

    /// Links one file. Returns whether it is there.
    ///
    /// # Errors
    /// When the link cannot be made.
    pub fn link(&self, spool: &Spool, folder: Folder, name: &str) -> io::Result<bool> {
        let (from, to) = (spool.path(folder, name), self.path(folder, name));
        if to.exists() {
            return Ok(true);
        }
        // Not every file system has links.
        match fs::hard_link(&from, &to).or_else(|_| fs::copy(&from, &to).map(drop)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Where a linked file is.
    pub fn path(&self, folder: Folder, name: &str) -> PathBuf {
        self.links.path(folder, name)
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        // What stays is removed by a later backup.
        let _ = fs::remove_dir_all(&self.links.dir);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linked_file_outlives_its_removal_and_goes_with_the_backup() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path()).unwrap();
        spool.write(Folder::Received, "a", [b"sealed"]).unwrap();
        let frozen = Frozen::new(&spool).unwrap();
        frozen.link_all(&spool).unwrap();
        spool.remove(Folder::Received, "a").unwrap();
        assert!(frozen.link(&spool, Folder::Received, "a").unwrap(), "it is linked already");
        assert!(!frozen.link(&spool, Folder::Received, "b").unwrap());
        assert_eq!(fs::read(frozen.path(Folder::Received, "a")).unwrap(), b"sealed");
        drop(frozen);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "in and sealed");
    }
}
