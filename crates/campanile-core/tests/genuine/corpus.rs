//! Files of the corpus, when it is there.

use std::path::{Path, PathBuf};

use campanile_core::mime::outer::{Outer, ciphertext_inside, classify, signature_inside};

/// Larger files are archives and pictures, not mail or keys.
const FILE_BYTES_MAX: u64 = 4_000_000;

/// The folder of a corpus, by `CAMPANILE_TESTDATA` or where it lies by default.
pub fn folder(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("CAMPANILE_TESTDATA")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cache/campanile-testdata")));
    let found = root.map(|root| root.join("mail").join(name)).filter(|folder| folder.is_dir());
    if found.is_none() {
        println!("skipped: no corpus mail/{name}");
    }
    found
}

/// All files below a folder with their content, sorted by path.
pub fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if entry.metadata().unwrap().len() <= FILE_BYTES_MAX {
                let bytes = std::fs::read(&path).unwrap();
                found.push((path, bytes));
            }
        }
    }
    found.sort();
    found
}

/// A mail as it would have come over SMTP: without the separator line of a mailbox file, and
/// with CRLF. `None` for files that are no mail.
pub fn mail(path: &Path, bytes: &[u8]) -> Option<Vec<u8>> {
    let name = path.extension()?.to_str()?;
    if !matches!(name, "eml" | "mbox" | "txt" | "msg" | "env") {
        return None;
    }
    let text = match bytes.starts_with(b"From ") {
        true => &bytes[bytes.iter().position(|byte| *byte == b'\n')? + 1..],
        false => bytes,
    };
    let mut mail = Vec::with_capacity(text.len() + text.len() / 40);
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(rest) => {
                mail.extend_from_slice(rest.strip_suffix(b"\r").unwrap_or(rest));
                mail.extend_from_slice(b"\r\n");
            }
            None => mail.extend_from_slice(line),
        }
    }
    Some(mail)
}

/// Whether a mail carries anything of OpenPGP or S/MIME, by its structure or by its words.
pub fn is_protected(mail: &[u8]) -> bool {
    let Ok(entity) = campanile_core::mime::read(mail) else {
        return false;
    };
    let plain = matches!(classify(&entity), Ok(Outer::Plain));
    !plain || ciphertext_inside(&entity) || signature_inside(&entity)
}
