//! Advice of 2.1 on what stands in a list of others: licences, systems of identifiers.

use crate::formats::csaf::validate::findings::Findings;
use crate::formats::csaf::validate::licence::{Listed, identifiers, listed};
use crate::formats::csaf::validate::registry::{has_form, is_system};
use crate::formats::csaf::validate::tree::Node;
use crate::formats::csaf::validate::view::View;

/// Tells the identifiers of the licence of which a list says this.
fn licences<'d>(
    view: &View<'d>,
    bad: impl Fn(Listed) -> bool,
    what: &str,
    findings: &mut Findings<'d>,
) {
    let Some(node) = view.document.get("license_expression") else { return };
    for id in identifiers(node.as_text().unwrap_or_default()).filter(|id| bad(listed(id))) {
        findings.add(node, format!("`{id}` {what}"));
    }
}

/// 6.2.44
pub(in super::super) fn deprecated_licence<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let what = "is deprecated: write what replaces it";
    licences(view, |listed| listed == Listed::Deprecated, what, findings);
}

/// 6.2.45
pub(in super::super) fn missing_licence<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let what = "is not in the list that it should be from: correct it";
    licences(view, |listed| listed == Listed::Missing, what, findings);
}

/// 6.3.17
pub(in super::super) fn unlisted_licence<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let what = "is neither in the SPDX list nor in the ScanCode LicenseDB: few know it";
    let bad = |listed| matches!(listed, Listed::Missing | Listed::Elsewhere);
    licences(view, bad, what, findings);
}

/// The identifiers of vulnerabilities that are no CVE.
fn ids<'v, 'd: 'v>(view: &'v View<'d>) -> impl Iterator<Item = &'d Node<'d>> + 'v {
    view.vulnerabilities.iter().flat_map(|each| each.list("ids"))
}

/// 6.2.53
pub(in super::super) fn odd_identifier<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for id in ids(view) {
        if let (Some(system), Some(node)) = (id.text("system_name"), id.get("text"))
            && node.as_text().is_some_and(|text| !has_form(system, text))
        {
            findings.add(node, "identifiers of this system have another form: correct it");
        }
    }
}

/// 6.3.20
pub(in super::super) fn unknown_system<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for id in ids(view) {
        if let Some(node) = id.get("system_name")
            && node.as_text().is_some_and(|system| !is_system(system))
        {
            findings.add(node, "this system of identifiers is not registered");
        }
    }
}
