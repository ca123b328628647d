//! What is written into the tables comes back, on both databases.

use campanile::error::Kind;
use campanile::store::credentials::{self, Credential};
use campanile::store::list_keys::{self, ListKey};
use campanile::store::lists::{self, List};
use campanile::store::teams::{self, Team};
use campanile::store::trust::{self, TrustAnchor};
use campanile::store::{audit, settings, statistics, subscriptions};
use campanile_core::model::condition::Condition;
use campanile_core::model::key::{Fingerprint, KeyState, Protocol};
use campanile_core::model::list::{Disposition, Policy};
use campanile_core::model::team::{Standing, TeamState};

use crate::support::{Database, NOW};

fn team(handle: &str) -> Team {
    Team {
        id: format!("id-{handle}"),
        handle: handle.parse().unwrap(),
        name: "Ünïcode 'quoted\"; DROP TABLE team; --".into(),
        fqdn: "dfn.example".parse().unwrap(),
        standing: Standing::Accredited,
        state: TeamState::Active,
        emails: vec![
            format!("B@{handle}.example").parse().unwrap(),
            format!("a@{handle}.example").parse().unwrap(),
        ],
        phone: Some("+49 40 1".into()),
        fax: None,
        created_at: NOW,
        changed_at: NOW,
    }
}

fn credential(team: &Team, byte: u8) -> Credential {
    Credential {
        id: format!("credential-{byte}"),
        team_id: team.id.clone(),
        protocol: Protocol::Smime,
        fingerprint: Fingerprint::from_bytes(&[byte; 32]),
        state: KeyState::Active,
        certificate: vec![0, 255, byte, 0x27],
        algorithms: "RSA 3072".into(),
        can_sign: true,
        can_encrypt: false,
        expires_at: (byte > 1).then_some(NOW),
        created_at: NOW.plus_seconds(byte.into()),
        changed_at: NOW,
    }
}

fn list(name: &str) -> List {
    let mut policy = Policy::default();
    policy.conditions.insert(Condition::Stale, Disposition::Hold);
    List {
        id: format!("id-{name}"),
        name: name.parse().unwrap(),
        address: format!("{name}@List.example").parse().unwrap(),
        policy,
        created_at: NOW,
    }
}

