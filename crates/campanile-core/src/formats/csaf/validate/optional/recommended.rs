//! Advice that 2.1 has besides: history, weaknesses, sharing, licences, ranges.

use foldhash::HashSet;

use crate::formats::csaf::catalogue;
use crate::formats::csaf::validate::findings::Findings;
use crate::formats::csaf::validate::instant::Instant;
use crate::formats::csaf::validate::mandatory::dates::contents;
use crate::formats::csaf::validate::mandatory::history::by_date;
use crate::formats::csaf::validate::mandatory::sharing::{MAX, NIL, group, label};
use crate::formats::csaf::validate::mandatory::status::instant;
use crate::formats::csaf::validate::mandatory::tree_rules::ranges;
use crate::formats::csaf::validate::range::Range;
use crate::formats::csaf::validate::tree::Node;
use crate::formats::csaf::validate::view::View;

/// 6.2.21
pub(in super::super) fn same_time<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for pair in by_date(view).windows(2) {
        if let [before, after] = pair
            && before.date == after.date
        {
            let node = after.node.get("date").unwrap_or(after.node);
            findings.add(node, "another revision has the same time: tell which came first");
        }
    }
}

/// 6.2.22
pub(in super::super) fn id_in_title<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if let (Some(node), Some(id)) = (view.document.get("title"), view.tracking.text("id"))
        && node.as_text().is_some_and(|title| title.contains(id))
    {
        findings.add(node, "the identifier has a member of its own: leave it out of the title");
    }
}

fn weaknesses<'d>(
    view: &View<'d>,
    bad: impl Fn(catalogue::Weakness) -> bool,
    what: &str,
    findings: &mut Findings<'d>,
) {
    for cwe in view.vulnerabilities.iter().flat_map(|each| each.list("cwes")) {
        let (id, version) = (cwe.text("id"), cwe.text("version"));
        let known = id.zip(version).and_then(|(id, at)| catalogue::weakness_in(id, at));
        if known.is_some_and(&bad) {
            findings.add(cwe.get("id").unwrap_or(cwe), what);
        }
    }
}

/// 6.2.23
pub(in super::super) fn deprecated_cwe<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let what = "this weakness is deprecated: name the one that replaces it";
    weaknesses(view, |weakness| weakness.status == "Deprecated", what, findings);
}

/// 6.2.24
pub(in super::super) fn old_cwe<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let Some(revised) = by_date(view).last().map(|revision| revision.date) else { return };
    let is_out = |day: &str| {
        Instant::parse(&format!("{day}T00:00:00Z")).is_some_and(|released| released <= revised)
    };
    let Some(newest) = catalogue::newest_of(is_out) else { return };
    for cwe in view.vulnerabilities.iter().flat_map(|each| each.list("cwes")) {
        if let Some(node) = cwe.get("version")
            && node.as_text().is_some_and(|version| version != newest)
        {
            let what = format!("at the time of the last revision the CWE list was at {newest}");
            findings.add(node, what);
        }
    }
}

/// 6.2.25
pub(in super::super) fn unmappable_cwe<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let what = "vulnerabilities are not mapped to this weakness: name one that says more";
    let bad =
        |weakness: catalogue::Weakness| matches!(weakness.mapping, "Prohibited" | "Discouraged");
    weaknesses(view, bad, what, findings);
}

/// 6.2.26
pub(in super::super) fn reviewed_cwe<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let what = "look whether a weakness below this one fits better";
    weaknesses(view, |weakness| weakness.mapping == "Allowed-with-Review", what, findings);
}

/// 6.2.28
pub(in super::super) fn max_group<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if let Some(id) = group(view).and_then(|group| group.get("id"))
        && id.as_text() == Some(MAX)
    {
        findings.add(id, "a group of everybody says nothing: leave it out");
    }
}

/// 6.2.29
pub(in super::super) fn nil_group<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if let Some(id) = group(view).and_then(|group| group.get("id"))
        && id.as_text() == Some(NIL)
    {
        findings.add(id, "a group of nobody: name the group before the document is sent");
    }
}

/// 6.2.30
pub(in super::super) fn group_of_clear<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if label(view) == "CLEAR"
        && let Some(group) = group(view)
    {
        findings.add(group, "the label is CLEAR: a group closes nothing, leave it out");
    }
}

/// A date of vulnerabilities that says that the author does not know.
const NEVER: &str = "9999-12-31T23:59:59";

