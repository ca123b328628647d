//! Extensions of 2.1 against the schema of all, their own, and what their metadata allow.

use foldhash::{HashMap, HashSet};

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
        let mut counts: HashMap<&str, usize> = HashMap::default();
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
            if known.excluded().any(|other| used.contains(other)) {
                let what = "the extension cannot be used beside another one of this document";
                findings.add(extension, what);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::UNKNOWN;
    use crate::formats::Severity;
    use crate::formats::csaf::validate::{Profile, Status, validate};

    #[test]
    fn extension_that_is_not_known_is_told_and_fails_nothing() {
        let text = r#"{"document": {"csaf_version": "2.1"}, "x_extensions": [{"$schema":
            "https://ext.example/own_1.0.0.json", "category": "essential", "critical": false,
            "content": {"a": 1}}]}"#;
        let report = validate(text.as_bytes(), Profile::Basic).unwrap();
        for test in ["6.1.60.2", "6.1.60.3"] {
            assert_eq!(report.status(test), Some(Status::NotRun(UNKNOWN)));
            let told: Vec<_> = report.findings.iter().filter(|one| one.test == test).collect();
            let [told] = told.as_slice() else { panic!("{told:?}") };
            assert_eq!(told.severity, Severity::Warning);
            assert_eq!(told.pointer, "/x_extensions/0/$schema");
            assert!(told.message.contains("experimental"), "{}", told.message);
            assert!(told.message.contains("https://ext.example/own_1.0.0.json"));
        }
        assert_eq!(report.status("6.1.60.1"), Some(Status::Passed));
    }
}
