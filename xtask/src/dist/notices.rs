//! Licence texts and copyright notices of everything in the executable, each text once.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use super::build::cargo_home;
use super::crates::{Crate, Crates};

/// Data of others in the executable, with their licences: tables, and the notices they refer to.
const DATA: [&str; 3] = [
    "crates/campanile-core/data/csaf/README.md",
    "crates/campanile-core/data/csaf/NOTICE-OASIS.md",
    "crates/campanile-core/data/csaf/NOTICE-SSVC.md",
];
/// Starts of the names of files that hold a licence or a notice.
const FILES: [&str; 6] = ["license", "licence", "copying", "copyright", "notice", "unlicense"];

/// Collects the texts from the sources that cargo has unpacked.
///
/// # Errors
/// The sources of a crate are not there.
pub fn collect(crates: &Crates) -> Result<String, String> {
    let sources = sources()?;
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut list = String::new();
    for one in crates.all.iter().filter(|one| crates.sums.contains_key(&one.purl())) {
        let _ = writeln!(list, "{} {}: {}", one.name, one.version, one.licence);
        for text in texts_of(one, &sources)? {
            texts.entry(text).or_default().push(format!("{} {}", one.name, one.version));
        }
    }
    let mut text = format!("The libraries in the executable and their licences:\n\n{list}");
    for (licence, users) in texts {
        let _ = write!(text, "\n{}\n{}\n\n{licence}\n", "=".repeat(80), users.join(", "));
    }
    for file in DATA {
        let notice = fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
        let _ = write!(text, "\n{}\n{}\n", "=".repeat(80), notice.trim());
    }
    Ok(text)
}

/// The folder of unpacked crates: one per registry, and there is one registry.
fn sources() -> Result<PathBuf, String> {
    let folder = Path::new(&cargo_home()?).join("registry/src");
    let fail = |error| format!("{}: {error}", folder.display());
    let entries = fs::read_dir(&folder).map_err(fail)?;
    let mut registries: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    registries.sort();
    registries.pop().ok_or_else(|| "cargo has unpacked no crates".into())
}

fn texts_of(one: &Crate, sources: &Path) -> Result<Vec<String>, String> {
    let folder = sources.join(format!("{}-{}", one.name, one.version));
    let entries =
        fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| {
        let name = file.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        file.is_file() && FILES.iter().any(|start| name.starts_with(start))
    });
    files.sort();
    let texts = files.iter().map(|file| {
        let bytes = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        Ok(String::from_utf8_lossy(&bytes).trim().replace('\r', ""))
    });
    texts.collect()
}
