//! Each rule of the verdict switched off in turn: tests have to notice.
//!
//! A rule is a condition that a mail can show. In a copy of the source, the verdict forgets the
//! condition that the environment names; then the tests of the gate run once for each.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::run::{cargo_program, output, target_folder};
use crate::source::root;

/// Where the verdict has collected what speaks against a mail.
const VERDICT: &str = "crates/campanile-core/src/gateway/decide.rs";
const COLLECTED: &str = ".dedup();";
/// What the copy does there besides.
const FORGET: &str = ".retain(|reason| !std::env::var(\"CAMPANILE_RULE_OFF\")\
                      .is_ok_and(|off| off == reason.name()));";
/// At least so many tests fail without a rule.
const TESTS_MIN: usize = 3;

/// Switches every rule off, or those that are named, and shows how many tests fail.
///
/// # Errors
/// When a rule is missed by fewer tests than [`TESTS_MIN`], or the copy does not build.
pub fn run(wanted: &[&str]) -> Result<(), String> {
    let copy = target_folder().join("rules-off");
    copy_source(&copy)?;
    let whole = failing(&copy, "")?;
    if whole.failed > 0 {
        return Err(format!("rules: {} tests fail with every rule on", whole.failed));
    }
    let mut table = format!("{} tests; failing without the rule:\n", whole.passed);
    let mut weak = Vec::new();
    for rule in rules()?.iter().filter(|rule| wanted.is_empty() || wanted.contains(&&***rule)) {
        let counts = failing(&copy, rule)?;
        println!("{rule}: {}", counts.failed);
        writeln!(table, "| `{rule}` | {} |", counts.failed).map_err(|error| error.to_string())?;
        if counts.failed < TESTS_MIN {
            weak.push(rule.clone());
        }
    }
    print!("{table}");
    match weak.is_empty() {
        true => Ok(()),
        false => Err(format!("rules: fewer than {TESTS_MIN} tests fail: {}", weak.join(", "))),
    }
}

/// Copies what is committed or staged, with the verdict changed.
fn copy_source(copy: &Path) -> Result<(), String> {
    let listed = output("git", &["ls-files", "-z"], "git")?;
    for name in listed.split('\0').filter(|name| !name.is_empty()) {
        let fail = |error| format!("{name}: {error}");
        let mut bytes = match fs::read(root().join(name)) {
            Ok(bytes) => bytes,
            // Removed, and not committed yet.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(fail(error)),
        };
        if name == VERDICT {
            bytes = changed(&String::from_utf8_lossy(&bytes))?.into();
        }
        let file = copy.join(name);
        if fs::read(&file).is_ok_and(|there| there == bytes) {
            continue;
        }
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).map_err(fail)?;
        }
        fs::write(&file, bytes).map_err(fail)?;
    }
    Ok(())
}

fn changed(verdict: &str) -> Result<String, String> {
    let mut places = 0;
    let lines = verdict.lines().map(|line| match line.trim().strip_suffix(COLLECTED) {
        Some(reasons) => {
            places += 1;
            format!("{line} {reasons}{FORGET}\n")
        }
        None => format!("{line}\n"),
    });
    let changed: String = lines.collect();
    match places {
        2 => Ok(changed),
        _ => Err(format!("rules: {VERDICT} does not collect its reasons as it did")),
    }
}

/// The names of all conditions.
fn rules() -> Result<Vec<String>, String> {
    let path = "crates/campanile-core/src/model/condition.rs";
    let text = fs::read_to_string(root().join(path)).map_err(|error| format!("{path}: {error}"))?;
    let named = text.lines().filter_map(|line| {
        let (variant, name) = line.trim().strip_suffix("\",")?.split_once(" = \"")?;
        variant.chars().all(char::is_alphanumeric).then(|| name.to_owned())
    });
    Ok(named.collect())
}

#[derive(Default)]
struct Counts {
    passed: usize,
    failed: usize,
}

/// Runs the tests of the gate in the copy, without one rule.
fn failing(copy: &Path, rule: &str) -> Result<Counts, String> {
    let mut counts = Counts::default();
    // Changes of every octet take their time and are about no rule of their own.
    let runs: [&[&str]; 2] =
        [&["--lib", "gateway::"], &["--test", "gate", "--", "--skip", "octet", "--skip", "early"]];
    for arguments in runs {
        let mut command = std::process::Command::new(cargo_program());
        command.current_dir(copy).env("CAMPANILE_RULE_OFF", rule);
        command.env("CARGO_TARGET_DIR", target_folder());
        command.args(["test", "--no-fail-fast", "-p", "campanile-core"]).args(arguments);
        let output = command.output().map_err(|error| format!("cargo: {error}"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let mut heard = false;
        for line in text.lines().filter(|line| line.starts_with("test result:")) {
            heard = true;
            counts.passed += number_before(line, " passed");
            counts.failed += number_before(line, " failed");
        }
        if !heard {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
    }
    Ok(counts)
}

fn number_before(line: &str, word: &str) -> usize {
    let number = line.split(word).next().and_then(|text| text.rsplit(' ').next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdict_is_changed_at_both_places() {
        let verdict = fs::read_to_string(root().join(VERDICT)).unwrap();
        let changed = changed(&verdict).unwrap();
        assert_eq!(changed.matches("CAMPANILE_RULE_OFF").count(), 2);
        assert_eq!(changed.matches("self.reasons.retain").count(), 1);
    }

    #[test]
    fn every_condition_is_a_rule() {
        let rules = rules().unwrap();
        assert!(rules.len() > 50, "{rules:?}");
        assert!(rules.contains(&"signer-not-from".to_owned()));
    }

    #[test]
    fn counts_are_read_from_the_last_line_of_a_test_run() {
        let line = "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured";
        assert_eq!((number_before(line, " passed"), number_before(line, " failed")), (12, 3));
    }
}
