//! The network as the gate sees it: complete, current, and without the keys that are broken.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use campanile::actions::{
    Actor, NewKeys, add_team_key, add_trust, generate_list_key, revoke_team_key, set_team_state,
    subscribe,
};
use campanile::clock::Clock;
use campanile::store::credentials;
use campanile_core::crypto::openpgp::SecretKey;
use campanile_core::model::key::Protocol;
use campanile_core::model::team::TeamState;

use crate::support::{Authority, Database, TestApp};

/// Two teams with keys, a list with keys, one subscription. Times are those of the machine,
/// because the authority takes them from there.
async fn network(database: Database) -> TestApp {
    let mut app = TestApp::on(database).await;
    app.app.clock = Clock::Fixed(Clock::System.now().plus_seconds(60));
    let actor = Actor::Operator;
    let authority = Authority::new("Toy CA");
    add_trust(&app, actor, &authority.pem(), None).await.unwrap();
    app.list("alert").await;
    generate_list_key(&app, actor, "alert", NewKeys::Missing).await.unwrap();
    for handle in ["DFN-CERT", "PRE-CERT"] {
        let team = app.team(handle).await;
        let address = &team.emails[0];
        let pgp = SecretKey::generate(handle, address, app.now()).unwrap().certificate();
        let armored = pgp.armored();
        add_team_key(&app, actor, handle, Protocol::Openpgp, armored.as_bytes()).await.unwrap();
        let smime = authority.issue(address.as_str()).pem();
        add_team_key(&app, actor, handle, Protocol::Smime, &smime).await.unwrap();
    }
    let _ = subscribe(&app, actor, "alert", "DFN-CERT").await.unwrap();
    app
}

on_both_databases! {
    async fn network_holds_teams_lists_keys_and_subscriptions(database: Database) {
        let app = network(database).await;
        let network = app.network().await.unwrap();
        let address = "CERT@dfn-cert.example".parse().unwrap();
        let team = network.team_of(&address).unwrap();
        assert_eq!(team.handle.as_str(), "DFN-CERT");
        assert_eq!((team.openpgp.len(), team.smime.len()), (1, 1));
        assert!(team.openpgp[0].recipient(app.now()).is_some());
        assert!(team.smime[0].recipient(&network.trust, app.now()).is_some());
        let list = network.list_of(&"alert@list.example".parse().unwrap()).unwrap();
        assert_eq!((list.openpgp.len(), list.smime.len()), (1, 1));
        assert_eq!(list.subscribers, std::slice::from_ref(&team.id));
    }

    async fn network_is_loaded_once_until_anybody_changes_the_registry(database: Database) {
        let app = network(database).await;
        let first = app.network().await.unwrap();
        assert!(Arc::ptr_eq(&first, &app.network().await.unwrap()));
        let other = app.another().await;
        let suspended = TeamState::Suspended;
        let _ = set_team_state(&other, Actor::Operator, "PRE-CERT", suspended).await.unwrap();
        let second = app.network().await.unwrap();
        assert!(!Arc::ptr_eq(&first, &second));
        let team = second.team_of(&"cert@pre-cert.example".parse().unwrap()).unwrap();
        assert_eq!(team.state, suspended);
        assert!(Arc::ptr_eq(&second, &app.network().await.unwrap()));
    }

    async fn revoked_key_is_not_in_the_network(database: Database) {
        let app = network(database).await;
        let address = "cert@dfn-cert.example".parse().unwrap();
        let before = app.network().await.unwrap();
        let key = before.team_of(&address).unwrap().openpgp[0].fingerprint();
        let text = key.as_str();
        let _ = revoke_team_key(&app, Actor::Operator, "DFN-CERT", text).await.unwrap();
        let after = app.network().await.unwrap();
        assert!(after.team_of(&address).unwrap().openpgp.is_empty());
        assert_eq!(after.team_of(&address).unwrap().smime.len(), 1);
    }

    async fn credential_that_cannot_be_read_does_not_hurt_the_others(database: Database) {
        let app = network(database).await;
        let mut write = app.db.begin_write().await.unwrap();
        let all = credentials::all(&mut write).await.unwrap();
        let sql = "UPDATE credential SET certificate = $1 WHERE id = $2";
        let damage = sqlx::query(sql).bind(&b"damaged"[..]).bind(&all[0].id);
        damage.execute(&mut *write).await.unwrap();
        write.commit().await.unwrap();
        let network = app.network().await.unwrap();
        let keys = network.teams.iter().map(|team| team.openpgp.len() + team.smime.len());
        assert_eq!(keys.sum::<usize>(), 3);
    }
}

#[tokio::test]
async fn key_file_that_others_can_read_is_left_out_and_comes_back_when_repaired() {
    let mut app = network(Database::sqlite()).await;
    let files = app.keys.files().unwrap();
    let of_list = app.dir.join("keys/list");
    let path =
        files.iter().find(|path| path.starts_with(&of_list) && path.extension().unwrap() == "pem");
    let path = path.unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let keys = |network: &campanile_core::gateway::network::Network| {
        (network.lists[0].openpgp.len(), network.lists[0].smime.len())
    };
    assert_eq!(keys(&app.network().await.unwrap()), (1, 0));
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(keys(&app.network().await.unwrap()), (1, 0));
    app.app.clock = Clock::Fixed(app.now().plus_seconds(30));
    assert_eq!(keys(&app.network().await.unwrap()), (1, 1));
}

#[tokio::test]
async fn key_file_with_another_key_is_left_out() {
    let app = network(Database::sqlite()).await;
    let files = app.keys.files().unwrap();
    let path = files.iter().find(|path| path.extension().unwrap() == "asc").unwrap();
    let address = "alert@list.example".parse().unwrap();
    let other = SecretKey::generate("alert", &address, app.now()).unwrap();
    app.keys.write(path, &other.to_secret_armored()).unwrap();
    let network = app.network().await.unwrap();
    assert_eq!((network.lists[0].openpgp.len(), network.lists[0].smime.len()), (0, 1));
}
