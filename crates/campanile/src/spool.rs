//! The spool: sealed bytes on disk, and never anything else.
//!
//! `in/` holds messages as received, `sealed/` the shared bodies of copies. A file is written
//! and synced before the row that names it is committed, and removed after the row is gone, so
//! a crash leaves at most a file without a row, which the job `sweep` removes.

mod frozen;

pub use frozen::Frozen;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::fault;

/// Which of the two folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Folder {
    /// Messages as received.
    Received,
    /// Shared bodies of copies.
    Sealed,
}

impl Folder {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Received => "in",
            Self::Sealed => "sealed",
        }
    }
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
        let folders = [Folder::Received, Folder::Sealed].map(|folder| spool.folder(folder));
        if !folders.iter().all(|folder| folder.exists()) {
            for folder in folders {
                fs::create_dir_all(folder)?;
            }
            // A file is as durable as the folders that lead to it.
            sync_folder(dir)?;
            dir.parent().map_or(Ok(()), sync_folder)?;
        }
        Ok(spool)
    }

    fn folder(&self, folder: Folder) -> PathBuf {
        self.dir.join(folder.name())
    }

    /// Where a file is; `name` is an identifier of ours.
    pub fn path(&self, folder: Folder, name: &str) -> PathBuf {
        self.folder(folder).join(name)
    }

    /// Writes a new file, piece by piece, and makes it durable: file first, then its folder.
    ///
    /// # Errors
    /// When anything fails; nothing remains then.
    pub fn write<P: AsRef<[u8]>>(
        &self,
        folder: Folder,
        name: &str,
        pieces: impl IntoIterator<Item = P>,
    ) -> io::Result<()> {
        let path = self.path(folder, name);
        fault::point("spool.create")?;
        let mut file = fs::File::create_new(&path)?;
        let mut pieces = pieces.into_iter();
        let written = pieces
            .try_for_each(|piece| fault::write_all(&mut file, piece.as_ref(), "spool.write"))
            .and_then(|()| {
                fault::point("spool.sync")?;
                file.sync_data()
            });
        let synced = written.and_then(|()| {
            fault::point("spool.sync-folder")?;
            sync_folder(&self.folder(folder))?;
            fault::point("spool.synced")
        });
        if synced.is_err() {
            // A half-written file is of no use; that it may stay is what `sweep` is for.
            let _ = fs::remove_file(&path);
        }
        synced
    }

    /// Writes a file of one octet as [`Spool::write`] does, and removes it: is there room, and
    /// may we?
    ///
    /// # Errors
    /// When received mail could not be stored.
    pub fn probe(&self, name: &str) -> io::Result<()> {
        self.write(Folder::Received, name, [b"\n"])?;
        self.remove(Folder::Received, name)
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

    /// Names of all files.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn names(&self, folder: Folder) -> io::Result<Vec<String>> {
        fault::point("spool.list")?;
        let mut names = Vec::new();
        for entry in fs::read_dir(self.folder(folder))? {
            names.extend(entry?.file_name().into_string());
        }
        Ok(names)
    }
}

/// Makes durable which files a folder has.
fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_reads_back_and_is_never_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path()).unwrap();
        spool.write(Folder::Received, "a", [b"sealed"]).unwrap();
        assert_eq!(spool.read(Folder::Received, "a").unwrap(), b"sealed");
        assert!(spool.write(Folder::Received, "a", [b"other"]).is_err());
        assert_eq!(spool.read(Folder::Received, "a").unwrap(), b"sealed");
    }

    #[test]
    fn files_are_listed_by_folder_until_they_are_removed() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path()).unwrap();
        spool.write(Folder::Sealed, "a", [b"x"]).unwrap();
        assert_eq!(spool.names(Folder::Sealed).unwrap(), ["a"]);
        assert!(spool.names(Folder::Received).unwrap().is_empty());
        spool.remove(Folder::Sealed, "a").unwrap();
        spool.remove(Folder::Sealed, "a").unwrap();
        assert!(spool.names(Folder::Sealed).unwrap().is_empty());
    }
}
