//! Advice on vulnerabilities: what is missing for a product, and what does not fit its state.

use foldhash::HashSet;

use crate::formats::csaf::validate::cvss::Cvss;
use crate::formats::csaf::validate::findings::Findings;
use crate::formats::csaf::validate::view::{AFFECTED, FIXED, View, texts, with_status};

/// 6.2.2
pub(in super::super) fn missing_remediation<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    let states = ["first_affected", "known_affected", "last_affected", "under_investigation"];
    for vulnerability in view.vulnerabilities {
        let remedied = view.named(vulnerability.list("remediations"));
        for node in with_status(vulnerability, &states) {
            if node.as_text().is_some_and(|id| !remedied.contains(id)) {
                let what = "nothing says what to do about this product: add a remediation that \
                            names it, even if there is none available";
                findings.add(node, what);
            }
        }
    }
}

/// 6.2.3
pub(in super::super) fn missing_score<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for vulnerability in view.vulnerabilities {
        let ratings = view.ratings(vulnerability).iter();
        let scored: HashSet<_> =
            ratings.flat_map(|rating| texts(rating.list("products"))).collect();
        for node in with_status(vulnerability, &AFFECTED) {
            if node.as_text().is_some_and(|id| !scored.contains(id)) {
                findings
                    .add(node, "nothing says how bad it is for this product: add a score for it");
            }
        }
    }
}

/// 6.2.7
pub(in super::super) fn undated_involvement<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for involvement in view.vulnerabilities.iter().flat_map(|each| each.list("involvements")) {
        if involvement.get("date").is_none() {
            findings.add(involvement, "nothing says when the party was involved: add `date`");
        }
    }
}

/// 6.2.17
pub(in super::super) fn cve_in_ids<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for id in view.vulnerabilities.iter().flat_map(|each| each.list("ids")) {
        if let Some(node) = id.get("text")
            && let Some(number) = node.as_text().and_then(|text| text.strip_prefix("CVE-"))
            && let Some((year, rest)) = number.split_once('-')
            && year.len() == 4
            && rest.len() >= 4
            && number.bytes().all(|b| b.is_ascii_digit() || b == b'-')
        {
            findings.add(node, "this is a CVE: write it as `cve`");
        }
    }
}

/// 6.2.19: a fixed product cannot be attacked, which only the environmental score can say.
pub(in super::super) fn score_of_fixed<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for vulnerability in view.vulnerabilities {
        let fixed: HashSet<_> =
            with_status(vulnerability, &FIXED).filter_map(|node| node.as_text()).collect();
        for rating in view.ratings(vulnerability) {
            let Some(product) = texts(rating.list("products")).find(|id| fixed.contains(id)) else {
                continue;
            };
            for cvss in Cvss::all(view.content(rating)) {
                let scores = cvss.scores_of_all();
                let zero = scores.is_none_or(|all| all.environmental.unwrap_or(all.base) <= 0.0);
                if !zero {
                    let what = format!(
                        "`{product}` is fixed and has a score: leave it out, or make the \
                         environmental score 0"
                    );
                    findings.add(cvss.node, what);
                }
            }
        }
    }
}
