//! The state of products, and what is said about them: flags, remediations, involvements.

use foldhash::{HashMap, HashSet};

use crate::formats::csaf::Version;
use crate::formats::csaf::validate::findings::Findings;
use crate::formats::csaf::validate::instant::Instant;
use crate::formats::csaf::validate::tree::Node;
use crate::formats::csaf::validate::view::{AFFECTED, FIXED, View, texts, with_status};

/// Groups of states that a product cannot be in at the same time.
pub(in super::super) const STATES: [(&str, &[&str]); 5] = [
    ("affected", &AFFECTED),
    ("not affected", &["known_not_affected"]),
    ("fixed", &FIXED),
    ("under investigation", &["under_investigation"]),
    ("unknown", &["unknown"]),
];

/// 6.1.6
pub(in super::super) fn contradiction<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for vulnerability in view.vulnerabilities {
        let mut states: HashMap<&str, &str> = HashMap::default();
        for (name, members) in STATES {
            for node in with_status(vulnerability, members) {
                let Some(id) = node.as_text() else { continue };
                let before = *states.entry(id).or_insert(name);
                if before != name {
                    let what =
                        format!("`{id}` is {before} and {name} at once: leave it in one list only");
                    findings.add(node, what);
                }
            }
        }
    }
}

/// 6.1.23
pub(in super::super) fn cve_twice<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let mut seen = HashSet::default();
    for node in view.vulnerabilities.iter().filter_map(|each| each.get("cve")) {
        if let Some(cve) = node.as_text().filter(|cve| !seen.insert(*cve)) {
            findings.add(node, format!("{cve} is there twice: put both parts together"));
        }
    }
}

/// 6.1.24: two things said of one party at one time.
pub(in super::super) fn involvement_twice<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for vulnerability in view.vulnerabilities {
        let mut seen: HashSet<(&str, Option<&str>, &str)> = HashSet::default();
        for involvement in vulnerability.list("involvements") {
            let party = involvement.text("party").unwrap_or_default();
            let date = involvement.text("date");
            let mut about: Vec<&str> = Vec::new();
            if view.version == Version::V2_1 {
                about.extend(texts(involvement.list("product_ids")));
                about.extend(texts(involvement.list("group_ids")));
            }
            if about.is_empty() {
                about.push("");
            }
            let mut twice = false;
            for product in about {
                twice |= !seen.insert((party, date, product));
            }
            if twice {
                let what = format!("the {party} is involved twice at this time: keep one of them");
                findings.add(involvement, what);
            }
        }
    }
}

/// Items that are about no product at all.
fn without_products<'d>(view: &View<'d>, list: &str, what: &str, findings: &mut Findings<'d>) {
    for item in view.vulnerabilities.iter().flat_map(|each| each.list(list)) {
        if item.get("product_ids").is_none() && item.get("group_ids").is_none() {
            findings.add(item, what);
        }
    }
}

/// 6.1.29
pub(in super::super) fn remediation_for_nothing<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let what = "the remediation names no product: add `product_ids` or `group_ids`";
    without_products(view, "remediations", what, findings);
}

/// 6.1.32
pub(in super::super) fn flag_for_nothing<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let what = "the flag names no product: add `product_ids` or `group_ids`";
    without_products(view, "flags", what, findings);
}

/// 6.1.33: two reasons why one product is not affected.
pub(in super::super) fn flags_of_product<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for vulnerability in view.vulnerabilities {
        let mut seen: HashSet<&str> = HashSet::default();
        // A group that comes a second time is a finding already: a third time is not unfolded.
        let mut groups: HashMap<&str, usize> = HashMap::default();
        for flag in vulnerability.list("flags") {
            let mut products: HashSet<&str> = texts(flag.list("product_ids")).collect();
            let mut twice = false;
            for group in texts(flag.list("group_ids")) {
                let count = groups.entry(group).or_default();
                *count += 1;
                match count {
                    1 => products.extend(texts(view.group(group))),
                    _ => twice |= !view.group(group).is_empty(),
                }
            }
            for product in products {
                twice |= !seen.insert(product);
            }
            if twice {
                let what = "another flag says for the same product why it is not affected: keep \
                            one of them";
                findings.add(flag, what);
            }
        }
    }
}

/// A date of a vulnerability that can be compared.
pub(in super::super) fn instant<'d>(node: &'d Node<'d>, name: &str) -> Option<Instant<'d>> {
    Instant::parse(node.text(name)?)
}
