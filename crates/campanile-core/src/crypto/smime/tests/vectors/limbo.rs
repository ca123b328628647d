//! x509-limbo: certification paths of C2SP, most of them made for TLS.

use serde_json::Value;

use super::paths::{Path, names_host};
use super::table::{Table, data};
use crate::model::time::Timestamp;

const ABOUT: &str = "\
The vectors of C2SP's x509-limbo without its copy of BetterTLS. Every CA of a vector, trusted or
not, is registered as by `campanile trust add`, with the CRL that fits it; then the path of the
certificate is checked as for a signer, at the time that the vector names, else at 2024-01-01. The
certificates are for TLS: that ours refuses their purpose (`key-usage`) is left aside, and their
host name is compared by the test.";

#[test]
fn paths_of_limbo_are_good_or_bad_as_listed() {
    let Some(folder) = data("interop/x509-limbo") else { return };
    let file = std::fs::read(folder.join("limbo.json")).unwrap();
    let file: Value = serde_json::from_slice(&file).unwrap();
    let mut table = Table::new("x509-limbo");
    for case in file["testcases"].as_array().unwrap() {
        let texts = |key: &str| -> Vec<Vec<u8>> {
            let all = case[key].as_array().into_iter().flatten();
            all.map(|pem| pem.as_str().unwrap().as_bytes().to_vec()).collect()
        };
        let at = case["validation_time"].as_str().unwrap_or("2024-01-01T00:00:00Z");
        let leaf = case["peer_certificate"].as_str().unwrap().as_bytes().to_vec();
        let path = Path {
            authorities: [texts("trusted_certs"), texts("untrusted_intermediates")].concat(),
            crls: texts("crls"),
            leaf,
            at: Timestamp::parse(at).unwrap(),
        };
        let named = match case["expected_peer_name"]["kind"].as_str() {
            Some("DNS") => {
                names_host(&path.leaf, case["expected_peer_name"]["value"].as_str().unwrap())
            }
            _ => true,
        };
        let found = match (named, path.check()) {
            (false, found) if found == "accept" => "refuse: host name".into(),
            (_, found) => found,
        };
        let asked = match case["expected_result"].as_str() {
            Some("SUCCESS") => "accept",
            _ => "refuse",
        };
        let id = case["id"].as_str().unwrap();
        let (group, name) = id.rsplit_once("::").unwrap();
        table.row(group, name, asked, &found);
    }
    table.hold("Conformance: x509-limbo", ABOUT);
}
