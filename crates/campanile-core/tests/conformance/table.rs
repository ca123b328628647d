//! One family of vectors as a table: what each asks for, what we do, and why the two differ.
//!
//! What differs is written down in `expected/FAMILY.tsv`; a difference that is not there, and a
//! line there that fits nothing, fail the test. The table becomes a document in
//! `docs/conformance/`, which has to be the same as the one that is committed.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Longest list of single vectors in a document; longer families are shown by group only.
const ROWS_SHOWN_MAX: usize = 300;
/// Outcomes, in the order of the columns.
const OUTCOMES: [&str; 5] =
    ["passed", "refused-by-policy", "accepted-by-policy", "not-applicable", "failed"];

/// The vectors of one family.
pub struct Table {
    family: &'static str,
    rows: Vec<Row>,
}

struct Row {
    group: String,
    name: String,
    asked: String,
    found: String,
}

/// One line of `expected/FAMILY.tsv`.
struct Exception {
    outcome: String,
    /// What was found; `any` takes what agrees as well.
    found: String,
    /// `GROUP/NAME` with `*` for anything.
    vectors: String,
    reason: String,
    used: usize,
}

impl Table {
    /// `family` names the files.
    pub fn new(family: &'static str) -> Self {
        Self { family, rows: Vec::new() }
    }

    /// Adds a vector. It is passed when `found` is `asked`, or `asked: why`.
    pub fn row(&mut self, group: &str, name: &str, asked: &str, found: &str) {
        if std::env::var_os("CAMPANILE_SHOW").is_some() {
            println!("{group}/{name} asks {asked}, found {found}");
        }
        let [group, name, asked, found] = [group, name, asked, found].map(str::to_owned);
        self.rows.push(Row { group, name, asked, found });
    }

    /// Compares with the exceptions and with the document, or writes the document when
    /// `CAMPANILE_CONFORMANCE` is `write`.
    pub fn hold(self, title: &str, about: &str) {
        let mut exceptions = exceptions(self.family);
        let mut faults = BTreeMap::<String, Vec<String>>::new();
        let mut outcomes = Vec::new();
        for row in &self.rows {
            let outcome = outcome(row, &mut exceptions);
            if outcome.is_none() {
                let kind = format!("{} asks {}, found {}", row.group, row.asked, row.found);
                faults.entry(kind).or_default().push(row.name.clone());
            }
            outcomes.push(outcome.unwrap_or("failed"));
        }
        let faults: Vec<_> = faults
            .iter()
            .map(|(kind, names)| {
                let some: Vec<_> = names.iter().take(6).cloned().collect();
                format!("not explained: {kind}: {} × ({})", names.len(), some.join(", "))
            })
            .chain(exceptions.iter().filter(|line| line.used == 0).map(|line| {
                format!("fits nothing: {} {} {}", line.outcome, line.found, line.vectors)
            }))
            .collect();
        assert!(faults.is_empty(), "{}:\n{}", self.family, faults.join("\n"));
        hold_document(self.family, &self.document(title, about, &outcomes, &exceptions));
    }

    fn document(
        &self,
        title: &str,
        about: &str,
        outcomes: &[&str],
        exceptions: &[Exception],
    ) -> String {
        let mut text = format!("# {title}\n\n{}\n\n", about.trim());
        let count = |wanted: &str| outcomes.iter().filter(|outcome| **outcome == wanted).count();
        let counts: Vec<_> =
            OUTCOMES.iter().map(|name| format!("{} {name}", count(name))).collect();
        writeln!(text, "Of {} vectors: {}.\n", self.rows.len(), counts.join(", ")).unwrap();
        self.groups(&mut text, outcomes);
        if !exceptions.is_empty() {
            text += "\n## Where we differ, and why\n\n";
            text += "| outcome | vectors | count | found | why |\n|---|---|---:|---|---|\n";
            for line in exceptions {
                let Exception { outcome, found, vectors, reason, used } = line;
                let found = if found == "any" { "" } else { found };
                writeln!(text, "| {outcome} | `{vectors}` | {used} | {found} | {reason} |")
                    .unwrap();
            }
        }
        if self.rows.len() <= ROWS_SHOWN_MAX {
            text += "\n## Every vector\n\n| vector | asks | found | outcome |\n|---|---|---|---|\n";
            for (row, outcome) in self.rows.iter().zip(outcomes) {
                let Row { group, name, asked, found } = row;
                writeln!(text, "| {group}/{name} | {asked} | {found} | {outcome} |").unwrap();
            }
        }
        text
    }

