//! The overview: groups, ratings, sheets and queries, by generated cases and over real documents.
//!
//! Real documents cannot lie in this repository; they are looked for in the test data
//! (`testdata/README.md`), and without them the tests print `skipped: …`.

// The attributes of a test crate; clippy.toml covers functions marked as tests only.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod groups;
mod library;
mod manifest;
mod ratings;
mod sheets;

use std::path::PathBuf;

/// A file or folder of the test data, where it is; prints `skipped: …` where not.
fn data(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("CAMPANILE_TESTDATA").map(PathBuf::from);
    let root = root.or_else(|| Some(std::env::home_dir()?.join(".cache/campanile-testdata")));
    let found = root.map(|root| root.join(name)).filter(|path| path.exists());
    if found.is_none() {
        println!("skipped: no test data {name}");
    }
    found
}
