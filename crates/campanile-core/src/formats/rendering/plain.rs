//! The text: labels in the first column, what others wrote indented, so that it cannot pass for a
//! label of ours.

use std::fmt::Write;

use super::lines;
use crate::model::advisory::{Advisory, Rating, Reference, Section, Solution};

/// An advisory as text in UTF-8.
pub fn plain(advisory: &Advisory) -> String {
    let mut out = String::new();
    line(&mut out, "ADVISORY", &advisory.title);
    out.push('\n');
    for (label, value) in lines::facts(advisory) {
        line(&mut out, label, &value);
    }
    ratings(&mut out, &advisory.ratings);
    sections(&mut out, &advisory.sections);
    for vulnerability in &advisory.vulnerabilities {
        out.push('\n');
        line(&mut out, "VULNERABILITY", &lines::name(vulnerability));
        ratings(&mut out, &vulnerability.ratings);
        line(&mut out, "Weaknesses", &vulnerability.weaknesses.join(", "));
        for (state, products) in lines::states(vulnerability, advisory) {
            line(&mut out, &lines::seen(&state), &products.join("\n"));
        }
        sections(&mut out, &vulnerability.sections);
        solutions(&mut out, &vulnerability.solutions);
        references(&mut out, &vulnerability.references);
    }
    solutions(&mut out, &advisory.solutions);
    references(&mut out, &advisory.references);
    line(&mut out, "Thanks to", &advisory.credits.join("\n"));
    for revision in &advisory.revisions {
        let at = revision.at.as_ref().map(|at| at.at.to_string()).unwrap_or_default();
        line(&mut out, "Revision", &format!("{} {at} {}", revision.version, revision.summary));
    }
    out
}

/// A label and a text; further lines are indented.
fn line(out: &mut String, label: &str, text: &str) {
    let text = lines::seen(text);
    if text.trim().is_empty() {
        return;
    }
    // Writing to a string cannot fail.
    let _ = write!(out, "{label}:");
    for part in text.trim().lines() {
        let _ = writeln!(out, "  {}", part.trim_end());
    }
}

fn ratings(out: &mut String, ratings: &[Rating]) {
    let mut told: Vec<_> = ratings.iter().map(lines::rating).collect();
    told.dedup();
    line(out, "Ratings", &told.join("\n"));
}

fn sections(out: &mut String, sections: &[Section]) {
    for section in sections {
        out.push('\n');
        line(out, "Text", &format!("{}\n{}", lines::heading(section), section.text));
    }
}

fn solutions(out: &mut String, solutions: &[Solution]) {
    for solution in solutions {
        let text = format!("{}: {}\n{}", lines::remedy(solution), solution.text, solution.url);
        line(out, "Solution", &text);
    }
}

fn references(out: &mut String, references: &[Reference]) {
    let told = references.iter().map(|one| match lines::reference(one) {
        name if name == one.url => name,
        name => format!("{name} {}", one.url),
    });
    line(out, "References", &told.collect::<Vec<_>>().join("\n"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::advisory::SectionKind;

    #[test]
    fn what_others_wrote_cannot_pass_for_a_label() {
        let (kind, title) = (SectionKind::Summary, String::new());
        let text = "x\nVULNERABILITY: none\u{202e}\u{1b}[2J".to_owned();
        let advisory = Advisory {
            title: "T\nStatus: final".into(),
            sections: vec![Section { kind, title, text }],
            ..Advisory::default()
        };
        let text = plain(&advisory);
        assert!(text.lines().all(|line| !line.starts_with("VULNERABILITY")), "{text}");
        assert!(!text.contains(['\u{202e}', '\u{1b}']), "{text}");
        assert_eq!(text.lines().filter(|line| line.starts_with("Status")).count(), 1);
    }
}
