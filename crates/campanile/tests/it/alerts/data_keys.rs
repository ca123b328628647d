//! What is sealed at rest stays readable while keys change.

use campanile::app::App;
use campanile::store::alerts::Name;

use super::{CANARY, FILE, TEAMS, officer, send, three};
use crate::support::{Database, Program, Toy};

on_both_databases! {
    async fn texts_are_sealed_anew_and_old_keys_go(database: Database) {
        let toy = Toy::new(database, &TEAMS).await;
        let program = &toy.program;
        toy.send_alert(FILE, &["--team", "ALPHA"]);
        program.ok(&["alert", "ack", "ALPHA-1", "--team", "BRAVO", "--remark", "patched"]);
        let keys = program.json(&["data-key", "list"]);
        let first = keys[0]["name"].as_str().unwrap().to_owned();
        assert_eq!((&keys[0]["texts"], keys.as_array().unwrap().len()), (&4.into(), 1));
        program.refused(&["data-key", "remove", &first]);
        program.ok(&["data-key", "rotate"]);
        let refused = program.refused(&["data-key", "remove", &first]);
        assert!(refused.contains("4 texts"), "{refused}");
        assert_eq!(program.ok(&["data-key", "reseal"]), "4 texts are sealed anew\n");
        assert_eq!(program.ok(&["data-key", "reseal"]), "0 texts are sealed anew\n");
        program.ok(&["data-key", "remove", &first]);
        let board = program.json(&["alert", "status", "ALPHA-1"]);
        assert_eq!(board["rows"][1]["acknowledged"]["remark"], "patched", "{board}");
        let text = program.ok(&["alert", "export", "ALPHA-1", "--format", "text"]);
        assert!(text.contains(CANARY), "{text}");
    }

    async fn key_that_comes_later_seals_later_and_other_nodes_learn_of_it(database: Database) {
        let app = three(database).await;
        send(&app, "ALPHA", "1", None).await;
        let old = app.vault.sealing_key().unwrap();
        let by = campanile::actions::Actor::Operator;
        let other = app.another().await;
        campanile::actions::rotate_data_key(&app, by, 600).await.unwrap();
        assert_eq!(app.vault.sealing_key().unwrap(), old, "not yet");
        let later = app.another_at(601).await;
        assert_ne!(later.vault.sealing_key().unwrap(), old);
        send(&later, "ALPHA", "2", None).await;
        let bravo = officer(&other, "BRAVO").await;
        assert!(other.alert(&bravo, Name::Id("ALPHA-2")).await.is_ok());
        assert!(other.alert(&bravo, Name::Id("ALPHA-1")).await.is_ok());
    }
}

#[tokio::test]
async fn lost_keys_are_named_and_not_made_anew() {
    let program = Program::with_network(Database::sqlite());
    program.ok(&["team", "list"]);
    std::fs::remove_dir_all(program.data().join("keys/data")).unwrap();
    let refused = program.refused(&["team", "list"]);
    assert!(refused.contains("data keys are lost"), "{refused}");
}

#[tokio::test]
async fn text_moved_to_another_row_is_not_opened() {
    let app = three(Database::sqlite()).await;
    send(&app, "ALPHA", "1", None).await;
    send(&app, "ALPHA", "2", None).await;
    let mut write = app.db.begin_write().await.unwrap();
    sqlx::query(
        "UPDATE alert_revision SET sealed = (SELECT o.sealed FROM alert_revision o \
         JOIN alert a ON a.id = o.alert_id WHERE a.alert_key = 'alpha-1')",
    )
    .execute(&mut *write)
    .await
    .unwrap();
    write.commit().await.unwrap();
    let app: &App = &app;
    let bravo = officer(app, "BRAVO").await;
    assert!(app.alert(&bravo, Name::Id("ALPHA-1")).await.is_ok());
    assert!(app.alert(&bravo, Name::Id("ALPHA-2")).await.is_err());
}
