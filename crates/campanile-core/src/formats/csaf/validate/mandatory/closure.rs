//! The profiles of 2.1 for documents that are withdrawn or superseded.

use crate::formats::csaf::validate::findings::Findings;
use crate::formats::csaf::validate::language::is_english_or_unsaid;
use crate::formats::csaf::validate::tree::Node;
use crate::formats::csaf::validate::view::View;

fn is_closed(view: &View<'_>) -> bool {
    matches!(view.category, "csaf_withdrawn" | "csaf_superseded")
}

/// 6.1.27.14
pub(in super::super) fn notes<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if is_closed(view) && !super::profile::has_note(view.document.list("notes")) {
        let node = view.document.get("notes").unwrap_or(view.document);
        findings.add(node, "this profile says why in a note on the document: add one");
    }
}

/// 6.1.27.15
pub(in super::super) fn tree<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if is_closed(view)
        && let Some(tree) = view.root.get("product_tree")
    {
        findings.add(tree, "this profile names no products: remove the tree");
    }
}

/// 6.1.27.16
pub(in super::super) fn history<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if is_closed(view) && view.history().len() < 2 {
        let node = view.tracking.get("revision_history").unwrap_or(view.tracking);
        findings.add(node, "what is withdrawn or superseded was there before: add a revision");
    }
}

/// There is one note with a title, and it is of a category.
pub(in super::super) fn one_note<'d>(
    view: &View<'d>,
    title: &str,
    category: &str,
    findings: &mut Findings<'d>,
) {
    let titled = |note: &&Node<'_>| note.text("title") == Some(title);
    let notes: Vec<_> = view.document.list("notes").iter().filter(titled).collect();
    match notes.as_slice() {
        [note] if note.text("category") == Some(category) => {}
        [note] => {
            let node = note.get("category").unwrap_or(note);
            findings.add(node, format!("the note `{title}` is of the category {category}"));
        }
        _ => {
            let node = view.document.get("notes").unwrap_or(view.document);
            let what =
                format!("there has to be one note `{title}`, and it is of the category {category}");
            findings.add(node, what);
        }
    }
}

/// The category asks for a reason, and English is the language to look for it.
fn is_english<'d>(view: &View<'d>, category: &str) -> bool {
    view.category == category && is_english_or_unsaid(view.document.text("lang"))
}

/// 6.1.27.17
pub(in super::super) fn withdrawal<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if is_english(view, "csaf_withdrawn") {
        one_note(view, "Reasoning for Withdrawal", "description", findings);
    }
}

/// 6.1.27.18
pub(in super::super) fn supersession<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if is_english(view, "csaf_superseded") {
        one_note(view, "Reasoning for Supersession", "description", findings);
    }
}

/// 6.1.27.19
pub(in super::super) fn superseding<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if is_english(view, "csaf_superseded") {
        superseding_reference(view, "Superseding Document", findings);
    }
}

/// An external reference whose summary begins with a term.
pub(in super::super) fn superseding_reference<'d>(
    view: &View<'d>,
    term: &str,
    findings: &mut Findings<'d>,
) {
    let names = |reference: &Node<'_>| {
        reference.text("category") == Some("external")
            && reference.text("summary").is_some_and(|text| text.starts_with(term))
    };
    if !view.document.list("references").iter().any(names) {
        let node = view.document.get("references").unwrap_or(view.document);
        let what = format!(
            "name the document that supersedes this one in a reference of the category external \
             whose summary begins with `{term}`"
        );
        findings.add(node, what);
    }
}
