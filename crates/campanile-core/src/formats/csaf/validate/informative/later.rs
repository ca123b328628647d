//! What 2.1 has besides: CVSS 4, extensions, paths of paths.

use foldhash::{HashMap, HashSet};

use crate::formats::csaf::validate::cvss::MEMBERS;
use crate::formats::csaf::validate::findings::Findings;
use crate::formats::csaf::validate::mandatory::dates::contents;
use crate::formats::csaf::validate::tree::Node;
use crate::formats::csaf::validate::view::{View, texts};

/// 6.3.12
pub(in super::super) fn no_cvss_4<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for vulnerability in view.vulnerabilities {
        let mut newest: HashMap<&str, bool> = HashMap::default();
        for metric in vulnerability.list("metrics") {
            let new = view.content(metric).get("cvss_v4").is_some();
            for product in texts(metric.list("products")) {
                *newest.entry(product).or_default() |= new;
            }
        }
        for metric in vulnerability.list("metrics") {
            let content = view.content(metric);
            let old = MEMBERS.iter().find_map(|member| content.get(member));
            let alone = texts(metric.list("products")).any(|id| newest.get(id) == Some(&false));
            if let (Some(node), true) = (old, alone) {
                findings.add(node, "add a vector of CVSS 4.0");
            }
        }
    }
}

/// 6.3.18
pub(in super::super) fn qualitative<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for node in contents(view).filter_map(|content| content.get("qualitative_severity_rating")) {
        findings.add(node, "a word is hard to compare: give a CVSS vector");
    }
}

/// An extension at a place where it changes how the document is read.
fn extended<'d>(holder: Option<&'d Node<'d>>, findings: &mut Findings<'d>) {
    if let Some(node) = holder.and_then(|holder| holder.get("x_extensions")) {
        findings.add(node, "programs that do not know the extension pass over it");
    }
}

/// 6.3.21.1
pub(in super::super) fn essential<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    gather(view.root, findings);
}

fn gather<'d>(node: &'d Node<'d>, findings: &mut Findings<'d>) {
    for extension in node.list("x_extensions") {
        if extension.text("category") == Some("essential") {
            let node = extension.get("category").unwrap_or(extension);
            findings.add(node, "who does not know this extension misses what matters");
        }
    }
    let members = node.members().iter().filter(|(name, _)| name != "x_extensions");
    members.map(|(_, member)| member).chain(node.items()).for_each(|each| gather(each, findings));
}

/// 6.3.21.3
pub(in super::super) fn at_document<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    extended(Some(view.document), findings);
}

/// 6.3.21.4
pub(in super::super) fn in_branches<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let products = view.products.iter().filter(|product| product.branch.is_some());
    products.for_each(|product| extended(Some(product.node), findings));
}

/// 6.3.21.5
pub(in super::super) fn in_names<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    view.tree.list("full_product_names").iter().for_each(|each| extended(Some(each), findings));
}

/// 6.3.21.6
pub(in super::super) fn in_paths<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for path in view.tree.list("product_paths") {
        extended(path.get("full_product_name"), findings);
    }
}

/// 6.3.21.7
pub(in super::super) fn in_metrics<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    contents(view).for_each(|content| extended(Some(content), findings));
}

/// 6.3.21.8
pub(in super::super) fn in_vulnerabilities<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    view.vulnerabilities.iter().for_each(|each| extended(Some(each), findings));
}

/// 6.3.21.9
pub(in super::super) fn at_root<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    extended(Some(view.root), findings);
}

/// 6.3.22
pub(in super::super) fn nested_path<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let made = view.products.iter().filter(|product| product.path.is_some());
    let made: HashSet<_> = made.map(|product| product.id).collect();
    for path in view.tree.list("product_paths") {
        let next =
            path.list("subpaths").iter().filter_map(|each| each.get("next_product_reference"));
        let nodes = path.get("beginning_product_reference").into_iter().chain(next);
        for node in nodes.filter(|node| node.as_text().is_some_and(|id| made.contains(id))) {
            findings.add(node, "this product is a path itself: write one path with all its parts");
        }
    }
}
