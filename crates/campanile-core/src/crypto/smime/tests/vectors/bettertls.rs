//! BetterTLS: name constraints in all combinations, and path building.

use std::process::Command;

use serde_json::Value;

use super::paths::{Path, decoded, names_host};
use super::table::{Table, data};
use crate::model::time::Timestamp;

const ABOUT: &str = "\
Netflix's BetterTLS: every combination of name constraints of an intermediate CA with the names of
a certificate, and CAs with several certificates of which only one makes a good path. Every CA is
registered as by `campanile trust add`; then the path is checked as for a signer at 2027-01-01.
That the certificate names the host is compared by the test: mail has no hosts. In the groups
`… (warning)` the suite itself calls either outcome possible.";

#[test]
fn paths_of_bettertls_are_good_or_bad_as_listed() {
    let Some(folder) = data("interop/bettertls") else { return };
    let unpacked = Command::new("gzip").arg("-dc").arg(folder.join("tests.json.gz")).output();
    let file: Value = serde_json::from_slice(&unpacked.unwrap().stdout).unwrap();
    let root = decoded(file["trustRoot"].as_str().unwrap());
    let mut table = Table::new("bettertls");
    for (suite, cases) in file["suites"].as_object().unwrap() {
        for case in cases["testCases"].as_array().unwrap() {
            let chain = case["certificates"].as_array().unwrap();
            let mut chain = chain.iter().map(|base64| decoded(base64.as_str().unwrap()));
            let leaf = chain.next().unwrap();
            let named = names_host(&leaf, case["hostname"].as_str().unwrap());
            let path = Path {
                leaf,
                authorities: chain.chain([root.clone()]).collect(),
                crls: Vec::new(),
                at: Timestamp::parse("2027-01-01T00:00:00Z").unwrap(),
            };
            let found = match (named, path.check()) {
                (false, found) if found == "accept" => "refuse: host name".into(),
                (_, found) => found,
            };
            let asked = if case["expected"] == "ACCEPT" { "accept" } else { "refuse" };
            let features = case["requiredFeatures"].as_array().into_iter().flatten();
            let features: Vec<_> = features.map(|name| name.as_str().unwrap()).collect();
            let warning = if case["failureIsWarning"] == true { " (warning)" } else { "" };
            let group = format!("{suite} {}{warning}", features.join(" "));
            table.row(&group, &case["id"].to_string(), asked, &found);
        }
    }
    table.hold("Conformance: BetterTLS", ABOUT);
}
