//! Counts over all points, and how they are shown.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Instant;

use super::plan::Plan;
use super::point::Shown;

pub struct Tally {
    began: Instant,
    /// Points by database.
    points: [u64; 2],
    /// Points by call and kind of failure.
    sites: BTreeMap<(String, String), u64>,
    ends: u64,
    repeats: u64,
    orphans: u64,
    steps: u64,
    pub swept: usize,
    pub failures: Vec<String>,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            points: [0; 2],
            sites: BTreeMap::new(),
            ends: 0,
            repeats: 0,
            orphans: 0,
            steps: 0,
            swept: 0,
            failures: Vec::new(),
        }
    }
}

fn name(postgres: bool) -> &'static str {
    if postgres { "postgres" } else { "sqlite" }
}

impl Tally {
    pub fn points_on(&self, postgres: bool) -> u64 {
        self.points[usize::from(postgres)]
    }

    pub fn note(&mut self, postgres: bool, plan: &Plan, shown: &Shown) {
        self.points[usize::from(postgres)] += 1;
        let site = shown.fired.clone().unwrap_or_default();
        *self.sites.entry((site, format!("{:?}", plan.kind))).or_default() += 1;
        self.ends += shown.ends;
        self.repeats += shown.repeats;
        self.orphans += shown.orphans;
        self.steps += shown.steps;
    }

    pub fn fail(&mut self, postgres: bool, seed: u64, n: u64, what: String) {
        // It was tried; and a run that only fails shall end as well.
        self.points[usize::from(postgres)] += 1;
        let failure = format!("FAIL {} {seed}:{n} {what}", name(postgres));
        eprintln!("{failure}");
        self.failures.push(failure);
    }

    pub fn seed_done(&self, postgres: bool, plan: &Plan, calls: u64) {
        let points: u64 = self.points.iter().sum();
        let rate = points as f64 / self.began.elapsed().as_secs_f64();
        eprintln!(
            "{points} points, {rate:.1}/s, {} failures; {} seed {}: {plan}, {calls} calls",
            self.failures.len(),
            name(postgres),
            plan.seed,
        );
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
        for ((site, kind), count) in &self.sites {
            *table.entry(site).or_default().entry(kind).or_default() += count;
        }
        for (site, kinds) in table {
            let kinds: Vec<_> = kinds.iter().map(|(kind, n)| format!("{kind} {n}")).collect();
            writeln!(f, "{site:18} {}", kinds.join(", "))?;
        }
        let Self { points, ends, repeats, orphans, steps, swept, failures, began, .. } = self;
        writeln!(f, "points: {} on SQLite, {} on PostgreSQL", points[0], points[1])?;
        writeln!(f, "servers that ended and were started again: {ends}")?;
        writeln!(f, "copies that came twice, with the same Message-ID: {repeats}")?;
        writeln!(f, "times the clock was moved on, for what had to wait: {steps}")?;
        writeln!(f, "files left in the spool: {orphans}, swept: {swept}")?;
        let minutes = began.elapsed().as_secs_f64() / 60.0;
        write!(f, "broken promises: {}; {minutes:.1} minutes", failures.len())
    }
}
