//! A backup as a file: a tar archive whose last members are a manifest with the SHA-256 of every
//! other member, and the SHA-256 of the manifest.
//!
//! Against accidents, not against forgers: whoever can change the file can also change the
//! digests in it. Knows nothing of what the members are.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::{Component, Path};

use openssl::sha::Sha256;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// First member: tells people and programs what this is.
const INTRODUCTION: &str = "CAMPANILE-BACKUP";
const INTRODUCTION_TEXT: &str = "Backup of a Campanile network. It holds the SECRET KEYS of its \
    lists:\nwho has this file can read old mail and forge new mail. Keep it encrypted.\n\
    `campanile restore FILE` brings it back.\n";
const MANIFEST: &str = "manifest.json";
const MANIFEST_DIGEST: &str = "manifest.sha256";
/// Version of the form of backups.
const FORMAT: u32 = 1;
/// Largest member that is read into memory, in bytes: the manifest of a million files.
const MEMORY_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// What a backup says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the form.
    pub format: u32,
    /// What was backed up, in the words of the program.
    pub about: About,
    /// Every member in front of the manifest, in order.
    pub members: Vec<Member>,
}

/// What was backed up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Version of the program that made it.
    pub program: String,
    /// Version of its tables.
    pub schema: i64,
    /// Name of the network.
    pub network: String,
    /// When the state was taken, RFC 3339.
    pub taken_at: String,
    /// Rows of each table.
    pub rows: std::collections::BTreeMap<String, u64>,
}

/// One member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its name, a relative path.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
}

/// Writes a backup.
pub struct Writer<W: Write> {
    tar: tar::Builder<W>,
    members: Vec<Member>,
    seconds: u64,
}

impl<W: Write> Writer<W> {
    /// Begins a backup at `seconds` since the epoch.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn new(out: W, seconds: u64) -> Result<Self> {
        let mut writer = Self { tar: tar::Builder::new(out), members: Vec::new(), seconds };
        writer.add(INTRODUCTION, INTRODUCTION_TEXT.as_bytes())?;
        Ok(writer)
    }

    /// Adds a member.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn add(&mut self, name: &str, content: &[u8]) -> Result<()> {
        self.add_from(name, content, u64::try_from(content.len()).unwrap_or(u64::MAX))
    }

    /// Adds a file as a member. Returns whether it was there.
    ///
    /// # Errors
    /// It cannot be read or written.
    pub fn add_file(&mut self, name: &str, path: &Path) -> Result<bool> {
        let fail = |source| Error::io(format!("cannot read {}", path.display()), source);
        let file = match File::open(path) {
            Ok(file) => file,
            Err(gone) if gone.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(source) => return Err(fail(source)),
        };
        let bytes = file.metadata().map_err(fail)?.len();
        self.add_from(name, file.take(bytes), bytes).map(|()| true)
    }

    fn add_from(&mut self, name: &str, content: impl Read, bytes: u64) -> Result<()> {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes);
        header.set_mode(0o600);
        header.set_mtime(self.seconds);
        let mut hashed = Hashed { content, hash: Sha256::new(), bytes: 0 };
        self.tar.append_data(&mut header, name, &mut hashed).map_err(unwritten)?;
        if hashed.bytes != bytes {
            return Err(Error::temporary(format!("{name} has changed while it was read")));
        }
        let sha256 = hex(hashed.hash);
        self.members.push(Member { name: name.to_owned(), bytes, sha256 });
        Ok(())
    }

    /// Ends the backup. Returns where it was written to, and the SHA-256 of its manifest.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(mut self, about: About) -> Result<(W, String)> {
        let members = std::mem::take(&mut self.members);
        let manifest = Manifest { format: FORMAT, about, members };
        let text = serde_json::to_vec_pretty(&manifest)
            .map_err(|source| Error::internal("the manifest cannot be written").source(source))?;
        let digest = sha256(&text);
        self.add(MANIFEST, &text)?;
        self.add(MANIFEST_DIGEST, digest.as_bytes())?;
        let out = self.tar.into_inner().map_err(unwritten)?;
        Ok((out, digest))
    }
}

fn unwritten(source: io::Error) -> Error {
    Error::io("cannot write the backup", source).hint("is there room on the disk?")
}

/// Reads, and hashes what was read.
struct Hashed<R> {
    content: R,
    hash: Sha256,
    bytes: u64,
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.content.read(buffer)?;
        self.hash.update(buffer.get(..count).unwrap_or_default());
        self.bytes += u64::try_from(count).unwrap_or_default();
        Ok(count)
    }
}

