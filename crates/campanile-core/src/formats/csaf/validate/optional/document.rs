//! Advice on the document itself: dates, languages, addresses, order.

use crate::formats::csaf::Version;
use crate::formats::csaf::validate::findings::Findings;
use crate::formats::csaf::validate::instant::Instant;
use crate::formats::csaf::validate::language::{is_default, is_private};
use crate::formats::csaf::validate::mandatory::history::by_date;
use crate::formats::csaf::validate::mandatory::status::instant;
use crate::formats::csaf::validate::mandatory::terms::languages;
use crate::formats::csaf::validate::tree::Node;
use crate::formats::csaf::validate::version::Number;
use crate::formats::csaf::validate::view::View;

/// 6.2.4
pub(in super::super) fn build_metadata<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for revision in view.history() {
        if let Some(node) = revision.get("number")
            && let Some(number) = node.as_text().and_then(Number::parse)
            && number.build().is_some()
        {
            findings
                .add(node, "the history is clearer without what is behind the `+`: leave it out");
        }
    }
}

/// In 2.1 the revisions of a draft do not count for a released document.
fn dates<'d>(view: &View<'d>) -> Vec<Instant<'d>> {
    let drafts = view.version == Version::V2_0 || view.tracking.text("status") == Some("draft");
    let revisions = by_date(view).into_iter();
    revisions.filter(|each| drafts || each.number.major() > 0).map(|each| each.date).collect()
}

/// 6.2.5
pub(in super::super) fn initial_date<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let Some(initial) = instant(view.tracking, "initial_release_date") else { return };
    let first = by_date(view).first().map(|revision| revision.date);
    if first.is_some_and(|first| initial < first)
        && let Some(node) = view.tracking.get("initial_release_date")
    {
        findings.add(node, "the first release is older than the oldest revision: correct one");
    }
}

/// 6.2.6
pub(in super::super) fn current_date<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let Some(current) = instant(view.tracking, "current_release_date") else { return };
    if dates(view).last().is_some_and(|last| current < *last)
        && let Some(node) = view.tracking.get("current_release_date")
    {
        findings.add(node, "the current release is older than the newest revision: correct one");
    }
}

/// 6.2.10
pub(in super::super) fn tlp_label<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if view.document.at(&["distribution", "tlp", "label"]).is_none() {
        let node = view.document.get("distribution").unwrap_or(view.document);
        findings.add(node, "nobody knows whom this may be given to: add `distribution/tlp/label`");
    }
}

/// The name of the file of a document [CSAF 2.0 §5.1].
fn file_name(id: &str) -> String {
    let mut name = String::with_capacity(id.len() + 5);
    for c in id.to_lowercase().chars() {
        match c {
            '+' | '-' | 'a'..='z' | '0'..='9' => name.push(c),
            _ if !name.ends_with('_') => name.push('_'),
            _ => {}
        }
    }
    name + ".json"
}

/// 6.2.11
pub(in super::super) fn canonical_url<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let name = file_name(view.tracking.text("id").unwrap_or_default());
    let mut references = view.document.list("references").iter();
    let canonical = references.any(|reference| {
        let url = reference.text("url").unwrap_or_default();
        reference.text("category") == Some("self")
            && url.starts_with("https://")
            && url.ends_with(&format!("/{name}"))
    });
    if !canonical {
        let node = view.document.get("references").unwrap_or(view.document);
        let what = format!(
            "no reference of the category self begins with https:// and ends with {name}: add the \
             address where the document can be had"
        );
        findings.add(node, what);
    }
}

/// 6.2.12
pub(in super::super) fn missing_language<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if view.document.get("lang").is_none() {
        findings.add(view.document, "the language is not told: add `lang`");
    }
}

/// 6.2.13: members by name, at every level.
pub(in super::super) fn sorting<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if let Some(node) = unsorted(view.root) {
        findings
            .add(node, "the members of this object are not in the order of their names: sort them");
    }
}

/// The first object whose members are not sorted; one is enough to say that nobody sorted.
fn unsorted<'d>(node: &'d Node<'d>) -> Option<&'d Node<'d>> {
    let members = node.members();
    if !members.is_sorted_by(|left, right| left.0 <= right.0) {
        return Some(node);
    }
    let inner = members.iter().map(|(_, member)| member).chain(node.items());
    inner.filter_map(unsorted).next()
}

/// 6.2.14
pub(in super::super) fn private_language<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for node in languages(view) {
        if node.as_text().is_some_and(is_private) {
            findings.add(node, "others do not know this private language: use a registered one");
        }
    }
}

/// 6.2.15
pub(in super::super) fn default_language<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for node in languages(view) {
        if node.as_text().is_some_and(is_default) {
            findings.add(node, "`i-default` says nothing: name the language");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_name_is_made_of_the_id() {
        assert_eq!(file_name("cisco-sa-20190513"), "cisco-sa-20190513.json");
        assert_eq!(file_name("RHBA-2019:0024"), "rhba-2019_0024.json");
        assert_eq!(file_name("A (b)/c"), "a_b_c.json");
    }
}
