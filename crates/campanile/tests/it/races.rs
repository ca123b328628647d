//! Two workers at the same message: the slower one changes nothing.

use std::collections::BTreeMap;

use campanile::actions::distribute_message::seal::Prepared;
use campanile::actions::fill_held_copies::fill_held_copies;
use campanile::actions::record_deliveries::{clear, record_deliveries};
use campanile::actions::settle_message::settle_message;
use campanile::app::App;
use campanile::spool::Folder;
use campanile::store::deliveries::{self, Tried};
use campanile::store::messages::Sealed;
use campanile_core::gateway::decide::Verdict;
use campanile_core::model::condition::Condition;
use campanile_core::model::list::Disposition;

use crate::support::{Database, Kind, Letter, Toy, eventually};

const TEAMS: [(&str, Kind); 1] = [("ALPHA", Kind::Smime)];

/// A network in which one message is distributed: delivered to its sender, and held for a team
/// that never had a key. Returns the message as well.
async fn with_held_copy(database: Database) -> (Toy, String) {
    let toy = Toy::serving(database, &TEAMS).await;
    toy.program.team("BRAVO");
    toy.program.ok(&["list", "subscribe", "alert", "BRAVO"]);
    let alpha = &toy.members[0];
    toy.post(&alpha.address, &Letter::new(alpha).sealed(&toy, alpha));
    toy.copies(1);
    eventually("one held copy", || {
        let rows = toy.queue();
        rows.len() == 1 && rows[0]["state"] == "held"
    });
    let message = toy.queue()[0]["message"].as_str().unwrap().to_owned();
    (toy, message)
}

on_both_databases! {
    async fn last_copies_that_are_recorded_at_the_same_time_leave_nothing(database: Database) {
        let mut toy = Toy::new(database, &[("ALPHA", Kind::Smime), ("BRAVO", Kind::Smime)]).await;
        toy.hop.stop();
        toy.serve();
        let alpha = &toy.members[0];
        toy.post(&alpha.address, &Letter::new(alpha).sealed(&toy, alpha));
        eventually("two copies that wait", || {
            let rows = toy.queue();
            rows.len() == 2 && rows.iter().all(|row| row["reply"] != "")
        });
        toy.server.take();
        let rows = toy.queue();
        let message = rows[0]["message"].as_str().unwrap().to_owned();
        let app = App::open(&toy.program.data()).await.unwrap();
        // As two workers would: each has its copy recorded before the other is done.
        let record = async |copy: &str| {
            let tried = Tried {
                id: copy.to_owned(),
                state: "delivered",
                due_at: app.now(),
                reply: "250 fine".into(),
            };
            record_deliveries(&app, &[tried], &[message.clone()].into()).await.unwrap();
        };
        let (one, two) = (rows[0]["id"].as_str().unwrap(), rows[1]["id"].as_str().unwrap());
        let mut other = app.db.begin_write().await.unwrap();
        let bounced = deliveries::bounced(&mut other, two, "bounced", app.now()).await.unwrap();
        assert_eq!(bounced.as_deref(), Some(message.as_str()));
        let cleared = clear(&mut other, &message).await.unwrap();
        assert!(cleared.is_none(), "the first copy still waits");
        tokio::join!(record(one), async {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            other.commit().await.unwrap();
        });
        assert!(toy.sql("SELECT id FROM sealed_body").await.is_empty());
        assert_eq!(toy.spooled(), 0);
    }

    async fn verdict_that_comes_too_late_takes_nothing_away(database: Database) {
        let (toy, message) = with_held_copy(database).await;
        let app = App::open(&toy.program.data()).await.unwrap();
        let late = Verdict {
            disposition: Disposition::Discard,
            reasons: vec![Condition::Replay],
            team: None,
            signed_at: None,
            replay_key: None,
        };
        settle_message(&app, &message, &late).await.unwrap();
        assert!(app.spool.path(Folder::Received, &message).exists(), "the held copy needs it");
        assert!(toy.audit("message.settle").await.is_empty());
        assert_eq!(toy.sql("SELECT state FROM message").await, ["distributed"]);
    }

    async fn seal_that_nobody_waits_for_leaves_no_trace(database: Database) {
        let (toy, message) = with_held_copy(database).await;
        let app = App::open(&toy.program.data()).await.unwrap();
        let before = toy.sql("SELECT id FROM sealed_body ORDER BY id").await;
        app.spool.write(Folder::Sealed, "vain", [b"x"]).unwrap();
        let prepared = Prepared {
            message_id: "<x@list.example>".into(),
            sealed: vec![Sealed {
                id: "vain".into(),
                message_id: message.clone(),
                container: "openpgp-seipdv1-aes256".into(),
                prefix: Vec::new(),
                suffix: Vec::new(),
                bytes: 1,
            }],
            copies: Vec::new(),
            without_key: Vec::new(),
        };
        fill_held_copies(&app, &message, prepared, &BTreeMap::new()).await.unwrap();
        assert_eq!(toy.sql("SELECT id FROM sealed_body ORDER BY id").await, before);
        assert!(!app.spool.path(Folder::Sealed, "vain").exists());
        assert!(toy.audit("delivery.seal").await.is_empty());
    }
}
