//! Mail that a list's policy holds for the operator.

use campanile::clock::Clock;
use serde_json::{Value, json};

use crate::support::{Database, Kind, Letter, Toy, contains, eventually};

const TEAMS: [(&str, Kind); 2] = [("ALPHA", Kind::Smime), ("BRAVO", Kind::Openpgp)];
const DAYS_10: i64 = 10 * 24 * 3600;

/// A network that holds what is stale, with its server.
async fn toy(database: Database) -> Toy {
    let toy = Toy::serving(database, &TEAMS).await;
    let policy = toy.program.file("policy.toml", "[conditions]\nstale = \"hold\"\n");
    toy.program.ok(&["list", "policy", "alert", &policy]);
    toy
}

impl Toy {
    /// Posts a letter that was signed ten days ago, and returns it.
    fn post_stale(&self) -> Letter {
        let bravo = &self.members[1];
        let letter = Letter::new(bravo);
        let at = Clock::System.now().plus_seconds(-DAYS_10);
        self.post(&bravo.address, &letter.pgp_mime(self, bravo.openpgp(), at));
        letter
    }

    /// Waits until a number of messages is held, and returns them.
    fn held(&self, count: usize) -> Vec<Value> {
        let mut held = Vec::new();
        eventually("held messages", || {
            let listed = self.program.json(&["held", "list"]);
            held = listed.as_array().unwrap().clone();
            held.len() == count
        });
        held
    }
}

fn id(message: &Value) -> &str {
    message["id"].as_str().unwrap()
}

on_both_databases! {
    async fn held_mail_is_listed_and_distributed_when_released(database: Database) {
        let toy = toy(database).await;
        let letter = toy.post_stale();
        let held = toy.held(1);
        assert_eq!(held[0]["state"], "held");
        assert_eq!(held[0]["reasons"], json!(["stale"]));
        assert_eq!(held[0]["mail_from"], toy.members[1].address.as_str());
        assert_eq!(toy.program.json(&["held", "show", id(&held[0])]), held[0]);
        let shown = toy.program.ok(&["held", "show", id(&held[0])]);
        assert!(shown.contains("stale: "), "{shown}");
        assert!(!shown.contains("CANARY"), "{shown}");
        assert!(toy.hop.copies().is_empty());

        toy.program.ok(&["held", "release", id(&held[0])]);
        for copy in toy.copies(2) {
            let member = toy.members.iter().find(|m| m.address == copy.recipient).unwrap();
            assert_eq!(toy.open(member, &copy), letter.body());
        }
        toy.held(0);
        toy.settled();
        let refused = toy.program.refused(&["held", "release", id(&held[0])]);
        assert!(refused.contains("no message"), "{refused}");
        assert_eq!(toy.audit("message.settle").await[0]["reasons"], json!(["stale"]));
        assert_eq!(toy.audit("message.release").await.len(), 1);
        assert_eq!(toy.audit("message.distribute").await[0]["copies"], 2);
    }

    async fn held_mail_is_gone_when_dropped(database: Database) {
        let toy = toy(database).await;
        toy.post_stale();
        let held = toy.held(1);
        assert_eq!(toy.spooled(), 1);
        toy.program.ok(&["held", "drop", id(&held[0])]);
        toy.held(0);
        assert_eq!(toy.spooled(), 0);
        assert_eq!(toy.sql("SELECT state FROM message").await, ["dropped"]);
        assert_eq!(toy.audit("message.drop").await.len(), 1);
        for verb in ["drop", "release"] {
            let refused = toy.program.refused(&["held", verb, id(&held[0])]);
            assert!(refused.contains("no message"), "{refused}");
        }
        assert!(toy.hop.copies().is_empty());
    }

    async fn mail_held_twice_is_distributed_once(database: Database) {
        let toy = toy(database).await;
        let bravo = &toy.members[1];
        let at = Clock::System.now().plus_seconds(-DAYS_10);
        let mail = Letter::new(bravo).pgp_mime(&toy, bravo.openpgp(), at);
        toy.post(&bravo.address, &mail);
        toy.post(&bravo.address, &mail);
        for message in toy.held(2) {
            toy.program.ok(&["held", "release", id(&message)]);
        }
        toy.copies(2);
        eventually("both decided", || toy.spooled() == 0);
        toy.held(0);
        toy.settled();
        assert_eq!(toy.hop.copies().len(), 2);
        let mut states = toy.sql("SELECT state FROM message").await;
        states.sort();
        assert_eq!(states, ["discarded", "distributed"]);
    }
}

#[tokio::test]
async fn release_does_not_help_what_the_rule_refuses() {
    let toy = toy(Database::sqlite()).await;
    let letter = toy.post_stale();
    let held = toy.held(1);
    toy.program.ok(&["team", "suspend", "BRAVO"]);
    toy.program.ok(&["held", "release", id(&held[0])]);
    toy.held(0);
    eventually("refused", || toy.spooled() == 0);
    assert_eq!(toy.sql("SELECT state FROM message").await, ["refused"]);
    assert!(toy.hop.copies().is_empty());
    assert!(!contains(&toy.program.everything(), letter.canary.as_bytes()));
}
