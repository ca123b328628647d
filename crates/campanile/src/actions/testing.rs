//! A small network for the unit tests of actions.

use campanile_core::model::time::Timestamp;
use tempfile::TempDir;

use super::{Actor, NewNetwork, NewTeam, add_list, add_team, init_network};
use crate::app::App;
use crate::clock::Clock;
use crate::config::Environment;
use crate::store::lists::List;
use crate::store::teams::Team;

/// 2026-08-25T02:00:00Z
pub(super) const NOW: Timestamp = Timestamp::from_seconds(1_787_623_200);

pub(super) async fn app() -> (TempDir, App) {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let new = NewNetwork { name: "toy", domain: "list.example", database: None };
    let clock = Clock::Fixed(NOW);
    let config = init_network(&data, &new, &Environment::default(), clock).await.unwrap();
    let app = App::open_with(&data, config, clock).await.unwrap();
    (dir, app)
}

pub(super) async fn team(app: &App, handle: &str) -> Team {
    let domain = format!("{}.example", handle.to_ascii_lowercase());
    let new = NewTeam {
        handle: handle.into(),
        name: handle.into(),
        emails: vec![format!("cert@{domain}")],
        fqdn: domain,
        ..NewTeam::default()
    };
    add_team(app, Actor::Operator, new).await.unwrap()
}

pub(super) async fn list(app: &App, name: &str) -> List {
    let address = format!("{name}@list.example");
    add_list(app, Actor::Operator, name, &address, None).await.unwrap()
}