fn hex(hash: Sha256) -> String {
    hash.finish().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sha256(bytes: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(bytes);
    hex(hash)
}

/// A backup whose every octet was checked against its manifest.
pub struct Archive {
    file: File,
    /// What it says about itself.
    pub manifest: Manifest,
}

impl Archive {
    /// Opens a backup and reads all of it, to check it.
    ///
    /// # Errors
    /// It cannot be read, is no backup, of a newer form, incomplete or damaged.
    pub fn open(path: &Path) -> Result<Self> {
        let fail = |source| Error::io(format!("cannot read {}", path.display()), source);
        let mut file = File::open(path).map_err(fail)?;
        let (members, manifest, digest) = walk(&mut file)?;
        let damaged = |what: &str| {
            Error::invalid(format!("the backup is damaged: {what}"))
                .hint("nothing was changed; take another copy of it, or an older backup")
        };
        let (Some(manifest), Some(digest)) = (manifest, digest) else {
            return Err(damaged("its end is missing"));
        };
        if sha256(&manifest).as_bytes() != digest {
            return Err(damaged("its manifest was changed"));
        }
        let manifest: Manifest = serde_json::from_slice(&manifest)
            .map_err(|source| damaged("its manifest cannot be read").source(source))?;
        if manifest.format != FORMAT {
            return Err(Error::invalid(format!(
                "the backup has form {}, this program knows {FORMAT}",
                manifest.format
            ))
            .hint("restore it with the version of campanile that made it"));
        }
        if let Some((found, _)) =
            members.iter().zip(&manifest.members).find(|(found, told)| found != told)
        {
            return Err(damaged(&format!("{} is not what it was", found.name)));
        }
        if members.len() != manifest.members.len() {
            return Err(damaged("members are missing"));
        }
        Ok(Self { file, manifest })
    }

    /// Hands every member to `take`, with its name and content.
    ///
    /// # Errors
    /// The file cannot be read, or `take` fails.
    pub async fn read(
        &mut self,
        mut take: impl AsyncFnMut(&str, &mut dyn Read) -> Result<()>,
    ) -> Result<()> {
        self.file.rewind().map_err(unread)?;
        let mut tar = tar::Archive::new(&mut self.file);
        for entry in tar.entries().map_err(unread)? {
            let mut entry = entry.map_err(unread)?;
            let name = name(&entry)?;
            if ![INTRODUCTION, MANIFEST, MANIFEST_DIGEST].contains(&name.as_str()) {
                take(&name, &mut entry).await?;
            }
        }
        Ok(())
    }

    /// The content of one member.
    ///
    /// # Errors
    /// There is none, it cannot be read or is too large.
    pub async fn member(&mut self, wanted: &str) -> Result<Vec<u8>> {
        let mut found = None;
        let take = async |name: &str, content: &mut dyn Read| {
            if name == wanted {
                found = Some(whole(content)?);
            }
            Ok(())
        };
        self.read(take).await?;
        found.ok_or_else(|| Error::invalid(format!("the backup has no {wanted}")))
    }
}

/// Reads a member into memory.
///
/// # Errors
/// It cannot be read or is too large.
pub fn whole(content: &mut dyn Read) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let count = content.take(MEMORY_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(unread)?;
    match u64::try_from(count).is_ok_and(|count| count <= MEMORY_BYTES_MAX) {
        true => Ok(bytes),
        false => Err(Error::too_large("a member of the backup is too large")),
    }
}

fn unread(source: io::Error) -> Error {
    Error::invalid("this is no backup of campanile, or it is damaged")
        .source(source)
        .hint("nothing was changed; an encrypted backup has to be decrypted first")
}

/// What is in an archive, and the octets of manifest and digest.
type Walked = (Vec<Member>, Option<Vec<u8>>, Option<Vec<u8>>);

fn walk(file: &mut File) -> Result<Walked> {
    let (mut members, mut manifest, mut digest) = (Vec::new(), None, None);
    let mut tar = tar::Archive::new(file);
    for entry in tar.entries().map_err(unread)? {
        let mut entry = entry.map_err(unread)?;
        let name = name(&entry)?;
        if members.is_empty() && name != INTRODUCTION {
            return Err(unread(io::Error::other("another first member")));
        }
        match name.as_str() {
            MANIFEST => manifest = Some(whole(&mut entry)?),
            MANIFEST_DIGEST => digest = Some(whole(&mut entry)?),
            _ => {
                let mut hashed = Hashed { content: entry, hash: Sha256::new(), bytes: 0 };
                io::copy(&mut hashed, &mut io::sink()).map_err(unread)?;
                members.push(Member { name, bytes: hashed.bytes, sha256: hex(hashed.hash) });
            }
        }
    }
    match members.is_empty() {
        true => Err(unread(io::Error::other("no members"))),
        false => Ok((members, manifest, digest)),
    }
}

/// The name of a member: a plain file with a relative path that leads nowhere else.
fn name<R: Read>(entry: &tar::Entry<'_, R>) -> Result<String> {
    let path = entry.path().map_err(unread)?;
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    let file = entry.header().entry_type() == tar::EntryType::Regular;
    match path.to_str() {
        Some(name) if plain && file => Ok(name.to_owned()),
        _ => Err(unread(io::Error::other("a member with a strange name"))),
    }
}
