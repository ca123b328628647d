//! The next hop refuses, defers, breaks or is not there.

use std::time::Duration;

use crate::support::{Answer, Database, Kind, Letter, Toy, eventually};

const TEAMS: [(&str, Kind); 3] =
    [("ALPHA", Kind::Smime), ("BRAVO", Kind::Openpgp), ("CHARLIE", Kind::Openpgp)];

impl Toy {
    /// Posts a letter of ALPHA.
    fn post_alpha(&self) -> Letter {
        let alpha = &self.members[0];
        let letter = Letter::new(alpha);
        self.post(&alpha.address, &letter.sealed(self, alpha));
        letter
    }

    /// Lets all waiting copies be due, again and again, until the hop has so many.
    fn retried(&self, count: usize) {
        eventually("copies after another try", || {
            let rows = self.queue();
            if rows.iter().any(|row| row["state"] == "waiting" && row["reply"] != "") {
                self.program.ok(&["queue", "retry"]);
            }
            self.hop.copies().len() >= count
        });
        self.settled();
        assert_eq!(self.hop.copies().len(), count);
    }
}

on_both_databases! {
    async fn refused_recipient_fails_and_the_others_get_theirs(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        toy.script(1, &[Answer::AtRcpt("550 5.1.1 no such mailbox")]);
        let letter = toy.post_alpha();
        let row = toy.queued(1, "failed");
        assert!(row["reply"].as_str().unwrap().contains("no such mailbox"), "{row}");
        assert_eq!((&row["attempts"], &row["list"]), (&1.into(), &"alert".into()));
        assert_eq!(row["recipient"], toy.members[1].address.as_str());
        for team in [0, 2] {
            let copies = toy.hop.copies_to(&toy.members[team].address);
            assert_eq!(toy.open(&toy.members[team], &copies[0]), letter.body());
        }
        let table = toy.program.ok(&["queue", "list"]);
        assert!(table.contains("BRAVO") && table.contains("no such mailbox"), "{table}");
        assert!(toy.program.json(&["queue", "list", "--all"]).as_array().unwrap().len() == 3);

        toy.program.ok(&["queue", "retry", row["id"].as_str().unwrap()]);
        toy.copies(3);
        toy.settled();
        let refused = toy.program.refused(&["queue", "retry", row["id"].as_str().unwrap()]);
        assert!(refused.contains("no copy"), "{refused}");
    }

    async fn deferred_copy_waits_and_is_delivered_by_retry(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        toy.script(2, &[Answer::AtRcpt("451 4.3.0 later"), Answer::AtEnd("452 4.2.2 full")]);
        let letter = toy.post_alpha();
        let row = toy.queued(2, "waiting");
        assert!(row["reply"].as_str().unwrap().contains("4.3.0"), "{row}");
        assert!(row["due_at"].as_str() > row["created_at"].as_str());
        let id = row["id"].as_str().unwrap();
        toy.program.ok(&["queue", "retry", id]);
        eventually("the second try", || toy.queue()[0]["attempts"] == 2);
        eventually("its reply", || {
            toy.queue()[0]["reply"].as_str().unwrap().contains("4.2.2")
        });
        toy.program.ok(&["queue", "retry", id]);
        let copies = toy.copies(3);
        assert_eq!(toy.open(&toy.members[2], &copies[2]), letter.body());
        toy.settled();
        assert_eq!(toy.audit("delivery.retry").await.len(), 2);
    }

    async fn copy_whose_connection_broke_is_tried_again(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        toy.script(1, &[Answer::CutInData]);
        let letter = toy.post_alpha();
        toy.retried(3);
        for member in &toy.members {
            let copies = toy.hop.copies_to(&member.address);
            assert_eq!(copies.len(), 1);
            assert_eq!(toy.open(member, &copies[0]), letter.body());
        }
    }

    async fn copy_whose_answer_was_lost_is_repeated_with_the_same_message_id(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        toy.script(0, &[Answer::CutAfterData]);
        toy.post_alpha();
        toy.retried(4);
        let copies = toy.hop.copies_to(&toy.members[0].address);
        assert_eq!(copies.len(), 2);
        assert_eq!(copies[0].field("Message-ID"), copies[1].field("Message-ID"));
        assert_eq!(copies[0].mail_from, copies[1].mail_from);
        assert_eq!(copies[0].bytes, copies[1].bytes);
    }

    async fn hop_that_was_down_gets_everything_when_it_is_up(database: Database) {
        let mut toy = Toy::serving(database, &TEAMS).await;
        toy.hop.stop();
        let letters = [toy.post_alpha(), toy.post_alpha()];
        eventually("every copy tried", || {
            let rows = toy.queue();
            rows.len() == 6 && rows.iter().all(|row| row["reply"] != "")
        });
        let rows = toy.queue();
        assert!(rows.iter().all(|row| row["state"] == "waiting"), "{rows:?}");
        assert!(rows[0]["reply"].as_str().unwrap().contains("not reachable"), "{rows:?}");
        toy.hop.start();
        toy.retried(6);
        for letter in &letters {
            for member in &toy.members {
                let copies = toy.hop.copies_to(&member.address);
                assert!(copies.iter().any(|copy| toy.open(member, copy) == letter.body()));
            }
        }
    }

    async fn dropped_copy_is_never_sent_and_leaves_nothing(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        toy.script(1, &[Answer::AtEnd("451 4.3.0 later")]);
        toy.post_alpha();
        let row = toy.queued(1, "waiting");
        let id = row["id"].as_str().unwrap();
        assert!(toy.spooled() > 0);
        toy.program.ok(&["queue", "drop", id]);
        toy.settled();
        for verb in ["drop", "retry"] {
            assert!(toy.program.refused(&["queue", verb, id]).contains("no copy"));
        }
        assert_eq!(toy.audit("delivery.drop").await.len(), 1);
        assert_eq!(toy.hop.copies_to(&toy.members[1].address).len(), 0);
    }

    async fn copy_on_its_way_is_not_sent_twice_by_a_retry(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        toy.script(0, &[Answer::Slowly(Duration::from_secs(4))]);
        toy.post_alpha();
        eventually("the slow copy on its way", || {
            toy.queue().iter().any(|row| row["kind"] == "copy" && row["attempts"] == 1)
        });
        toy.program.ok(&["queue", "retry"]);
        toy.copies(3);
        toy.settled();
        assert_eq!(toy.hop.copies().len(), 3);
    }
}

