//! The spool: sealed bytes on disk, and never anything else.
//!
//! `in/` holds messages as received, `sealed/` the shared bodies of copies. A file is written
//! and synced before the row that names it is committed, and removed after the row is gone, so
//! a crash leaves at most a file without a row, which [`Spool::sweep`] removes.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::fault;

/// Files younger than this may belong to a transaction that is not committed yet.
const ORPHAN_AGE_MIN: Duration = Duration::from_secs(3600);

/// Which of the two folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folder {
    /// Messages as received.
    Received,
    /// Shared bodies of copies.
    Sealed,
}

/// The spool folders.
#[derive(Debug, Clone)]
pub struct Spool {
    dir: PathBuf,
}

impl Spool {
    /// Opens the spool below `dir`, making the folders when they are missing.
    ///
    /// # Errors
    /// When a folder cannot be made.
    pub fn open(dir: &Path) -> io::Result<Self> {
        let spool = Self { dir: dir.to_owned() };
        for folder in [Folder::Received, Folder::Sealed] {
            fs::create_dir_all(spool.folder(folder))?;
        }
        Ok(spool)
    }

    fn folder(&self, folder: Folder) -> PathBuf {
        self.dir.join(match folder {
            Folder::Received => "in",
            Folder::Sealed => "sealed",
        })
    }

    /// Where a file is; `name` is an identifier of ours.
    pub fn path(&self, folder: Folder, name: &str) -> PathBuf {
        self.folder(folder).join(name)
    }

    /// Writes a new file and makes it durable: file first, then its folder.
    ///
    /// # Errors
    /// When anything fails; nothing remains then.
    pub fn write(&self, folder: Folder, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(folder, name);
        fault::point("spool.create")?;
        let written = fs::File::create_new(&path).and_then(|mut file| {
            fault::write_all(&mut file, bytes, "spool.write")?;
            fault::point("spool.sync")?;
            file.sync_data()
        });
        let synced = written.and_then(|()| {
            fault::point("spool.sync-folder")?;
            fs::File::open(self.folder(folder))?.sync_data()?;
            fault::point("spool.synced")
        });
        if synced.is_err() {
            // A half-written file is of no use; that it may stay is what `sweep` is for.
            let _ = fs::remove_file(&path);
        }
        synced
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When it is not there or cannot be read.
    pub fn read(&self, folder: Folder, name: &str) -> io::Result<Vec<u8>> {
        fault::point("spool.read")?;
        fs::read(self.path(folder, name))
    }

    /// Removes a file; one that is gone already is no error.
    ///
    /// # Errors
    /// When it is there and cannot be removed.
    pub fn remove(&self, folder: Folder, name: &str) -> io::Result<()> {
        fault::point("spool.remove")?;
        match fs::remove_file(self.path(folder, name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Removes files that no row names and that are older than an hour. Returns how many.
    ///
    /// # Errors
    /// When a folder cannot be listed or a file cannot be removed.
    pub fn sweep(&self, folder: Folder, needed: &[String], now: SystemTime) -> io::Result<u64> {
        let needed: HashSet<_> = needed.iter().map(String::as_str).collect();
        let mut removed = 0;
        fault::point("spool.sweep")?;
        for entry in fs::read_dir(self.folder(folder))? {
            let entry = entry?;
            let name = entry.file_name();
            let known = name.to_str().is_some_and(|name| needed.contains(name));
            let age = now.duration_since(entry.metadata()?.modified()?).unwrap_or_default();
            if !known && age > ORPHAN_AGE_MIN {
                fs::remove_file(entry.path())?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_reads_back_and_is_never_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path()).unwrap();
        spool.write(Folder::Received, "a", b"sealed").unwrap();
        assert_eq!(spool.read(Folder::Received, "a").unwrap(), b"sealed");
        assert!(spool.write(Folder::Received, "a", b"other").is_err());
    }

    #[test]
    fn only_old_files_without_a_row_are_swept() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path()).unwrap();
        for name in ["kept", "orphan"] {
            spool.write(Folder::Sealed, name, b"x").unwrap();
        }
        let needed = ["kept".to_owned()];
        let soon = SystemTime::now();
        assert_eq!(spool.sweep(Folder::Sealed, &needed, soon).unwrap(), 0);
        let later = soon + Duration::from_secs(7200);
        assert_eq!(spool.sweep(Folder::Sealed, &needed, later).unwrap(), 1);
        assert!(spool.read(Folder::Sealed, "kept").is_ok());
    }
}
