//! Measurements. The material of some lies outside of the project, in a folder beside it; without
//! it the command says what is missing.

use std::path::Path;

use crate::run::{cargo, output, program, target_folder};
use crate::source::root;

/// Runs one measurement; further arguments go to its script.
///
/// # Errors
/// When the name is unknown, something is missing, or the measurement fails.
pub fn run(name: &str, rest: &[&str]) -> Result<(), String> {
    match name {
        "advisories" => advisories(rest),
        "alerts" => alerts(rest),
        "fanout" => fanout(rest),
        _ => Err(format!("no bench `{name}`: there are `advisories`, `alerts` and `fanout`")),
    }
}

/// One alert and many, in a network of a thousand teams; needs nothing from outside.
fn alerts(rest: &[&str]) -> Result<(), String> {
    let mut arguments = vec!["run", "--release", "-p", "campanile", "--example", "bench_alerts"];
    arguments.push("--");
    arguments.extend(rest);
    cargo(&arguments)
}

/// Validation of CSAF beside another validator, import with grouping, lists and sheets as the
/// repository grows. Further arguments go to `bench_advisories`.
fn advisories(rest: &[&str]) -> Result<(), String> {
    let (unpack, sample) = ("../shared/data/unpack", "target/csaf-documents.txt");
    if !root().join(unpack).exists() {
        return Err(format!("`{unpack}` is missing: put the test data beside the project"));
    }
    let folder = format!("{}/advisories/dev", output(unpack, &["advisories"], unpack)?.trim());
    let files = csaf_files(Path::new(&folder)).map_err(|error| format!("{folder}: {error}"))?;
    std::fs::write(root().join(sample), files.join("\n")).map_err(|error| error.to_string())?;
    cargo(&["build", "--release", "-p", "campanile-core", "--example", "bench_csaf"])?;
    let ours = target_folder().join("release/examples/bench_csaf");
    for profile in ["basic", "extended"] {
        program(&ours.to_string_lossy(), &[sample, profile, "5"], "bench_csaf")?;
        other_validator(sample, profile)?;
    }
    let example = ["run", "--release", "-p", "campanile", "--example", "bench_advisories", "--"];
    let mut arguments = example.to_vec();
    arguments.extend(["--documents", &folder]);
    arguments.extend(rest);
    cargo(&arguments)
}

/// The same tests on the same documents by csaf-validator-lib, where it is installed.
fn other_validator(sample: &str, profile: &str) -> Result<(), String> {
    let script = "../shared/bench/bench_csaf_lib.mjs";
    let library = std::env::var("CSAF_VALIDATOR_LIB").unwrap_or_default();
    if library.is_empty() || !root().join(script).exists() {
        println!(
            "skipped: csaf-validator-lib. `npm install @secvisogram/csaf-validator-lib` somewhere, \
             and name its folder by CSAF_VALIDATOR_LIB"
        );
        return Ok(());
    }
    program("node", &[script, sample, profile, &library], "node")
}

/// Every document of a folder that says of itself that it is CSAF.
fn csaf_files(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(csaf_files(&path)?);
            continue;
        }
        let is_csaf = || {
            Ok::<_, std::io::Error>(std::fs::read_to_string(&path)?.contains("\"csaf_version\""))
        };
        if path.extension().is_some_and(|ending| ending == "json") && is_csaf()? {
            found.push(path.to_string_lossy().into_owned());
        }
    }
    found.sort();
    Ok(found)
}

/// One mail in, N sealed copies out: `fanout.py` of the acceptance material.
fn fanout(rest: &[&str]) -> Result<(), String> {
    let (script, unpack) = ("../shared/acceptance/fanout.py", "../shared/data/unpack");
    for needed in [script, unpack] {
        if !root().join(needed).exists() {
            return Err(format!(
                "`{needed}` is missing: put the acceptance material beside the project"
            ));
        }
    }
    cargo(&["build", "--release", "-p", "campanile"])?;
    let folder = output(unpack, &["bench-list"], unpack)?;
    let fixture = format!("{}/bench-list", folder.trim());
    let binary = target_folder().join("release/campanile");
    let binary = binary.to_string_lossy();
    let mut arguments = vec![script, "--campanile", &binary, "--fixture", &fixture];
    arguments.extend(rest);
    program("python3", &arguments, "python3")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_bench_is_an_error_that_names_the_known_ones() {
        assert!(run("speed", &[]).unwrap_err().contains("`fanout`"));
    }
}
