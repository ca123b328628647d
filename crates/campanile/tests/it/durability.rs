//! What was answered with 250 survives every end of the server, and is not on disk in clear.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::support::{
    Answer, Client, Copy, Database, Kind, Letter, Toy, contains, eventually, refuses_to_serve,
};

const TEAMS: [(&str, Kind); 3] =
    [("ALPHA", Kind::Smime), ("BRAVO", Kind::Openpgp), ("CHARLIE", Kind::Openpgp)];

impl Toy {
    /// Posts a letter of BRAVO.
    fn post_bravo(&self) -> Letter {
        let bravo = &self.members[1];
        let letter = Letter::new(bravo);
        self.post(&bravo.address, &letter.sealed(self, bravo));
        letter
    }

    /// Copies that every team got of its letters, opened: by body, then by team.
    fn arrived(&self) -> BTreeMap<Vec<u8>, BTreeMap<String, Vec<Copy>>> {
        let mut arrived: BTreeMap<_, BTreeMap<_, Vec<_>>> = BTreeMap::new();
        for copy in self.hop.copies() {
            let member = self.members.iter().find(|m| m.address == copy.recipient);
            let body = self.open(member.unwrap(), &copy);
            let teams = arrived.entry(body).or_default();
            teams.entry(copy.recipient.clone()).or_default().push(copy);
        }
        arrived
    }

    /// Waits until a copy is being sent.
    fn under_way(&self) {
        let tried = |row: &Value| row["kind"] == "copy" && row["attempts"] == 1;
        eventually("a copy on its way", || self.queue().iter().any(tried));
    }

    /// Waits until nothing is queued, making due at once what was tried in vain.
    fn drained(&self) {
        eventually("an empty queue", || {
            let rows = self.queue();
            if rows.iter().any(|row| row["state"] == "waiting" && row["reply"] != "") {
                self.program.ok(&["queue", "retry"]);
            }
            rows.is_empty()
        });
    }

    /// No form of a letter's secret is in the data directory or the log.
    fn keeps_no_plaintext(&self, letter: &Letter) {
        let log = self.server.as_ref().unwrap().log();
        let kept = [self.program.everything(), log.into_bytes()].concat();
        assert!(!contains(&kept, letter.canary.as_bytes()));
        for shift in 0..3 {
            let shifted = [&b"xx"[..shift], letter.canary.as_bytes()].concat();
            let encoded = STANDARD.encode(shifted);
            assert!(!contains(&kept, &encoded.as_bytes()[4..encoded.len() - 4]));
        }
    }
}

on_both_databases! {
    async fn mail_answered_with_250_outlives_sigkill_and_arrives_once(database: Database) {
        let mut toy = Toy::serving(database, &TEAMS).await;
        toy.hop.stop();
        let letter = toy.post_bravo();
        toy.kill();
        assert!(toy.spooled() > 0);
        toy.hop.start();
        toy.serve();
        toy.drained();
        let arrived = toy.arrived();
        assert_eq!(arrived.keys().collect::<Vec<_>>(), [letter.body()]);
        assert_eq!(arrived[letter.body()].len(), 3);
        assert!(arrived[letter.body()].values().all(|copies| copies.len() == 1));
    }

    async fn sigkill_at_any_time_loses_nothing_and_repeats_by_message_id(database: Database) {
        let mut toy = Toy::serving(database, &TEAMS).await;
        let mut letters = Vec::new();
        for delay_ms in [0, 15, 30, 50, 75, 100, 140, 190, 250, 350] {
            letters.push(toy.post_bravo());
            std::thread::sleep(Duration::from_millis(delay_ms));
            toy.kill();
            toy.serve();
        }
        toy.drained();
        let arrived = toy.arrived();
        assert_eq!(arrived.len(), letters.len());
        for letter in &letters {
            let teams = &arrived[letter.body()];
            assert_eq!(teams.len(), 3, "every team has it");
            let ids: BTreeSet<_> =
                teams.values().flatten().map(|copy| copy.field("Message-ID")).collect();
            assert_eq!(ids.len(), 1);
            toy.keeps_no_plaintext(letter);
        }
        toy.swept_after_an_hour();
    }

    async fn sigterm_lets_deliveries_under_way_end(database: Database) {
        let mut toy = Toy::serving(database, &TEAMS).await;
        toy.script(0, &[Answer::Slowly(Duration::from_secs(2))]);
        toy.post_bravo();
        toy.under_way();
        let status = toy.server.take().unwrap().stop();
        assert_eq!(status.code(), Some(0));
        let early = toy.hop.copies().len();
        assert!(early >= 1);
        let undone = toy.queue().len();
        assert_eq!(early + undone, 3, "what was sent is recorded");
        toy.serve();
        toy.drained();
        toy.settled();
        assert_eq!(toy.hop.copies().len(), 3, "nothing twice");
    }

    async fn plaintext_is_nowhere_in_the_house(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        toy.script(1, &[Answer::AtEnd("451 4.3.0 later")]);
        let letter = toy.post_bravo();
        toy.queued(1, "waiting");
        assert!(toy.spooled() > 0);
        toy.keeps_no_plaintext(&letter);
        let stored = toy.sql("SELECT reply || mail_from || recipient FROM delivery").await;
        assert!(!stored.concat().contains(&letter.canary));
        toy.drained();
        toy.settled();
        toy.keeps_no_plaintext(&letter);
    }
}

