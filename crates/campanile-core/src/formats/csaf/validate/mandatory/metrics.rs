//! Metrics of 2.1: SSVC, and qualitative ratings beside CVSS.

use foldhash::{HashMap, HashSet};

use super::dates::contents;
use crate::formats::csaf::validate::cvss::MEMBERS;
use crate::formats::csaf::validate::document;
use crate::formats::csaf::validate::findings::Findings;
use crate::formats::csaf::validate::view::{View, texts};

/// 6.1.46: what the schema of SSVC says.
pub(in super::super) fn ssvc<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let selections = contents(view).filter_map(|content| content.get("ssvc_v2"));
    document::inside(view, selections, findings);
}

/// 6.1.47: a decision is about the vulnerability that it stands at.
pub(in super::super) fn targets<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let document = view.tracking.text("id");
    for vulnerability in view.vulnerabilities {
        let ids = vulnerability.list("ids").iter().filter_map(|id| id.text("text"));
        let known: HashSet<_> = ids.chain(vulnerability.text("cve")).collect();
        let metrics = vulnerability.list("metrics").iter();
        let ssvc = metrics.filter_map(|metric| metric.at(&["content", "ssvc_v2"]));
        for node in ssvc.flat_map(|ssvc| ssvc.list("target_ids")) {
            let Some(id) = node.as_text() else { continue };
            let whole = document == Some(id);
            if whole && view.vulnerabilities.len() > 1 {
                let what = "the document has several vulnerabilities: name the one this is about";
                findings.add(node, what);
            } else if !whole && !known.contains(id) {
                findings.add(node, "this vulnerability is not called so: correct the identifier");
            }
        }
    }
}

/// 6.1.56
pub(in super::super) fn qualitative<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for vulnerability in view.vulnerabilities {
        let metrics = vulnerability.list("metrics");
        let mut scored: HashMap<(&str, Option<&str>), ()> = HashMap::default();
        for metric in metrics {
            let content = view.content(metric);
            if MEMBERS.iter().any(|member| content.get(member).is_some()) {
                let source = metric.text("source");
                scored.extend(texts(metric.list("products")).map(|id| ((id, source), ())));
            }
        }
        for metric in metrics {
            let Some(node) = view.content(metric).get("qualitative_severity_rating") else {
                continue;
            };
            let source = metric.text("source");
            if texts(metric.list("products")).any(|id| scored.contains_key(&(id, source))) {
                let what = "a CVSS of the same source says more for the same product: keep one";
                findings.add(node, what);
            }
        }
    }
}
