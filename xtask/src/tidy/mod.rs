//! House rules that neither rustfmt nor clippy knows.
//!
//! Every finding names the file, the line, and what to do. The rules are tested here, and a
//! test runs them over the repository, so that `cargo test` holds them too.

mod arrows;
mod lines;
mod links;
mod places;

use std::fmt;

use crate::source::{self, Source};

/// One breach of a rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    path: String,
    line: usize,
    what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// Where rules put what they find.
#[derive(Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, source: &Source, line: usize, what: impl Into<String>) {
        self.0.push(Finding { path: source.path.clone(), line, what: what.into() });
    }
}

/// All findings in these files, sorted.
fn inspect(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Findings::default();
    for source in sources {
        lines::inspect(source, &mut findings);
        arrows::inspect(source, &mut findings);
        places::inspect(source, &mut findings);
        links::inspect(source, &source::root(), &mut findings);
    }
    findings.0.sort();
    findings.0
}

/// Inspects the repository and prints what it finds.
///
/// # Errors
/// With the number of findings, or when a file cannot be read.
pub fn run() -> Result<(), String> {
    let root = source::root();
    let sources = source::read_all(&root).map_err(|error| format!("reading: {error}"))?;
    let findings = inspect(&sources);
    for finding in &findings {
        eprintln!("{finding}");
    }
    match findings.len() {
        0 => {
            println!("tidy: {} files, nothing to mend", sources.len());
            Ok(())
        }
        count => Err(format!("tidy: {count} findings")),
    }
}

#[cfg(test)]
fn found(path: &str, text: &str, rule: fn(&Source, &mut Findings)) -> Vec<String> {
    let mut findings = Findings::default();
    rule(&Source::new(path, text), &mut findings);
    findings.0.iter().map(|finding| format!("{}: {}", finding.line, finding.what)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repository_is_tidy() {
        let findings = inspect(&source::read_all(&source::root()).unwrap());
        let text: Vec<_> = findings.iter().map(|finding| format!("\n{finding}")).collect();
        assert!(findings.is_empty(), "{}", text.concat());
    }
}
