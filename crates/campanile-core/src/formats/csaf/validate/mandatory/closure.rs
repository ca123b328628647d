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

/// One note with the title, and of the category description.
fn reasoning<'d>(view: &View<'d>, category: &str, title: &str, findings: &mut Findings<'d>) {
    if view.category != category || !is_english_or_unsaid(view.document.text("lang")) {
        return;
    }
    let titled = |note: &&Node<'_>| note.text("title") == Some(title);
    let notes: Vec<_> = view.document.list("notes").iter().filter(titled).collect();
    match notes.as_slice() {
        [note] if note.text("category") == Some("description") => {}
        [note] => {
            let node = note.get("category").unwrap_or(note);
            findings.add(node, format!("the note `{title}` is of the category description"));
        }
        _ => {
            let node = view.document.get("notes").unwrap_or(view.document);
            findings.add(node, format!("there has to be one note with the title `{title}`"));
        }
    }
}

/// 6.1.27.17
pub(in super::super) fn withdrawal<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    reasoning(view, "csaf_withdrawn", "Reasoning for Withdrawal", findings);
}

/// 6.1.27.18
pub(in super::super) fn supersession<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    reasoning(view, "csaf_superseded", "Reasoning for Supersession", findings);
}

/// 6.1.27.19
pub(in super::super) fn superseding<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if view.category != "csaf_superseded" || !is_english_or_unsaid(view.document.text("lang")) {
        return;
    }
    let references = view.document.list("references");
    let names = |reference: &Node<'_>| {
        reference.text("category") == Some("external")
            && reference
                .text("summary")
                .is_some_and(|text| text.starts_with("Superseding Document"))
    };
    if !references.iter().any(names) {
        let node = view.document.get("references").unwrap_or(view.document);
        let what = "name the document that supersedes this one in a reference of the category \
                    external whose summary begins with `Superseding Document`";
        findings.add(node, what);
    }
}
