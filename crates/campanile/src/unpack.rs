//! Documents in archives (tar, tar.gz, zip), one after the other.
//!
//! Nothing is unpacked to disk, links are not followed, and a name in an archive is only told.

use std::fs::File;
use std::io::{BufReader, Read};

use campanile_core::model::limits::DOCUMENT_BYTES_MAX;
use flate2::read::GzDecoder;
use zip::ZipArchive;

use crate::error::{Error, Result};

/// Most that is unpacked from one archive, in octets: a bomb has to end.
const ARCHIVE_BYTES_MAX: u64 = 32 * 1024 * 1024 * 1024;
/// Most members of one archive: all records of CVE are 350,000.
const MEMBERS_MAX: usize = 2_000_000;

/// A document, or why there is none.
pub struct Found {
    /// Where it is, for people.
    pub name: String,
    /// Its octets, or why they are not read.
    pub octets: std::result::Result<Vec<u8>, String>,
}

/// How documents are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packed {
    /// tar
    Tar,
    /// tar, by gzip
    TarGz,
    /// zip
    Zip,
}

impl Packed {
    /// What a file is by its name; `None`: no archive.
    pub fn of(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
        match () {
            () if ends(&[".tar"]) => Some(Self::Tar),
            () if ends(&[".tar.gz", ".tgz"]) => Some(Self::TarGz),
            () if ends(&[".zip"]) => Some(Self::Zip),
            () => None,
        }
    }

    /// Hands every document of an archive to `sink`; `name` is that of the archive.
    ///
    /// # Errors
    /// Those of the sink; what cannot be read is handed over as such.
    pub fn each(
        self,
        file: File,
        name: &str,
        sink: &mut dyn FnMut(Found) -> Result<()>,
    ) -> Result<()> {
        match self {
            Self::Tar => tar(BufReader::new(file), name, sink),
            Self::TarGz => tar(GzDecoder::new(BufReader::new(file)), name, sink),
            Self::Zip => zip(file, name, sink),
        }
    }
}

fn tar(from: impl Read, name: &str, sink: &mut dyn FnMut(Found) -> Result<()>) -> Result<()> {
    let mut archive = tar::Archive::new(from.take(ARCHIVE_BYTES_MAX));
    let Ok(entries) = archive.entries() else {
        return sink(broken(name, "it is no tar archive"));
    };
    for entry in entries {
        let Ok(entry) = entry else {
            return sink(broken(name, "the archive is damaged or too large"));
        };
        if entry.header().entry_type().is_file() {
            let inside = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            sink(Found { name: format!("{name}:{inside}"), octets: bounded(entry) })?;
        }
    }
    Ok(())
}

fn zip(file: File, name: &str, sink: &mut dyn FnMut(Found) -> Result<()>) -> Result<()> {
    let Ok(mut archive) = ZipArchive::new(BufReader::new(file)) else {
        return sink(broken(name, "it is no zip archive, or damaged"));
    };
    if archive.len() > MEMBERS_MAX {
        return sink(broken(name, "it has too many members"));
    }
    // Members may overlap: what counts is what comes out.
    let mut left = ARCHIVE_BYTES_MAX;
    for number in 0..archive.len() {
        let member = match archive.by_index(number) {
            Ok(member) if member.is_file() => member,
            Ok(_) => continue,
            Err(_) => {
                sink(broken(name, "a member is damaged, encrypted, or packed as we cannot read"))?;
                continue;
            }
        };
        let inside = String::from_utf8_lossy(member.name_raw()).into_owned();
        let octets = bounded(member);
        let length = octets.as_ref().map_or(DOCUMENT_BYTES_MAX, Vec::len);
        left = left.saturating_sub(u64::try_from(length).unwrap_or(u64::MAX));
        if left == 0 {
            return sink(broken(name, "the archive is too large"));
        }
        sink(Found { name: format!("{name}:{inside}"), octets })?;
    }
    Ok(())
}

fn broken(name: &str, why: &str) -> Found {
    Found { name: name.to_owned(), octets: Err(why.to_owned()) }
}

/// Reads a document, unless it is larger than any.
///
/// # Errors
/// Why it is not read, in words.
pub fn bounded(from: impl Read) -> std::result::Result<Vec<u8>, String> {
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

#[cfg(test)]
mod tests {
    use std::io::{Seek, Write};

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn found(packed: Packed, octets: &[u8]) -> Vec<(String, bool)> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(octets).unwrap();
        file.rewind().unwrap();
        let mut all = Vec::new();
        let mut sink = |one: Found| {
            all.push((one.name, one.octets.is_ok()));
            Ok(())
        };
        packed.each(file, "x", &mut sink).unwrap();
        all
    }

    fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, octets) in members {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(octets).unwrap();
        }
        writer.add_directory("folder", SimpleFileOptions::default()).unwrap();
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn members_of_a_zip_archive_are_found_and_names_lead_nowhere() {
        let all = found(Packed::Zip, &zipped(&[("a.json", b"{}"), ("../../b.json", b"1")]));
        assert_eq!(all, [("x:a.json".into(), true), ("x:../../b.json".into(), true)]);
    }

    #[test]
    fn archive_that_is_none_is_told() {
        assert_eq!(found(Packed::Zip, b"PK\x03\x04"), [("x".into(), false)]);
        let cut = zipped(&[("a.json", b"{}")]);
        assert_eq!(found(Packed::Zip, &cut[..cut.len() - 30]), [("x".into(), false)]);
        assert_eq!(found(Packed::TarGz, b"nothing"), [("x".into(), false)]);
    }

    #[test]
    fn member_that_unfolds_beyond_any_document_is_not_read() {
        let big = vec![0; DOCUMENT_BYTES_MAX + 1];
        let all = found(Packed::Zip, &zipped(&[("big.json", &big), ("a.json", b"{}")]));
        assert_eq!(all, [("x:big.json".into(), false), ("x:a.json".into(), true)]);
    }

    #[test]
    fn member_whose_sum_is_wrong_is_not_read() {
        let mut octets = zipped(&[("a.json", b"{\"a\": 1}")]);
        // The checksum, in the local header and in the directory.
        let sum = octets[14..18].to_vec();
        for at in 0..octets.len() - 4 {
            if octets[at..at + 4] == sum {
                octets[at] ^= 1;
            }
        }
        assert_eq!(found(Packed::Zip, &octets), [("x:a.json".into(), false)]);
    }

    #[test]
    fn archives_are_known_by_their_names() {
        let kinds = ["a.TAR", "b.tar.gz", "c.tgz", "d.ZIP", "e.json"].map(Packed::of);
        let expected =
            [Some(Packed::Tar), Some(Packed::TarGz), Some(Packed::TarGz), Some(Packed::Zip), None];
        assert_eq!(kinds, expected);
    }
}
