//! Teams are told what has changed of what they watch: once, sealed, and rather too much than too
//! little.

use campanile::actions::{
    Actor, NewKeys, add_team_key, add_watch, generate_list_key, remove_watch, send_digest,
    subscribe,
};
use campanile::app::advisories::groups::ListedGroup;
use campanile::app::advisories::watches::Watch;
use campanile::jobs::digest;
use campanile::store::sealed;
use campanile_core::crypto::openpgp::SecretKey;
use campanile_core::model::key::Protocol;

use super::*;
use crate::support::{Database, Kind, NOW, TestApp, Toy, contains};

const DAY: i64 = 24 * 3600;

/// A network in which mail can be sealed for ALPHA.
async fn network(database: Database) -> TestApp {
    let app = TestApp::on(database).await;
    let team = app.team("ALPHA").await;
    app.team("BRAVO").await;
    app.list("alert").await;
    generate_list_key(&app, Actor::Operator, "alert", NewKeys::Missing).await.unwrap();
    let _ = subscribe(&app, Actor::Operator, "alert", "ALPHA").await.unwrap();
    let key = SecretKey::generate("Alpha", &team.emails[0], NOW).unwrap();
    let armored = key.certificate().armored();
    let by = Actor::Operator;
    add_team_key(&app, by, "ALPHA", Protocol::Openpgp, armored.as_bytes()).await.unwrap();
    app
}

async fn bring(app: &App, number: &str, version: &str, cve: &str) {
    let document = csaf("Vendor", number, version, &[cve], Some("WHITE"));
    id(&import(app, &Viewer::operator(), &document, None).await);
}

/// What the next digest of ALPHA would tell: titles with the watches that mean them.
async fn pending(app: &App) -> Vec<String> {
    let alpha = officer(app, "ALPHA").await;
    let digest = app.digest(&alpha).await.unwrap().unwrap();
    let line = |(one, watches): &(ListedGroup, Vec<String>)| {
        format!("{}: {}", one.group.title, watches.join(", "))
    };
    digest.changes.iter().map(line).collect()
}

/// Mails of our own that wait in the outbox.
async fn queued(app: &App) -> i64 {
    let sql = "SELECT COUNT(*) FROM delivery WHERE kind = 'digest'";
    sqlx::query_scalar(sql).fetch_one(&mut *app.db.read().await.unwrap()).await.unwrap()
}

