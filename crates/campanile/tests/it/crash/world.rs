//! A toy network whose server fails, and what its database and spool say afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::thread::{JoinHandle, sleep};
use std::time::{Duration, Instant};

use campanile::actions::{Actor, add_team_key, revoke_team_key, subscribe, unsubscribe};
use campanile::app::App;
use sqlx::{AnyConnection, FromRow};
use tokio::runtime::Runtime;

use super::faulty::{Faulty, log_of};
use super::plan::Kind;
use crate::support::{Copy, Database, Kind as Key, Member, Told, Toy, contains, entries};

/// Who is subscribed; CHARLIE has no key and is subscribed only to wait for one.
const TEAMS: [(&str, Key); 3] =
    [("ALPHA", Key::Smime), ("BRAVO", Key::Openpgp), ("CHARLIE", Key::Smime)];
pub const BRAVO: usize = 1;
pub const CHARLIE: usize = 2;

/// After this, what one point waits for is made due by moving the clock.
const STANDSTILL: Duration = Duration::from_millis(150);
/// The same under load: a mail may take seconds on a busy machine, and a step of the clock ends
/// the claim on it.
pub const STANDSTILL_UNDER_LOAD: Duration = Duration::from_secs(5);
/// A step that moves nothing may have met a server that had no turn yet: the next one waits twice
/// as long, up to this.
const STANDSTILL_MAX: Duration = Duration::from_secs(5);
/// By so much.
const STEP_SECONDS: u64 = 3700;
/// So often at most: copies are given up after five days.
const STEPS_MAX: u64 = 100;
/// A server that is not done after this never will be.
const PATIENCE: Duration = Duration::from_secs(120);

/// A row of the outbox, with the state of its mail.
#[derive(Debug, Clone, FromRow)]
pub struct Row {
    pub mail_from: String,
    pub state: String,
    pub kind: String,
    pub attempts: i64,
}

/// What happened between arming and quiet.
#[derive(Debug, Default)]
pub struct Events {
    /// The call that failed.
    pub fired: Option<String>,
    /// How often the server was gone.
    pub ends: u64,
    /// Return paths of the copies that were recorded as delivered when the server was gone, and how
    /// often each had come by then.
    pub recorded: BTreeMap<String, usize>,
    /// Mail that was posted, in the order of the letters.
    pub told: Vec<Told>,
    /// Copies that were handed over.
    pub copies: Vec<Copy>,
    /// How often the clock was moved.
    pub steps: u64,
}

/// The network with its server.
pub struct World {
    pub toy: Toy,
    pub server: Faulty,
    pub postgres: bool,
    runtime: Runtime,
    connection: Option<AnyConnection>,
    /// How long nothing may move before the clock is.
    pub standstill: Duration,
    /// Files that a failure has left in the spool, until they are swept.
    pub orphans: BTreeSet<String>,
}

impl World {
    /// A fresh network with a running server.
    pub fn new(postgres: bool) -> Self {
        Self::with(postgres, None)
    }

    /// [`World::new`] on a PostgreSQL database that is there already.
    pub fn at(url: String) -> Self {
        Self::with(true, Some(url))
    }

