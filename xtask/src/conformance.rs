//! The conformance run: vectors of others, and other programs, as tables in `docs/conformance/`.
//!
//! The tests themselves write the tables; here they are told to, and summed up.

use std::fmt::Write;
use std::fs;

use crate::run;
use crate::source::root;

/// What tells the tests to write and not to compare.
const WRITE: (&str, &str) = ("CAMPANILE_CONFORMANCE", "write");

const ABOUT: &str = "\
# Conformance

Vectors of standards and of others' suites against the code that opens, verifies, registers and
seals. All tables are written by one command, which needs the test data (`CAMPANILE_TESTDATA`) and,
besides the packages of the README, `apt-get install neomutt sq sqop`:

    cargo x conformance

`cargo x test` holds the tables of the vectors against the data when that is there, and says so when
it is not: a vector whose result changes fails. An outcome is

- passed: what the vector asks for is what we do
- refused-by-policy: the vector is good, and we refuse it on purpose; the table says why
- accepted-by-policy: the vector is bad, and we take it on purpose; the table says why
- not-applicable: it asks for something that a mail server for teams does not do
- failed: we do not do what it asks, and should

Besides: [genuine mail](genuine-mail.md), [our verdict beside gpg, openssl and
gpgsm](differential.md).

";

/// Writes every table and the summary.
///
/// # Errors
/// When a result has no explanation, a program fails, or a file cannot be written.
pub fn run() -> Result<(), String> {
    let library = ["test", "-p", "campanile-core", "--lib", "vectors"];
    run::cargo_with(&[WRITE], &library)?;
    let messages = ["test", "-p", "campanile-core", "--test", "conformance", "--"];
    run::cargo_with(&[WRITE], &[messages.as_slice(), &["--include-ignored"]].concat())?;
    let file = root().join("docs/conformance/interop.md");
    fs::write(&file, summary()?).map_err(|error| format!("{}: {error}", file.display()))
}

/// The first lines of all tables, as one.
fn summary() -> Result<String, String> {
    let folder = root().join("docs/conformance");
    let files = fs::read_dir(&folder).map_err(|error| format!("docs/conformance: {error}"))?;
    let mut names: Vec<_> =
        files.flatten().map(|file| file.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    let mut text = ABOUT.to_owned();
    text += "| family | vectors | passed | refused-by-policy | accepted-by-policy | not-applicable \
             | failed |\n|---|---:|---:|---:|---:|---:|---:|\n";
    for name in names {
        let table = fs::read_to_string(folder.join(&name)).unwrap_or_default();
        if let Some(counts) = counts(&table) {
            let title = table.lines().next().unwrap_or_default();
            let title = title.trim_start_matches("# ").trim_start_matches("Conformance: ");
            let row = writeln!(text, "| [{title}]({name}) | {} |", counts.join(" | "));
            row.map_err(|error| error.to_string())?;
        }
    }
    Ok(text)
}

/// The numbers of `Of 3 vectors: 2 passed, 1 failed.`
fn counts(table: &str) -> Option<Vec<&str>> {
    let line = table.lines().find(|line| line.starts_with("Of ") && line.contains(" vectors:"))?;
    let words = line.split([' ', ',']);
    Some(words.filter(|word| word.parse::<u32>().is_ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_from_the_line_of_a_table() {
        let table = "# A\n\nOf 3 vectors: 2 passed, 1 failed.\n";
        assert_eq!(counts(table), Some(vec!["3", "2", "1"]));
        assert_eq!(counts("# A\n\nOf 3 mails\n"), None);
    }
}
