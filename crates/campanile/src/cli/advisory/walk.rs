//! Files, folders and archives of documents, one document after the other.
//!
//! Links inside of folders are not followed; of archives `unpack.rs` takes care.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::unpack::{Found, Packed, bounded};

/// Deepest nesting of folders.
const DEPTH_MAX: usize = 32;
/// Something that documents come from.
pub(super) enum Source {
    File(PathBuf),
    Archive(PathBuf, Packed),
}

/// Files and archives behind these paths, in order of their names.
///
/// # Errors
/// A path is not there or cannot be read.
pub(super) fn sources(paths: &[PathBuf]) -> Result<Vec<Source>> {
    let mut found = Vec::new();
    for path in paths {
        let kind = std::fs::metadata(path).map_err(|source| unreadable(path, source))?;
        match kind.is_dir() {
            true => folder(path, 0, &mut found)?,
            false => found.push(source(path.clone())),
        }
    }
    Ok(found)
}

fn source(path: PathBuf) -> Source {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    match Packed::of(&name) {
        Some(packed) => Source::Archive(path, packed),
        None => Source::File(path),
    }
}

fn folder(path: &Path, depth: usize, found: &mut Vec<Source>) -> Result<()> {
    if depth > DEPTH_MAX {
        return Err(Error::invalid(format!("{} is nested too deep", path.display()))
            .hint("name the folders further down"));
    }
    let entries = std::fs::read_dir(path).map_err(|source| unreadable(path, source))?;
    let mut entries =
        entries.collect::<std::io::Result<Vec<_>>>().map_err(|source| unreadable(path, source))?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        let kind = entry.file_type().map_err(|source| unreadable(path, source))?;
        match (hidden, kind.is_dir(), kind.is_file()) {
            (false, true, _) => folder(&entry.path(), depth + 1, found)?,
            (false, _, true) => found.push(source(entry.path())),
            _ => {}
        }
    }
    Ok(())
}

impl Source {
    /// Hands every document to `sink`.
    ///
    /// # Errors
    /// Those of the sink; what cannot be read is handed over as such.
    pub(super) fn each(&self, mut sink: impl FnMut(Found) -> Result<()>) -> Result<()> {
        match self {
            Self::File(path) => {
                let octets = match File::open(path) {
                    Ok(file) => bounded(file),
                    Err(source) => Err(Error::io("it", source).public().to_owned()),
                };
                sink(Found { name: path.display().to_string(), octets })
            }
            Self::Archive(path, packed) => {
                let name = path.display().to_string();
                match File::open(path) {
                    Ok(file) => packed.each(file, &name, &mut sink),
                    Err(source) => {
                        let octets = Err(Error::io("it", source).public().to_owned());
                        sink(Found { name, octets })
                    }
                }
            }
        }
    }
}

fn unreadable(path: &Path, source: std::io::Error) -> Error {
    Error::io(format!("cannot read {}", path.display()), source)
        .hint("check the path and that the user who runs campanile may read it")
}
