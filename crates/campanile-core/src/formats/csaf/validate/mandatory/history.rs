//! Versions, dates and the history of revisions.

use std::cmp::Ordering;

use foldhash::HashSet;

use crate::formats::csaf::validate::findings::Findings;
use crate::formats::csaf::validate::instant::Instant;
use crate::formats::csaf::validate::tree::Node;
use crate::formats::csaf::validate::version::Number;
use crate::formats::csaf::validate::view::View;

/// A revision with what can be compared of it.
#[derive(Clone, Copy)]
pub(in super::super) struct Revision<'d> {
    pub(in super::super) node: &'d Node<'d>,
    pub(in super::super) date: Instant<'d>,
    pub(in super::super) number: Number<'d>,
}

/// The revisions by date, then by number; those that have neither are told by the schema.
pub(in super::super) fn by_date<'d>(view: &View<'d>) -> Vec<Revision<'d>> {
    let mut revisions: Vec<_> = view.history().iter().filter_map(revision).collect();
    revisions.sort_by(|left, right| {
        left.date.cmp(&right.date).then_with(|| left.number.order(right.number))
    });
    revisions
}

fn revision<'d>(node: &'d Node<'d>) -> Option<Revision<'d>> {
    let date = Instant::parse(node.text("date")?)?;
    Some(Revision { node, date, number: Number::parse(node.text("number")?)? })
}

/// A number of a revision, with the value it stands in.
fn numbers<'d>(view: &View<'d>) -> impl Iterator<Item = (&'d Node<'d>, Number<'d>)> {
    view.history().iter().filter_map(|revision| {
        let node = revision.get("number")?;
        Some((node, Number::parse(node.as_text()?)?))
    })
}

fn version<'d>(view: &View<'d>) -> Option<(&'d Node<'d>, Number<'d>)> {
    let node = view.tracking.get("version")?;
    Some((node, Number::parse(node.as_text()?)?))
}

fn status<'d>(view: &View<'d>) -> &'d str {
    view.tracking.text("status").unwrap_or_default()
}

fn is_released(status: &str) -> bool {
    matches!(status, "final" | "interim")
}

/// 6.1.14: later revisions have higher numbers.
pub(in super::super) fn unsorted<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let revisions = by_date(view);
    let sorted =
        revisions.is_sorted_by(|left, right| left.number.order(right.number) != Ordering::Greater);
    if !sorted && let Some(history) = view.tracking.get("revision_history") {
        let what = "a later revision has a lower number: sorted by date, the numbers have to rise";
        findings.add(history, what);
    }
}

/// 6.1.16
pub(in super::super) fn not_latest<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let (Some((node, version)), Some(last)) = (version(view), by_date(view).last().copied()) else {
        return;
    };
    let (left, right) = match status(view) {
        "draft" => (version.bare(), last.number.bare()),
        _ => (version, last.number),
    };
    if left.order(right) != Ordering::Equal || !same_kind(left, right) {
        let newest = last.node.text("number").unwrap_or_default();
        let what = format!("the newest revision has the number {newest}: the version has to be it");
        findings.add(node, what);
    }
}

fn same_kind(left: Number<'_>, right: Number<'_>) -> bool {
    matches!(left, Number::Whole(_)) == matches!(right, Number::Whole(_))
}

/// 6.1.17
pub(in super::super) fn draft_version<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if let Some((node, version)) = version(view)
        && (version.major() == 0 || version.pre().is_some())
        && status(view) != "draft"
    {
        let what = "this is the version of a draft: give it a released one, or set the status to \
                    draft";
        findings.add(node, what);
    }
}

/// 6.1.18
pub(in super::super) fn unreleased_revision<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if is_released(status(view)) {
        for (node, _) in numbers(view).filter(|(_, number)| number.major() == 0) {
            findings.add(node, "a released document has no revision 0: remove it from the history");
        }
    }
}

/// 6.1.19
pub(in super::super) fn pre_release<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for (node, _) in numbers(view).filter(|(_, number)| number.pre().is_some()) {
        findings.add(node, "the history has no pre-releases: leave out what is behind the `-`");
    }
}

/// 6.1.20
pub(in super::super) fn released_pre_release<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if let Some((node, version)) = version(view)
        && version.pre().is_some()
        && is_released(status(view))
    {
        findings
            .add(node, "a released document is no pre-release: leave out what is behind the `-`");
    }
}

/// 6.1.21
pub(in super::super) fn gap<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let revisions = by_date(view);
    let mut before: Option<u64> = None;
    for revision in &revisions {
        let major = revision.number.major();
        let node = revision.node.get("number").unwrap_or(revision.node);
        match before {
            None if major > 1 => {
                findings.add(node, "the history does not begin with 0 or 1: add what is missing");
            }
            Some(before) if major > before.saturating_add(1) => {
                let what =
                    format!("the revisions between {before} and {major} are missing: add them");
                findings.add(node, what);
            }
            _ => {}
        }
        before = Some(before.map_or(major, |before| before.max(major)));
    }
}

/// 6.1.22
pub(in super::super) fn number_twice<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let mut seen = HashSet::default();
    for (node, _) in numbers(view) {
        if !seen.insert(node.as_text()) {
            findings.add(node, "another revision has this number: give each its own");
        }
    }
}

/// 6.1.30
pub(in super::super) fn mixed_numbers<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let Some((_, version)) = version(view) else { return };
    for (node, _) in numbers(view).filter(|(_, number)| !same_kind(*number, version)) {
        let what = "the document counts its versions in another way: use whole numbers, or \
                    numbers like 1.0.0, everywhere";
        findings.add(node, what);
    }
}
