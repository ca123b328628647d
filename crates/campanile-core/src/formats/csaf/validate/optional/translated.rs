//! Notes and references that a document has under fixed terms, in its own language.
//!
//! The committee keeps a list of the terms; where it has no translation, the test says so.

use crate::formats::csaf::validate::findings::Findings;
use crate::formats::csaf::validate::language::is_english_or_unsaid;
use crate::formats::csaf::validate::mandatory::affected::text_of;
use crate::formats::csaf::validate::mandatory::closure::{one_note, superseding_reference};
use crate::formats::csaf::validate::registry::translated;
use crate::formats::csaf::validate::view::View;

const UNTRANSLATED: &str = "no translation of the term into the language of the document is known";

/// A term in the language of a document that is not English.
fn term<'d>(view: &View<'d>, name: &str, findings: &mut Findings<'d>) -> Option<&'static str> {
    let language = view.document.text("lang");
    let language = language.filter(|language| !is_english_or_unsaid(Some(language)))?;
    let term = translated(name, language);
    if term.is_none() {
        findings.skip(UNTRANSLATED);
    }
    term
}

/// 6.2.39.2
pub(in super::super) fn withdrawal<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if view.category == "csaf_withdrawn"
        && let Some(title) = term(view, "reasoning_for_withdrawal", findings)
    {
        one_note(view, title, "description", findings);
    }
}

/// 6.2.39.3
pub(in super::super) fn supersession<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if view.category == "csaf_superseded"
        && let Some(title) = term(view, "reasoning_for_supersession", findings)
    {
        one_note(view, title, "description", findings);
    }
}

/// 6.2.39.4
pub(in super::super) fn superseding<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if view.category == "csaf_superseded"
        && let Some(term) = term(view, "superseding_document", findings)
    {
        superseding_reference(view, term, findings);
    }
}

/// 6.2.40
pub(in super::super) fn loose_description<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let title = match is_english_or_unsaid(view.document.text("lang")) {
        true => "Product Description",
        false => match term(view, "product_description", findings) {
            Some(title) => title,
            None => return,
        },
    };
    for note in view.document.list("notes") {
        if note.text("category") == Some("description")
            && note.text("title").is_some_and(|text| text.starts_with(title))
            && note.get("product_ids").is_none()
            && note.get("group_ids").is_none()
        {
            findings.add(note, "say which product is described: add `product_ids`");
        }
    }
}

/// 6.2.46
pub(in super::super) fn licence_text<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if view.document.get("license_expression").is_some()
        && let Some(title) = term(view, "license", findings)
    {
        text_of(view, title, findings);
    }
}
