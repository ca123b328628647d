//! Fuzzing: with coverage guidance where cargo-fuzz and a nightly toolchain are installed, else
//! the same targets by blind mutation on stable.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::run::{answers, cargo};
use crate::source::root;

/// What every guided run is told besides its time: the limits that hold for one mail, and no
/// longer inputs than a mail with a small attachment.
const LIMITS: [&str; 5] =
    ["-timeout=10", "-rss_limit_mb=2048", "-max_len=65536", "-print_final_stats=1", "-verbosity=1"];

/// Targets of parsers in the program, which are built with all of its libraries.
const OF_THE_PROGRAM: [&str; 2] = ["config", "smtp_reply"];

/// Runs every target, or those that are named, for that many seconds each.
///
/// # Errors
/// When the number is none, a name is unknown, or a target fails.
pub fn run(rest: &[&str]) -> Result<(), String> {
    let [seconds, wanted @ ..] = rest else {
        return Err("fuzz: needs a number of seconds".into());
    };
    if seconds.parse::<u32>().is_err() {
        return Err(format!("`{seconds}` is no number of seconds"));
    }
    let mut chosen = targets()?;
    if let Some(unknown) = wanted.iter().find(|name| !chosen.iter().any(|have| have == *name)) {
        return Err(format!("`{unknown}` is no target: see fuzz/fuzz_targets"));
    }
    if !wanted.is_empty() {
        chosen.retain(|name| wanted.contains(&name.as_str()));
    }
    let guided = answers("rustup", &["run", "nightly", "rustc", "--version"])
        && answers("cargo-fuzz", &["--version"]);
    match guided {
        true => run_guided(seconds, &chosen),
        false => run_blind(seconds, &chosen),
    }
}

fn run_blind(seconds: &str, targets: &[String]) -> Result<(), String> {
    println!("cargo-fuzz or a nightly toolchain is missing; for guided fuzzing install both:");
    println!("  rustup toolchain install nightly && cargo install cargo-fuzz");
    println!("Running the targets by blind mutation on stable instead.");
    for target in targets {
        let manifest = "fuzz/Cargo.toml";
        cargo(&[
            "run",
            "--release",
            "--manifest-path",
            manifest,
            "--bin",
            "sweep",
            "--",
            seconds,
            target,
        ])?;
    }
    Ok(())
}

/// One run after the other, and a table of what each has reached.
fn run_guided(seconds: &str, targets: &[String]) -> Result<(), String> {
    let mut rows = Vec::new();
    let mut failed = Vec::new();
    for target in targets {
        let (good, row) = run_target(seconds, target)?;
        rows.push(row);
        if !good {
            failed.push(target.as_str());
        }
    }
    println!("| target | inputs tried | edges | features | corpus | longest input |");
    println!("|---|--:|--:|--:|--:|--:|");
    rows.iter().for_each(|row| println!("{row}"));
    match failed.is_empty() {
        true => Ok(()),
        false => Err(format!("fuzz: failed: {}; see fuzz/artifacts", failed.join(", "))),
    }
}

/// Runs one target; whether it found nothing, and its row of the table.
fn run_target(seconds: &str, target: &str) -> Result<(bool, String), String> {
    let corpus = root().join("fuzz/corpus").join(target);
    std::fs::create_dir_all(&corpus).map_err(|error| format!("{}: {error}", corpus.display()))?;
    let mut command = Command::new("rustup");
    command.current_dir(root()).args(["run", "nightly", "cargo", "fuzz", "run"]);
    // No address sanitizer: the code has no `unsafe`, and runs twice as fast without.
    let features = match OF_THE_PROGRAM.contains(&target) {
        true => "libfuzzer,program",
        false => "libfuzzer",
    };
    command.args(["--sanitizer", "none", "--features", features, target]);
    command.arg(&corpus).args(seeds()).arg("--").args(LIMITS);
    command.arg(format!("-max_total_time={seconds}"));
    // Cargo's own variables name the toolchain that runs us.
    for variable in ["CARGO", "RUSTUP_TOOLCHAIN"] {
        command.env_remove(variable);
    }
    println!("== {target}");
    let child = command.stderr(Stdio::piped()).spawn();
    let mut child = child.map_err(|error| format!("cargo fuzz did not start: {error}"))?;
    let mut reached = Reached::default();
    if let Some(lines) = child.stderr.take() {
        for line in BufReader::new(lines).lines().map_while(Result::ok) {
            if !reached.hear(&line) {
                eprintln!("{line}");
            }
        }
    }
    let status = child.wait().map_err(|error| format!("cargo fuzz: {error}"))?;
    let row = reached.row(target);
    println!("{row}");
    Ok((status.success(), row))
}

/// Folders with material to begin with: ours, and that of others where it is unpacked.
fn seeds() -> Vec<PathBuf> {
    let mut folders = vec![root().join("testdata")];
    let named = std::env::var_os("CAMPANILE_TESTDATA").map(PathBuf::from);
    let cache = std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    if let Some(sets) = named.or(cache.map(|cache| cache.join("campanile-testdata"))) {
        let known = ["attacks", "interop", "iodef", "csaf", "formats", "eispp"];
        folders.extend(known.map(|set| sets.join(set)));
    }
    folders.retain(|folder| folder.is_dir());
    folders
}

/// What libFuzzer has said about its progress.
#[derive(Default)]
struct Reached {
    cov: String,
    ft: String,
    corp: String,
    units: String,
    longest: String,
}

impl Reached {
    /// Takes note of a line; false when it is no line of progress.
    fn hear(&mut self, line: &str) -> bool {
        if let Some(units) = line.strip_prefix("stat::number_of_executed_units:") {
            self.units = units.trim().into();
            return true;
        }
        let mut words = line.split_ascii_whitespace();
        if !line.starts_with('#') || !line.contains(" cov: ") {
            return line.starts_with("stat::") || line.starts_with("INFO:");
        }
        while let Some(word) = words.next() {
            let kept = match word {
                "cov:" => &mut self.cov,
                "ft:" => &mut self.ft,
                "corp:" => &mut self.corp,
                "lim:" => &mut self.longest,
                _ => continue,
            };
            *kept = words.next().unwrap_or_default().into();
        }
        true
    }

    fn row(&self, target: &str) -> String {
        let Self { cov, ft, corp, units, longest } = self;
        let corp = corp.replace('/', " files, ");
        format!("| `{target}` | {units} | {cov} | {ft} | {corp} | {longest} |")
    }
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

    #[test]
    fn progress_of_libfuzzer_becomes_a_row() {
        let mut reached = Reached::default();
        assert!(reached.hear("#8 NEW    cov: 10 ft: 11 corp: 2/3b lim: 4 exec/s: 0 rss: 30Mb"));
        let done = "#90 DONE   cov: 123 ft: 456 corp: 78/90Kb lim: 4096 exec/s: 12 rss: 99Mb";
        assert!(reached.hear(done));
        assert!(reached.hear("stat::number_of_executed_units: 90"));
        assert!(!reached.hear("thread panicked"));
        let row = "| `x` | 90 | 123 | 456 | 78 files, 90Kb | 4096 |";
        assert_eq!(reached.row("x"), row);
    }

    #[test]
    fn name_that_is_no_target_is_an_error() {
        assert!(run(&["1", "nonsense"]).unwrap_err().contains("`nonsense`"));
        assert!(run(&["x"]).unwrap_err().contains("`x`"));
    }
}
