//! Advice on products: unused ones, hashes that can be forged, helpers, ranges.

use crate::formats::csaf::validate::findings::Findings;
use crate::formats::csaf::validate::mandatory::products::used;
use crate::formats::csaf::validate::view::View;

/// 6.2.1
pub(in super::super) fn unused<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if view.category == "csaf_informational_advisory" {
        return;
    }
    let used = used(view);
    for product in view.products.iter().filter(|product| !used.contains(product.id)) {
        let node = product.node.get("product_id").unwrap_or(product.node);
        findings.add(node, format!("nothing is said about `{}`: use it, or remove it", product.id));
    }
}

/// 6.2.8
pub(in super::super) fn only_md5<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    only(view, "md5", findings);
}

/// 6.2.9
pub(in super::super) fn only_sha1<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    only(view, "sha1", findings);
}

fn only<'d>(view: &View<'d>, algorithm: &str, findings: &mut Findings<'d>) {
    for hashes in view.hash_lists() {
        let all = |hash| super::super::tree::Node::text(hash, "algorithm") == Some(algorithm);
        if !hashes.items().is_empty() && hashes.items().iter().all(all) {
            let what = format!("files with the same {algorithm} can be forged: add a SHA-256");
            findings.add(hashes, what);
        }
    }
}

/// 6.2.16
pub(in super::super) fn no_helper<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for product in view.products.iter().filter(|product| product.path.is_none()) {
        if product.node.get("product_identification_helper").is_none() {
            let what = "programs cannot tell whether they have this product: add a CPE, a package \
                        URL or the like";
            findings.add(product.node, what);
        }
    }
}

/// 6.2.18
pub(in super::super) fn range_without_vers<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let ranges = view.branches.iter().filter(|each| each.category == "product_version_range");
    for branch in ranges.filter(|branch| !is_vers(branch.name)) {
        let node = branch.node.get("name").unwrap_or(branch.node);
        let what = "programs cannot read this range: write it as a vers, like \
                    vers:generic/>=1.0|<1.5";
        findings.add(node, what);
    }
}

/// `vers:type/constraints`
pub(in super::super) fn is_vers(text: &str) -> bool {
    let Some((kind, constraints)) =
        text.strip_prefix("vers:").and_then(|rest| rest.split_once('/'))
    else {
        return false;
    };
    let letters = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+');
    !kind.is_empty() && kind.bytes().all(letters) && !constraints.is_empty()
}
