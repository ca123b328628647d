//! Advisories of real issuers: every document is read, and says what the lists beside them say.
//!
//! The documents cannot lie in this repository; they are looked for in the test data
//! (`testdata/README.md`), and without them the tests print `skipped: …`.

// The attributes of a test crate; clippy.toml covers functions marked as tests only.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod attacks;
mod corpus;
mod csaf;
mod feeds;
mod links;
mod lists;
mod round;
mod valid;
mod written;

use std::path::PathBuf;

/// A folder of the test data, where it is; prints `skipped: …` where not.
fn data(folder: &str) -> Option<PathBuf> {
    let root = std::env::var_os("CAMPANILE_TESTDATA").map(PathBuf::from);
    let root = root.or_else(|| Some(std::env::home_dir()?.join(".cache/campanile-testdata")));
    let found = root.map(|root| root.join(folder)).filter(|folder| folder.exists());
    if found.is_none() {
        println!("skipped: no test data {folder}");
    }
    found
}
