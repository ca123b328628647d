//! Two builds of the same commit in two folders, compared byte by byte.

use std::fs;
use std::path::Path;

use super::{Release, build, clear, make};
use crate::run::{cargo_program, output, program, program_with, target_folder};
use crate::source::root;

/// Builds here and in a clone, and compares all results.
///
/// # Errors
/// The folder has changes, a build fails, or the results differ.
pub fn verify() -> Result<(), String> {
    if !output("git", &["status", "--porcelain"], "git")?.is_empty() {
        return Err("commit first: a clone has committed files only".into());
    }
    let release = Release::of_commit(None)?;
    let first = release.folder.clone();
    make(&build::release()?, release)?;
    let other = target_folder().join("a-folder-with-another-name");
    clear(&other)?;
    let (clone, target) = (other.join("clone"), other.join("target"));
    let (from, to) = (root(), clone.to_string_lossy().into_owned());
    let quiet = ["clone", "--quiet", "--no-hardlinks", &from.to_string_lossy(), &to];
    program("git", &quiet, "git")?;
    let manifest = clone.join("Cargo.toml").to_string_lossy().into_owned();
    let arguments = ["run", "--quiet", "--manifest-path", &manifest, "-p", "xtask", "--", "dist"];
    let variables = [("CARGO_TARGET_DIR", &*target.to_string_lossy())];
    program_with(&variables, &cargo_program(), &arguments, "cargo")?;
    compare(&first, &target.join("dist"))?;
    fs::remove_dir_all(&other).map_err(|error| format!("cleaning up: {error}"))
}

fn compare(first: &Path, second: &Path) -> Result<(), String> {
    let sums = |folder: &Path| {
        let path = folder.join("SHA256SUMS");
        fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let (here, there) = (sums(first)?, sums(second)?);
    if here == there {
        println!("dist: two builds in two folders, the same bytes");
        return Ok(());
    }
    let differing = here.lines().filter(|line| !there.lines().any(|other| other == *line));
    let names: Vec<_> = differing.filter_map(|line| line.split_whitespace().nth(1)).collect();
    Err(format!("these differ between {} and {}: {names:?}", first.display(), second.display()))
}
