//! Metrics of a container as ratings of who filled it.

use std::collections::BTreeMap;

use crate::formats::json::{Json, Node};
use crate::formats::{Severity, parts};
use crate::model::advisory::{Rating, Value, scheme};

/// Members of a metric that are CVSS.
const CVSS: [&str; 4] = ["cvssV4_0", "cvssV3_1", "cvssV3_0", "cvssV2_0"];

pub(super) fn ratings(container: &Node<'_, '_>, rater: &str) -> Vec<Rating> {
    let mut all = Vec::new();
    for metric in container.items("metrics") {
        for name in CVSS {
            if let Some(cvss) = metric.get(name) {
                all.extend(cvss_rating(&cvss, name, rater));
            }
        }
        if let Some(other) = metric.get("other") {
            all.extend(other_rating(&other, rater));
        }
    }
    all
}

fn cvss_rating(cvss: &Node<'_, '_>, name: &str, rater: &str) -> Option<Rating> {
    let score = cvss.number("baseScore").map(str::to_owned);
    let vector = cvss.text("vectorString").trim();
    if !vector.is_empty() {
        return Some(parts::by_vector(rater, vector, score));
    }
    cvss.find(Severity::Warning, "there is no vector");
    let scheme = match name {
        "cvssV4_0" => scheme::CVSS_4,
        "cvssV3_1" => scheme::CVSS_3_1,
        "cvssV3_0" => scheme::CVSS_3_0,
        _ => scheme::CVSS_2,
    };
    score.is_some().then(|| Rating { score, ..Rating::stated(rater, scheme, Value::Score) })
}

/// SSVC and KEV, as the ADP of CISA adds them, and words of the authorities.
fn other_rating(other: &Node<'_, '_>, rater: &str) -> Option<Rating> {
    let content = other.get("content")?;
    match other.text("type") {
        "ssvc" => {
            let criteria = options(&content);
            (!criteria.is_empty())
                .then(|| Rating::stated(rater, scheme::SSVC, Value::Criteria(criteria)))
        }
        "kev" => {
            let day = content.text("dateAdded").to_owned();
            Some(Rating::stated(rater, scheme::KEV, Value::Word(day)))
        }
        _ => parts::by_word(rater, word(content.value())?),
    }
}

/// The word in a content without a schema: as it is used, in one of three members.
fn word(content: &Json) -> Option<&str> {
    let Json::Object(members) = content else { return content.as_text() };
    let known = |name: &str| ["text", "value", "other"].contains(&name);
    members.iter().find(|(name, _)| known(name)).and_then(|(_, value)| value.as_text())
}

/// `[{"Exploitation": "poc"}, …]`.
fn options(content: &Node<'_, '_>) -> BTreeMap<String, Vec<String>> {
    let mut criteria: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for option in content.items("options") {
        let Json::Object(members) = option.value() else { continue };
        for (name, value) in members {
            if let Some(value) = value.as_text() {
                criteria.entry(name.clone()).or_default().push(value.to_owned());
            }
        }
    }
    criteria
}
