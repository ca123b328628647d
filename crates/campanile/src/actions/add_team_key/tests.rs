use super::super::add_list_keys::{NewListKey, add_list_keys};
use super::super::testing::{NOW, app, list, team};
use super::*;
use crate::actions::revoke_team_key;
use crate::error::Kind;
use crate::store::audit;

fn checked(byte: u8) -> Checked {
    Checked {
        protocol: Protocol::Openpgp,
        fingerprint: Fingerprint::from_bytes(&[byte; 20]),
        certificate: vec![0, byte, 255],
        abilities: Abilities {
            sign: true,
            encrypt: false,
            algorithms: "Ed25519".into(),
            expires_at: Some(NOW.plus_seconds(3600)),
        },
    }
}

#[tokio::test]
async fn key_of_a_team_is_recorded_with_an_audit_entry_and_a_new_registry_version() {
    let (_dir, app) = app().await;
    let dfn = team(&app, "DFN-CERT").await;
    let before = settings::registry_version(&mut app.db.read().await.unwrap()).await.unwrap();
    let added = record(&app, Actor::Operator, &dfn, checked(1), KeyState::Active).await.unwrap();
    let mut read = app.db.read().await.unwrap();
    assert_eq!(credentials::of_team(&mut read, &dfn.id).await.unwrap(), [added]);
    assert!(settings::registry_version(&mut read).await.unwrap() > before);
    let log = audit::after(&mut read, 0, 100).await.unwrap();
    let last = log.last().unwrap();
    assert_eq!((last.action.as_str(), last.object.as_str()), ("team.key.add", "DFN-CERT"));
    assert_eq!(last.detail["fingerprint"], "01".repeat(20));
}

#[tokio::test]
async fn key_of_another_team_is_refused() {
    let (_dir, app) = app().await;
    let (dfn, pre) = (team(&app, "DFN-CERT").await, team(&app, "PRE-CERT").await);
    record(&app, Actor::Operator, &dfn, checked(1), KeyState::Active).await.unwrap();
    let error =
        record(&app, Actor::Operator, &pre, checked(1), KeyState::Active).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Conflict);
    assert!(error.public().contains("DFN-CERT"), "{error}");
}

#[tokio::test]
async fn key_of_a_list_is_refused() {
    let (_dir, app) = app().await;
    let dfn = team(&app, "DFN-CERT").await;
    list(&app, "alert").await;
    let key = NewListKey::sample(Protocol::Openpgp, &[1; 20]);
    add_list_keys(&app, Actor::Operator, "alert", "list.key.import", vec![key]).await.unwrap();
    let error =
        record(&app, Actor::Operator, &dfn, checked(1), KeyState::Active).await.unwrap_err();
    assert!(error.public().contains("list alert"), "{error}");
}

#[tokio::test]
async fn revoked_key_cannot_come_back() {
    let (_dir, app) = app().await;
    let dfn = team(&app, "DFN-CERT").await;
    let added = record(&app, Actor::Operator, &dfn, checked(1), KeyState::Active).await.unwrap();
    let text = added.fingerprint.as_str().to_ascii_lowercase();
    assert!(revoke_team_key(&app, Actor::Operator, "dfn-cert", &text).await.is_ok());
    let error =
        record(&app, Actor::Operator, &dfn, checked(1), KeyState::Active).await.unwrap_err();
    assert!(error.public().contains("revoked"), "{error}");
}

#[tokio::test]
async fn refused_key_leaves_no_trace() {
    let (_dir, app) = app().await;
    let (dfn, pre) = (team(&app, "DFN-CERT").await, team(&app, "PRE-CERT").await);
    record(&app, Actor::Operator, &dfn, checked(1), KeyState::Active).await.unwrap();
    let mut read = app.db.read().await.unwrap();
    let version = settings::registry_version(&mut read).await.unwrap();
    let entries = audit::after(&mut read, 0, 100).await.unwrap().len();
    record(&app, Actor::Operator, &pre, checked(1), KeyState::Active).await.unwrap_err();
    assert_eq!(settings::registry_version(&mut read).await.unwrap(), version);
    assert_eq!(audit::after(&mut read, 0, 100).await.unwrap().len(), entries);
    assert!(credentials::of_team(&mut read, &pre.id).await.unwrap().is_empty());
}
