//! The tree of files as it will be installed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::crates::Crates;
use super::{Release, notices, read, shell, write};
use crate::run::{cargo_program, program, program_with};
use crate::source::root;

/// Files of the repository and their place, for everybody to read.
const FILES: [(&str, &str); 6] = [
    ("packaging/campanile.service", "usr/lib/systemd/system/campanile.service"),
    ("packaging/campanile.sysusers", "usr/lib/sysusers.d/campanile.conf"),
    ("packaging/campanile.default", "etc/default/campanile"),
    ("README.md", "usr/share/doc/campanile/README.md"),
    ("CHANGELOG.md", "usr/share/doc/campanile/CHANGELOG.md"),
    ("docs/operation/alerts.yml", "usr/share/doc/campanile/examples/alerts.yml"),
];
/// Folders of documents for operators.
const DOCUMENTS: [&str; 2] = ["operation", "formats"];
/// Where the shells look for completions.
const COMPLETIONS: [(&str, &str); 3] = [
    ("campanile.bash", "usr/share/bash-completion/completions/campanile"),
    ("_campanile", "usr/share/zsh/vendor-completions/_campanile"),
    ("campanile.fish", "usr/share/fish/vendor_completions.d/campanile.fish"),
];

/// Fills a folder and returns it.
///
/// # Errors
/// A file cannot be read or written, or a program fails.
pub fn tree(
    release: &Release,
    binary: &Path,
    crates: &Crates,
    sbom: &str,
) -> Result<PathBuf, String> {
    let tree = release.folder.join("tree");
    put_binary(binary, &tree)?;
    for (from, to) in FILES {
        copy(&root().join(from), &tree.join(to))?;
    }
    let docs = tree.join("usr/share/doc/campanile");
    for folder in DOCUMENTS {
        for file in files(&root().join("docs").join(folder))? {
            let name = file.file_name().unwrap_or_default();
            if name.to_string_lossy().ends_with(".md") {
                copy(&file, &docs.join(folder).join(name))?;
            }
        }
    }
    copy(&root().join("docs/conditions.md"), &docs.join("conditions.md"))?;
    write(&docs.join("copyright"), copyright(release)?)?;
    write(&docs.join("third-party.txt"), notices::collect(crates)?)?;
    write(&docs.join("sbom.cdx.json"), sbom)?;
    configuration(&docs.join("examples/campanile.toml"), &tree)?;
    reference(&tree, &release.folder.join("reference"))?;
    // -n: neither name nor time of the file.
    shell(
        &tree,
        "find usr/share/doc/campanile usr/share/man -type f ! -name copyright \
                  ! -path '*/examples/*' -exec gzip -9n {} +",
    )?;
    Ok(tree)
}

/// The executable without the lines of its source; names of functions stay for backtraces.
fn put_binary(binary: &Path, tree: &Path) -> Result<(), String> {
    let place = tree.join("usr/bin/campanile");
    copy(binary, &place)?;
    program("strip", &["--strip-debug", &place.to_string_lossy()], "strip")
}

fn copyright(release: &Release) -> Result<String, String> {
    let mit = read("LICENSE-MIT")?;
    let mit = mit.lines().map(|line| match line.trim_end() {
        "" => " .".to_owned(),
        line => format!(" {line}"),
    });
    let text = read("packaging/copyright")?;
    Ok(text
        .replace("{commit}", &release.commit)
        .replace("{version}", &release.version)
        .replace("{mit}", &mit.collect::<Vec<_>>().join("\n")))
}

/// The first configuration, as the program itself writes it.
fn configuration(place: &Path, tree: &Path) -> Result<(), String> {
    let data = tree.with_file_name("example-data");
    let binary = tree.join("usr/bin/campanile");
    let folder = data.to_string_lossy();
    let arguments = ["--dir", &folder, "init", "--network", "Example", "--domain", "list.example"];
    program(&binary.to_string_lossy(), &arguments, "campanile")?;
    copy(&data.join("campanile.toml"), place)?;
    fs::remove_dir_all(&data).map_err(|error| format!("cleaning up: {error}"))
}

/// Manual pages and completions, written from the command line of this source.
fn reference(tree: &Path, scratch: &Path) -> Result<(), String> {
    let folder = scratch.to_string_lossy();
    let example = ["run", "--quiet", "--locked", "-p", "campanile", "--example", "reference"];
    let arguments = [&example[..], &["--", &folder]].concat();
    program_with(&[("CAMPANILE_DIR", "./campanile-data")], &cargo_program(), &arguments, "cargo")?;
    for page in files(&scratch.join("man"))? {
        let name = page.file_name().unwrap_or_default();
        copy(&page, &tree.join("usr/share/man/man1").join(name))?;
    }
    for (from, to) in COMPLETIONS {
        copy(&scratch.join("completions").join(from), &tree.join(to))?;
    }
    fs::remove_dir_all(scratch).map_err(|error| format!("cleaning up: {error}"))
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let bytes = fs::read(from).map_err(|error| format!("{}: {error}", from.display()))?;
    write(to, bytes)?;
    let executable = to.components().any(|part| part.as_os_str() == "bin");
    let mode = if executable { 0o755 } else { 0o644 };
    let set = fs::set_permissions(to, fs::Permissions::from_mode(mode));
    set.map_err(|error| format!("{}: {error}", to.display()))
}

/// The files of a folder, sorted.
fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    Ok(files)
}
