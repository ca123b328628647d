//! Validates many CSAF documents and tells how fast: the measurement that `cargo x bench
//! advisories` sets beside another validator. Takes a file with a path on each line, a profile,
//! and how often to repeat; answers with one line of JSON. With `show` for the number of times it
//! prints every finding instead.

// A measurement ends where something is not as it should be.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::time::Instant;

use campanile_core::formats::csaf::validate::{Profile, validate};
use serde_json::json;

// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [list, profile, times] = arguments.as_slice() else {
        eprintln!("usage: bench_csaf LIST basic|extended|full TIMES|show");
        return;
    };
    let profile = Profile::ALL.into_iter().find(|known| known.name() == profile).unwrap();
    let list = std::fs::read_to_string(list).unwrap();
    let files: Vec<_> = list.lines().map(|path| (path, std::fs::read(path).unwrap())).collect();
    match times.as_str() {
        "show" => show(&files, profile),
        times => measure(&files, profile, times.parse().unwrap()),
    }
}

fn show(files: &[(&str, Vec<u8>)], profile: Profile) {
    for (path, octets) in files {
        match validate(octets, profile) {
            Err(error) => println!("{path}\tnot read\t\t{error}"),
            Ok(report) => {
                for finding in report.findings {
                    println!("{path}\t{}\t{}\t{}", finding.test, finding.pointer, finding.message);
                }
            }
        }
    }
}

fn measure(files: &[(&str, Vec<u8>)], profile: Profile, times: usize) {
    // What is made once for a process is not part of a document.
    let begun = Instant::now();
    files.iter().take(1).for_each(|(_, octets)| drop(validate(octets, profile)));
    let first = begun.elapsed().as_secs_f64();
    let mut failed: BTreeMap<&str, usize> = BTreeMap::new();
    let mut valid = 0;
    let used = cpu();
    for _ in 0..times {
        (valid, failed) = (0, BTreeMap::new());
        for (_, octets) in files {
            let Ok(report) = validate(octets, profile) else { continue };
            valid += usize::from(report.is_valid());
            let mut tests: Vec<_> = report.findings.iter().map(|finding| finding.test).collect();
            tests.dedup();
            for test in tests {
                *failed.entry(test).or_default() += 1;
            }
        }
    }
    let seconds = cpu() - used;
    let documents = files.len() * times;
    let result = json!({
        "system": "campanile", "mode": profile.name(), "files": files.len(), "times": times,
        "valid": valid, "first_ms": first * 1e3, "cpu_s": seconds,
        "files_per_cpu_s": documents as f64 / seconds, "errs": failed,
    });
    println!("{result}");
}

/// CPU seconds of this process.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<_> = stat.rsplit(')').next().unwrap().split(' ').collect();
    let ticks = |at: usize| fields[at].parse::<f64>().unwrap();
    // 100 ticks a second on Linux, whatever the kernel.
    (ticks(12) + ticks(13)) / 100.0
}