impl Toy {
    /// What a crash left in the spool is removed once it is an hour old.
    fn swept_after_an_hour(&mut self) {
        let spool = self.program.data().join("spool");
        for folder in ["in", "sealed"] {
            std::fs::write(spool.join(folder).join("orphan"), b"x").unwrap();
        }
        self.kill();
        self.program.set("CAMPANILE_FAULTS", "hour 200");
        self.serve();
        eventually("a swept spool", || self.spooled() == 0);
    }
}

#[tokio::test]
async fn message_that_has_begun_is_taken_after_sigterm() {
    let mut toy = Toy::serving(Database::sqlite(), &TEAMS).await;
    let bravo = &toy.members[1];
    let letter = Letter::new(bravo);
    let mail = letter.sealed(&toy, bravo);
    let mut begun = Client::connect(toy.port, "EHLO");
    let mut idle = Client::connect(toy.port, "EHLO");
    begun.begin(&bravo.address, "alert@list.example", &mail[..100]);
    toy.server.as_ref().unwrap().terminate();
    let told = idle.reply();
    assert!(told.starts_with("421"), "{told}");
    begun.end(&mail[100..]);
    let reply = begun.reply();
    assert!(reply.starts_with("250"), "{reply}");
    assert_eq!(toy.server.take().unwrap().stop().code(), Some(0));
    toy.serve();
    toy.copies(3);
    toy.settled();
    assert_eq!(toy.hop.copies().len(), 3);
}

#[tokio::test]
async fn hop_that_hangs_does_not_keep_the_server_from_ending() {
    let mut toy = Toy::serving(Database::sqlite(), &TEAMS).await;
    toy.script(2, &[Answer::Hang]);
    let letter = toy.post_bravo();
    toy.under_way();
    std::thread::sleep(Duration::from_millis(500));
    let status = toy.server.take().unwrap().stop();
    assert_eq!(status.code(), Some(0));
    assert!(!toy.queue().is_empty());
    toy.serve();
    toy.drained();
    let arrived = toy.arrived();
    let teams = &arrived[letter.body()];
    assert_eq!(teams.len(), 3);
    let ids: BTreeSet<_> = teams.values().flatten().map(|copy| copy.field("Message-ID")).collect();
    assert_eq!(ids.len(), 1);
}

#[tokio::test]
async fn second_server_on_one_data_directory_refuses_to_start() {
    let mut toy = Toy::serving(Database::sqlite(), &TEAMS).await;
    let (code, said) = refuses_to_serve(&toy.program);
    assert_eq!(code, Some(1), "{said}");
    let clear = said.contains("another server works in") && said.contains("hint: ");
    assert!(clear, "{said}");
    toy.post_bravo();
    toy.copies(3);
    toy.kill();
    toy.serve();
}
