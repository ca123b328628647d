//! Running other programs: what runs is printed, the first failure ends it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::source::root;

/// The cargo that started us, else the one of the path.
pub fn cargo_program() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".into())
}

/// Where builds go: `CARGO_TARGET_DIR`, else `target`.
pub fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Runs cargo in the root of the repository.
///
/// # Errors
/// When it cannot be started or fails.
pub fn cargo(arguments: &[&str]) -> Result<(), String> {
    program(&cargo_program(), arguments, "cargo")
}

/// [`cargo`] with variables of the environment.
///
/// # Errors
/// As [`cargo`].
pub fn cargo_with(variables: &[(&str, &str)], arguments: &[&str]) -> Result<(), String> {
    program_with(variables, &cargo_program(), arguments, "cargo")
}

/// Runs a program in the root of the repository; it is printed by the name `shown`.
///
/// # Errors
/// When it cannot be started or fails.
pub fn program(name: &str, arguments: &[&str], shown: &str) -> Result<(), String> {
    program_with(&[], name, arguments, shown)
}

/// [`program`] with variables of the environment.
///
/// # Errors
/// When it cannot be started or fails.
pub fn program_with(
    variables: &[(&str, &str)],
    name: &str,
    arguments: &[&str],
    shown: &str,
) -> Result<(), String> {
    let line = announce(shown, arguments);
    let variables = variables.iter().copied();
    let status = command(Path::new(name), arguments).envs(variables).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{line}` failed ({status})")),
        Err(error) => Err(format!("`{line}` did not start: {error}")),
    }
}

/// Runs a program and returns its standard output; its errors are shown.
///
/// # Errors
/// When it cannot be started, fails, or answers in no readable text.
pub fn output(name: &str, arguments: &[&str], shown: &str) -> Result<String, String> {
    let line = announce(shown, arguments);
    let output = command(Path::new(name), arguments).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| format!("`{line}` did not start: {error}"))?;
    if !output.status.success() {
        return Err(format!("`{line}` failed ({})", output.status));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("`{line}` wrote no UTF-8"))
}

/// Whether a program answers to these arguments; nothing is shown.
pub fn answers(name: &str, arguments: &[&str]) -> bool {
    let quiet =
        command(Path::new(name), arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    quiet.is_ok_and(|status| status.success())
}

fn command(name: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(name);
    command.args(arguments).current_dir(root());
    command
}

fn announce(shown: &str, arguments: &[&str]) -> String {
    let line = format!("{shown} {}", arguments.join(" "));
    println!("$ {line}");
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failure_of_a_program_is_an_error_that_names_it() {
        let error = program("false", &[], "false").unwrap_err();
        assert!(error.starts_with("`false `"), "{error}");
    }

    #[test]
    fn missing_program_is_an_error_that_says_so() {
        let error = program("no-such-program-here", &[], "x").unwrap_err();
        assert!(error.contains("did not start"), "{error}");
    }
}
