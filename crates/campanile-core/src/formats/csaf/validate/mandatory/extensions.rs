//! Extensions of 2.1 against the schema of all, their own, and what their metadata allow.

use std::collections::{HashMap, HashSet};

use crate::formats::csaf::validate::document;
use crate::formats::csaf::validate::extension::{address, class, known, lists};
use crate::formats::csaf::validate::findings::Findings;
use crate::formats::csaf::validate::schema::{Fault, check};
use crate::formats::csaf::validate::tree::Node;
use crate::formats::csaf::validate::view::View;

const UNKNOWN: &str = "the document has an extension whose schema is not known here";

/// 6.1.60.1: what the schema of all extensions says.
pub(in super::super) fn content<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    document::inside(view, lists(view).into_iter().map(|(_, list)| list), findings);
}

/// Tells of an extension that is not known.
fn unknown<'d>(extension: &'d Node<'d>, findings: &mut Findings<'d>) {
    let address = address(extension);
    let class = class(address).name();
    let node = extension.get("$schema").unwrap_or(extension);
    findings.remark(node, format!("the {class} extension `{address}` was not looked at"));
    findings.skip(UNKNOWN);
}

/// 6.1.60.2: what the schema of each extension says.
pub(in super::super) fn schema<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for extension in lists(view).into_iter().flat_map(|(_, list)| list.items()) {
        match known(address(extension)) {
            None => unknown(extension, findings),
            Some(known) => check(&known.schema, extension, &mut |fault| {
                if let Fault::Wrong(node, what) = fault {
                    findings.add(node, what);
                }
            }),
        }
    }
}

/// 6.1.60.3: where, how often, and beside what an extension may stand.
pub(in super::super) fn metadata<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let lists = lists(view);
    let all = lists.iter().flat_map(|(_, list)| list.items());
    let used: HashSet<_> = all.map(address).collect();
    for (place, list) in lists {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for extension in list.items() {
            let address = address(extension);
            let Some(known) = known(address) else {
                unknown(extension, findings);
                continue;
            };
            let count = counts.entry(address).or_default();
            *count += 1;
            if *count > known.occurrences_max(place) {
                findings.add(extension, "the extension may not stand here so often: leave it out");
            }
            if used.iter().any(|other| known.excludes(other)) {
                let what = "the extension cannot be used beside another one of this document";
                findings.add(extension, what);
            }
        }
    }
}
