//! Fuzzing: with coverage guidance where cargo-fuzz and a nightly toolchain are installed, else
//! the same targets by blind mutation on stable.

use crate::run::{answers, cargo, cargo_program, program};
use crate::source::root;

/// Runs every target for that many seconds.
///
/// # Errors
/// When the number is none, or a target fails.
pub fn run(seconds: &str) -> Result<(), String> {
    if seconds.parse::<u32>().is_err() {
        return Err(format!("`{seconds}` is no number of seconds"));
    }
    let guided = answers("rustup", &["run", "nightly", "rustc", "--version"])
        && answers(&cargo_program(), &["fuzz", "--version"]);
    if !guided {
        println!("cargo-fuzz or a nightly toolchain is missing; for guided fuzzing install both:");
        println!("  rustup toolchain install nightly && cargo install cargo-fuzz");
        println!("Running the targets by blind mutation on stable instead.");
        let manifest = "fuzz/Cargo.toml";
        let sweep =
            ["run", "--release", "--manifest-path", manifest, "--bin", "sweep", "--", seconds];
        return cargo(&sweep);
    }
    let limit = format!("-max_total_time={seconds}");
    for target in targets()? {
        let arguments =
            ["+nightly", "fuzz", "run", "--features", "libfuzzer", &target, "--", &limit];
        program("cargo", &arguments, "cargo")?;
    }
    Ok(())
}

/// The names of the files in `fuzz/fuzz_targets`, sorted.
fn targets() -> Result<Vec<String>, String> {
    let folder = root().join("fuzz/fuzz_targets");
    let entries = std::fs::read_dir(&folder).map_err(|error| format!("fuzz_targets: {error}"))?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> =
        names.filter_map(|name| name.strip_suffix(".rs").map(str::to_string)).collect();
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_an_entry_in_the_manifest_and_in_the_sweep() {
        let manifest = std::fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
        let sweep = std::fs::read_to_string(root().join("fuzz/src/lib.rs")).unwrap();
        for target in targets().unwrap() {
            assert!(manifest.contains(&format!("name = \"{target}\"")), "{target}: Cargo.toml");
            assert!(sweep.contains(&format!("(\"{target}\", {target})")), "{target}: lib.rs");
        }
    }
}
