//! What a security advisory of 2.1 says of affected products, and the licence of a document.

use crate::formats::csaf::validate::findings::Findings;
use crate::formats::csaf::validate::language::is_english_or_unsaid;
use crate::formats::csaf::validate::tree::Node;
use crate::formats::csaf::validate::view::View;

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

/// 6.1.55
pub(in super::super) fn licence_text<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if is_english_or_unsaid(view.document.text("lang")) {
        text_of(view, findings);
    }
}

/// An expression that names a licence of nobody's list has the text of it in a note.
fn text_of<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let expression = view.document.text("license_expression").unwrap_or_default();
    let own = expression.contains("LicenseRef-") && !expression.contains("LicenseRef-scancode-");
    let is_text = |note: &Node<'_>| {
        note.text("category") == Some("legal_disclaimer") && note.text("title") == Some("License")
    };
    if own && !view.document.list("notes").iter().any(is_text) {
        let node = view.document.get("license_expression").unwrap_or(view.document);
        let what = "nobody else knows this licence: add a note of the category legal_disclaimer \
                    with the title `License`";
        findings.add(node, what);
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
