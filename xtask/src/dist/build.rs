//! The release build, without traces of the machine.

use std::path::PathBuf;

use crate::run::{cargo_program, output, program_with, target_folder};
use crate::source::root;

/// Builds the executable and returns it.
///
/// It goes to a target folder of its own: with other flags, cargo would build everything again
/// for every `cargo build --release` between.
///
/// # Errors
/// The build fails.
pub fn release() -> Result<PathBuf, String> {
    let target = target_folder().join("dist-build");
    let prefixes = [
        (root().to_string_lossy().into_owned(), "/campanile"),
        (cargo_home()?, "/cargo"),
        // The last one that fits counts: often it lies in the first.
        (target.to_string_lossy().into_owned(), "/target"),
    ];
    let flags = |option: &str, separator: &str| {
        let one = |(from, to): &(String, &str)| format!("{option}={from}={to}");
        prefixes.iter().map(one).collect::<Vec<_>>().join(separator)
    };
    let epoch = output("git", &["log", "-1", "--format=%ct"], "git")?;
    let variables = [
        ("CARGO_ENCODED_RUSTFLAGS", flags("--remap-path-prefix", "\u{1f}")),
        ("CFLAGS", flags("-ffile-prefix-map", " ")),
        ("SOURCE_DATE_EPOCH", epoch.trim().to_owned()),
        ("CARGO_TARGET_DIR", target.to_string_lossy().into_owned()),
    ];
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let arguments = ["build", "--release", "--locked", "-p", "campanile"];
    program_with(&variables, &cargo_program(), &arguments, "cargo")?;
    Ok(target.join("release/campanile"))
}

/// Where cargo keeps the sources of crates.
///
/// # Errors
/// The environment names no home.
pub fn cargo_home() -> Result<String, String> {
    let home = || std::env::var("HOME").map(|home| format!("{home}/.cargo"));
    std::env::var("CARGO_HOME").or_else(|_| home()).map_err(|_| "HOME is not set".into())
}
