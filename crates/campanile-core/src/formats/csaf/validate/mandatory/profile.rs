//! What the category of a document promises: the profiles.

use crate::formats::csaf::Version;
use crate::formats::csaf::validate::findings::Findings;
use crate::formats::csaf::validate::tree::Node;
use crate::formats::csaf::validate::view::{Named, View, with_status};

/// The profiles besides the base one: category, name.
const PROFILES: [(&str, &str, Version); 7] = [
    ("csaf_security_incident_response", "Security incident response", Version::V2_0),
    ("csaf_informational_advisory", "Informational advisory", Version::V2_0),
    ("csaf_security_advisory", "Security advisory", Version::V2_0),
    ("csaf_vex", "VEX", Version::V2_0),
    ("csaf_deprecated_security_advisory", "Deprecated security advisory", Version::V2_1),
    ("csaf_withdrawn", "Withdrawn", Version::V2_1),
    ("csaf_superseded", "Superseded", Version::V2_1),
];

/// The profiles of a version.
fn profiles(version: Version) -> impl Iterator<Item = (&'static str, &'static str)> {
    let known = move |since: Version| since == Version::V2_0 || version == Version::V2_1;
    PROFILES.into_iter().filter(move |(.., since)| known(*since)).map(|(id, name, _)| (id, name))
}

/// 6.1.26
pub(in super::super) fn prohibited_category<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let Some(node) = view.document.get("category") else { return };
    let category = view.category;
    if category == "csaf_base" || profiles(view.version).any(|(id, _)| id == category) {
        return;
    }
    let plain = |text: &str| -> String {
        let dropped = |c: &char| {
            !c.is_whitespace() && !matches!(c, '-' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}')
        };
        text.to_lowercase().chars().filter(dropped).collect()
    };
    let given = plain(category);
    let taken = |name: &str| plain(name) == given;
    let like_profile = profiles(view.version)
        .any(|(id, name)| taken(id) || taken(name) || taken(id.trim_start_matches("csaf_")));
    if like_profile || category.to_lowercase().starts_with("csaf_") {
        let what = "this looks like a profile and is none: write it exactly as the standard does, \
                    or use another word";
        findings.add(node, what);
    }
}

fn is(view: &View<'_>, categories: &[&str]) -> bool {
    categories.contains(&view.category)
}

/// Whether some note says what a document is about.
pub(super) fn has_note(notes: &[Node<'_>]) -> bool {
    notes
        .iter()
        .filter_map(|note| note.text("category"))
        .any(|category| matches!(category, "description" | "details" | "general" | "summary"))
}

/// Profiles that are about vulnerabilities in products.
fn is_about_products(view: &View<'_>) -> bool {
    is(view, &["csaf_security_advisory", "csaf_vex", "csaf_deprecated_security_advisory"])
}

/// 6.1.27.1
pub(in super::super) fn document_notes<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let asked = is(view, &["csaf_informational_advisory", "csaf_security_incident_response"]);
    if asked && !has_note(view.document.list("notes")) {
        let node = view.document.get("notes").unwrap_or(view.document);
        let what = "this profile needs a note on the document of the category description, \
                    details, general or summary: add one";
        findings.add(node, what);
    }
}

/// 6.1.27.2
pub(in super::super) fn document_references<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let asked = is(view, &["csaf_informational_advisory", "csaf_security_incident_response"]);
    let mut references = view.document.list("references").iter();
    // External is what a reference is when nothing is said.
    let external = |reference: &Node<'_>| reference.text("category") != Some("self");
    if asked && !references.any(external) {
        let node = view.document.get("references").unwrap_or(view.document);
        findings.add(node, "this profile needs a reference of the category external: add one");
    }
}

/// 6.1.27.3
pub(in super::super) fn unwanted_vulnerabilities<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let refused = ["csaf_informational_advisory", "csaf_withdrawn", "csaf_superseded"];
    if is(view, &refused)
        && let Some(node) = view.root.get("vulnerabilities")
    {
        findings
            .add(node, "this profile has no vulnerabilities: remove them, or change the category");
    }
}

