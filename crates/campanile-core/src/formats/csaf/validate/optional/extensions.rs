//! Advice of 2.1 on extensions.

use crate::formats::csaf::validate::extension::{Class, address, class, lists};
use crate::formats::csaf::validate::findings::Findings;
use crate::formats::csaf::validate::mandatory::sharing::label;
use crate::formats::csaf::validate::tree::Node;
use crate::formats::csaf::validate::view::View;

/// Tells of extensions of these classes.
fn classes<'d>(
    view: &View<'d>,
    bad: impl Fn(Class) -> bool,
    what: &str,
    findings: &mut Findings<'d>,
) {
    for extension in lists(view).into_iter().flat_map(|(_, list)| list.items()) {
        if bad(class(address(extension))) {
            findings.add(extension.get("$schema").unwrap_or(extension), what);
        }
    }
}

/// 6.2.39.5
pub(in super::super) fn in_closed<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if matches!(view.category, "csaf_withdrawn" | "csaf_superseded") {
        for holder in [view.root, view.document] {
            if let Some(node) = holder.get("x_extensions") {
                findings.add(node, "what is no longer valid needs no extension: leave it out");
            }
        }
    }
}

/// 6.2.54.1
pub(in super::super) fn unregistered<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let what = "the extension is in no list of the CSAF committee: few programs read it";
    classes(view, |class| class == Class::Experimental, what, findings);
}

/// 6.2.54.2
pub(in super::super) fn unofficial<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let what = "the extension is none of the CSAF committee";
    classes(view, |class| class != Class::Official, what, findings);
}

/// 6.2.54.3
pub(in super::super) fn critical<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for extension in lists(view).into_iter().flat_map(|(_, list)| list.items()) {
        if let Some(node) = extension.get("critical").filter(|node| **node != Node::Bool(false)) {
            findings.add(node, "programs without this extension will refuse the document");
        }
    }
}

const EXPERIMENT: &str = "an experiment: who reads this may not know what the extension means";

/// 6.2.54.4
pub(in super::super) fn experimental_in_clear<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if label(view) == "CLEAR" {
        classes(view, |class| class == Class::Experimental, EXPERIMENT, findings);
    }
}

/// 6.3.21.2
pub(in super::super) fn experimental_in_closed<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if label(view) != "CLEAR" {
        classes(view, |class| class == Class::Experimental, EXPERIMENT, findings);
    }
}
