//! Files that are named on the command line.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// Reads a file of at most `bytes_max` bytes. Pipes are taken, as from `<(gpg --export X)`.
///
/// The content is wiped when dropped: it may be a secret key, given on purpose or by mistake.
///
/// # Errors
/// The file is missing, unreadable, a directory, or larger than the limit.
pub(super) fn read(path: &Path, bytes_max: usize) -> Result<Zeroizing<Vec<u8>>> {
    let fail = |source| {
        Error::io(format!("cannot read {}", path.display()), source)
            .hint("check the path and that the user who runs campanile may read it")
    };
    let too_large = || {
        Error::too_large(format!("{} is larger than {bytes_max} bytes", path.display()))
            .hint("is it the right file? export the key again, with as little else as possible")
    };
    let file = File::open(path).map_err(fail)?;
    let length = file.metadata().map_err(fail)?.len();
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length > bytes_max {
        return Err(too_large());
    }
    let mut content = Zeroizing::new(Vec::with_capacity(length + 1));
    let limit = u64::try_from(bytes_max).unwrap_or(u64::MAX).saturating_add(1);
    file.take(limit).read_to_end(&mut content).map_err(fail)?;
    match content.len() > bytes_max {
        true => Err(too_large()),
        false => Ok(content),
    }
}

/// Reads a text file, at most 1 MiB.
///
/// # Errors
/// As [`read`], or it is not UTF-8.
pub(super) fn read_text(path: &Path) -> Result<String> {
    let content = read(path, 1024 * 1024)?;
    let text = std::str::from_utf8(&content).map_err(|source| {
        Error::invalid(format!("{} is no UTF-8 text", path.display())).source(source)
    })?;
    Ok(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn file_at_the_limit_is_read_and_above_it_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        std::fs::write(&path, b"12345").unwrap();
        assert_eq!(read(&path, 5).unwrap().as_slice(), b"12345");
        assert_eq!(read(&path, 4).unwrap_err().kind(), Kind::TooLarge);
    }

    #[test]
    fn endless_file_is_refused() {
        let error = read(Path::new("/dev/zero"), 1000).unwrap_err();
        assert_eq!(error.kind(), Kind::TooLarge);
    }

    #[test]
    fn missing_file_and_directory_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let error = read(&dir.path().join("none"), 5).unwrap_err();
        assert_eq!(error.kind(), Kind::NotFound);
        let error = read(dir.path(), 1 << 20).unwrap_err();
        assert!(error.public().contains("directory"), "{error}");
    }
}
