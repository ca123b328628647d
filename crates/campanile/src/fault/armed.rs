//! What the harness can do to a server: it says so line by line on standard input, and what
//! happened is said on standard output.
//!
//! | line | effect | answer |
//! |---|---|---|
//! | `arm KIND N COUNT` | the next N-th point fails, and COUNT - 1 behind it | `armed` |
//! | `disarm` | no point fails any more | `disarmed CALLS` |
//! | `clock SECONDS` | the clock is wrong by so much | `clock` |
//! | `hour MILLISECONDS` | waits of hours are so long | `hour` |
//!
//! At the first failing point, `fired SITE` is said. KIND is `kill` (the process is gone at
//! once), `eio` and `enospc` (the call fails), `slow` (it takes a while), `ahead` and `behind`
//! (the clock jumps by an hour). `CAMPANILE_FAULTS` has lines for the start, separated by `;`.

use std::io::{self, BufRead, Write};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::SeqCst};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Whether anything can happen at all: a server that nobody tests pays for one load.
static LISTENING: AtomicBool = AtomicBool::new(false);
static CLOCK_SECONDS: AtomicI64 = AtomicI64::new(0);
static PLAN: Mutex<Option<Plan>> = Mutex::new(None);

/// The variable that begins a server under test.
const VARIABLE: &str = "CAMPANILE_FAULTS";
/// How much shorter waits are under test.
const HASTE: u32 = 25;
/// And how long at most.
const WAIT_MAX: Duration = Duration::from_secs(1);
/// And how long hours are, in milliseconds: longer than any transaction on a busy machine.
static HOUR_MILLIS: AtomicU64 = AtomicU64::new(10_000);
/// How long a slow call takes: long enough to overtake it, and to break its connections.
const SLOW: Duration = Duration::from_millis(60);
const JUMP_SECONDS: i64 = 3600;

tokio::task_local! {
    static QUIET: ();
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Kill,
    Error(i32),
    Slow,
    Jump(i64),
}

struct Plan {
    kind: Kind,
    /// Calls until the first that fails; it fails at 1.
    left: u64,
    /// Calls that fail from there on.
    count: u64,
    calls: u64,
}

/// A place that may fail.
///
/// # Errors
/// When the harness wants it to.
pub fn point(site: &'static str) -> io::Result<()> {
    match due(site, true) {
        Some(Kind::Error(code)) => Err(io::Error::from_raw_os_error(code)),
        Some(kind) => {
            suffer(kind);
            Ok(())
        }
        None => Ok(()),
    }
}

/// A place where the machine may stop, but that cannot fail.
pub fn pass(site: &'static str) {
    if let Some(kind) = due(site, false) {
        suffer(kind);
    }
}

/// Work whose points do not count: it happens by the clock.
pub fn quietly<F: Future>(work: F) -> impl Future<Output = F::Output> {
    QUIET.scope((), work)
}

/// A wait, which the harness may shorten.
pub fn brief(wait: Duration) -> Duration {
    if !LISTENING.load(SeqCst) {
        return wait;
    }
    match wait < Duration::from_secs(3600) {
        true => (wait / HASTE).min(WAIT_MAX),
        false => Duration::from_millis(HOUR_MILLIS.load(SeqCst)),
    }
}

/// How far the clock is wrong.
pub fn clock_seconds() -> i64 {
    CLOCK_SECONDS.load(SeqCst)
}

/// Hears the harness, if there is one.
pub fn listen() {
    let Ok(lines) = std::env::var(VARIABLE) else { return };
    LISTENING.store(true, SeqCst);
    lines.split(';').for_each(obey);
    std::thread::spawn(|| io::stdin().lock().lines().map_while(Result::ok).for_each(|l| obey(&l)));
}

fn obey(line: &str) {
    let words: Vec<_> = line.split_whitespace().collect();
    match words.as_slice() {
        ["arm", kind, n, count] => {
            let plan = kind_of(kind).zip(n.parse().ok()).zip(count.parse().ok());
            *locked() = plan.map(|((kind, left), count)| Plan { kind, left, count, calls: 0 });
            say("armed");
        }
        ["disarm"] => {
            let calls = locked().take().map_or(0, |plan| plan.calls);
            say(&format!("disarmed {calls}"));
        }
        ["hour", millis] => {
            HOUR_MILLIS.store(millis.parse().unwrap_or(10_000), SeqCst);
            say("hour");
        }
        ["clock", seconds] => {
            CLOCK_SECONDS.store(seconds.parse().unwrap_or_default(), SeqCst);
            say("clock");
        }
        _ => {}
    }
}

fn kind_of(word: &str) -> Option<Kind> {
    Some(match word {
        "kill" => Kind::Kill,
        "eio" => Kind::Error(5),
        "enospc" => Kind::Error(28),
        "slow" => Kind::Slow,
        "ahead" => Kind::Jump(JUMP_SECONDS),
        "behind" => Kind::Jump(-JUMP_SECONDS),
        _ => return None,
    })
}

fn locked() -> std::sync::MutexGuard<'static, Option<Plan>> {
    PLAN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Counts a call; what shall happen at it.
fn due(site: &'static str, can_fail: bool) -> Option<Kind> {
    if !LISTENING.load(SeqCst) || QUIET.try_with(|()| ()).is_ok() {
        return None;
    }
    let mut locked = locked();
    let plan = locked.as_mut()?;
    if matches!(plan.kind, Kind::Error(_)) && !can_fail {
        return None;
    }
    plan.calls += 1;
    if plan.calls < plan.left || plan.calls >= plan.left.saturating_add(plan.count) {
        return None;
    }
    if plan.calls == plan.left {
        say(&format!("fired {site}"));
    }
    Some(plan.kind)
}

fn suffer(kind: Kind) {
    match kind {
        Kind::Kill => std::process::abort(),
        Kind::Slow => std::thread::sleep(SLOW),
        Kind::Jump(seconds) => drop(CLOCK_SECONDS.fetch_add(seconds, SeqCst)),
        Kind::Error(_) => {}
    }
}

fn say(line: &str) {
    let mut out = io::stdout().lock();
    // Nobody may listen any more.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