    fn with(postgres: bool, url: Option<String>) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let toy = runtime.block_on(async {
            let database = match url {
                Some(url) => Database::at(url),
                None if postgres => Database::postgres().await,
                None => Database::sqlite(),
            };
            let toy = Toy::new(database, &TEAMS).await;
            let app = App::open(&toy.program.data()).await.unwrap();
            let _ = unsubscribe(&app, Actor::Operator, "alert", "CHARLIE").await.unwrap();
            let print = toy.members[CHARLIE].smime().fingerprint();
            let _ = revoke_team_key(&app, Actor::Operator, "CHARLIE", &print).await.unwrap();
            app.close().await;
            toy
        });
        let server = Faulty::start(&toy.program, toy.port, "");
        let orphans = BTreeSet::new();
        Self { toy, server, postgres, runtime, connection: None, standstill: STANDSTILL, orphans }
    }

    /// Ends the server as a power cut would, and starts it again.
    pub fn restart(&mut self, lines: &str) {
        self.server.kill();
        self.server = Faulty::start(&self.toy.program, self.toy.port, lines);
    }

    /// Lets CHARLIE wait for copies, without a key.
    pub fn await_key(&mut self) {
        let dir = self.toy.program.data();
        self.runtime.block_on(async {
            let app = App::open(&dir).await.unwrap();
            let _ = subscribe(&app, Actor::Operator, "alert", "CHARLIE").await.unwrap();
            app.close().await;
        });
    }

    /// Gives CHARLIE a new key.
    pub fn give_key(&mut self) {
        let charlie = Member::new(&self.toy.authority, "CHARLIE", Key::Smime);
        let dir = self.toy.program.data();
        self.runtime.block_on(async {
            let app = App::open(&dir).await.unwrap();
            let (protocol, key) = charlie.public();
            add_team_key(&app, Actor::Operator, "CHARLIE", protocol, &key).await.unwrap();
            app.close().await;
        });
        self.toy.members[CHARLIE] = charlie;
    }

    /// Takes the key away, and the subscription.
    pub fn take_key(&mut self) {
        let print = self.toy.members[CHARLIE].smime().fingerprint();
        let dir = self.toy.program.data();
        self.runtime.block_on(async {
            let app = App::open(&dir).await.unwrap();
            let _ = unsubscribe(&app, Actor::Operator, "alert", "CHARLIE").await.unwrap();
            let _ = revoke_team_key(&app, Actor::Operator, "CHARLIE", &print).await.unwrap();
            app.close().await;
        });
    }

    /// Runs statements past the program. A connection to a file is made for each, so that none
    /// is open when the server is killed.
    fn query<T>(&mut self, sql: &'static str) -> Vec<T>
    where
        T: for<'r> FromRow<'r, sqlx::any::AnyRow> + Send + Unpin,
    {
        use sqlx::Connection;
        let file = self.toy.program.data().join("campanile.db");
        let kept = self.connection.take();
        let (rows, connection) = self.runtime.block_on(async {
            let mut connection = match kept {
                Some(connection) => connection,
                None => self.toy.program.database.raw(&file).await,
            };
            let rows = sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap();
            if self.postgres {
                return (rows, Some(connection));
            }
            connection.close().await.unwrap();
            (rows, None)
        });
        self.connection = connection;
        rows
    }

    fn count(&mut self, sql: &'static str) -> i64 {
        self.query::<(i64,)>(sql)[0].0
    }

    /// Mail to be opened, and copies that are not done.
    pub fn undone(&mut self) -> i64 {
        self.count(
            "SELECT (SELECT COUNT(*) FROM message WHERE state = 'received') \
             + (SELECT COUNT(*) FROM delivery WHERE state IN ('waiting', 'held'))",
        )
    }

    pub fn held(&mut self) -> i64 {
        self.count("SELECT COUNT(*) FROM delivery WHERE state = 'held'")
    }

    pub fn rows(&mut self) -> Vec<Row> {
        self.query("SELECT mail_from, state, kind, attempts FROM delivery")
    }

    /// Mails in states that none of these tests lead to, and sealed bodies that nobody needs.
    pub fn remnants(&mut self) -> Vec<String> {
        let sql = "SELECT 'mail ' || state || ' ' || reasons FROM message \
                   WHERE state NOT IN ('distributed', 'discarded') \
                   UNION ALL SELECT 'sealed body ' || id FROM sealed_body";
        self.query::<(String,)>(sql).into_iter().map(|row| row.0).collect()
    }

    /// Forgets a connection that may be broken.
    pub fn disconnect(&mut self) {
        self.connection = None;
    }

    /// Return paths of what is recorded as delivered.
    pub fn delivered(&mut self) -> BTreeSet<String> {
        let rows = self.rows().into_iter();
        rows.filter(|row| row.state == "delivered").map(|row| row.mail_from).collect()
    }

    fn break_connections(&mut self) {
        self.query::<(String,)>(
            "SELECT CAST(pg_terminate_backend(pid) AS TEXT) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        );
    }

    /// Waits until everything is done, and starts the server again when it is gone.
    pub fn settle(
        &mut self,
        kind: Kind,
        posts: &mut Vec<JoinHandle<Told>>,
        events: &mut Events,
    ) -> Result<(), String> {
        let began = Instant::now();
        let (mut moved, mut clock, mut before) = (began, 0, -1);
        let mut standstill = self.standstill;
        let mut broken = kind != Kind::Lost || !self.postgres;
        loop {
            self.server.hear();
            if events.fired.is_none() {
                events.fired.clone_from(&self.server.fired);
            }
            if self.server.is_gone() {
                self.revive(events);
                (moved, clock) = (Instant::now(), 0);
            }
            if !broken && events.fired.is_some() {
                self.break_connections();
                broken = true;
            }
            if !self.toy.hop.is_up() && began.elapsed() > self.standstill / 2 {
                self.toy.hop.start();
            }
            let undone = self.undone();
            if undone != before {
                // Nothing has to be made due as long as something is done.
                (before, moved, standstill) = (undone, Instant::now(), self.standstill);
            }
            if posts.iter().all(JoinHandle::is_finished) && undone == 0 {
                let done = posts.drain(..).map(|post| post.join().unwrap());
                events.told.extend(done);
                events.copies.extend(self.toy.hop.take_copies());
                return Ok(());
            }
            if moved.elapsed() > standstill {
                standstill = (standstill * 2).min(STANDSTILL_MAX);
                clock += STEP_SECONDS;
                events.steps += 1;
                self.server.say(&format!("clock {clock}"));
                moved = Instant::now();
            }
            if events.steps > STEPS_MAX {
                let left = self.rows().into_iter().filter(|row| row.state == "waiting");
                return Err(format!("never quiet: {:?}", left.collect::<Vec<_>>()));
            }
            sleep(Duration::from_millis(4));
        }
    }

    /// The server is gone: notes what it had recorded, and starts it without faults.
    pub fn revive(&mut self, events: &mut Events) {
        self.server.kill();
        if events.fired.is_none() {
            events.fired.clone_from(&self.server.fired);
        }
        events.ends += 1;
        let came: Vec<_> = [&events.copies[..], &self.toy.hop.copies()].concat();
        let times = |path: &String| came.iter().filter(|copy| copy.mail_from == *path).count();
        let recorded = self.delivered().into_iter();
        events.recorded = recorded.map(|path| (path.clone(), times(&path))).collect();
        self.restart("");
    }

    /// Names of files in the spool.
    pub fn spooled(&self) -> BTreeSet<String> {
        let spool = self.toy.program.data().join("spool");
        ["in", "sealed"].iter().flat_map(|folder| entries(&spool.join(folder))).collect()
    }

    /// Keeps the log of a failed point, and says where.
    pub fn keep_log(&self, seed: u64, n: u64) -> String {
        let kept = std::env::temp_dir().join(format!("crash-{seed}-{n}.log"));
        let copied = std::fs::copy(log_of(&self.toy.program), &kept);
        copied.map_or_else(|error| error.to_string(), |_| kept.display().to_string())
    }

    /// Everything that a failure has left is gone after an hour, and there is no plaintext.
    pub fn close(mut self) -> Result<usize, String> {
        let orphans = self.orphans.len();
        self.restart("hour 100");
        let deadline = Instant::now() + PATIENCE;
        while !self.spooled().is_empty() {
            if Instant::now() > deadline {
                return Err(format!("not swept: {:?}", self.spooled()));
            }
            sleep(Duration::from_millis(20));
        }
        self.server.kill();
        let log = std::fs::read(log_of(&self.toy.program)).unwrap();
        let kept = [self.toy.program.everything(), log].concat();
        // `CANARY` in base64, by its place among three bytes.
        let forms = ["CANARY", "Q0FOQVJZ", "NBTkFSW", "DQU5BUl"];
        match forms.iter().find(|form| contains(&kept, form.as_bytes())) {
            Some(form) => Err(format!("plaintext in the data directory or the log: {form}")),
            None => Ok(orphans),
        }
    }
}