on_both_databases! {
    async fn team_reads_back_with_its_addresses_in_order(database: Database) {
        let db = database.create().await;
        let mut write = db.begin_write().await.unwrap();
        let (b, a) = (team("b-team"), team("A-team"));
        teams::insert(&mut write, &b).await.unwrap();
        teams::insert(&mut write, &a).await.unwrap();
        write.commit().await.unwrap();
        let mut read = db.read().await.unwrap();
        assert_eq!(teams::all(&mut read).await.unwrap(), [a.clone(), b]);
        let found = teams::by_handle(&mut read, &"a-TEAM".parse().unwrap()).await.unwrap();
        assert_eq!(found, Some(a));
        let address = "b@A-TEAM.example".parse().unwrap();
        let owner = teams::owner_of_address(&mut read, &address).await.unwrap();
        assert_eq!(owner.as_deref(), Some("A-team"));
    }

    async fn handle_and_address_are_unique_whatever_their_case(database: Database) {
        let db = database.create().await;
        let mut write = db.begin_write().await.unwrap();
        teams::insert(&mut write, &team("a-team")).await.unwrap();
        write.commit().await.unwrap();
        let mut same_handle = team("A-TEAM");
        same_handle.id = "other".into();
        same_handle.emails = vec!["x@x.example".parse().unwrap()];
        let mut same_address = team("other");
        same_address.emails = vec!["b@a-team.example".parse().unwrap()];
        for other in [same_handle, same_address] {
            let mut write = db.begin_write().await.unwrap();
            let error = teams::insert(&mut write, &other).await.unwrap_err();
            assert_eq!(error.kind(), Kind::Conflict);
        }
    }

    async fn credential_reads_back_and_its_fingerprint_is_unique(database: Database) {
        let db = database.create().await;
        let mut write = db.begin_write().await.unwrap();
        let owner = team("a-team");
        teams::insert(&mut write, &owner).await.unwrap();
        for byte in [2, 1] {
            credentials::insert(&mut write, &credential(&owner, byte)).await.unwrap();
        }
        write.commit().await.unwrap();
        let both = [credential(&owner, 1), credential(&owner, 2)];
        let mut read = db.read().await.unwrap();
        assert_eq!(credentials::of_team(&mut read, &owner.id).await.unwrap(), both);
        assert_eq!(credentials::all(&mut read).await.unwrap(), both);
        assert_eq!(both[0].state_at(NOW), KeyState::Active);
        assert_eq!(both[1].state_at(NOW), KeyState::Expired);
        let mut write = db.begin_write().await.unwrap();
        let mut again = credential(&owner, 1);
        again.id = "another".into();
        let error = credentials::insert(&mut write, &again).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Conflict);
    }

    async fn revoked_credential_keeps_its_owner(database: Database) {
        let db = database.create().await;
        let mut write = db.begin_write().await.unwrap();
        let team = team("a-team");
        teams::insert(&mut write, &team).await.unwrap();
        let key = credential(&team, 1);
        credentials::insert(&mut write, &key).await.unwrap();
        let later = NOW.plus_seconds(1);
        credentials::set_state(&mut write, &key.id, KeyState::Revoked, later).await.unwrap();
        let owner = credentials::owner_of(&mut write, &key.fingerprint).await.unwrap().unwrap();
        assert_eq!((owner.handle.as_str(), owner.state), ("a-team", KeyState::Revoked));
        let stranger = Fingerprint::from_bytes(&[9; 32]);
        assert_eq!(credentials::owner_of(&mut write, &stranger).await.unwrap(), None);
    }

    async fn list_reads_back_with_keys_and_subscribers(database: Database) {
        let db = database.create().await;
        let mut write = db.begin_write().await.unwrap();
        let (alert, other) = (list("alert"), list("other"));
        lists::insert(&mut write, &other).await.unwrap();
        lists::insert(&mut write, &alert).await.unwrap();
        let key = |byte: u8, position| ListKey {
            id: format!("key-{byte}"),
            list_id: alert.id.clone(),
            protocol: Protocol::Openpgp,
            fingerprint: Fingerprint::from_bytes(&[byte; 20]),
            certificate: vec![byte, 0],
            algorithms: "Ed25519".into(),
            expires_at: None,
            position,
            created_at: NOW,
        };
        for key in [key(1, 2), key(2, 1)] {
            list_keys::insert(&mut write, &key).await.unwrap();
        }
        let team = team("a-team");
        teams::insert(&mut write, &team).await.unwrap();
        assert!(subscriptions::insert(&mut write, &alert.id, &team.id, NOW).await.unwrap());
        assert!(!subscriptions::insert(&mut write, &alert.id, &team.id, NOW).await.unwrap());
        write.commit().await.unwrap();

        let mut read = db.read_snapshot().await.unwrap();
        assert_eq!(lists::all(&mut read).await.unwrap(), [alert.clone(), other]);
        let keys = list_keys::of_list(&mut read, &alert.id).await.unwrap();
        assert_eq!(keys, [key(2, 1), key(1, 2)]);
        assert_eq!(list_keys::all(&mut read).await.unwrap(), keys);
        let owner = list_keys::owner_of(&mut read, &keys[0].fingerprint).await.unwrap();
        assert_eq!(owner.as_deref(), Some("alert"));
        assert_eq!(subscriptions::handles(&mut read, &alert.id).await.unwrap(), ["a-team"]);
        assert_eq!(subscriptions::lists(&mut read, &team.id).await.unwrap(), ["alert"]);
        let pair = (alert.id.clone(), team.id.clone());
        assert_eq!(subscriptions::all(&mut read).await.unwrap(), [pair]);
        let address = "ALERT@list.example".parse().unwrap();
        let owner = lists::owner_of_address(&mut read, &address).await.unwrap();
        assert_eq!(owner.as_deref(), Some("alert"));
        drop(read);

        let mut write = db.begin_write().await.unwrap();
        assert!(subscriptions::remove(&mut write, &alert.id, &team.id).await.unwrap());
        assert!(!subscriptions::remove(&mut write, &alert.id, &team.id).await.unwrap());
    }

    async fn trust_anchor_reads_back_with_and_without_revocation_list(database: Database) {
        let db = database.create().await;
        let anchor = |byte: u8, crl| TrustAnchor {
            id: format!("anchor-{byte}"),
            subject: "CN=Root".into(),
            fingerprint: Fingerprint::from_bytes(&[byte; 32]),
            certificate: vec![byte],
            crl,
            logins: false,
            created_at: NOW.plus_seconds(byte.into()),
        };
        let mut write = db.begin_write().await.unwrap();
        let (with, mut without) = (anchor(1, Some(vec![0, 1])), anchor(2, None));
        trust::insert(&mut write, &without).await.unwrap();
        trust::insert(&mut write, &with).await.unwrap();
        assert_eq!(trust::all(&mut write).await.unwrap(), [with.clone(), without.clone()]);
        trust::set_crl(&mut write, &without.id, &[7]).await.unwrap();
        without.crl = Some(vec![7]);
        let found = trust::by_fingerprint(&mut write, &without.fingerprint).await.unwrap();
        assert_eq!(found, Some(without));
        trust::remove(&mut write, &with.id).await.unwrap();
        assert_eq!(trust::by_fingerprint(&mut write, &with.fingerprint).await.unwrap(), None);
    }

    async fn audit_entries_read_back_in_order(database: Database) {
        let db = database.create().await;
        let mut write = db.begin_write().await.unwrap();
        for number in 1..=3 {
            let detail = serde_json::json!({ "number": number, "text": "ä\"'\n" });
            let (actor, object) = ("operator", "X");
            let entry = audit::Entry { at: NOW, actor, action: "team.add", object, detail };
            audit::append(&mut write, b"secret", &entry).await.unwrap();
        }
        write.commit().await.unwrap();
        let mut read = db.read().await.unwrap();
        let found = audit::after(&mut read, 1, 100).await.unwrap();
        let numbers: Vec<_> = found.iter().map(|entry| entry.seq).collect();
        assert_eq!(numbers, [2, 3]);
        assert_eq!(found[0].detail["text"], "ä\"'\n");
        assert_eq!(audit::after(&mut read, 0, 1).await.unwrap().len(), 1);
        assert_eq!(statistics(&mut read).await.unwrap().changed_at, Some(NOW));
    }

    async fn statistics_of_an_empty_database_are_zero(database: Database) {
        let db = database.create().await;
        let mut read = db.read().await.unwrap();
        let numbers = statistics(&mut read).await.unwrap();
        assert_eq!((numbers.teams, numbers.lists, numbers.anchors), (0, 0, 0));
        assert_eq!(numbers.changed_at, None);
        assert_eq!(settings::registry_version(&mut read).await.unwrap(), 1);
        assert_eq!(settings::value(&mut read, "network").await.unwrap(), None);
    }
}
