//! The informative tests [CSAF 2.0 §6.3, CSAF 2.1 §6.3]: what may be better.

pub(super) mod later;

use foldhash::HashMap;

use super::cvss::{Cvss, Scheme};
use super::findings::Findings;
use super::mandatory::ratings;
use super::view::{View, texts};

/// 6.3.1
pub(super) fn only_cvss_2<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for vulnerability in view.vulnerabilities {
        let mut newer: HashMap<&str, bool> = HashMap::default();
        for rating in view.ratings(vulnerability) {
            let new = Cvss::all(view.content(rating)).any(|cvss| cvss.scheme != Scheme::V2);
            for product in texts(rating.list("products")) {
                *newer.entry(product).or_default() |= new;
            }
        }
        for rating in view.ratings(vulnerability) {
            let Some(cvss) = Cvss::read(view.content(rating), "cvss_v2") else { continue };
            let mut products = texts(rating.list("products"));
            if products.any(|product| newer.get(product) == Some(&false)) {
                findings
                    .add(cvss.node, "CVSS 2 alone says little: add a vector of a newer version");
            }
        }
    }
}

/// 6.3.2
pub(super) fn cvss_3_0<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for cvss in ratings::all(view).filter(|cvss| cvss.scheme == Scheme::V3_0) {
        let node = cvss.node.get("version").unwrap_or(cvss.node);
        findings.add(node, "CVSS 3.1 has replaced 3.0: use it");
    }
}

/// 6.3.3
pub(super) fn no_cve<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for vulnerability in view.vulnerabilities.iter().filter(|each| each.get("cve").is_none()) {
        findings.add(vulnerability, "the vulnerability has no CVE: ask for one");
    }
}

/// 6.3.4
pub(super) fn no_cwe<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for vulnerability in view.vulnerabilities {
        if vulnerability.get("cwe").is_none() && vulnerability.get("cwes").is_none() {
            findings.add(vulnerability, "the kind of weakness is not told: add the CWE");
        }
    }
}

/// Digits of a SHA-256.
const HASH_DIGITS_MIN: usize = 64;

/// 6.3.5
pub(super) fn short_hash<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for hash in view.hash_lists().flat_map(super::tree::Node::items) {
        if let Some(node) = hash.get("value")
            && node.as_text().is_some_and(|digits| digits.len() < HASH_DIGITS_MIN)
        {
            findings.add(node, "the hash has fewer than 256 bits: use a longer one");
        }
    }
}

/// 6.3.9: vendor, then name, then version, with others between them.
pub(super) fn branch_categories<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for product in view.products.iter().filter(|product| product.branch.is_some()) {
        let mut wanted = ["product_version", "product_name", "vendor"].into_iter().peekable();
        for branch in view.upwards(product.branch) {
            wanted.next_if(|category| {
                *category == branch.category
                    || (*category == "product_version"
                        && branch.category == "product_version_range")
            });
        }
        if let Some(missing) = wanted.next() {
            let what = format!(
                "the branches to this product are not vendor, product_name and product_version in \
                 this order: the {missing} is missing or at another place"
            );
            findings.add(product.node, what);
        }
    }
}

/// 6.3.10
pub(super) fn version_range<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for branch in view.branches.iter().filter(|each| each.category == "product_version_range") {
        let node = branch.node.get("category").unwrap_or(branch.node);
        findings
            .add(node, "single versions are easier to match than a range: name them if you can");
    }
}

/// 6.3.11
pub(super) fn version_with_v<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for branch in view.branches.iter().filter(|each| each.category == "product_version") {
        let number = branch.name.strip_prefix(['v', 'V']).unwrap_or_default();
        if number.starts_with(|c: char| c.is_ascii_digit()) {
            let node = branch.node.get("name").unwrap_or(branch.node);
            findings.add(node, "this is the version already: leave out the `v`");
        }
    }
}
