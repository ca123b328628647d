//! Versions of an affected product as one text for each state, and back:
//! `1.0 || >=2.0 <2.4`.

use serde_json::{Map, Value, json};

use crate::formats::json::Node;
use crate::model::advisory::ProductStatus;

/// Between two versions or ranges.
const OR: &str = " || ";

/// The versions of an affected product, put together by their state; its default state where
/// there are none.
pub(super) fn by_status(affected: &Node<'_, '_>) -> Vec<(ProductStatus, String)> {
    let mut groups: Vec<(ProductStatus, String)> = Vec::new();
    for version in affected.items("versions") {
        let text = range(&version);
        let status = status(version.text("status"));
        match groups.iter_mut().find(|(one, _)| *one == status) {
            Some((_, texts)) => {
                texts.push_str(OR);
                texts.push_str(&text);
            }
            None => groups.push((status, text)),
        }
    }
    if groups.is_empty() {
        groups.push((status(affected.text("defaultStatus")), String::new()));
    }
    groups
}

fn range(version: &Node<'_, '_>) -> String {
    let clean = |name: &str| version.text(name).trim().replace("||", "|");
    let (start, below, last) = (clean("version"), clean("lessThan"), clean("lessThanOrEqual"));
    match (below.is_empty(), last.is_empty()) {
        (false, _) => format!(">={start} <{below}"),
        (_, false) => format!(">={start} <={last}"),
        _ => start,
    }
}

/// The state that a word names. Where it is not said, it is not known.
fn status(word: &str) -> ProductStatus {
    match word {
        "affected" => ProductStatus::KnownAffected,
        "unaffected" => ProductStatus::KnownNotAffected,
        "unknown" | "" => ProductStatus::UnderInvestigation,
        other => ProductStatus::Other(other.to_owned()),
    }
}

/// The word of a state.
pub(super) const fn word(status: &ProductStatus) -> &'static str {
    match status {
        ProductStatus::KnownAffected
        | ProductStatus::FirstAffected
        | ProductStatus::LastAffected => "affected",
        ProductStatus::KnownNotAffected
        | ProductStatus::Fixed
        | ProductStatus::FirstFixed
        | ProductStatus::Recommended => "unaffected",
        ProductStatus::UnderInvestigation | ProductStatus::Other(_) => "unknown",
    }
}

/// The member `versions` that a text stands for.
pub(super) fn members(text: &str, status: &str) -> Vec<Value> {
    let texts = text.split(OR).map(str::trim).filter(|text| !text.is_empty());
    texts.map(|text| member(text, status)).collect()
}

fn member(text: &str, status: &str) -> Value {
    let ends = text.strip_prefix(">=").and_then(|rest| rest.split_once(" <"));
    let Some((start, end)) = ends else {
        return json!({ "version": text, "status": status });
    };
    let (name, end) = match end.strip_prefix('=') {
        Some(end) => ("lessThanOrEqual", end),
        None => ("lessThan", end),
    };
    let mut member = Map::new();
    member.insert("version".into(), start.into());
    member.insert("status".into(), status.into());
    member.insert(name.into(), end.into());
    member.insert("versionType".into(), "custom".into());
    member.into()
}