/// 6.1.27.4
pub(in super::super) fn missing_tree<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if is_about_products(view) && view.root.get("product_tree").is_none() {
        findings.add(view.root, "this profile needs a product tree: add `product_tree`");
    }
}

/// 6.1.27.5
pub(in super::super) fn vulnerability_notes<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if is_about_products(view) {
        for vulnerability in view.vulnerabilities {
            if vulnerability.get("notes").is_none() {
                findings
                    .add(vulnerability, "this profile needs notes on every vulnerability: add one");
            }
        }
    }
}

/// 6.1.27.6
pub(in super::super) fn missing_status<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if is(view, &["csaf_security_advisory", "csaf_deprecated_security_advisory"]) {
        for vulnerability in view.vulnerabilities {
            if vulnerability.get("product_status").is_none() {
                let what = "this profile needs the state of the products for every vulnerability: \
                            add `product_status`";
                findings.add(vulnerability, what);
            }
        }
    }
}

/// 6.1.27.7
pub(in super::super) fn vex_status<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if !is(view, &["csaf_vex"]) {
        return;
    }
    let states = ["fixed", "known_affected", "known_not_affected", "under_investigation"];
    for vulnerability in view.vulnerabilities {
        let status = vulnerability.get("product_status");
        if !states.iter().any(|state| status.is_some_and(|status| status.get(state).is_some())) {
            let what = "a VEX says of products that they are fixed, known_affected, \
                        known_not_affected or under_investigation: add one of these";
            findings.add(status.unwrap_or(vulnerability), what);
        }
    }
}

/// 6.1.27.8
pub(in super::super) fn vex_identifier<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if !is(view, &["csaf_vex"]) {
        return;
    }
    for vulnerability in view.vulnerabilities {
        let ids = vulnerability.list("ids");
        let general =
            |id: &Node<'_>| id.get("product_ids").is_none() && id.get("group_ids").is_none();
        if vulnerability.get("cve").is_some() || ids.iter().any(general) {
            continue;
        }
        if ids.is_empty() {
            findings.add(vulnerability, "a VEX names the vulnerability: add `cve` or `ids`");
            continue;
        }
        // In 2.1 an identifier may be for some products only.
        let named = view.named(ids);
        let status = vulnerability.get("product_status");
        for node in status.iter().flat_map(|s| s.members()).flat_map(|(_, list)| list.items()) {
            if node.as_text().is_some_and(|id| !named.contains(id)) {
                let what = "the vulnerability has no identifier for this product: add one";
                findings.add(node, what);
            }
        }
    }
}

/// 6.1.27.9
pub(in super::super) fn vex_impact<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if !is(view, &["csaf_vex"]) {
        return;
    }
    for vulnerability in view.vulnerabilities {
        let threats = vulnerability.list("threats").iter();
        let impacts = threats.filter(|threat| threat.text("category") == Some("impact"));
        let explained = view.named(impacts.chain(vulnerability.list("flags")));
        let what = "a VEX says why a product is not affected: add a flag, or a threat of the \
                    category impact, that names it";
        unexplained(vulnerability, "known_not_affected", &explained, what, findings);
    }
}

/// 6.1.27.10
pub(in super::super) fn vex_action<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if !is(view, &["csaf_vex"]) {
        return;
    }
    for vulnerability in view.vulnerabilities {
        let remedied = view.named(vulnerability.list("remediations"));
        let what = "a VEX says what to do about an affected product: add a remediation that names \
                    it";
        unexplained(vulnerability, "known_affected", &remedied, what, findings);
    }
}

fn unexplained<'d>(
    vulnerability: &'d Node<'d>,
    state: &str,
    explained: &Named<'_, 'd>,
    what: &str,
    findings: &mut Findings<'d>,
) {
    for node in with_status(vulnerability, &[state]) {
        if node.as_text().is_some_and(|id| !explained.contains(id)) {
            findings.add(node, what);
        }
    }
}

/// 6.1.27.11
pub(in super::super) fn missing_vulnerabilities<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if is_about_products(view) && view.root.get("vulnerabilities").is_none() {
        findings.add(view.root, "this profile needs vulnerabilities: add `vulnerabilities`");
    }
}