/// 6.2.33
pub(in super::super) fn late_disclosure<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let Some(newest) = by_date(view).last().map(|revision| revision.date) else { return };
    for vulnerability in view.vulnerabilities.iter().filter(|_| label(view) != "CLEAR") {
        if let Some(node) = vulnerability.get("disclosure_date")
            && let Some(text) = node.as_text().filter(|text| !text.starts_with(NEVER))
            && Instant::parse(text).is_some_and(|date| date > newest)
        {
            findings.add(node, "the disclosure is after the newest revision: is that so?");
        }
    }
}

/// 6.2.38
pub(in super::super) fn deprecated_profile<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if view.category.starts_with("csaf_deprecated_")
        && let Some(node) = view.document.get("category")
    {
        findings.add(node, "the profile is deprecated: use the one that replaces it");
    }
}

/// How old a probability may be, in days.
const EPSS_DAYS_MAX: i64 = 15;

/// 6.2.41
pub(in super::super) fn old_epss<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let Some(newest) = by_date(view).last().map(|revision| revision.date) else { return };
    let epss: Vec<_> = contents(view).filter_map(|content| content.get("epss")).collect();
    let youngest = epss.iter().filter_map(|epss| instant(epss, "timestamp")).max();
    if let (Some(youngest), Some(node)) = (youngest, epss.last())
        && newest.days_since(youngest) >= EPSS_DAYS_MAX
    {
        findings.add(node, "the probability is older than 15 days: look up the one of today");
    }
}

/// 6.2.43
pub(in super::super) fn no_licence<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if view.document.get("license_expression").is_none() {
        findings.add(
            view.document,
            "nobody knows what may be done with the document: add \
                                     `license_expression`",
        );
    }
}

/// 6.2.47
pub(in super::super) fn own_qualitative<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let references = view.document.list("references").iter();
    let own: HashSet<_> = references
        .filter(|reference| reference.text("category") == Some("self"))
        .filter_map(|reference| reference.text("url"))
        .collect();
    for metric in view.vulnerabilities.iter().flat_map(|each| each.list("metrics")) {
        let source = metric.text("source");
        if let Some(node) = view.content(metric).get("qualitative_severity_rating")
            && source.is_none_or(|source| own.contains(source))
        {
            findings.add(node, "say more than a word of your own rating: give a CVSS vector");
        }
    }
}

/// 6.2.48
pub(in super::super) fn no_vendor<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for branch in view.branches.iter().filter(|branch| branch.category == "vendor") {
        let plain: String = branch.name.chars().filter(char::is_ascii_alphanumeric).collect();
        if plain.eq_ignore_ascii_case("opensource") {
            let node = branch.node.get("name").unwrap_or(branch.node);
            findings.add(node, "this is no vendor: name the project or who maintains it");
        }
    }
}

/// 6.2.49
pub(in super::super) fn open_range<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for branch in ranges(view) {
        if Range::parse(branch.name).is_ok_and(|range| range.is_open_above()) {
            let node = branch.node.get("name").unwrap_or(branch.node);
            findings.add(node, "the range holds every version to come: name the last one");
        }
    }
}

/// 6.2.51
pub(in super::super) fn unknown_vers<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for branch in ranges(view) {
        if Range::parse(branch.name).is_ok_and(|range| !range.has_known_kind()) {
            let node = branch.node.get("name").unwrap_or(branch.node);
            findings.add(node, "programs do not know this type of versions: use a registered one");
        }
    }
}

/// Algorithms that OpenSSL lists, which the standard names.
const ALGORITHMS: [&str; 26] = [
    "blake2b512",
    "blake2s256",
    "md4",
    "md5",
    "md5-sha1",
    "mdc2",
    "ripemd",
    "ripemd160",
    "rmd160",
    "sha1",
    "sha224",
    "sha256",
    "sha3-224",
    "sha3-256",
    "sha3-384",
    "sha3-512",
    "sha384",
    "sha512",
    "sha512-224",
    "sha512-256",
    "shake128",
    "shake256",
    "sm3",
    "ssl3-md5",
    "ssl3-sha1",
    "whirlpool",
];

/// 6.2.52
pub(in super::super) fn unknown_hash<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for hash in view.hash_lists().flat_map(Node::items) {
        if let Some(node) = hash.get("algorithm")
            && node.as_text().is_some_and(|name| !ALGORITHMS.contains(&name))
        {
            findings.add(node, "programs do not know this algorithm: use a SHA-256");
        }
    }
}
