//! Our verdict beside gpg, openssl and gpgsm, on every mail of the sets `attacks` and `mail`.

use std::collections::BTreeMap;
use std::fmt::Write;

use campanile_core::crypto::SignatureFact;
use campanile_core::model::condition::Condition;

use crate::layers::{Opinion, Says, explore};
use crate::project::Outcome;
use crate::sets::{self, Set};
use crate::table::hold_document;

const ABOUT: &str = "\
Every mail of the sets `attacks` (its controls too) and `mail` is given to us and to a gateway without
rules: that one finds everything that looks encrypted or signed, anywhere in the mail, and asks gpg,
`openssl cms` and gpgsm with the same keys, as of the same time. *Opens* means: something in the mail was
decrypted. *Good* means: a good signature was found somewhere, for us: around all of the content, by a
registered certificate. Where a program and we differ, the mail is in one class for each; every
class has its explanation in `tests/conformance/expected/differential.tsv`.";

/// Counts of agreement: both, only the program, only we, neither.
type Counts = [usize; 4];

#[derive(Default)]
struct Findings {
    /// Set and program to (opens, good).
    counts: BTreeMap<(String, &'static str), (Counts, Counts)>,
    /// Class to mails.
    classes: BTreeMap<String, Vec<String>>,
    mails: usize,
}

#[test]
#[ignore = "asks other programs for minutes: cargo x conformance"]
fn every_disagreement_with_other_programs_is_explained() {
    let Some(sets) = sets::all() else { return };
    let mut findings = Findings::default();
    for set in sets {
        findings.add(&set);
    }
    let explanations = std::fs::read_to_string(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/conformance/expected/differential.tsv"),
    );
    let explanations = explanations.unwrap_or_default();
    let lines: Vec<(&str, &str)> = explanations
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .collect();
    let unexplained: Vec<_> = findings
        .classes
        .iter()
        .filter(|(class, _)| explanation(class, &lines).is_none())
        .map(|(class, mails)| format!("{class}: {} ({})", mails.len(), mails.join(", ")))
        .collect();
    assert!(unexplained.is_empty(), "not explained:\n{}", unexplained.join("\n"));
    let unused = lines.iter().filter(|(pattern, _)| {
        !findings.classes.keys().any(|class| first(class, &lines) == Some(*pattern))
    });
    let unused: Vec<_> = unused.map(|(pattern, _)| *pattern).collect();
    assert!(unused.is_empty(), "fit nothing: {unused:#?}");
    hold_document("differential", &findings.document(&lines));
}

/// The first pattern that fits a class: equal, or a beginning with `*`.
fn first<'a>(class: &str, lines: &[(&'a str, &str)]) -> Option<&'a str> {
    let fits = |pattern: &str| match pattern.split_once('*') {
        Some((start, end)) => class.starts_with(start) && class.ends_with(end),
        None => class == pattern,
    };
    lines.iter().map(|(pattern, _)| *pattern).find(|pattern| fits(pattern))
}

fn explanation<'a>(class: &str, lines: &[(&str, &'a str)]) -> Option<&'a str> {
    let pattern = first(class, lines)?;
    lines.iter().find(|(other, _)| *other == pattern).map(|(_, text)| *text)
}

impl Findings {
    fn add(&mut self, set: &Set) {
        for mail in &set.mails {
            self.mails += 1;
            let opinion = explore(&mail.bytes, &set.programs, mail.outcome.at);
            let Opinion { gpg, openssl, gpgsm } = opinion;
            for (program, says) in [("gpg", gpg), ("openssl", openssl), ("gpgsm", gpgsm)] {
                let name = format!("{}/{}", set.name, mail.id);
                self.compare(&set.name, program, says, &mail.outcome, &name);
            }
        }
        println!("{}: {} mails", set.name, set.mails.len());
    }

