//! Ratings: the scores of 2.0, the metrics of 2.1, and threats that are a word.

use std::collections::BTreeMap;

use super::products::Products;
use crate::formats::csaf::rater;
use crate::formats::json::Node;
use crate::formats::{Severity, word};
use crate::model::advisory::{Rating, Value, scheme};

/// All ratings of a vulnerability.
pub fn read(node: &Node<'_, '_>, issuer: &str, products: &Products<'_>) -> Vec<Rating> {
    let mut ratings = Vec::new();
    for score in node.items("scores") {
        let ids = score.texts("products");
        content(&score, issuer, &ids, &mut ratings);
    }
    for metric in node.items("metrics") {
        let ids = metric.texts("products");
        let rater = match metric.text("source") {
            "" => issuer.to_owned(),
            source => rater::read(source),
        };
        if let Some(inside) = metric.get("content") {
            content(&inside, &rater, &ids, &mut ratings);
        }
    }
    for threat in node.items("threats") {
        let scheme = match threat.text("category") {
            "impact" => scheme::WORD,
            "exploit_status" => scheme::EXPLOIT_STATUS,
            _ => continue,
        };
        let details = threat.text("details");
        if scheme == scheme::WORD && !word::is_word(details) {
            continue;
        }
        let value = Value::Word(details.to_owned());
        let products = products.named(&threat, "product_ids");
        ratings.push(Rating { products, ..Rating::stated(issuer, scheme, value) });
    }
    ratings
}

fn content(node: &Node<'_, '_>, rater: &str, ids: &[&str], ratings: &mut Vec<Rating>) {
    let mut push = |scheme: &str, value, score| {
        let products = ids.iter().map(|id| (*id).to_owned()).collect();
        let rating = Rating::stated(rater, scheme, value);
        ratings.push(Rating { score, products, ..rating });
    };
    for name in ["cvss_v2", "cvss_v3", "cvss_v4"] {
        let Some(cvss) = node.get(name) else { continue };
        let vector = cvss.text("vectorString");
        let score = cvss.number("baseScore").map(decimal);
        let value = match (vector.is_empty(), &score) {
            (false, _) => Value::Vector(vector.to_owned()),
            (true, Some(_)) => Value::Score,
            (true, None) => {
                cvss.find(Severity::Error, "neither a vector nor a score; left out");
                continue;
            }
        };
        push(cvss_scheme(&cvss, name, vector), value, score);
    }
    if let Some(epss) = node.get("epss") {
        let score = epss.number("probability").map(str::to_owned);
        push(scheme::EPSS, Value::Score, score);
    }
    if let Some(ssvc) = node.get("ssvc_v2") {
        push(scheme::SSVC, Value::Criteria(decision_points(&ssvc)), None);
    }
    let word = node.text("qualitative_severity_rating");
    if !word.is_empty() {
        push(scheme::WORD, Value::Word(word.to_owned()), None);
    }
}

/// The scheme: the vector says it most reliably, then the version beside it.
fn cvss_scheme(node: &Node<'_, '_>, name: &str, vector: &str) -> &'static str {
    let said = vector.strip_prefix("CVSS:").and_then(|rest| rest.split('/').next());
    match (name, said.unwrap_or_else(|| node.text("version"))) {
        ("cvss_v2", _) => scheme::CVSS_2,
        ("cvss_v4", _) => scheme::CVSS_4,
        (_, "3.0") => scheme::CVSS_3_0,
        (_, "3.1") => scheme::CVSS_3_1,
        _ => scheme::CVSS_3,
    }
}

/// A score of CVSS has one decimal; numbers of JSON do not keep it.
fn decimal(score: &str) -> String {
    match score.bytes().all(|octet| octet.is_ascii_digit()) && !score.is_empty() {
        true => format!("{score}.0"),
        false => score.to_owned(),
    }
}

/// Names of decision points, and the names of the values that were selected. [SSVC 2]
fn decision_points(node: &Node<'_, '_>) -> BTreeMap<String, Vec<String>> {
    let mut criteria = BTreeMap::new();
    for selection in node.items("selections") {
        let name = |node: &Node<'_, '_>| match node.text("name") {
            "" => node.text("key").to_owned(),
            name => name.to_owned(),
        };
        let values = selection.items("values").iter().map(name).collect();
        criteria.insert(name(&selection), values);
    }
    criteria
}
