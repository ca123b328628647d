//! SSVC decision points of 2.1 against what SSVC has registered.

use super::dates::contents;
use crate::formats::csaf::validate::findings::Findings;
use crate::formats::csaf::validate::ssvc::{Base, Point, is_version, kind, versions};
use crate::formats::csaf::validate::tree::Node;
use crate::formats::csaf::validate::view::View;

/// 6.1.48
pub(in super::super) fn points<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let ssvc = contents(view).filter_map(|content| content.get("ssvc_v2"));
    for selection in ssvc.flat_map(|ssvc| ssvc.list("selections")) {
        let namespace = selection.text("namespace").unwrap_or_default();
        match kind(namespace) {
            Base::Registered => registered(selection, namespace, findings),
            Base::Forbidden => {
                let node = selection.get("namespace").unwrap_or(selection);
                findings.add(node, "this namespace is reserved so that nobody uses it");
            }
            Base::Example | Base::Unregistered | Base::Unknown => {}
        }
    }
}

fn registered<'d>(selection: &'d Node<'d>, namespace: &str, findings: &mut Findings<'d>) {
    let (key, version) = (selection.text("key"), selection.text("version"));
    let (Some(key), Some(version)) = (key, version) else { return };
    let known = versions(namespace, key);
    match known.iter().find(|point| is_version(point, version)) {
        Some(point) => values(selection, point, findings),
        None if known.is_empty() => {
            let node = selection.get("key").unwrap_or(selection);
            findings.add(node, format!("the namespace has no decision point `{key}`"));
        }
        None => {
            let node = selection.get("version").unwrap_or(selection);
            let what = format!("there is no version {version} of the decision point `{key}`");
            findings.add(node, what);
        }
    }
}

/// Values are some of those of the decision point, in the same order.
fn values<'d>(selection: &'d Node<'d>, point: &Point, findings: &mut Findings<'d>) {
    let mut last = None;
    for value in selection.list("values") {
        let Some(key) = value.text("key") else { continue };
        let node = value.get("key").unwrap_or(value);
        match point.values.iter().position(|known| *known == key) {
            None => findings.add(node, format!("the decision point has no value `{key}`")),
            at if at <= last => {
                let order = point.values.join(", ");
                findings.add(node, format!("the values are not in their order: {order}"));
            }
            at => last = at,
        }
    }
}
