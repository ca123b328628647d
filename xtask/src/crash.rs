//! Crash points, kills under load and the loss of nodes: the long forms of tests that run with
//! the others in short. What each shows stands in docs/conformance/durability.md.

use std::path::Path;

use crate::run::cargo_with;

/// A file system in memory: nothing here cuts the power, so a disk would only be slower.
const MEMORY: &str = "/dev/shm";

/// Variables of the environment, with their values.
type Variables<'a> = Vec<(&'static str, &'a str)>;

/// Runs what the options name.
///
/// # Errors
/// When an option is unknown or lacks its value, or when a promise was broken.
pub fn run(rest: &[&str]) -> Result<(), String> {
    let (test, mut variables) = read(rest)?;
    if std::env::var_os("TMPDIR").is_none() && Path::new(MEMORY).is_dir() {
        variables.push(("TMPDIR", MEMORY));
    }
    let filter = format!("crash::{test}");
    let arguments =
        ["test", "-p", "campanile", "--test", "it", &filter, "--", "--ignored", "--nocapture"];
    cargo_with(&variables, &arguments)
}

/// The test that is meant, and its settings as variables.
fn read<'a>(rest: &[&'a str]) -> Result<(&'static str, Variables<'a>), String> {
    let mut test = "many_points";
    let mut variables = Variables::new();
    let mut words = rest.iter();
    while let Some(word) = words.next() {
        let variable = match *word {
            "--nodes" => {
                test = "nodes::two_nodes_under_load";
                continue;
            }
            "--points" => "CRASH_POINTS",
            "--seed" => "CRASH_SEED",
            "--database" => "CRASH_DATABASE",
            "--only" => "CRASH_ONLY",
            "--mails" => "CRASH_MAILS",
            "--kills" => {
                test = "kills::many_kills";
                "CRASH_KILLS"
            }
            other => return Err(format!("crash: unknown option `{other}`: see `cargo x help`")),
        };
        let value = words.next().ok_or_else(|| format!("crash: {word} needs a value"))?;
        variables.push((variable, *value));
    }
    Ok((test, variables))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_choose_the_test_and_become_variables() {
        let (test, variables) = read(&["--points", "50", "--database", "sqlite"]).unwrap();
        assert_eq!(test, "many_points");
        let expected = [("CRASH_POINTS", "50"), ("CRASH_DATABASE", "sqlite")];
        assert_eq!(variables, expected);
        assert_eq!(read(&["--kills", "9", "--mails", "90"]).unwrap().0, "kills::many_kills");
        assert_eq!(read(&["--nodes"]).unwrap().0, "nodes::two_nodes_under_load");
    }

    #[test]
    fn option_that_is_unknown_or_without_value_is_an_error_that_names_it() {
        assert!(read(&["--speed"]).unwrap_err().contains("`--speed`"));
        assert!(read(&["--seed"]).unwrap_err().contains("--seed needs a value"));
    }
}
