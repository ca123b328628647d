//! Actions of the registry, on both databases. Keys are tested where real ones are.

use campanile::actions::{
    Actor, Outcome, add_list, add_team, set_list_policy, set_team_state, subscribe, unsubscribe,
};
use campanile::app::App;
use campanile::error::{Kind, Result};
use campanile::store::{audit, lists, settings, subscriptions, teams};
use campanile_core::model::team::TeamState;

use crate::support::{Database, TestApp, new_team};

async fn state(app: &App) -> (i64, Vec<audit::Record>) {
    let mut read = app.db.read_snapshot().await.unwrap();
    let version = settings::registry_version(&mut read).await.unwrap();
    (version, audit::after(&mut read, 0, 1000).await.unwrap())
}

fn refused<T: std::fmt::Debug>(done: Result<T>, kind: Kind, word: &str) {
    let error = done.unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.public().contains(word), "{error}");
}

on_both_databases! {
    async fn every_change_is_audited_and_changes_the_registry_version(database: Database) {
        let app = TestApp::on(database).await;
        let (first, begun) = state(&app).await;
        app.team("DFN-CERT").await;
        app.list("alert").await;
        let actor = Actor::Operator;
        let changed = [
            subscribe(&app, actor, "alert", "dfn-cert").await.unwrap(),
            set_team_state(&app, actor, "DFN-CERT", TeamState::Suspended).await.unwrap(),
            set_list_policy(&app, actor, "alert", "freshness_seconds = 60").await.unwrap(),
            unsubscribe(&app, actor, "alert", "DFN-CERT").await.unwrap(),
        ];
        assert_eq!(changed, [Outcome::Changed; 4]);
        let (version, log) = state(&app).await;
        let actions: Vec<_> = log.iter().map(|entry| entry.action.as_str()).collect();
        let expected = [
            "network.init", "team.add", "list.add", "list.subscribe", "team.state",
            "list.policy", "list.unsubscribe",
        ];
        assert_eq!(actions, expected);
        assert_eq!(version - first, (log.len() - begun.len()) as i64);
        assert!(log.iter().all(|entry| entry.actor == "operator"));
        assert_eq!(log[4].detail["to"], "suspended");
    }

    async fn action_that_changes_nothing_leaves_no_trace(database: Database) {
        let app = TestApp::on(database).await;
        app.team("DFN-CERT").await;
        app.list("alert").await;
        let actor = Actor::Operator;
        let _ = subscribe(&app, actor, "alert", "DFN-CERT").await.unwrap();
        let before = state(&app).await;
        let unchanged = [
            subscribe(&app, actor, "alert", "DFN-CERT").await.unwrap(),
            set_team_state(&app, actor, "DFN-CERT", TeamState::Active).await.unwrap(),
            set_list_policy(&app, actor, "alert", "").await.unwrap(),
        ];
        assert_eq!(unchanged, [Outcome::Unchanged; 3]);
        assert_eq!(state(&app).await, before);
    }

    async fn address_belongs_to_one_team_or_list(database: Database) {
        let app = TestApp::on(database).await;
        app.team("DFN-CERT").await;
        app.list("alert").await;
        let before = state(&app).await;
        let actor = Actor::Operator;
        let mut same_address = new_team("other");
        same_address.emails.push("CERT@dfn-cert.example".into());
        refused(add_team(&app, actor, same_address).await, Kind::Conflict, "DFN-CERT");
        let mut list_address = new_team("other");
        list_address.emails = vec!["Alert@LIST.example".into()];
        refused(add_team(&app, actor, list_address).await, Kind::Conflict, "list alert");
        refused(add_team(&app, actor, new_team("dfn-CERT")).await, Kind::Conflict, "DFN-CERT");
        let taken = add_list(&app, actor, "other", "cert@dfn-cert.example", None).await;
        refused(taken, Kind::Conflict, "team DFN-CERT");
        let taken = add_list(&app, actor, "other", "ALERT@list.example", None).await;
        refused(taken, Kind::Conflict, "list alert");
        let taken = add_list(&app, actor, "alert", "other@list.example", None).await;
        refused(taken, Kind::Conflict, "alert");
        assert_eq!(state(&app).await, before);
    }

    async fn of_team_and_list_that_race_for_an_address_one_wins(database: Database) {
        let app = TestApp::on(database).await;
        let other = app.another().await;
        for round in 0..5 {
            let name = format!("r{round}");
            let address = format!("{name}@list.example");
            let mut team = new_team(&format!("team{round}"));
            team.emails = vec![address.clone()];
            let (team, list) = tokio::join!(
                add_team(&app, Actor::Operator, team),
                add_list(&other, Actor::Operator, &name, &address, None),
            );
            assert_ne!(team.is_ok(), list.is_ok(), "{team:?} {list:?}");
        }
        let mut read = app.db.read().await.unwrap();
        let teams = teams::all(&mut read).await.unwrap().len();
        assert_eq!(teams + lists::all(&mut read).await.unwrap().len(), 5);
        let (_, log) = state(&app).await;
        let numbers: Vec<_> = log.iter().map(|entry| entry.seq).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
    }

    async fn unknown_team_or_list_is_not_found(database: Database) {
        let app = TestApp::on(database).await;
        let actor = Actor::Operator;
        app.team("DFN-CERT").await;
        refused(subscribe(&app, actor, "alert", "DFN-CERT").await, Kind::NotFound, "alert");
        app.list("alert").await;
        refused(subscribe(&app, actor, "alert", "nobody").await, Kind::NotFound, "nobody");
        refused(unsubscribe(&app, actor, "alert", "nobody").await, Kind::NotFound, "nobody");
        let done = set_team_state(&app, actor, "nobody", TeamState::Suspended).await;
        refused(done, Kind::NotFound, "nobody");
        refused(set_list_policy(&app, actor, "none", "").await, Kind::NotFound, "none");
        refused(subscribe(&app, actor, "../x", "DFN-CERT").await, Kind::Invalid, "../x");
    }

    async fn suspended_team_keeps_its_subscriptions(database: Database) {
        let app = TestApp::on(database).await;
        let team = app.team("DFN-CERT").await;
        app.list("alert").await;
        let actor = Actor::Operator;
        let _ = subscribe(&app, actor, "alert", "DFN-CERT").await.unwrap();
        let _ = set_team_state(&app, actor, "DFN-CERT", TeamState::Suspended).await.unwrap();
        let mut read = app.db.read().await.unwrap();
        assert_eq!(subscriptions::lists(&mut read, &team.id).await.unwrap(), ["alert"]);
        let stored = teams::by_handle(&mut read, &team.handle).await.unwrap().unwrap();
        assert_eq!(stored.state, TeamState::Suspended);
    }
}
