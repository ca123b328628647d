//! CVSS: one of each version for a product, valid, computed right, and not against itself.

use foldhash::HashMap;

use crate::formats::csaf::validate::cvss::{Cvss, Scheme, Scores, severity};
use crate::formats::csaf::validate::document;
use crate::formats::csaf::validate::findings::Findings;
use crate::formats::csaf::validate::tree::Node;
use crate::formats::csaf::validate::view::{View, texts};

/// All CVSS objects of a document.
pub(in super::super) fn all<'v, 'd: 'v>(view: &'v View<'d>) -> impl Iterator<Item = Cvss<'d>> {
    let ratings = view.vulnerabilities.iter().flat_map(|each| view.ratings(each));
    ratings.flat_map(|rating| Cvss::all(view.content(rating)))
}

/// A product, the source of a rating, and the version of CVSS.
type Rated<'d> = (&'d str, Option<&'d str>, (Scheme, Option<&'d str>));

/// 6.1.7
pub(in super::super) fn version_twice<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for vulnerability in view.vulnerabilities {
        let mut seen: HashMap<Rated<'_>, usize> = HashMap::default();
        for (at, rating) in view.ratings(vulnerability).iter().enumerate() {
            let source = rating.text("source");
            for cvss in Cvss::all(view.content(rating)) {
                let version = (cvss.scheme, cvss.node.text("version"));
                for product in texts(rating.list("products")) {
                    let first = *seen.entry((product, source, version)).or_insert(at);
                    if first != at {
                        let what = format!(
                            "`{product}` has a score of this version of CVSS already: keep one"
                        );
                        findings.add(cvss.node, what);
                        break;
                    }
                }
            }
        }
    }
}

/// 6.1.8: what the schemas of CVSS say, and what they cannot.
pub(in super::super) fn invalid<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    document::cvss(view, findings);
    for cvss in all(view) {
        let Some(node) = cvss.node.get("vectorString") else { continue };
        if let Some(metric) = cvss.twice() {
            findings.add(node, format!("the vector has {metric} twice: keep one"));
        }
    }
}

/// 6.1.9
pub(in super::super) fn computation<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for cvss in all(view) {
        // A vector that is none is told by the test before.
        if let Some(scores) = cvss.scores() {
            let whole = cvss.scores_of_all().unwrap_or(scores);
            compare(&cvss, scores, whole, findings);
        }
    }
}

fn compare<'d>(cvss: &Cvss<'d>, scores: Scores, whole: Scores, findings: &mut Findings<'d>) {
    // Version 4 has one score, to which metrics in members may add.
    let given = cvss.node.get("baseScore").and_then(Node::as_number);
    let of_all = cvss.scheme == Scheme::V4 && given.is_some_and(|given| equal(given, whole.base));
    if !of_all {
        score(cvss.node, "baseScore", Some(scores.base), findings);
    }
    word(cvss.node, ("baseScore", "baseSeverity"), findings);
    for (name, word_name, from_vector, from_all) in [
        ("temporalScore", "temporalSeverity", scores.temporal, whole.temporal),
        ("environmentalScore", "environmentalSeverity", scores.environmental, whole.environmental),
    ] {
        // Metrics may stand in members only: right is what either gives.
        let given = cvss.node.get(name).and_then(Node::as_number);
        let right = |expected: Option<f64>| given.zip(expected).is_some_and(|(a, b)| equal(a, b));
        if !right(from_vector) {
            score(cvss.node, name, from_all, findings);
        }
        word(cvss.node, (name, word_name), findings);
    }
}

fn equal(left: f64, right: f64) -> bool {
    (left - right).abs() < 0.05
}

fn score<'d>(node: &'d Node<'d>, name: &str, right: Option<f64>, findings: &mut Findings<'d>) {
    let Some(value) = node.get(name) else { return };
    if let (Some(given), Some(right)) = (value.as_number(), right)
        && !equal(given, right)
    {
        findings
            .add(value, format!("the vector gives {right:.1}: correct the score or the vector"));
    }
}

fn word<'d>(node: &'d Node<'d>, names: (&str, &str), findings: &mut Findings<'d>) {
    let (Some(score), Some(value)) = (node.get(names.0), node.get(names.1)) else { return };
    if let (Some(score), Some(given)) = (score.as_number(), value.as_text())
        && !given.eq_ignore_ascii_case(severity(score))
    {
        findings.add(value, format!("a score of {score} is {}", severity(score)));
    }
}

/// 6.1.10: only what is there can contradict; a vector with its score alone is complete.
pub(in super::super) fn inconsistent<'d>(view: &View<'d>, findings: &mut Findings<'d>) {
    for cvss in all(view) {
        for (node, what) in cvss.contradictions() {
            findings.add(node, what);
        }
    }
}
