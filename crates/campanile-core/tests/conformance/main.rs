//! Messages and keys of standards and suites through the code that opens and registers them, our
//! verdict beside other programs, and other programs on our copies. Every family is a table in
//! `docs/conformance/`; `cargo x conformance` writes them all. Vectors of single operations and
//! of certification paths are in `src/crypto/smime/tests/vectors/`.
//!
//! Runs when the test data is there, and prints `skipped: …` when not. What calls other programs
//! for minutes runs with `cargo x conformance` only.

// A test ends where something is not as it says; nothing here is a public interface.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[path = "../genuine/corpus.rs"]
// Shared with other tests; each uses its part.
#[allow(dead_code)]
mod corpus;
mod csaf;
mod differential;
mod layers;
#[path = "../genuine/network.rs"]
mod network;
#[path = "../genuine/openpgp_keys.rs"]
// Shared with other tests; each uses its part.
#[allow(dead_code)]
mod openpgp_keys;
mod openpgp_suite;
#[path = "../../src/crypto/smime/tests/pki.rs"]
// Shared with other tests; each uses its part.
#[allow(dead_code)]
mod pki;
mod programs;
#[path = "../genuine/project.rs"]
// Shared with other tests; each uses its part.
#[allow(dead_code)]
mod project;
mod readers;
mod rfc4134;
mod rfc9216;
mod rfc9580;
mod rfc9788;
mod sets;
#[path = "../genuine/stand_in.rs"]
mod stand_in;
mod table;
#[path = "../genuine/x509_keys.rs"]
// Shared with other tests; each uses its part.
#[allow(dead_code)]
mod x509_keys;

use campanile_core::crypto::{Refusal, SignatureFact};
use campanile_core::model::condition::Condition;
use campanile_core::model::time::Timestamp;

/// `accept`, or `refuse: condition` of a registration.
fn registered<T>(result: &Result<T, Refusal>) -> String {
    match result {
        Ok(_) => "accept".into(),
        Err(refusal) => format!("refuse: {}", refusal.condition),
    }
}

/// `accept` when there are signatures and all are good, else every fault.
fn judged(facts: &[SignatureFact]) -> String {
    let mut faults: Vec<Condition> = facts.iter().flat_map(|fact| fact.faults.clone()).collect();
    faults.sort_unstable();
    faults.dedup();
    let names: Vec<_> = faults.iter().map(|fault| fault.name()).collect();
    match (facts.is_empty(), names.is_empty()) {
        (true, _) => "refuse: not-signed".into(),
        (false, true) if facts.iter().all(SignatureFact::is_good) => "accept".into(),
        (false, true) => "refuse: signer-unknown".into(),
        (false, false) => format!("refuse: {}", names.join(" ")),
    }
}

fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn names(folder: &std::path::Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap().flatten();
    let mut names: Vec<_> =
        files.map(|file| file.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
