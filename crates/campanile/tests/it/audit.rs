//! The chain of the audit log: what was tampered with is named, on both databases.

use campanile_core::crypto::mac::mac;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection};

use crate::support::{Database, Program};

/// A network with an audit log of six entries.
fn program(database: Database) -> Program {
    let program = Program::with_network(database);
    // The network and the certificate of its operator are the first two.
    for handle in ["A", "B", "C", "D"] {
        program.team(&format!("{handle}-CERT"));
    }
    program
}

/// Changes the database past the program.
async fn tamper(program: &Program, statements: &[&str]) {
    let mut raw = program.database.raw(&program.data().join("campanile.db")).await;
    for sql in statements {
        sqlx::query(AssertSqlSafe(*sql)).execute(&mut raw).await.unwrap();
    }
    raw.close().await.unwrap();
}

fn head(program: &Program) -> String {
    let verified = program.json(&["audit", "verify"]);
    verified["head"]["hash"].as_str().unwrap().to_owned()
}

/// `audit verify` names this entry as the first that is not sound, with these words.
fn breaks_at(program: &Program, seq: i64, words: &str) {
    let told = program.refused(&["audit", "verify"]);
    assert!(told.contains(&format!("audit entry {seq} ")) && told.contains(words), "{told}");
    let output = program.run(&["audit", "verify", "--json"]);
    assert_eq!(output.code, Some(1));
    let document: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(document["broken"]["seq"], seq);
}

/// Statements that make the database as a version without the chain has left it.
const OLD: [&str; 3] = [
    "UPDATE audit SET hash = ''",
    "UPDATE setting SET value = '' WHERE name = 'audit_hash'",
    "UPDATE setting SET value = '0' WHERE name = 'replay_keyed'",
];

