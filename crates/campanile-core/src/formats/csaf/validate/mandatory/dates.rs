//! Points in time of 2.1: how they are written, and what cannot be later than what.

use std::cmp::Ordering;

use super::history::by_date;
use super::sharing::label;
use super::status::instant;
use crate::formats::csaf::validate::findings::Findings;
use crate::formats::csaf::validate::instant::Instant;
use crate::formats::csaf::validate::tree::Node;
use crate::formats::csaf::validate::view::View;

/// Members that hold a point in time.
const DATES: [&str; 9] = [
    "current_release_date",
    "date",
    "disclosure_date",
    "discovery_date",
    "exploitation_date",
    "initial_release_date",
    "release_date",
    "timestamp",
    "publication_date",
];

/// 6.1.37: RFC 3339 with capital letters, an offset that is one, and no leap seconds.
pub(in super::super) fn form<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    walk(view.root, findings);
}

fn walk<'d>(node: &'d Node<'d>, findings: &mut Findings<'d>) {
    for (name, member) in node.members() {
        if name == "x_extensions" {
            continue;
        }
        match member.as_text() {
            Some(text) if DATES.contains(&&**name) && !is_strict(text) => {
                let what = "write the time like 2026-11-21T18:40:00Z or with +01:00, in capital \
                            letters, without leap seconds";
                findings.add(member, what);
            }
            _ => walk(member, findings),
        }
    }
    node.items().iter().for_each(|item| walk(item, findings));
}

fn is_strict(text: &str) -> bool {
    Instant::parse(text).is_some()
        && !text.contains([' ', 't', 'z'])
        && text.get(17..19) != Some("60")
        && !text.ends_with("-00:00")
}

/// The newest date of the history of a released document.
fn newest<'d>(view: &View<'d>) -> Option<Instant<'d>> {
    if view.tracking.text("status") == Some("draft") {
        return None;
    }
    by_date(view).last().map(|revision| revision.date)
}

fn later_than_newest<'d>(
    view: &View<'d>,
    node: &'d Node<'d>,
    name: &str,
    what: &str,
    findings: &mut Findings<'d>,
) {
    if let (Some(date), Some(newest)) = (instant(node, name), newest(view))
        && date.cmp(&newest) == Ordering::Greater
    {
        findings.add(node.get(name).unwrap_or(node), what);
    }
}

/// 6.1.45
pub(in super::super) fn disclosure<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if label(view) == "CLEAR" {
        let what = "everybody may have the document, and the vulnerability is disclosed after its \
                    newest revision: correct one";
        for vulnerability in view.vulnerabilities {
            later_than_newest(view, vulnerability, "disclosure_date", what, findings);
        }
    }
}

/// Contents of all metrics.
pub(in super::super) fn contents<'v, 'd: 'v>(
    view: &'v View<'d>,
) -> impl Iterator<Item = &'d Node<'d>> + 'v {
    let ratings = view.vulnerabilities.iter().flat_map(|each| each.list("metrics"));
    ratings.filter_map(|rating| rating.get("content"))
}

/// 6.1.49
pub(in super::super) fn ssvc<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let what = "the decision was made after the newest revision: add a revision";
    for ssvc in contents(view).filter_map(|content| content.get("ssvc_v2")) {
        later_than_newest(view, ssvc, "timestamp", what, findings);
    }
}

/// 6.1.51
pub(in super::super) fn epss<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let what = "the probability is newer than the newest revision: add a revision";
    for epss in contents(view).filter_map(|content| content.get("epss")) {
        later_than_newest(view, epss, "timestamp", what, findings);
    }
}

fn exploitations<'v, 'd: 'v>(view: &'v View<'d>) -> impl Iterator<Item = &'d Node<'d>> + 'v {
    view.vulnerabilities.iter().flat_map(|each| each.list("first_known_exploitation_dates"))
}

/// 6.1.52
pub(in super::super) fn exploitation<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let what = "this is after the newest revision: add a revision, or correct the time";
    for item in exploitations(view) {
        later_than_newest(view, item, "date", what, findings);
        later_than_newest(view, item, "exploitation_date", what, findings);
    }
}

/// 6.1.53
pub(in super::super) fn exploited_later<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for item in exploitations(view) {
        if let (Some(known), Some(exploited)) =
            (instant(item, "date"), instant(item, "exploitation_date"))
            && exploited > known
        {
            let node = item.get("exploitation_date").unwrap_or(item);
            findings.add(node, "the exploitation is later than the day it was known: correct one");
        }
    }
}
