//! Advice of 2.1 on fixes: an advisory that knows of one names it.

use std::cell::LazyCell;

use foldhash::HashSet;

use crate::formats::csaf::validate::family::Families;
use crate::formats::csaf::validate::findings::Findings;
use crate::formats::csaf::validate::range::Range;
use crate::formats::csaf::validate::tree::Node;
use crate::formats::csaf::validate::view::{AFFECTED, FIXED, View, with_status};

/// Remediations that say that there is no fix.
const NONE: [&str; 3] = ["fix_planned", "no_fix_planned", "none_available"];

/// 6.2.39.1
pub(in super::super) fn missing<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    if view.category != "csaf_security_advisory" {
        return;
    }
    let families = Families::of(view);
    let before_another = before_another(view);
    for vulnerability in view.vulnerabilities {
        let fixed = families.group_with_hosts(with_status(vulnerability, &FIXED));
        let with = |categories: &'static [&str]| {
            let of = |item: &&'d Node<'d>| {
                item.text("category").is_some_and(|category| categories.contains(&category))
            };
            view.named(vulnerability.list("remediations").iter().filter(of))
        };
        let remedies = LazyCell::new(|| (with(&NONE), with(&["vendor_fix"])));
        for node in with_status(vulnerability, &AFFECTED) {
            let Some(id) = node.as_text().filter(|id| !families.is_version_in(id, &fixed)) else {
                continue;
            };
            let (without_fix, with_fix) = &*remedies;
            let may_exist = with_fix.contains(id) || before_another.contains(id);
            let skipped = without_fix.contains(id) && !may_exist;
            if !skipped {
                let what = format!(
                    "`{id}` is affected, and no version of it is fixed: add the fixed ones, or say \
                     in a remediation that there is none"
                );
                findings.add(node, what);
            }
        }
    }
}

/// The products of ranges that end before a version: that one is not affected any more.
fn before_another<'d>(view: &View<'d>) -> HashSet<&'d str> {
    let products = view.products.iter().filter(|product| {
        view.upwards(product.branch).any(|branch| {
            branch.category == "product_version_range"
                && Range::parse(branch.name).is_ok_and(|range| range.ends_below())
        })
    });
    products.map(|product| product.id).collect()
}
