//! Words and identifiers of other catalogues: CWE, languages, package URLs.

use crate::formats::csaf::Version;
use crate::formats::csaf::catalogue;
use crate::formats::csaf::validate::findings::Findings;
use crate::formats::csaf::validate::language::unregistered;
use crate::formats::csaf::validate::purl::Purl;
use crate::formats::csaf::validate::tree::Node;
use crate::formats::csaf::validate::view::View;

/// 6.1.11
pub(in super::super) fn weaknesses<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for vulnerability in view.vulnerabilities {
        if let Some(cwe) = vulnerability.get("cwe").filter(|_| view.version == Version::V2_0) {
            weakness(cwe, findings);
        }
        for cwe in vulnerability.list("cwes") {
            weakness_of_version(cwe, findings);
        }
    }
}

/// 2.0 names no version of the list: the name of any version is right.
fn weakness<'d>(cwe: &'d Node<'d>, findings: &mut Findings<'d>) {
    let Some(id) = cwe.text("id") else { return };
    let known = catalogue::weakness(id);
    let name = cwe.text("name").unwrap_or_default();
    match known.last() {
        None => {
            let node = cwe.get("id").unwrap_or(cwe);
            findings.add(node, format!("there is no weakness {id}: views and categories are none"));
        }
        Some(newest) if !known.iter().any(|weakness| weakness.name == name) => {
            let node = cwe.get("name").unwrap_or(cwe);
            findings.add(node, format!("the name of {id} is `{}`: write it so", newest.name));
        }
        Some(_) => {}
    }
}

fn weakness_of_version<'d>(cwe: &'d Node<'d>, findings: &mut Findings<'d>) {
    let (Some(id), Some(version)) = (cwe.text("id"), cwe.text("version")) else { return };
    if !catalogue::is_version(version) {
        let node = cwe.get("version").unwrap_or(cwe);
        findings.add(node, format!("there is no version {version} of the CWE list"));
        return;
    }
    match catalogue::weakness_in(id, version) {
        None => {
            let node = cwe.get("id").unwrap_or(cwe);
            findings.add(node, format!("CWE {version} has no weakness {id}: name another"));
        }
        Some(weakness) if cwe.text("name") != Some(weakness.name) => {
            let node = cwe.get("name").unwrap_or(cwe);
            let what = format!("in CWE {version} the name of {id} is `{}`", weakness.name);
            findings.add(node, what);
        }
        Some(_) => {}
    }
}

/// The languages that a document names.
pub(in super::super) fn languages<'d>(view: &View<'d>) -> impl Iterator<Item = &'d Node<'d>> {
    ["lang", "source_lang"].into_iter().filter_map(|name| view.document.get(name))
}

/// 6.1.12
pub(in super::super) fn language<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for node in languages(view) {
        if let Some(subtag) = node.as_text().and_then(unregistered) {
            findings
                .add(node, format!("`{subtag}` is no registered part of a language: correct it"));
        }
    }
}

/// Package URLs: one in 2.0, a list in 2.1.
pub(in super::super) fn purls<'d>(helper: &'d Node<'d>) -> impl Iterator<Item = &'d Node<'d>> {
    helper.get("purl").into_iter().chain(helper.list("purls"))
}

/// 6.1.13
pub(in super::super) fn package_urls<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for node in view.helpers().flat_map(|(_, helper)| purls(helper)) {
        if let Some(Err(why)) = node.as_text().map(Purl::parse) {
            findings.add(node, format!("this is no package URL: {why}"));
        }
    }
}

/// 6.1.15
pub(in super::super) fn translator<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let category = view.document.at(&["publisher", "category"]);
    let translated = category.and_then(Node::as_text) == Some("translator");
    let named = view.document.text("source_lang").is_some_and(|text| !text.is_empty());
    if translated && !named {
        let what = "a translator says from which language: add `source_lang`";
        findings.add(view.document, what);
    }
}

/// 6.1.28
pub(in super::super) fn translation<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let (Some(node), Some(lang)) = (view.document.get("source_lang"), view.document.text("lang"))
    else {
        return;
    };
    if node.as_text().is_some_and(|source| source.eq_ignore_ascii_case(lang)) {
        let what = "the text was translated from its own language: correct one, or leave out \
                    `source_lang`";
        findings.add(node, what);
    }
}
