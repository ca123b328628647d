//! Secret keys as files: `keys/list/<list>/<protocol>-<fingerprint>.{asc,pem}` for the lists,
//! `keys/ca/<fingerprint>.pem` for the authority, `keys/web/server.pem` for the pages, the secret
//! of the network, the data keys (`data_keys`).
//!
//! Files and not rows, so that a copy of the database gives no key away, and so that an
//! operator can lay them on a separate, encrypted or read-only mount. Only the owner may read
//! them: mode 0600 in folders of mode 0700; a file that others can read is refused.
//!
//! Refuses to interpret what it stores; that is the core's work.

mod data_keys;

pub use data_keys::{key_name, seals_from};

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use campanile_core::model::key::{Fingerprint, Protocol};
use campanile_core::model::list_name::ListName;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// Shortest token of another program, in characters: 128 bits in hexadecimal.
const TOKEN_CHARS_MIN: usize = 32;
/// Largest key file, in bytes: an RSA-8192 key in PEM has about 7 KiB.
const FILE_BYTES_MAX: u64 = 256 * 1024;
/// Length of the secret of the network: as long as the output of HMAC-SHA-256.
const SECRET_BYTES: usize = 32;

/// The folder of secret keys of one data directory.
#[derive(Debug, Clone)]
pub struct KeyFiles {
    dir: PathBuf,
}

impl KeyFiles {
    /// The key files of a data directory.
    pub fn of(data_dir: &Path) -> Self {
        Self { dir: data_dir.join("keys") }
    }

    /// Where the secret half of a list's key lies.
    pub fn list_key_path(
        &self,
        list: &ListName,
        protocol: Protocol,
        fingerprint: &Fingerprint,
    ) -> PathBuf {
        let ending = match protocol {
            Protocol::Openpgp => "asc",
            Protocol::Smime => "pem",
        };
        let name = format!("{protocol}-{fingerprint}.{ending}");
        self.dir.join("list").join(list.as_str()).join(name)
    }

    /// Where the secret key of the authority lies, with its certificate.
    pub fn authority_path(&self, fingerprint: &Fingerprint) -> PathBuf {
        self.dir.join("ca").join(format!("{fingerprint}.pem"))
    }

    /// Where the secret key of the pages lies, with a certificate of the authority. Every node
    /// has its own.
    pub fn server_path(&self) -> PathBuf {
        self.dir.join("web").join("server.pem")
    }

    /// Where the secret of the network lies.
    pub fn secret_path(&self) -> PathBuf {
        self.dir.join("network.secret")
    }

    /// The secret of the network, for MACs of return paths and Message-IDs; made at first use.
    ///
    /// # Errors
    /// It cannot be read or made.
    pub fn network_secret(&self) -> Result<Zeroizing<Vec<u8>>> {
        let path = self.secret_path();
        if !path.exists() {
            let mut secret = Zeroizing::new(vec![0; SECRET_BYTES]);
            openssl::rand::rand_bytes(&mut secret)
                .map_err(|source| Error::internal("no random numbers").source(source))?;
            self.write(&path, &secret)?;
        }
        self.read(&path)
    }

    /// Writes a key file: after this returns it survives a crash, and at no time is half a
    /// file, or one that others can read, under its name.
    ///
    /// # Errors
    /// A folder or file cannot be made.
    pub fn write(&self, path: &Path, secret: &[u8]) -> Result<()> {
        let fail = |source| {
            Error::io(format!("cannot write the key file {}", path.display()), source)
                .hint("the data directory has to belong to the user who runs campanile")
        };
        let folder = path.parent().unwrap_or(&self.dir);
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(fail)?;
        let temporary = folder.join(format!(".{}.tmp", Uuid::new_v4()));
        let written = write_new(&temporary, secret).and_then(|()| fs::rename(&temporary, path));
        if let Err(source) = written {
            // What is left is a file for the owner only; the first error is the one to tell.
            drop(fs::remove_file(&temporary));
            return Err(fail(source));
        }
        // The names are durable when their folders are: up to the data directory itself.
        let top = self.dir.parent().unwrap_or(&self.dir);
        for folder in folder.ancestors().take_while(|folder| folder.starts_with(top)) {
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(fail)?;
        }
        Ok(())
    }

    /// Removes a key file; one that is gone already is no error.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn remove(&self, path: &Path) -> Result<()> {
        match fs::remove_file(path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::io(format!("cannot remove the key file {}", path.display()), source)
                    .hint("remove it by hand"))
            }
            _ => Ok(()),
        }
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// It is missing, too large, or others than its owner can read it.
    pub fn read(&self, path: &Path) -> Result<Zeroizing<Vec<u8>>> {
        let fail = |source| {
            Error::io(format!("cannot read the key file {}", path.display()), source)
                .hint("restore it from a backup, or import the key again")
        };
        let mut file = File::open(path).map_err(fail)?;
        // Asked of the open file, so that it cannot be exchanged in between.
        let metadata = file.metadata().map_err(fail)?;
        check(path, &metadata)?;
        let length = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
        // Sized once: growing would leave copies of the secret behind in freed memory.
        let mut secret = Zeroizing::new(Vec::with_capacity(length.saturating_add(1)));
        (&mut file).take(metadata.len()).read_to_end(&mut secret).map_err(fail)?;
        Ok(secret)
    }

    /// Checks that a key file is there and that only its owner can read it.
    ///
    /// # Errors
    /// What is wrong, and what to do.
    pub fn check(&self, path: &Path) -> Result<()> {
        let metadata = fs::metadata(path).map_err(|source| {
            Error::io(format!("the key file {}", path.display()), source)
                .hint("restore it from a backup, or import the key again")
        })?;
        check(path, &metadata)
    }

    /// Every file below the folder of keys.
    ///
    /// # Errors
    /// A folder cannot be read.
    pub fn files(&self) -> Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        let mut folders = vec![self.dir.clone()];
        while let Some(folder) = folders.pop() {
            let fail = |source| Error::io(format!("cannot read {}", folder.display()), source);
            if !folder.exists() {
                continue;
            }
            for entry in fs::read_dir(&folder).map_err(fail)? {
                let entry = entry.map_err(fail)?;
                match entry.file_type().map_err(fail)?.is_dir() {
                    true => folders.push(entry.path()),
                    false => found.push(entry.path()),
                }
            }
        }
        found.sort();
        Ok(found)
    }
}

