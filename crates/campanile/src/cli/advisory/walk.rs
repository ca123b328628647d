//! Files, folders and archives of documents, one document after the other.
//!
//! Links inside of folders and archives are not followed, and nothing is unpacked to disk: a name
//! in an archive is only told.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use campanile_core::model::limits::DOCUMENT_BYTES_MAX;
use flate2::read::GzDecoder;

use crate::error::{Error, Result};

/// Deepest nesting of folders.
const DEPTH_MAX: usize = 32;
/// Most that is unpacked from one archive, in octets: a bomb has to end.
const ARCHIVE_BYTES_MAX: u64 = 32 * 1024 * 1024 * 1024;

/// A document, or why there is none.
pub(super) struct Found {
    /// Where it is, for people.
    pub name: String,
    /// Its octets, or why they are not read.
    pub octets: std::result::Result<Vec<u8>, String>,
}

/// Something that documents come from.
pub(super) enum Source {
    File(PathBuf),
    Archive(PathBuf),
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
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let archive = [".tar", ".tar.gz", ".tgz"].iter().any(|end| name.ends_with(end));
    if archive { Source::Archive(path) } else { Source::File(path) }
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
            Self::Archive(path) => {
                let broken =
                    |why: String| Found { name: path.display().to_string(), octets: Err(why) };
                let file = match File::open(path) {
                    Ok(file) => BufReader::new(file),
                    Err(source) => return sink(broken(Error::io("it", source).public().into())),
                };
                let zipped = path.extension().is_some_and(|end| end != "tar");
                let reader: Box<dyn Read> = match zipped {
                    true => Box::new(GzDecoder::new(file)),
                    false => Box::new(file),
                };
                let mut archive = tar::Archive::new(reader.take(ARCHIVE_BYTES_MAX));
                let Ok(entries) = archive.entries() else {
                    return sink(broken("it is no tar archive".to_owned()));
                };
                for entry in entries {
                    let Ok(entry) = entry else {
                        return sink(broken("the archive is damaged or too large".to_owned()));
                    };
                    if !entry.header().entry_type().is_file() {
                        continue;
                    }
                    let inside = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
                    let name = format!("{}:{inside}", path.display());
                    sink(Found { name, octets: bounded(entry) })?;
                }
                Ok(())
            }
        }
    }
}

fn bounded(from: impl Read) -> std::result::Result<Vec<u8>, String> {
    let mut octets = Vec::new();
    let limit = u64::try_from(DOCUMENT_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    match from.take(limit).read_to_end(&mut octets) {
        Ok(_) if octets.len() > DOCUMENT_BYTES_MAX => {
            Err(format!("it is larger than {DOCUMENT_BYTES_MAX} octets"))
        }
        Ok(_) => Ok(octets),
        Err(source) => Err(Error::io("it", source).public().to_owned()),
    }
}

fn unreadable(path: &Path, source: std::io::Error) -> Error {
    Error::io(format!("cannot read {}", path.display()), source)
        .hint("check the path and that the user who runs campanile may read it")
}
