//! Blind mutation of known inputs, on stable: `sweep SECONDS [TARGET [SEED]]`.
//!
//! No coverage guidance, so no replacement for the guided runs, but anybody can run it. The seed
//! is printed; the same seed and the same files give the same inputs. An input that fails is
//! kept in `artifacts/TARGET/`.
#![forbid(unsafe_code)]

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use campanile_fuzz::{TARGETS, Target};

/// Longest time for one input, as for one mail.
const INPUT_SECONDS_MAX: u64 = 10;
/// Largest and most seed files: what is read is held in memory.
const SEED_BYTES_MAX: u64 = 256 * 1024;
const SEEDS_MAX: usize = 4_000;
/// Pieces of the formats, put in at random places.
const TOKENS: [&[u8]; 24] = [
    b"\r\n",
    b"\n",
    b"\r",
    b"\r\n.\r\n",
    b"\0",
    b"--",
    b"From: ",
    b"Content-Type: multipart/encrypted; boundary=",
    b"=?utf-8?q?=0d?=",
    b"-----BEGIN PGP MESSAGE-----\r\n\r\n",
    b"\xff\xff\xff\xff",
    b"\x30\x80",
    b"\xd2\xff",
    b"<a@b.example>",
    b"boundary*0*=utf-8''",
    b"<!DOCTYPE IODEF-Document [<!ENTITY a \"b\">]>",
    b"<![CDATA[",
    b"]]>",
    b"&#x0;&a;",
    b"xmlns:x=\"urn:x\"",
    b"{\"Incident\": [{",
    b" not (cvss>=9.8 or ",
    b"issuer:\"",
    b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03",
];

/// xorshift64*: enough to choose places, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let rolled = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(rolled).unwrap_or(0) % limit.max(1)
    }
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let seconds = words.first().and_then(|word| word.parse().ok());
    let Some(seconds) = seconds else {
        eprintln!("usage: sweep SECONDS [TARGET [SEED]]");
        return ExitCode::from(2);
    };
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |at| at.as_secs());
    let seed = words.get(2).and_then(|word| word.parse().ok()).unwrap_or(clock).max(1);
    let seeds = seeds();
    let mut failed = false;
    for &(name, target) in TARGETS {
        if words.get(1).is_none_or(|only| only == name) {
            failed |= !sweep(name, target, &seeds, seed, Duration::from_secs(seconds));
        }
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Runs one target; false when an input failed.
fn sweep(name: &str, target: Target, seeds: &[Vec<u8>], seed: u64, limit: Duration) -> bool {
    let mut dice = Dice(seed);
    let start = Instant::now();
    let mut count = 0u64;
    let mut slowest = Duration::ZERO;
    while start.elapsed() < limit {
        let input = mutate(&mut dice, seeds);
        let began = Instant::now();
        let done = catch_unwind(|| target(&input));
        let took = began.elapsed();
        count += 1;
        slowest = slowest.max(took);
        if done.is_err() || took > Duration::from_secs(INPUT_SECONDS_MAX) {
            let kept = keep(name, seed, count, &input);
            eprintln!("{name}: input {count} of seed {seed} failed after {took:?}: {kept}");
            return false;
        }
    }
    println!("{name}: seed {seed}, {count} inputs, slowest {slowest:?}");
    true
}

fn mutate(dice: &mut Dice, seeds: &[Vec<u8>]) -> Vec<u8> {
    let pick = |dice: &mut Dice| seeds.get(dice.below(seeds.len())).cloned().unwrap_or_default();
    let mut input = pick(dice);
    for _ in 0..dice.below(8) {
        let at = dice.below(input.len() + 1);
        let end = (at + dice.below(64)).min(input.len());
        match dice.below(7) {
            0 => input.truncate(at),
            1 => drop(input.drain(at..end)),
            2 => drop(input.splice(at..at, TOKENS[dice.below(TOKENS.len())].iter().copied())),
            3 => {
                let piece = input[at..end].to_vec();
                let to = dice.below(input.len() + 1);
                drop(input.splice(to..to, piece));
            }
            4 => {
                let other = pick(dice);
                let from = dice.below(other.len() + 1);
                drop(input.splice(at..end, other[from..].iter().copied().take(256)));
            }
            _ => {
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= 1 << dice.below(8);
                }
            }
        }
    }
    input
}

fn keep(name: &str, seed: u64, count: u64, input: &[u8]) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("artifacts").join(name);
    let file = folder.join(format!("{seed}-{count}"));
    match fs::create_dir_all(&folder).and_then(|()| fs::write(&file, input)) {
        Ok(()) => file.display().to_string(),
        Err(error) => format!("not kept: {error}"),
    }
}

/// Files of `testdata`, of `corpus`, and of the outside material where it is unpacked.
fn seeds() -> Vec<Vec<u8>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![here.join("../testdata"), here.join("corpus")];
    folders
        .extend(std::env::var_os("CAMPANILE_TESTDATA").map(|f| PathBuf::from(f).join("attacks")));
    let mut files = Vec::new();
    for folder in folders {
        walk(&folder, &mut files);
    }
    files.sort();
    let mut seeds = vec![Vec::new(), b"From: a@b.example\r\n\r\ntext\r\n".to_vec()];
    seeds.extend(files.iter().take(SEEDS_MAX).filter_map(|file| fs::read(file).ok()));
    println!("{} seeds", seeds.len());
    seeds
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.metadata() {
            Ok(kind) if kind.is_dir() => walk(&entry.path(), files),
            Ok(kind) if kind.is_file() && kind.len() <= SEED_BYTES_MAX => files.push(entry.path()),
            _ => {}
        }
    }
}
