//! What the executable is made of, as cargo tells it.

use std::collections::{BTreeMap, BTreeSet};

use super::read;
use crate::run::{cargo_program, output};

/// One crate at one version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Crate {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The SPDX expression of its licence.
    pub licence: String,
    /// Where it is developed; may be empty.
    pub repository: String,
}

impl Crate {
    /// Package URL, the identifier in lists of parts.
    pub fn purl(&self) -> String {
        format!("pkg:cargo/{}@{}", self.name, self.version)
    }
}

/// The crates that are linked into the executable: no build scripts, no macros, no tests.
#[derive(Debug, Default)]
pub struct Crates {
    /// The program itself.
    pub program: Option<Crate>,
    /// All of them, the program left out.
    pub all: BTreeSet<Crate>,
    /// Who uses whom, by package URL.
    pub uses: BTreeMap<String, BTreeSet<String>>,
    /// SHA-256 of the packages, by package URL.
    pub sums: BTreeMap<String, String>,
}

impl Crates {
    /// Asks cargo.
    ///
    /// # Errors
    /// Cargo fails, or Cargo.lock cannot be read.
    pub fn read() -> Result<Self, String> {
        let format = "\t{p}\t{l}\t{r}";
        let edges = "normal,no-proc-macro";
        let arguments = ["tree", "--locked", "-p", "campanile", "-e", edges, "--prefix", "depth"];
        let arguments = [&arguments[..], &["--format", format]].concat();
        let tree = output(&cargo_program(), &arguments, "cargo")?;
        let mut crates = Self::of_tree(&tree);
        crates.sums = sums(&read("Cargo.lock")?);
        Ok(crates)
    }

    /// From lines of depth, name with version, licence and repository, separated by tabs.
    fn of_tree(tree: &str) -> Self {
        let mut crates = Self::default();
        let mut above: Vec<String> = Vec::new();
        for line in tree.lines() {
            let mut fields = line.trim_end_matches(" (*)").split('\t');
            let (Some(depth), Some(package)) = (fields.next(), fields.next()) else {
                continue;
            };
            let mut words = package.split(' ');
            let (name, version) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
            let found = Crate {
                name: name.into(),
                version: version.trim_start_matches('v').into(),
                // The older way to write it.
                licence: fields.next().unwrap_or("").replace('/', " OR "),
                repository: fields.next().unwrap_or("").into(),
            };
            above.truncate(depth.parse().unwrap_or(0));
            let purl = found.purl();
            if let Some(user) = above.last() {
                crates.uses.entry(user.clone()).or_default().insert(purl.clone());
            }
            above.push(purl);
            match crates.program {
                None => crates.program = Some(found),
                Some(_) => drop(crates.all.insert(found)),
            }
        }
        crates
    }
}

/// The sums of Cargo.lock.
fn sums(lock: &str) -> BTreeMap<String, String> {
    let mut sums = BTreeMap::new();
    for package in lock.split("[[package]]") {
        let value = |key: &str| {
            let line = package.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
            line.map(|line| line.trim_matches('"').to_owned())
        };
        if let (Some(name), Some(version), Some(sum)) =
            (value("name"), value("version"), value("checksum"))
        {
            sums.insert(format!("pkg:cargo/{name}@{version}"), sum);
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "0\tcampanile v0.1.0 (/x)\tMIT\t\n\
        1\ta v1.0.0\tMIT/Apache-2.0\thttps://a.example\n\
        2\tb v2.0.0\tISC\t\n\
        1\tc v3.0.0\tMIT\t\n\
        2\tb v2.0.0\tISC\t (*)\n";

    #[test]
    fn crates_and_their_users_are_read() {
        let crates = Crates::of_tree(TREE);
        let names: Vec<_> = crates.all.iter().map(|found| found.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "c"]);
        assert_eq!(crates.all.first().unwrap().licence, "MIT OR Apache-2.0");
        let used = |name: &str| crates.uses[name].iter().cloned().collect::<Vec<_>>();
        assert_eq!(used("pkg:cargo/campanile@0.1.0"), ["pkg:cargo/a@1.0.0", "pkg:cargo/c@3.0.0"]);
        assert_eq!(used("pkg:cargo/c@3.0.0"), ["pkg:cargo/b@2.0.0"]);
    }

    #[test]
    fn sums_of_the_lock_file_are_found() {
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = \"12ab\"\n";
        assert_eq!(sums(lock)["pkg:cargo/a@1.0.0"], "12ab");
    }
}
