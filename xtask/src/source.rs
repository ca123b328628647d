//! The text files of the repository, as tidy and numbers see them.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::scan::{Scan, scan, test_lines};

/// Folders that hold nothing of ours, or data of others.
const FOLDERS_SKIPPED: [&str; 8] =
    [".git", "target", "testdata", "campanile-data", "corpus", "artifacts", "coverage", "static"];

/// Endings of the text files that are read.
const ENDINGS: [&str; 13] =
    ["rs", "md", "toml", "sql", "html", "css", "js", "sh", "txt", "yml", "yaml", "json", "service"];

/// One text file.
pub struct Source {
    /// Path from the root of the repository, with `/`.
    pub path: String,
    /// All of it.
    pub text: String,
    /// Its layers; empty unless it is Rust.
    pub scan: Scan,
    /// For every line whether it is test code; all of them in a test file.
    pub test: Vec<bool>,
}

impl Source {
    /// From a path and a text, as they are in the repository.
    pub fn new(path: &str, text: &str) -> Self {
        let scan = if path.ends_with(".rs") { scan(text) } else { Scan::default() };
        let whole =
            path.contains("/tests/") || path.ends_with("/tests.rs") || path.ends_with("_tests.rs");
        let test = match whole {
            true => vec![true; text.lines().count()],
            false => test_lines(&scan.code),
        };
        Self { path: path.into(), text: text.into(), scan, test }
    }

    /// Whether it is Rust.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// The path inside `src` of a product crate: `smtp/session.rs`.
    pub fn inside(&self, name: &str) -> Option<&str> {
        self.path.strip_prefix("crates/")?.strip_prefix(name)?.strip_prefix("/src/")
    }

    /// Lines of a layer that are no test code, with their number counted from 1.
    pub fn product<'a>(&self, layer: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
        let keep = self.test.iter().map(|test| !test).chain(std::iter::repeat(true));
        let lines = layer.lines().zip(keep).enumerate();
        let lines = lines.filter(|(_, (_, keep))| *keep);
        lines.map(|(number, (line, _))| (number + 1, line)).collect::<Vec<_>>().into_iter()
    }
}

/// The root of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// All text files of the repository, sorted by path.
///
/// # Errors
/// When a file or folder cannot be read.
pub fn read_all(root: &Path) -> io::Result<Vec<Source>> {
    let mut paths = Vec::new();
    walk(root, &mut paths)?;
    paths.sort();
    let mut sources = Vec::new();
    for path in paths {
        let name = path.strip_prefix(root).unwrap_or(&path);
        let name = name.to_string_lossy().replace('\\', "/");
        sources.push(Source::new(&name, &String::from_utf8_lossy(&fs::read(&path)?)));
    }
    mark_test_modules(&mut sources);
    Ok(sources)
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type()?;
        if kind.is_dir() && !FOLDERS_SKIPPED.contains(&name.as_str()) {
            walk(&entry.path(), paths)?;
        } else if kind.is_file() && is_text(&name, &entry.path()) {
            paths.push(entry.path());
        }
    }
    Ok(())
}

fn is_text(name: &str, path: &Path) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let script = path.parent().and_then(Path::file_name).is_some_and(|folder| folder == ".ci");
    ENDINGS.contains(&ending) || name.starts_with("LICENSE") || script
}

/// Marks the files of modules that a parent declares under `#[cfg(test)]`.
fn mark_test_modules(sources: &mut [Source]) {
    let mut found = BTreeSet::new();
    for source in sources.iter().filter(|source| source.is_rust()) {
        for (line, test) in source.scan.code.lines().zip(&source.test) {
            let Some(name) = test.then(|| declared_module(line)).flatten() else {
                continue;
            };
            let folder = children_folder(&source.path);
            found.insert(format!("{folder}/{name}.rs"));
            found.insert(format!("{folder}/{name}/"));
        }
    }
    for source in sources {
        let inside = |name: &String| name.ends_with('/') && source.path.starts_with(name.as_str());
        if found.contains(&source.path) || found.iter().any(inside) {
            source.test.fill(true);
        }
    }
}

fn declared_module(line: &str) -> Option<&str> {
    let (_, name) = line.trim().strip_suffix(';')?.rsplit_once("mod ")?;
    (!name.contains(' ')).then_some(name)
}

fn children_folder(path: &str) -> &str {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    match file {
        "mod.rs" | "lib.rs" | "main.rs" => folder,
        _ => path.strip_suffix(".rs").unwrap_or(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn module_declared_for_tests_is_test_code() {
        let mut sources = [
            Source::new("crates/a/src/lib.rs", "#[cfg(test)]\nmod samples;\nmod real;\n"),
            Source::new("crates/a/src/samples.rs", "fn a() {}\n"),
            Source::new("crates/a/src/samples/mail.rs", "fn a() {}\n"),
            Source::new("crates/a/src/real.rs", "fn a() {}\n"),
        ];
        mark_test_modules(&mut sources);
        let marks: Vec<_> = sources.iter().skip(1).map(|s| s.test.clone()).collect();
        assert_eq!(marks, [vec![true], vec![true], vec![false]]);
    }

    #[test]
    fn product_lines_leave_tests_out() {
        let source = Source::new("a.rs", "fn a() {}\n#[cfg(test)]\nmod t {\n}\nfn b() {}\n");
        let lines: Vec<_> = source.product(&source.scan.code).collect();
        assert_eq!(lines, [(1, "fn a() {}"), (5, "fn b() {}")]);
    }
}
