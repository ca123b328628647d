//! Who may have a document: TLP label and sharing group of 2.1.

use crate::formats::csaf::validate::findings::Findings;
use crate::formats::csaf::validate::tree::Node;
use crate::formats::csaf::validate::view::View;

/// The sharing group of everybody.
pub(in super::super) const MAX: &str = "ffffffff-ffff-ffff-ffff-ffffffffffff";
/// The sharing group of nobody.
pub(in super::super) const NIL: &str = "00000000-0000-0000-0000-000000000000";
/// What the two groups are called.
const NAMES: [(&str, &str); 2] = [(MAX, "Public"), (NIL, "No sharing allowed")];

/// `/document/distribution/sharing_group`.
pub(in super::super) fn group<'d>(view: &View<'d>) -> Option<&'d Node<'d>> {
    view.document.at(&["distribution", "sharing_group"])
}

/// The label, if there is one.
pub(in super::super) fn label<'d>(view: &View<'d>) -> &'d str {
    let label = view.document.at(&["distribution", "tlp", "label"]);
    label.and_then(Node::as_text).unwrap_or_default()
}

/// 6.1.38
pub(in super::super) fn public_group<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if let Some(id) = group(view).and_then(|group| group.get("id"))
        && id.as_text() == Some(MAX)
        && label(view) != "CLEAR"
    {
        findings.add(id, "everybody may have what is in this group, and the label is not CLEAR");
    }
}

/// 6.1.39: a draft may still say that nobody gets it.
pub(in super::super) fn closed_group<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let Some(id) = group(view).and_then(|group| group.get("id")) else { return };
    let draft = view.tracking.text("status") == Some("draft");
    let public = id.as_text() == Some(MAX) || (draft && id.as_text() == Some(NIL));
    if label(view) == "CLEAR" && !public {
        findings.add(id, "the label is CLEAR: leave out the group, which closes nothing");
    }
}

/// 6.1.40
pub(in super::super) fn reserved_name<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let Some(group) = group(view) else { return };
    for (id, name) in NAMES {
        if group.text("name") == Some(name) && group.text("id") != Some(id) {
            let node = group.get("name").unwrap_or(group);
            findings.add(node, format!("this name is for the group {id}: choose another"));
        }
    }
}

/// 6.1.41
pub(in super::super) fn missing_name<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let Some(group) = group(view) else { return };
    for (id, name) in NAMES {
        if group.text("id") == Some(id) && group.text("name") != Some(name) {
            let node = group.get("name").unwrap_or(group);
            findings.add(node, format!("the name of this group is `{name}`"));
        }
    }
}