/// Refuses a private key for TLS that every user can read; a group may, as Debian's `ssl-cert`.
///
/// # Errors
/// Everybody can read it. One that is missing is told by whoever reads it.
pub fn check_tls_key(path: &Path) -> Result<()> {
    let name = path.display();
    let mode = fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode() & 0o777);
    match mode & 0o007 {
        0 => Ok(()),
        _ => Err(Error::denied(format!("the TLS key {name} can be read by all (mode {mode:03o})"))
            .hint(format!("`chmod o= {name}`; if strangers had access, make a new key"))),
    }
}

/// Reads the token of another program from a file that nobody else can read.
///
/// # Errors
/// The file is missing, can be read by others, or holds nothing that cannot be guessed.
pub fn read_token(path: &Path) -> Result<Zeroizing<String>> {
    let fail = |source| Error::io(format!("cannot read {}", path.display()), source);
    check(path, &fs::metadata(path).map_err(fail)?)?;
    let text = Zeroizing::new(fs::read_to_string(path).map_err(fail)?);
    let token = Zeroizing::new(text.trim().to_owned());
    match token.len() {
        TOKEN_CHARS_MIN.. => Ok(token),
        _ => Err(Error::invalid(format!("the token in {} can be guessed", path.display()))
            .hint(format!("`openssl rand -hex 32 > {}`", path.display()))),
    }
}

fn write_new(path: &Path, secret: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(secret)?;
    file.sync_all()
}

fn check(path: &Path, metadata: &fs::Metadata) -> Result<()> {
    let name = path.display();
    if !metadata.is_file() || metadata.len() > FILE_BYTES_MAX {
        return Err(Error::invalid(format!("{name} is no key file"))
            .hint("restore it from a backup, or import the key again"));
    }
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(Error::denied(format!(
            "the key file {name} can be read by others (mode {mode:03o})"
        ))
        .hint(format!("`chmod 600 {name}`; if strangers had access, make a new key")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"-----BEGIN PRIVATE KEY-----";

    fn written() -> (tempfile::TempDir, KeyFiles, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let keys = KeyFiles::of(dir.path());
        let fingerprint = Fingerprint::from_bytes(&[0xAB; 32]);
        let path = keys.list_key_path(&"alert".parse().unwrap(), Protocol::Smime, &fingerprint);
        keys.write(&path, SECRET).unwrap();
        (dir, keys, path)
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn key_reads_back_and_is_for_its_owner_only() {
        let (dir, keys, path) = written();
        assert_eq!(keys.read(&path).unwrap().as_slice(), SECRET);
        assert_eq!(mode(&path), 0o600);
        for folder in ["keys", "keys/list", "keys/list/alert"] {
            assert_eq!(mode(&dir.path().join(folder)), 0o700, "{folder}");
        }
        let name = format!("keys/list/alert/smime-{}.pem", "AB".repeat(32));
        assert_eq!(path, dir.path().join(name));
        assert_eq!(keys.files().unwrap(), [path]);
    }

    #[test]
    fn file_that_others_can_read_is_refused_with_the_remedy() {
        let (_dir, keys, path) = written();
        for open in [0o640, 0o604, 0o660, 0o601] {
            fs::set_permissions(&path, fs::Permissions::from_mode(open)).unwrap();
            let error = keys.read(&path).unwrap_err();
            assert!(error.advice().contains("chmod 600"), "{error}");
            assert!(keys.check(&path).is_err());
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        assert!(keys.read(&path).is_ok());
    }

    #[test]
    fn missing_file_is_not_found() {
        let (_dir, keys, path) = written();
        fs::remove_file(&path).unwrap();
        assert_eq!(keys.read(&path).unwrap_err().kind(), crate::error::Kind::NotFound);
    }

    #[test]
    fn failed_write_leaves_nothing_behind() {
        let (_dir, keys, path) = written();
        // A folder in the place of the file: the rename fails after the temporary is written.
        fs::remove_file(&path).unwrap();
        fs::create_dir_all(path.join("x")).unwrap();
        assert!(keys.write(&path, SECRET).is_err());
        assert_eq!(keys.files().unwrap(), Vec::<PathBuf>::new());
    }

    #[test]
    fn oversized_file_is_refused() {
        let (_dir, keys, path) = written();
        fs::File::options().write(true).open(&path).unwrap().set_len(FILE_BYTES_MAX + 1).unwrap();
        assert!(keys.read(&path).is_err());
    }
}
