//! The tables of what is to become of each mail, and the summary.

use std::collections::BTreeMap;

use campanile_core::model::list::Disposition;

use crate::project::{Outcome, Project};

/// One line of a table.
pub struct Expected<'a> {
    /// `accept`, or the name of a condition.
    verdict: &'a str,
    /// Whether the encryption is taken off although the mail is refused.
    opened: bool,
    /// Words of the text; empty when none are expected.
    words: &'a str,
}

/// Reads a table: path to expectation.
pub fn read(text: &str) -> BTreeMap<&str, Expected<'_>> {
    let lines = text.lines().map(|line| {
        let mut columns = line.split('\t');
        let (verdict, path) = (columns.next().unwrap(), columns.next().unwrap());
        let opened = verdict.strip_prefix("opened ");
        let expected = Expected {
            verdict: opened.unwrap_or(verdict),
            opened: opened.is_some() || verdict == "accept",
            words: columns.next().unwrap_or_default(),
        };
        (path, expected)
    });
    lines.collect()
}

impl Expected<'_> {
    /// What differs, if anything.
    pub fn compare(&self, outcome: &Outcome) -> Result<(), String> {
        let reasons = outcome.reasons();
        if self.opened != outcome.is_decrypted() {
            return Err(format!("decrypted is not {}: {reasons}", self.opened));
        }
        let accepted = outcome.verdict.disposition == Disposition::Accept;
        if accepted != (self.verdict == "accept") {
            return Err(format!("{} was expected, {reasons} found", self.verdict));
        }
        if accepted {
            return self.compare_text(&outcome.text());
        }
        match reasons.split(',').any(|reason| reason == self.verdict) {
            true => Ok(()),
            false => Err(format!("{} was expected, {reasons} found", self.verdict)),
        }
    }

    fn compare_text(&self, text: &str) -> Result<(), String> {
        let as_expected = match self.words {
            "(empty)" => text.is_empty(),
            words => !words.is_empty() && text.contains(words),
        };
        match as_expected {
            true => Ok(()),
            false => Err(format!("the text is `{text}`")),
        }
    }
}

/// Counts of one project.
#[derive(Default)]
pub struct Summary {
    mails: usize,
    opened: usize,
    accepted: usize,
    refused: BTreeMap<String, usize>,
}

impl Summary {
    /// Counts a mail. Refused ones count under `reason`.
    pub fn add(&mut self, outcome: &Outcome, reason: &str) {
        self.mails += 1;
        self.opened += usize::from(outcome.is_decrypted());
        match outcome.verdict.disposition {
            Disposition::Accept => self.accepted += 1,
            _ => *self.refused.entry(reason.into()).or_default() += 1,
        }
    }

    /// How many were accepted.
    pub fn accepted(&self) -> usize {
        self.accepted
    }

    /// How many were decrypted.
    pub fn opened(&self) -> usize {
        self.opened
    }

    /// How many there were.
    pub fn mails(&self) -> usize {
        self.mails
    }

    /// One row of a Markdown table.
    pub fn print(&self, project: &Project) {
        let mut reasons: Vec<_> = self.refused.iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let reasons: Vec<_> = reasons.iter().map(|(name, n)| format!("{name} {n}")).collect();
        println!(
            "| {} | {} | {} | {} | {} |",
            project.name,
            self.mails,
            self.opened,
            self.accepted,
            reasons.join(", ")
        );
    }
}

/// Puts every mail of a project through the gate and compares. Returns the faults found.
pub fn judge_all(project: &Project, table: &str) -> (Summary, Vec<String>) {
    let mut expected = read(table);
    let (mut summary, mut faults) = (Summary::default(), Vec::new());
    for (path, mail) in &project.mails {
        let outcome = project.judge(mail);
        if std::env::var_os("CAMPANILE_SHOW").is_some() {
            let accepted = outcome.verdict.disposition.name();
            let (layers, reasons) = (outcome.opened.layers.join("|"), outcome.reasons());
            let text: String = outcome.text().chars().take(60).collect();
            println!("{}/{path}\t{accepted}\t{reasons}\t{layers}\t{text}", project.name);
        }
        let Some(line) = expected.remove(path.as_str()) else {
            faults.push(format!("{path}: not in the table: {}", outcome.reasons()));
            continue;
        };
        summary.add(&outcome, line.verdict);
        if let Err(fault) = line.compare(&outcome) {
            faults.push(format!("{path}: {fault}"));
        }
    }
    faults.extend(expected.keys().map(|path| format!("{path}: no such mail")));
    (summary, faults)
}
