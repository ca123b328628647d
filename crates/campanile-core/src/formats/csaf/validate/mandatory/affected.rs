//! What a security advisory of 2.1 says of affected products, and the licence of a document.

use super::closure::one_note;
use crate::formats::csaf::validate::family::Families;
use crate::formats::csaf::validate::findings::Findings;
use crate::formats::csaf::validate::language::is_english_or_unsaid;
use crate::formats::csaf::validate::licence::{self, Listed};
use crate::formats::csaf::validate::view::{AFFECTED, FIXED, View, with_status};

/// 6.1.27.12
pub(in super::super) fn affected<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if view.category != "csaf_security_advisory" {
        return;
    }
    for vulnerability in view.vulnerabilities {
        if vulnerability.at(&["product_status", "known_affected"]).is_none() {
            let node = vulnerability.get("product_status").unwrap_or(vulnerability);
            findings
                .add(node, "an advisory says which products are affected: add `known_affected`");
        }
    }
}

/// 6.1.27.13
pub(in super::super) fn corresponding<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if view.category != "csaf_security_advisory" {
        return;
    }
    let families = Families::of(view);
    for vulnerability in view.vulnerabilities {
        let affected = families.group(with_status(vulnerability, &AFFECTED));
        for node in with_status(vulnerability, &FIXED) {
            if let Some(id) = node.as_text()
                && !families.is_installed_or_version_in(id, &affected)
            {
                let what = format!(
                    "`{id}` is fixed, and no version of it is affected: add the affected ones"
                );
                findings.add(node, what);
            }
        }
    }
}

/// 6.1.55
pub(in super::super) fn licence_text<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if is_english_or_unsaid(view.document.text("lang")) {
        text_of(view, "License", findings);
    }
}

/// An expression that names a licence of no list has the text of it in one note.
///
/// What only looks like an identifier of a list is for 6.2.45: the official documents that are
/// made for it are valid without a text.
pub(in super::super) fn text_of<'d>(view: &View<'d>, title: &str, findings: &mut Findings<'d>) {
    let expression = view.document.text("license_expression").unwrap_or_default();
    let own = |id: &str| licence::listed(id) == Listed::Elsewhere;
    if licence::identifiers(expression).any(own) {
        one_note(view, title, "legal_disclaimer", findings);
    }
}

/// 6.1.54
pub(in super::super) fn licence<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if let Some(node) = view.document.get("license_expression")
        && let Some(text) = node.as_text()
        && !is_expression(text)
    {
        let what = "this is no SPDX expression: write identifiers, with AND, OR, WITH and brackets";
        findings.add(node, what);
    }
}

/// Identifiers and operators in turn, brackets in pairs.
fn is_expression(text: &str) -> bool {
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    let (mut open, mut wants_name) = (0_usize, true);
    for word in spaced.split_whitespace() {
        match (word, wants_name) {
            ("(", true) => open += 1,
            (")", false) if open > 0 => open -= 1,
            ("AND" | "OR" | "WITH", false) => wants_name = true,
            ("AND" | "OR" | "WITH" | "(" | ")", _) | (_, false) => return false,
            (word, true) if is_licence(word) => wants_name = false,
            (_, true) => return false,
        }
    }
    open == 0 && !wants_name
}

fn is_licence(word: &str) -> bool {
    let letters = |word: &str| {
        !word.is_empty()
            && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'))
    };
    let own = word.to_ascii_lowercase().starts_with("licenseref-");
    match own {
        true => word.strip_prefix("LicenseRef-").is_some_and(letters),
        false => letters(word.strip_suffix('+').unwrap_or(word)),
    }
}