    fn compare(
        &mut self,
        set: &str,
        program: &'static str,
        says: Says,
        outcome: &Outcome,
        mail: &str,
    ) {
        let (opens, good) = self.counts.entry((set.to_owned(), program)).or_default();
        let class = if says.sealed {
            count(opens, says.opened, outcome.is_decrypted());
            match (says.opened, outcome.is_decrypted()) {
                (true, false) => Some(format!("opens, we do not: {}", closed_by(outcome))),
                (false, true) => Some(format!("does not open, we do: {}", how(outcome))),
                _ => None,
            }
        } else {
            None
        };
        let signature = if says.signed {
            count(good, says.good, is_good(outcome));
            match (says.good, is_good(outcome)) {
                (true, false) => Some(format!("good, not for us: {}", doubted_by(outcome))),
                (false, true) => Some(format!("not good, for us it is: {}", how(outcome))),
                _ => None,
            }
        } else {
            None
        };
        for class in [class, signature].into_iter().flatten() {
            self.classes.entry(format!("{program} {class}")).or_default().push(mail.into());
        }
    }

    fn document(&self, lines: &[(&str, &str)]) -> String {
        let mut text = format!("# Beside gpg, openssl and gpgsm\n\n{ABOUT}\n\n");
        let differ: usize = self.classes.values().map(Vec::len).sum();
        let classes = self.classes.len();
        writeln!(
            text,
            "Of {} mails: {differ} disagreements in {classes} classes, 0 unexplained.\n",
            self.mails
        )
        .unwrap();
        text += "Of the layers that a program was given: both say yes, only the program, only we, \
                 neither.\n\n";
        text += "| set | program | opens | | | | good | | | |\n";
        text += "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|\n";
        for ((set, program), (opens, good)) in &self.counts {
            let all: Vec<_> = opens.iter().chain(good).map(usize::to_string).collect();
            if opens.iter().chain(good).any(|count| *count > 0) {
                writeln!(text, "| {set} | {program} | {} |", all.join(" | ")).unwrap();
            }
        }
        text += "\n## Disagreements\n\n| class | mails | why |\n|---|---:|---|\n";
        for (class, mails) in &self.classes {
            let why = explanation(class, lines).unwrap_or("unexplained");
            writeln!(text, "| {class} | {} | {why} |", mails.len()).unwrap();
        }
        text += "\n## The mails of each class\n";
        for (class, mails) in &self.classes {
            writeln!(text, "\n### {class}\n\n{}", mails.join(", ")).unwrap();
        }
        text
    }
}

fn count(counts: &mut Counts, program: bool, we: bool) {
    let at = match (program, we) {
        (true, true) => 0,
        (true, false) => 1,
        (false, true) => 2,
        (false, false) => 3,
    };
    counts[at] += 1;
}

fn is_good(outcome: &Outcome) -> bool {
    let all = |facts: &[SignatureFact]| !facts.is_empty() && facts.iter().all(|f| f.is_good());
    all(&outcome.opened.signatures) || all(&outcome.opened.wrapping)
}

/// The condition that kept it closed: the last one that was noted.
fn closed_by(outcome: &Outcome) -> &'static str {
    outcome.opened.conditions.last().map_or("-", |condition| condition.name())
}

/// How it was opened, or that it is signed only.
fn how(outcome: &Outcome) -> String {
    let ciphers = ["SEIPD", "EnvelopedData", "AuthEnvelopedData"];
    let mut layers = outcome.opened.layers.iter();
    let found = layers.find(|layer| ciphers.iter().any(|cipher| layer.starts_with(cipher)));
    found.cloned().unwrap_or_else(|| "signed only".into())
}

/// What speaks against the signature: its own faults, or that there is none where one has to be.
fn doubted_by(outcome: &Outcome) -> String {
    let opened = &outcome.opened;
    let facts = opened.signatures.iter().chain(&opened.wrapping);
    let faults: Vec<Condition> = facts.flat_map(|fact| fact.faults.iter().copied()).collect();
    match faults.first() {
        Some(fault) => fault.name().into(),
        None if !opened.signatures.is_empty() => "signer-unknown".into(),
        None if outcome.is_decrypted() => match opened.conditions.last() {
            Some(condition) => condition.name().into(),
            None => "not-signed".into(),
        },
        None => format!("not opened, {}", closed_by(outcome)),
    }
}
