//! What `cargo x crash` was told, in the environment.

use std::str::FromStr;

/// How many points to try, and where.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Points in all.
    pub points: u64,
    /// The first seed.
    pub seed: u64,
    /// SQLite: false; PostgreSQL: true.
    pub databases: Vec<bool>,
    /// Worlds per database that are worked on at the same time.
    pub worlds: usize,
    /// One seed and call.
    pub only: Option<(u64, u64)>,
}

impl Settings {
    /// One database, and as many points as somebody counts.
    pub fn sample(postgres: bool) -> Self {
        Self { points: u64::MAX, seed: 1, databases: vec![postgres], worlds: 1, only: None }
    }

    pub fn of_environment() -> Self {
        let only = variable::<String>("ONLY").map(|only| {
            let (seed, n) = only.split_once(':').expect("--only takes SEED:N");
            (seed.parse().unwrap(), n.parse().unwrap())
        });
        let databases = match variable::<String>("DATABASE").as_deref() {
            None => vec![false, true],
            Some("sqlite") => vec![false],
            Some("postgres") => vec![true],
            Some(other) => panic!("--database sqlite or postgres, not {other}"),
        };
        Self {
            points: variable("POINTS").unwrap_or(10_000),
            seed: variable("SEED").unwrap_or(1),
            databases,
            worlds: if only.is_some() { 1 } else { variable("WORLDS").unwrap_or(2) },
            only,
        }
    }

    pub fn points_on(&self, postgres: bool) -> u64 {
        let share = self.points / self.databases.len() as u64;
        if self.databases.contains(&postgres) { share } else { 0 }
    }
}

pub fn variable<T: FromStr>(name: &str) -> Option<T> {
    let text = std::env::var(format!("CRASH_{name}")).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("CRASH_{name}: {text}")))
}
