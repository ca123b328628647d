//! The category: the narrowest profile that the document fulfils. [CSAF 2.0 §4, CSAF 2.1 §4]

use serde_json::Value;

use super::document::is_written;
use crate::formats::csaf::Version;
use crate::model::advisory::{Advisory, Kind, Reference, SectionKind, Status};

/// The profile of advisories.
pub const SECURITY_ADVISORY: &str = "csaf_security_advisory";
/// What 2.1 calls the profile of 2.0: for documents that say too little for its own, as it wants to
/// know what is affected, and which versions of everything that is fixed. [CSAF 2.1 §6.1.27.13]
pub const SECURITY_ADVISORY_OF_2_0: &str = "csaf_deprecated_security_advisory";

/// `/document/category`, as far as it shows before the document is written. Words that are no
/// profile are read as CSAF Base by everybody.
pub fn category(advisory: &Advisory, version: Version, entries: &[Value]) -> &'static str {
    if advisory.status == Status::Withdrawn {
        return if version == Version::V2_1 { "csaf_withdrawn" } else { "withdrawal" };
    }
    let all = |test: fn(&Value) -> bool| !entries.is_empty() && entries.iter().all(test);
    match (advisory.kind, version) {
        (Kind::Vex, _) if all(is_vex) => "csaf_vex",
        (Kind::Vex, _) => "vex statement",
        (Kind::Record, _) => "vulnerability record",
        (Kind::Minimum, _) => "minimum record",
        (Kind::Informational, _) if is_informational(advisory, entries) => {
            "csaf_informational_advisory"
        }
        (Kind::Informational, _) => "information",
        (Kind::Advisory, _) if all(is_advisory) => SECURITY_ADVISORY,
        (Kind::Advisory, _) => "csaf_base",
    }
}

fn has(entry: &Value, name: &str) -> bool {
    entry.get(name).is_some()
}

fn has_state(entry: &Value, state: &str) -> bool {
    entry.get("product_status").is_some_and(|status| status.get(state).is_some())
}

fn is_advisory(entry: &Value) -> bool {
    has(entry, "notes") && has(entry, "product_status")
}

fn is_vex(entry: &Value) -> bool {
    let states = ["fixed", "known_affected", "known_not_affected", "under_investigation"];
    has(entry, "notes")
        && (has(entry, "cve") || has(entry, "ids"))
        && states.iter().any(|state| has_state(entry, state))
        && ids(entry, "known_not_affected").is_subset(&explained(entry))
        && ids(entry, "known_affected").is_subset(&named(entry, "remediations"))
}

type Ids<'v> = std::collections::HashSet<&'v str>;

fn texts(list: Option<&Value>) -> impl Iterator<Item = &str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn ids<'v>(entry: &'v Value, state: &str) -> Ids<'v> {
    texts(entry.get("product_status").and_then(|status| status.get(state))).collect()
}

fn named<'v>(entry: &'v Value, list: &str) -> Ids<'v> {
    let items = entry.get(list).and_then(Value::as_array).into_iter().flatten();
    items.flat_map(|item| texts(item.get("product_ids"))).collect()
}

/// The products of which it is said why they are not affected: by a flag or an impact.
fn explained(entry: &Value) -> Ids<'_> {
    let threats = entry.get("threats").and_then(Value::as_array).into_iter().flatten();
    let impacts = threats.filter(|threat| threat.get("category").is_some_and(|c| c == "impact"));
    let mut ids = named(entry, "flags");
    ids.extend(impacts.flat_map(|threat| texts(threat.get("product_ids"))));
    ids
}

fn is_informational(advisory: &Advisory, entries: &[Value]) -> bool {
    let kinds = [SectionKind::Summary, SectionKind::Description, SectionKind::TechnicalDescription];
    let external = |one: &Reference| is_written(one) && one.kind != "self";
    entries.is_empty()
        && advisory.references.iter().any(external)
        && advisory
            .sections
            .iter()
            .any(|one| kinds.contains(&one.kind) && !one.text.trim().is_empty())
}
