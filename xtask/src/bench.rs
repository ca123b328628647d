//! Measurements. The material of some lies outside of the project, in a folder beside it; without
//! it the command says what is missing.

use crate::run::{cargo, output, program, target_folder};
use crate::source::root;

/// Runs one measurement; further arguments go to its script.
///
/// # Errors
/// When the name is unknown, something is missing, or the measurement fails.
pub fn run(name: &str, rest: &[&str]) -> Result<(), String> {
    match name {
        "alerts" => alerts(rest),
        "fanout" => fanout(rest),
        _ => Err(format!("no bench `{name}`: there are `alerts` and `fanout`")),
    }
}

/// One alert and many, in a network of a thousand teams; needs nothing from outside.
fn alerts(rest: &[&str]) -> Result<(), String> {
    let mut arguments = vec!["run", "--release", "-p", "campanile", "--example", "bench_alerts"];
    arguments.push("--");
    arguments.extend(rest);
    cargo(&arguments)
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