    fn groups(&self, text: &mut String, outcomes: &[&str]) {
        let mut groups = BTreeMap::<&str, [usize; 5]>::new();
        for (row, outcome) in self.rows.iter().zip(outcomes) {
            let counts = groups.entry(&row.group).or_default();
            counts[OUTCOMES.iter().position(|name| name == outcome).unwrap()] += 1;
        }
        writeln!(text, "| group | vectors | {} |", OUTCOMES.join(" | ")).unwrap();
        text.push_str("|---|---:|---:|---:|---:|---:|---:|\n");
        for (group, counts) in groups {
            let all: usize = counts.iter().sum();
            let counts: Vec<_> = counts.iter().map(usize::to_string).collect();
            writeln!(text, "| {group} | {all} | {} |", counts.join(" | ")).unwrap();
        }
    }
}

/// `None` when the vector differs and nobody has said why.
fn outcome<'a>(row: &Row, exceptions: &mut [Exception]) -> Option<&'a str> {
    if row.found == "not installed" {
        return Some("not-applicable");
    }
    let agrees = row.found == row.asked || row.found.starts_with(&format!("{}:", row.asked));
    let name = format!("{}/{}", row.group, row.name);
    let fitting = exceptions.iter_mut().find(|line| {
        let found = line.found == "any" || !agrees && fits(&line.found, &row.found);
        found && fits(&line.vectors, &name)
    });
    match fitting {
        Some(line) => {
            line.used += 1;
            OUTCOMES.into_iter().find(|name| *name == line.outcome)
        }
        None => agrees.then_some(OUTCOMES[0]),
    }
}

/// Whether a text fits a pattern in which `*` stands for anything.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(behind) = text.strip_prefix(start) else {
        return false;
    };
    (0..=behind.len()).any(|at| behind.is_char_boundary(at) && fits(rest, &behind[at..]))
}

fn exceptions(family: &str) -> Vec<Exception> {
    let file = here().join("tests/conformance/expected").join(format!("{family}.tsv"));
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let lines = lines.map(|line| {
        let columns: Vec<_> = line.split('\t').map(str::to_owned).collect();
        let [outcome, found, vectors, reason] =
            <[String; 4]>::try_from(columns).unwrap_or_else(|_| panic!("four columns: {line}"));
        assert!(OUTCOMES.contains(&outcome.as_str()), "an outcome: {line}");
        Exception { outcome, found, vectors, reason, used: 0 }
    });
    lines.collect()
}

/// Compares a generated document with the committed one, or writes it.
pub fn hold_document(name: &str, text: &str) {
    let file = here().join("../../docs/conformance").join(format!("{name}.md"));
    if std::env::var("CAMPANILE_CONFORMANCE").is_ok_and(|mode| mode == "write") {
        std::fs::write(&file, text).unwrap();
        println!("wrote {}", file.display());
        return;
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == text, "docs/conformance/{name}.md is stale: run `cargo x conformance`");
}

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder of the test data, where it is; prints `skipped: …` where not.
pub fn data(folder: &str) -> Option<PathBuf> {
    let root = std::env::var_os("CAMPANILE_TESTDATA").map(PathBuf::from);
    let root = root.or_else(|| Some(std::env::home_dir()?.join(".cache/campanile-testdata")));
    let found = root.map(|root| root.join(folder)).filter(|folder| folder.exists());
    if found.is_none() {
        println!("skipped: no test data {folder}");
    }
    found
}