#[tokio::test]
async fn copies_whose_body_is_lost_do_not_delay_the_others() {
    let mut toy = Toy::serving(Database::sqlite(), &TEAMS).await;
    toy.hop.stop();
    toy.post_alpha();
    eventually("every copy tried", || {
        let rows = toy.queue();
        rows.len() == 3 && rows.iter().all(|row| row["reply"] != "")
    });
    let folder = toy.program.data().join("spool/sealed");
    for body in std::fs::read_dir(folder).unwrap() {
        std::fs::remove_file(body.unwrap().path()).unwrap();
    }
    toy.hop.start();
    toy.program.ok(&["queue", "retry"]);
    toy.copies(2);
    let row = toy.queued(0, "waiting");
    eventually("the reason", || {
        let reply = toy.queue()[0]["reply"].as_str().unwrap().to_owned();
        reply.contains("cannot be read")
    });
    toy.program.ok(&["queue", "drop", row["id"].as_str().unwrap()]);
    toy.settled();
    assert!(toy.hop.copies_to(&toy.members[0].address).is_empty());
}

#[tokio::test]
async fn message_refused_at_its_end_fails() {
    let toy = Toy::serving(Database::sqlite(), &TEAMS).await;
    toy.script(0, &[Answer::AtEnd("554 5.7.1 content refused")]);
    toy.post_alpha();
    let row = toy.queued(0, "failed");
    assert!(row["reply"].as_str().unwrap().contains("content refused"), "{row}");
    assert_eq!(toy.hop.copies().len(), 2);
    toy.program.ok(&["queue", "drop", row["id"].as_str().unwrap()]);
    toy.settled();
}

#[tokio::test]
async fn hop_that_restarts_between_two_mails_is_met_again() {
    let mut toy = Toy::serving(Database::sqlite(), &TEAMS).await;
    for round in 1..=6 {
        toy.post_alpha();
        toy.copies(3 * round);
        toy.settled();
        toy.hop.stop();
        toy.hop.start();
    }
    assert_eq!(toy.hop.copies().len(), 18);
}
