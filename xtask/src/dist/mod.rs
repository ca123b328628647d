//! `cargo x dist`: from a commit to what is handed out. The Debian package, a list of its parts
//! (SBOM), the source that its libraries' licences ask for, and sums over all of it.
//!
//! The same commit gives the same bytes, wherever it is built with the same toolchain and the
//! same Debian: every time is that of the commit, every path is mapped to a fixed one.

mod build;
mod crates;
mod notices;
mod package;
mod reproduce;
mod sbom;
mod stage;

use std::fs;
use std::path::{Path, PathBuf};

use crate::run::{output, program, target_folder};
use crate::source::root;

/// What is made, and from which commit.
pub struct Release {
    /// `0.1.0`, or `0.1.0~git20261124.e4b6d36` as long as the commit has no tag `v0.1.0`.
    version: String,
    /// The whole hash of the commit.
    commit: String,
    /// Time of the commit, in seconds since 1970.
    epoch: String,
    /// Where the results go.
    folder: PathBuf,
}

/// Makes everything, or what the options say.
///
/// # Errors
/// A wrong option, or the first step that fails.
pub fn run(options: &[&str]) -> Result<(), String> {
    match options {
        [] => make(&build::release()?, Release::of_commit(None)?),
        ["--binary", file, "--version", version] => {
            make(Path::new(file), Release::of_commit(Some(version))?)
        }
        ["--verify-reproducible"] => reproduce::verify(),
        ["--try", new] => attempt(&[new]),
        ["--try", new, "--upgrade-from", old] => attempt(&[new, old]),
        _ => Err(format!("`{}` is no option of dist: see `cargo x help`", options.join(" "))),
    }
}

/// Installs packages into a fresh Debian and lets mail go through: a script, since all of it is
/// calling programs.
fn attempt(packages: &[&str]) -> Result<(), String> {
    program("packaging/try.sh", packages, "packaging/try.sh")
}

fn make(binary: &Path, release: Release) -> Result<(), String> {
    clear(&release.folder)?;
    let crates = crates::Crates::read()?;
    let sbom = sbom::render(&release, &crates)?;
    let tree = stage::tree(&release, binary, &crates, &sbom)?;
    package::deb(&release, &tree)?;
    write(&release.folder.join(format!("campanile_{}.cdx.json", release.version)), &sbom)?;
    release.source()?;
    fs::remove_dir_all(&tree).map_err(|error| format!("cleaning up: {error}"))?;
    let list = "sha256sum -- campanile_* > SHA256SUMS && cat SHA256SUMS";
    shell(&release.folder, list)?;
    println!("dist: {}", release.folder.display());
    Ok(())
}

impl Release {
    fn of_commit(version: Option<&&str>) -> Result<Self, String> {
        let git = |arguments: &[&str]| output("git", arguments, "git");
        let head = git(&["log", "-1", "--format=%H %ct"])?;
        let Some((commit, epoch)) = head.trim().split_once(' ') else {
            return Err("git does not tell about HEAD".into());
        };
        let date = output("date", &["-u", "-d", &format!("@{epoch}"), "+%Y%m%d%H%M%S"], "date")?;
        let date = date.trim();
        let number = env!("CARGO_PKG_VERSION");
        let tagged = git(&["tag", "--points-at", "HEAD"])?;
        let short = commit.get(..7).unwrap_or(commit);
        let mut own = match tagged.lines().any(|tag| tag == format!("v{number}")) {
            true => number.to_owned(),
            false => format!("{number}~git{date}.{short}"),
        };
        if !git(&["status", "--porcelain"])?.is_empty() {
            eprintln!("warning: the folder has changes that are not committed");
            own.push_str("+changed");
        }
        let version = version.map_or(own, |version| (*version).to_owned());
        let folder = target_folder().join("dist");
        Ok(Self { version, commit: commit.into(), epoch: epoch.into(), folder })
    }

    /// The source, as the licence of sequoia-openpgp asks for.
    fn source(&self) -> Result<(), String> {
        let name = format!("campanile_{}", self.version);
        let file = self.folder.join(format!("{name}.tar.gz"));
        let prefix = format!("--prefix={name}/");
        let arguments =
            ["archive", "--format=tar.gz", &prefix, "-o", &file.to_string_lossy(), &self.commit];
        program("git", &arguments, "git")
    }
}

fn clear(folder: &Path) -> Result<(), String> {
    let fail = |error| format!("{}: {error}", folder.display());
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(fail)?;
    }
    fs::create_dir_all(folder).map_err(fail)
}

fn write(path: &Path, text: impl AsRef<[u8]>) -> Result<(), String> {
    let fail = |error| format!("{}: {error}", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(fail)?;
    }
    fs::write(path, text).map_err(fail)
}

fn read(path: &str) -> Result<String, String> {
    fs::read_to_string(root().join(path)).map_err(|error| format!("{path}: {error}"))
}

/// Runs a line of shell in a folder.
fn shell(folder: &Path, line: &str) -> Result<(), String> {
    let folder = folder.to_string_lossy();
    let line = format!("cd \"$1\" && {line}");
    program("sh", &["-euc", &line, "sh", &folder], "sh")
}