on_both_databases! {
    async fn change_is_told_once_with_the_watches_that_mean_it(database: Database) {
        let app = network(database).await;
        let alpha = officer(&app, "ALPHA").await;
        // What is watched need not be there yet.
        add_watch(&app, &alpha, "the one", "id:CVE-2026-0001").await.unwrap();
        add_watch(&app, &alpha, "all of them", "title:of").await.unwrap();
        let team = alpha.team.as_ref().unwrap().id.clone();
        let later = app.another_at(2 * 3600).await;
        assert_eq!(pending(&later).await, Vec::<String>::new());
        bring(&later, "V-1", "1", "CVE-2026-0001").await;
        bring(&later, "V-2", "1", "CVE-2026-0002").await;
        let told = ["Title of V-1: all of them, the one", "Title of V-2: all of them"];
        let mut found = pending(&later).await;
        found.sort();
        assert_eq!(found, told);
        assert_eq!(send_digest(&later, &team).await.unwrap(), 2);
        assert_eq!((send_digest(&later, &team).await.unwrap(), queued(&later).await), (0, 1));
        // A change that was committed late, with a time before the digest, is told all the same.
        bring(&app.another_at(2 * 3600 - 60).await, "V-3", "1", "CVE-2026-0003").await;
        assert_eq!(pending(&later).await, ["Title of V-3: all of them"]);
        // So is one more version of what has been told.
        let next = app.another_at(2 * 3600 + 60).await;
        bring(&next, "V-1", "2", "CVE-2026-0001").await;
        assert_eq!(send_digest(&next, &team).await.unwrap(), 2);
        assert_eq!(pending(&next).await, Vec::<String>::new());
    }

    async fn digest_comes_once_a_day_from_whichever_node(database: Database) {
        let app = network(database).await;
        let alpha = officer(&app, "ALPHA").await;
        add_watch(&app, &alpha, "all", "").await.unwrap();
        bring(&app, "V-1", "1", "CVE-2026-0001").await;
        assert_eq!(digest::look(&app.another_at(DAY - 1).await).await.unwrap(), 0);
        let (one, other) = (app.another_at(DAY).await, app.another_at(DAY).await);
        let both = tokio::join!(digest::look(&one), digest::look(&other));
        assert_eq!(both.0.unwrap() + both.1.unwrap(), 1);
        assert_eq!(queued(&app).await, 1);
        assert_eq!(digest::look(&app.another_at(2 * DAY).await).await.unwrap(), 0);
    }

    async fn watch_that_cannot_be_read_means_every_change_and_says_so(database: Database) {
        let app = network(database).await;
        let alpha = officer(&app, "ALPHA").await;
        assert!(add_watch(&app, &alpha, "bad", "sevrity:high").await.is_err());
        let watch = add_watch(&app, &alpha, "from later", "severity:critical").await.unwrap();
        // As a version wrote it that knew more fields.
        let (by, query) = (alpha.name.clone(), "sbom:yes".to_owned());
        let told = Watch { name: "from later".into(), query, by, muted: false };
        let sealed = app.vault.seal_json(sealed::WATCH, &watch, &told).unwrap();
        let mut write = app.db.begin_write().await.unwrap();
        let sql = sqlx::query("UPDATE watch SET sealed = $1");
        sql.bind(sealed).execute(&mut *write).await.unwrap();
        write.commit().await.unwrap();
        bring(&app, "V-1", "1", "CVE-2026-0001").await;
        assert_eq!(pending(&app).await, ["Title of V-1: from later"]);
        let digest = app.digest(&alpha).await.unwrap().unwrap();
        assert_eq!(digest.broken.len(), 1);
        assert!(digest.broken[0].1.contains("no field `sbom`"), "{:?}", digest.broken);
    }

    async fn team_without_a_key_is_told_when_it_has_one(database: Database) {
        let app = network(database).await;
        let bravo = officer(&app, "BRAVO").await;
        let team = bravo.team.as_ref().unwrap().id.clone();
        add_watch(&app, &bravo, "all", "").await.unwrap();
        bring(&app, "V-1", "1", "CVE-2026-0001").await;
        assert_eq!((send_digest(&app, &team).await.unwrap(), queued(&app).await), (0, 0));
        let address = "cert@bravo.example".parse().unwrap();
        let key = SecretKey::generate("Bravo", &address, NOW).unwrap();
        let armored = key.certificate().armored();
        let by = Actor::Operator;
        add_team_key(&app, by, "BRAVO", Protocol::Openpgp, armored.as_bytes()).await.unwrap();
        assert_eq!((send_digest(&app, &team).await.unwrap(), queued(&app).await), (1, 1));
    }

    async fn watches_are_of_their_team_alone(database: Database) {
        let app = network(database).await;
        let (alpha, bravo) = (officer(&app, "ALPHA").await, officer(&app, "BRAVO").await);
        add_watch(&app, &alpha, "ours", "xdr").await.unwrap();
        assert!(add_watch(&app, &alpha, "OURS", "xdr").await.is_err());
        assert_eq!(app.watches(&bravo).await.unwrap(), []);
        assert_eq!(app.digest(&bravo).await.unwrap(), None);
        assert!(remove_watch(&app, &bravo, "ours").await.is_err());
        let observer = Viewer { role: Role::Observer, ..alpha.clone() };
        assert_eq!(app.watches(&observer).await.unwrap(), []);
        assert!(add_watch(&app, &observer, "mine", "xdr").await.is_err());
        remove_watch(&app, &alpha, "ours").await.unwrap();
        assert_eq!(app.watches(&alpha).await.unwrap(), []);
    }
}

#[tokio::test]
async fn digest_is_a_sealed_mail_that_says_why_each_line_is_there() {
    let mut toy = Toy::new(Database::sqlite(), &[("ALPHA", Kind::Openpgp)]).await;
    toy.serve();
    let file = toy.program.data().join("v-1.json");
    std::fs::write(&file, csaf("Vendor", "V-1", "1", &["CVE-2026-0001"], Some("WHITE"))).unwrap();
    let query = ["--query", "id:CVE-2026-0001"];
    toy.program.ok(&["watch", "add", "the one", "--team", "ALPHA", query[0], query[1]]);
    assert_eq!(toy.program.json(&["watch", "list", "--team", "ALPHA"])[0]["name"], "the one");
    toy.program.ok(&["advisory", "import", file.to_str().unwrap()]);
    toy.program.ok(&["watch", "digest", "--team", "ALPHA"]);
    let copy = toy.copies(1).remove(0);
    assert!(!contains(&copy.bytes, b"V-1") && !contains(&copy.bytes, b"the one"));
    let text = String::from_utf8(toy.open(&toy.members[0], &copy)).unwrap();
    assert!(
        text.contains("Title of V-1") && text.contains("because of your watch: the one"),
        "{text}"
    );
    toy.program.ok(&["watch", "remove", "the one", "--team", "ALPHA"]);
    assert_eq!(toy.program.json(&["watch", "list", "--team", "ALPHA"])[0], serde_json::Value::Null);
}
