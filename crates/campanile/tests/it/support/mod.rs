//! What tests work with: databases, an open data directory, the program.

mod authority;
pub mod browser;
mod client;
mod cluster;
mod database;
mod hop;
mod https;
mod letter;
mod opening;
pub mod ports;
mod post;
mod postgres;
mod program;
mod server;
mod toy;

pub use authority::{Authority, Issued};
pub use client::Client;
pub use cluster::Cluster;
pub use database::Database;
pub use hop::{Answer, Copy, Hop};
pub use https::{Https, Page};
pub use letter::Letter;
pub use post::{Told, bounce, post};
pub use program::{Program, entries};
pub use server::{Server, refuses_to_serve};
pub use toy::{Key, Kind, LIST, Member, PHONE_TOKEN, Toy};

use std::time::{Duration, Instant};

use campanile::actions::{Actor, NewNetwork, NewTeam, add_list, add_team, init_network};
use campanile::app::App;
use campanile::clock::Clock;
use campanile::config::Environment;
use campanile::store::lists::List;
use campanile::store::teams::Team;
use campanile_core::model::time::Timestamp;

/// 2026-08-25T02:00:00Z
pub const NOW: Timestamp = Timestamp::from_seconds(1_787_623_200);

/// Waits until something is so.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(90);
    while !holds() {
        assert!(Instant::now() < deadline, "never happened: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Whether a part stands somewhere in bytes.
pub fn contains(bytes: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(bytes, part).is_some()
}

/// Makes a module with the test once for SQLite and once for PostgreSQL.
macro_rules! on_both_databases {
    ($( async fn $name:ident($database:ident: Database) $body:block )+) => {
        $( mod $name {
            use super::*;

            async fn test($database: Database) $body

            #[tokio::test]
            async fn sqlite() {
                test(Database::sqlite()).await
            }

            #[tokio::test]
            async fn postgres() {
                test(Database::postgres().await).await
            }
        } )+
    };
}

/// An open data directory of a fresh network, at a fixed time.
pub struct TestApp {
    pub app: App,
    /// Its folder lives as long as the test.
    _database: Database,
}

impl std::ops::Deref for TestApp {
    type Target = App;
    fn deref(&self) -> &App {
        &self.app
    }
}

impl TestApp {
    pub async fn on(database: Database) -> Self {
        let dir = database.dir().join("data");
        let new = NewNetwork { name: "toy", domain: "list.example", database: database.init_url() };
        let clock = Clock::Fixed(NOW);
        let config = init_network(&dir, &new, &Environment::default(), clock).await.unwrap();
        let app = App::open_with(&dir, config, clock).await.unwrap();
        Self { app, _database: database }
    }

    /// The same data directory, opened once more, as by a second process.
    pub async fn another(&self) -> App {
        let config = self.app.config.clone();
        App::open_with(&self.app.dir, config, self.app.clock).await.unwrap()
    }

    /// The same data directory, some seconds later.
    pub async fn another_at(&self, seconds: i64) -> App {
        let config = self.app.config.clone();
        let clock = Clock::Fixed(self.app.now().plus_seconds(seconds));
        App::open_with(&self.app.dir, config, clock).await.unwrap()
    }

    pub async fn team(&self, handle: &str) -> Team {
        add_team(&self.app, Actor::Operator, new_team(handle)).await.unwrap()
    }

    pub async fn list(&self, name: &str) -> List {
        let address = format!("{name}@list.example");
        add_list(&self.app, Actor::Operator, name, &address, None).await.unwrap()
    }
}

/// A team with the address `cert@` and its handle as domain.
pub fn new_team(handle: &str) -> NewTeam {
    let domain = format!("{}.example", handle.to_ascii_lowercase());
    NewTeam {
        handle: handle.into(),
        name: format!("{handle} Services"),
        emails: vec![format!("cert@{domain}")],
        fqdn: domain,
        ..NewTeam::default()
    }
}
