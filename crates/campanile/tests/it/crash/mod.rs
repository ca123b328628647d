//! Crash points: the server fails at its n-th call, for n = 1, 2, …, and nothing is lost.
//!
//! Each point posts mail while one call of disk, database or network fails or the machine stops
//! there, lets the server go on or start again, and checks what came against what was promised.
//! A few run with the other tests; `cargo x crash` runs thousands.

mod faulty;
mod kills;
mod load;
mod nodes;
mod plan;
mod point;
mod settings;
mod tally;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use plan::Plan;
use settings::Settings;
use tally::Tally;
use world::World;

/// Calls of one seed: behind these, a server does little that it has not done before.
const CALLS_MAX: u64 = 150;

/// What all worlds share.
struct Run {
    settings: Settings,
    next: [AtomicU64; 2],
    tally: Mutex<Tally>,
}

impl Run {
    fn new(settings: Settings) -> Self {
        let next = [settings.seed, settings.seed].map(AtomicU64::new);
        Self { settings, next, tally: Mutex::default() }
    }

    /// Shows the counts, and panics when a promise was broken.
    fn judge(&self) {
        let tally = self.tally.lock().unwrap();
        eprintln!("{tally}");
        assert!(tally.failures.is_empty(), "{:#?}", tally.failures);
    }

    fn is_done(&self, postgres: bool) -> bool {
        self.tally.lock().unwrap().points_on(postgres) >= self.settings.points_on(postgres)
    }

    /// Works through seeds until there are points enough.
    fn work(&self, postgres: bool) {
        while !self.is_done(postgres) {
            let seed = self.next[usize::from(postgres)].fetch_add(1, Ordering::SeqCst);
            self.seed(postgres, seed, 1..=CALLS_MAX);
        }
    }

    /// Tries the calls of one seed, until there are no more.
    fn seed(&self, postgres: bool, seed: u64, calls: impl Iterator<Item = u64>) {
        let plan = Plan::of(seed, postgres);
        let mut world = World::new(postgres);
        let mut tried = 0;
        for n in calls {
            let tried_one = catch_unwind(AssertUnwindSafe(|| point::run(&mut world, &plan, n)));
            match tried_one.unwrap_or_else(|_| Err("the test itself failed".into())) {
                Ok(shown) if shown.fired.is_none() => break,
                Ok(shown) => self.tally.lock().unwrap().note(postgres, &plan, &shown),
                Err(what) => {
                    let log = world.keep_log(seed, n);
                    let site = world.server.fired.clone();
                    let what = format!("{what} ({site:?}, {plan}, {log})");
                    self.tally.lock().unwrap().fail(postgres, seed, n, what);
                    // Whatever is left would speak against the next points.
                    world = World::new(postgres);
                }
            }
            tried = n;
            if self.is_done(postgres) {
                break;
            }
        }
        let closed = world.close();
        let mut tally = self.tally.lock().unwrap();
        match closed {
            Ok(swept) => tally.swept += swept,
            Err(what) => tally.fail(postgres, seed, 0, what),
        }
        tally.seed_done(postgres, &plan, tried);
    }
}

/// Runs what the settings say, and panics when a promise was broken.
fn run(settings: Settings) {
    let databases = settings.databases.clone();
    let (worlds, only) = (settings.worlds, settings.only);
    let run = Arc::new(Run::new(settings));
    let mut threads = Vec::new();
    for postgres in databases {
        for _ in 0..worlds {
            let run = Arc::clone(&run);
            threads.push(thread::spawn(move || match only {
                Some((seed, n)) => run.seed(postgres, seed, n..=n),
                None => run.work(postgres),
            }));
        }
    }
    for thread in threads {
        thread.join().unwrap();
    }
    run.judge();
}

/// A few calls of a few seeds; the others are for `cargo x crash`.
fn sample(postgres: bool) {
    let run = Run::new(Settings::sample(postgres));
    for seed in SAMPLE_SEEDS {
        run.seed(postgres, seed, SAMPLE_CALLS.into_iter());
    }
    run.judge();
}

/// Of all kinds, and with what has found something before: a jumping clock, an early bounce.
const SAMPLE_SEEDS: [u64; 8] = [1, 2, 3, 4, 7, 8, 11, 13];
const SAMPLE_CALLS: [u64; 4] = [4, 17, 38, 60];

#[test]
fn sample_of_crash_points_loses_nothing_on_sqlite() {
    sample(false);
}

#[test]
fn sample_of_crash_points_loses_nothing_on_postgres() {
    sample(true);
}

#[test]
#[ignore = "takes half an hour: cargo x crash"]
fn many_points() {
    run(Settings::of_environment());
}