on_both_databases! {
    async fn untouched_log_is_sound_and_listed(database: Database) {
        let program = program(database);
        let verified = program.json(&["audit", "verify"]);
        assert_eq!((&verified["sound"], &verified["adopted"]), (&6.into(), &0.into()));
        assert!(program.ok(&["audit", "verify"]).contains("6 entries are sound"));
        let listed = program.json(&["audit", "list"]);
        assert_eq!(listed.as_array().unwrap().len(), 6);
        assert_eq!(listed[0]["action"], "network.init");
        assert_eq!(listed[5]["hash"], verified["head"]["hash"]);
        let some = program.json(&["audit", "list", "--after", "2", "--limit", "2"]);
        assert_eq!((&some[0]["seq"], &some[1]["seq"]), (&3.into(), &4.into()));
        let newest = program.json(&["audit", "list", "--limit", "1"]);
        assert_eq!(newest[0]["seq"], 6);
    }

    async fn every_changed_column_is_found(database: Database) {
        let program = program(database);
        for change in [
            "at = at + 1", "actor = 'gateway'", "action = 'team.state'", "object = 'X'",
            "detail = '{}'", "hash = '00'", "seq = 60",
        ] {
            let keep = "CREATE TABLE kept AS SELECT * FROM audit";
            let change = format!("UPDATE audit SET {change} WHERE seq = 3");
            tamper(&program, &[keep, &change]).await;
            let words = if change.contains("seq = 60") { "is missing" } else { "was changed" };
            breaks_at(&program, 3, words);
            let restore = "INSERT INTO audit SELECT * FROM kept";
            tamper(&program, &["DELETE FROM audit", restore, "DROP TABLE kept"]).await;
            program.ok(&["audit", "verify"]);
        }
    }

    async fn removed_entry_is_missing_also_when_the_others_move_up(database: Database) {
        let program = program(database);
        tamper(&program, &["DELETE FROM audit WHERE seq = 4"]).await;
        breaks_at(&program, 4, "is missing");
        let up = [
            "UPDATE audit SET seq = 4 WHERE seq = 5", "UPDATE audit SET seq = 5 WHERE seq = 6",
            "UPDATE setting SET value = '5' WHERE name = 'audit_seq'",
        ];
        tamper(&program, &up).await;
        breaks_at(&program, 4, "was changed");
    }

    async fn exchanged_entries_are_found(database: Database) {
        let program = program(database);
        let exchange = [
            "UPDATE audit SET seq = 99 WHERE seq = 2", "UPDATE audit SET seq = 2 WHERE seq = 3",
            "UPDATE audit SET seq = 3 WHERE seq = 99",
        ];
        tamper(&program, &exchange).await;
        breaks_at(&program, 2, "was changed");
    }

    async fn inserted_entry_is_found(database: Database) {
        let program = program(database);
        let insert = "INSERT INTO audit (seq, at, actor, action, object, detail)
                      VALUES (7, 1, 'operator', 'team.add', 'EVIL', '{}')";
        let count = "UPDATE setting SET value = '7' WHERE name = 'audit_seq'";
        tamper(&program, &[insert, count]).await;
        breaks_at(&program, 7, "was not written by this version");
        // A plain hash can be computed by anybody, and does not help.
        let hash = mac(b"guess", "audit [\"\",7,1,\"operator\",\"team.add\",\"EVIL\",\"{}\"]").unwrap();
        tamper(&program, &[&format!("UPDATE audit SET hash = '{hash}' WHERE seq = 7")]).await;
        breaks_at(&program, 7, "was changed");
        // What is written later is chained to what is there, and can be checked by itself.
        program.team("F-CERT");
        breaks_at(&program, 7, "was changed");
        program.ok(&["audit", "verify", "--after", "7"]);
    }

    async fn end_that_was_cut_off_is_found(database: Database) {
        let program = program(database);
        let noted = head(&program);
        program.team("F-CERT");
        program.ok(&["audit", "verify", "--head", &noted]);
        let last = head(&program);
        tamper(&program, &["DELETE FROM audit WHERE seq = 7"]).await;
        breaks_at(&program, 7, "was cut off");
        // With all that the database says about its end, only a hash from elsewhere tells.
        let count = "UPDATE setting SET value = '6' WHERE name = 'audit_seq'";
        let hash = "UPDATE setting SET value = (SELECT hash FROM audit WHERE seq = 6)
                    WHERE name = 'audit_hash'";
        tamper(&program, &[count, hash]).await;
        program.ok(&["audit", "verify"]);
        let told = program.refused(&["audit", "verify", "--head", &last]);
        assert!(told.contains("--head"), "{told}");
        program.ok(&["audit", "verify", "--head", &noted]);
    }

    async fn log_of_an_older_version_is_adopted_once_and_told(database: Database) {
        let program = program(database);
        tamper(&program, &OLD).await;
        let verified = program.json(&["audit", "verify"]);
        assert_eq!((&verified["sound"], &verified["adopted"]), (&6.into(), &6.into()));
        program.team("F-CERT");
        let verified = program.json(&["audit", "verify"]);
        assert_eq!((&verified["sound"], &verified["adopted"]), (&7.into(), &6.into()));
        tamper(&program, &["UPDATE audit SET object = 'X' WHERE seq = 2"]).await;
        breaks_at(&program, 2, "was changed");
    }

    async fn history_that_was_made_to_be_adopted_again_has_another_head(database: Database) {
        let program = program(database);
        let noted = head(&program);
        tamper(&program, &["UPDATE audit SET object = 'X' WHERE seq = 2"]).await;
        tamper(&program, &OLD).await;
        assert_eq!(program.json(&["audit", "verify"])["adopted"], 6, "it is told");
        program.refused(&["audit", "verify", "--head", &noted]);
    }
}

#[test]
fn another_secret_shows_at_the_first_entry() {
    let program = program(Database::sqlite());
    std::fs::write(program.data().join("keys/network.secret"), [7; 32]).unwrap();
    breaks_at(&program, 1, "was changed");
}
