//! Advice of 2.1 on the namespaces and versions of SSVC decision points.

use foldhash::HashSet;

use crate::formats::csaf::validate::findings::Findings;
use crate::formats::csaf::validate::mandatory::dates::contents;
use crate::formats::csaf::validate::mandatory::sharing::label;
use crate::formats::csaf::validate::mandatory::status::instant;
use crate::formats::csaf::validate::ssvc::{
    Base, is_extended, is_known, is_version, kind, newest, versions,
};
use crate::formats::csaf::validate::tree::Node;
use crate::formats::csaf::validate::view::View;

/// All SSVC objects.
fn objects<'v, 'd: 'v>(view: &'v View<'d>) -> impl Iterator<Item = &'d Node<'d>> + 'v {
    contents(view).filter_map(|content| content.get("ssvc_v2"))
}

/// Tells the namespaces of decision points that are not as they should be.
fn namespaces<'d>(view: &View<'d>, bad: fn(&str) -> bool, what: &str, findings: &mut Findings<'d>) {
    for selection in objects(view).flat_map(|object| object.list("selections")) {
        if let Some(node) = selection.get("namespace")
            && node.as_text().is_some_and(bad)
        {
            findings.add(node, what);
        }
    }
}

fn is_unregistered(namespace: &str) -> bool {
    matches!(kind(namespace), Base::Unregistered | Base::Forbidden)
}

/// 6.2.34
pub(in super::super) fn unknown_namespace<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let bad = |namespace: &str| !matches!(kind(namespace), Base::Registered | Base::Example);
    let what = "readers may not know this namespace of decision points: it is not registered";
    namespaces(view, bad, what, findings);
}

const PRIVATE: &str = "who reads this may not know what the decision points of this namespace mean";
const EXTENDED: &str = "who reads this may not know what the extension of this namespace means";

/// 6.2.35
pub(in super::super) fn private_in_clear<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if label(view) == "CLEAR" {
        namespaces(view, is_unregistered, PRIVATE, findings);
    }
}

/// 6.3.14
pub(in super::super) fn private_in_closed<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if label(view) != "CLEAR" {
        namespaces(view, is_unregistered, PRIVATE, findings);
    }
}

/// 6.2.36
pub(in super::super) fn extended_in_clear<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if label(view) == "CLEAR" {
        namespaces(view, is_extended, EXTENDED, findings);
    }
}

/// 6.3.15
pub(in super::super) fn extended_in_closed<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if label(view) != "CLEAR" {
        namespaces(view, is_extended, EXTENDED, findings);
    }
}

/// 6.2.37: the summary of a resource names the whole namespace.
pub(in super::super) fn no_resource<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for object in objects(view) {
        let resources = object.list("decision_point_resources").iter();
        let summaries = resources.filter_map(|resource| resource.text("summary"));
        let explained: HashSet<&str> = summaries.flat_map(words).collect();
        for selection in object.list("selections") {
            if let Some(node) = selection.get("namespace")
                && node.as_text().is_some_and(|name| !is_known(name) && !explained.contains(name))
            {
                let what = "nothing tells what this namespace means: add a resource whose summary \
                            names it";
                findings.add(node, what);
            }
        }
    }
}

/// What can be a namespace in a sentence.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mark = |c: char| !c.is_ascii_alphanumeric() && !"._-#$/".contains(c);
    text.split(mark).map(|word| word.trim_end_matches(['.', '/', '-']))
}

/// 6.3.13
pub(in super::super) fn old_version<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for object in objects(view) {
        let Some(at) = instant(object, "timestamp") else { continue };
        for selection in object.list("selections") {
            let (Some(key), Some(namespace)) = (selection.text("key"), selection.text("namespace"))
            else {
                continue;
            };
            let Some(newest) = newest(versions(namespace, key), at) else { continue };
            if let Some(node) = selection.get("version")
                && node.as_text().is_some_and(|version| !is_version(newest, version))
            {
                let what = format!("at that time the version was {}: use it", newest.version);
                findings.add(node, what);
            }
        }
    }
}
