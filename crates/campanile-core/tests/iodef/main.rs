//! Alerts as IODEF: what is written is valid and reads back equal, what others wrote is read,
//! what attackers wrote is refused.
//!
//! Schemas and samples that cannot lie in this repository are looked for in the test data
//! (`testdata/README.md`); without them the tests print `skipped: …`.

// The attributes of a test crate; clippy.toml covers functions marked as tests only.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod attacks;
mod generator;
mod mutants;
mod samples;
mod schemas;

use std::path::{Path, PathBuf};

use campanile_core::model::time::Timestamp;

/// 2026-11-21T18:40:00Z.
const NOW: Timestamp = Timestamp::from_seconds(1_795_286_400);

/// The folder of the repository.
fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

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
