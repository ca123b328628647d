//! Rules of 2.1 for the product tree: depth, categories, ranges of versions, patterns with stars.

use foldhash::HashSet;

use super::terms::purls;
use crate::formats::csaf::validate::findings::Findings;
use crate::formats::csaf::validate::purl::Purl;
use crate::formats::csaf::validate::range::Range;
use crate::formats::csaf::validate::view::{Branch, View};

/// Most branches in each other [CSAF 2.1 §6.1.34].
const BRANCHES_MAX: usize = 30;

/// 6.1.34
pub(in super::super) fn depth<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for branch in view.branches.iter().filter(|branch| branch.depth == BRANCHES_MAX + 1) {
        let what = format!("more than {BRANCHES_MAX} branches lie in each other: flatten the tree");
        findings.add(branch.node, what);
    }
}

/// 6.1.42: package URLs of one product differ in their qualifiers only.
pub(in super::super) fn qualifiers<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for (_, helper) in view.helpers() {
        let mut parsed = purls(helper).filter_map(|node| {
            let purl = Purl::parse(node.as_text()?).ok()?;
            Some((node, purl))
        });
        let Some((_, first)) = parsed.next() else { continue };
        for (node, _) in parsed.filter(|(_, purl)| !purl.same_but_qualifiers(&first)) {
            let what = "the package URLs of one product may differ in their qualifiers only: \
                        make this another product";
            findings.add(node, what);
        }
    }
}

/// 6.1.43
pub(in super::super) fn model_stars<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    stars(view, "model_numbers", findings);
}

/// 6.1.44
pub(in super::super) fn serial_stars<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    stars(view, "serial_numbers", findings);
}

/// 6.1.61
pub(in super::super) fn sku_stars<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    stars(view, "skus", findings);
}

fn stars<'d>(view: &View<'d>, list: &str, findings: &mut Findings<'d>) {
    for node in view.helpers().flat_map(|(_, helper)| helper.list(list)) {
        if node.as_text().is_some_and(|text| unescaped_stars(text) > 1) {
            findings
                .add(node, "more than one star stands for anything: keep one, write others \\*");
        }
    }
}

fn unescaped_stars(text: &str) -> usize {
    let mut escaped = false;
    let star = |c: char| {
        let star = c == '*' && !escaped;
        escaped = c == '\\' && !escaped;
        star
    };
    text.chars().map(star).filter(|star| *star).count()
}

/// Branches with ranges of versions.
pub(in super::super) fn ranges<'v, 'd>(view: &'v View<'d>) -> impl Iterator<Item = &'v Branch<'d>> {
    view.branches.iter().filter(|branch| branch.category == "product_version_range")
}

/// 6.1.50
pub(in super::super) fn range_form<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for branch in ranges(view) {
        if let Err(why) = Range::parse(branch.name) {
            let node = branch.node.get("name").unwrap_or(branch.node);
            findings.add(node, format!("this is no range of versions: {why}"));
        }
    }
}

/// 6.1.59
pub(in super::super) fn single_version<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for branch in ranges(view) {
        let bare = !branch.name.contains(['<', '>', '=', '|', '/', '*', ' ']);
        if bare || Range::parse(branch.name).is_ok_and(|range| range.single().is_some()) {
            let node = branch.node.get("name").unwrap_or(branch.node);
            findings.add(node, "this is one version: make the branch a `product_version`");
        }
    }
}

/// 6.1.57: a category twice on the way to a product, but for families.
pub(in super::super) fn stacked<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for (at, branch) in view.branches.iter().enumerate() {
        let above = view.upwards(Some(at)).skip(1).any(|each| each.category == branch.category);
        if above && branch.category != "product_family" {
            let node = branch.node.get("category").unwrap_or(branch.node);
            let what = format!("a branch above this one is a {} already", branch.category);
            findings.add(node, what);
        }
    }
}

/// 6.1.58
pub(in super::super) fn version_and_range<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for product in view.products.iter().filter(|product| product.branch.is_some()) {
        let categories: HashSet<_> =
            view.upwards(product.branch).map(|branch| branch.category).collect();
        if categories.contains("product_version") && categories.contains("product_version_range") {
            let what = "the way to this product has a version and a range of them: keep one";
            findings.add(product.node, what);
        }
    }
}
