//! check, test and ci: the same steps for people and for the machine that guards the main line.

use std::path::Path;

use crate::run::{cargo, program, target_folder};
use crate::{docs, tidy};

/// The inner loop: formatting, clippy, tidy, tests of the core.
///
/// # Errors
/// The first step that fails.
pub fn check() -> Result<(), String> {
    cargo(&["fmt", "--all", "--check"])?;
    cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
    tidy::run()?;
    cargo(&["test", "--quiet", "-p", "campanile-core"])
}

/// All tests; further arguments go to `cargo test`.
///
/// # Errors
/// When a test fails.
pub fn test(rest: &[&str]) -> Result<(), String> {
    let mut arguments = vec!["test", "--workspace"];
    arguments.extend(rest);
    cargo(&arguments)
}

/// Everything a change has to pass.
///
/// # Errors
/// The first step that fails.
pub fn ci() -> Result<(), String> {
    check()?;
    test(&[])?;
    docs::check()?;
    cargo(&["build", "--release", "-p", "campanile"])?;
    let folder = std::env::temp_dir().join(format!("campanile-ci-{}", std::process::id()));
    let binary = target_folder().join("release/campanile");
    without_faults(&binary)?;
    let arguments = ["demo", "--once", "--dir", &folder.to_string_lossy()];
    let done = program(&binary.to_string_lossy(), &arguments, "campanile");
    if done.is_ok() {
        // Kept after a failure, to look at.
        std::fs::remove_dir_all(&folder).map_err(|error| format!("cleaning up: {error}"))?;
    }
    done
}

/// A release must not be one that can be told to fail: the feature `faults` is for tests.
fn without_faults(binary: &Path) -> Result<(), String> {
    let variable = b"CAMPANILE_FAULTS";
    let bytes = std::fs::read(binary).map_err(|error| format!("{}: {error}", binary.display()))?;
    match bytes.windows(variable.len()).any(|window| window == variable) {
        true => Err("the release was built with the feature `faults`".into()),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn program_that_hears_of_faults_is_no_release() {
        let file = std::env::temp_dir().join(format!("campanile-faults-{}", std::process::id()));
        for (bytes, fine) in [(&b"abc"[..], true), (b"x CAMPANILE_FAULTS y", false)] {
            std::fs::write(&file, bytes).unwrap();
            assert_eq!(without_faults(&file).is_ok(), fine);
        }
        std::fs::remove_file(&file).unwrap();
    }
}
