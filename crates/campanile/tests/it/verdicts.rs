//! Mail that is not distributed: told in the session, or taken and recorded in silence.

use campanile::clock::Clock;
use campanile_core::crypto::openpgp::SecretKey;
use serde_json::json;

use crate::support::{Client, Database, Kind, Letter, Member, Toy, eventually};

const TEAMS: [(&str, Kind); 2] = [("ALPHA", Kind::Smime), ("BRAVO", Kind::Openpgp)];

/// SHA-256 of what was signed, which anybody can compute who guesses the text.
fn plain_digest(letter: &Letter) -> String {
    let text = String::from_utf8(letter.entity.clone()).unwrap().replace("\r\n", "\n");
    let digest = openssl::sha::sha256(text.trim_end().as_bytes());
    digest.iter().map(|byte| format!("{byte:02X}")).collect()
}

impl Toy {
    /// Sends a mail that is answered with 250, and waits until it is recorded as refused or
    /// discarded. Returns the names of the reasons.
    async fn recorded(&self, from: &str, mail: &[u8], state: &str) -> Vec<String> {
        let before = self.audit("message.settle").await.len();
        self.post(from, mail);
        loop {
            let entries = self.audit("message.settle").await;
            if let Some(entry) = entries.get(before) {
                assert_eq!(entry["state"], state, "{entry}");
                return serde_json::from_value(entry["reasons"].clone()).unwrap();
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// Nobody got anything, and nothing is kept.
    fn silent(&self, copies: usize) {
        self.settled();
        assert_eq!(self.hop.copies().len(), copies);
        assert_eq!(self.program.json(&["held", "list"]), json!([]));
    }
}

on_both_databases! {
    async fn mail_in_clear_is_refused_in_the_session_and_never_stored(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        for sender in &toy.members {
            let letter = Letter::new(sender);
            let mut mails = vec![letter.in_clear()];
            if sender.handle == "ALPHA" {
                let signed = letter.signed(sender.smime());
                let header = b"From: <cert@alpha.example>\r\nMIME-Version: 1.0\r\n";
                mails.push([header.as_slice(), &signed].concat());
            }
            for mail in mails {
                let reply = toy.submit(&sender.address, &mail);
                assert!(reply.starts_with("550 5.7.1"), "{reply}");
                assert!(!reply.contains(&letter.canary));
            }
        }
        toy.silent(0);
        assert_eq!(toy.sql("SELECT id FROM message").await, [""; 0]);
    }

    async fn unsigned_and_foreign_mail_is_taken_and_goes_nowhere(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        let [alpha, bravo] = &toy.members[..] else { panic!() };
        let letter = Letter::new(alpha);
        let unsigned = letter.smime(&toy, &letter.entity);
        let reasons = toy.recorded(&alpha.address, &unsigned, "refused").await;
        assert_eq!(reasons, ["not-signed"]);

        let stranger = Member::new(&toy.authority, "STRANGER", Kind::Openpgp);
        let mail = Letter::new(&stranger).sealed(&toy, &stranger);
        let reasons = toy.recorded(&stranger.address, &mail, "refused").await;
        assert_eq!(reasons, ["from-unknown", "signer-unknown"]);

        let mail = Letter::new(alpha).sealed(&toy, bravo);
        let reasons = toy.recorded(&alpha.address, &mail, "refused").await;
        assert_eq!(reasons, ["signer-not-from"]);

        let (address, now) = (bravo.address.parse().unwrap(), Clock::System.now());
        let impostor = SecretKey::generate("BRAVO", &address, now).unwrap();
        let mail = Letter::new(bravo).pgp_mime(&toy, &impostor, now);
        let reasons = toy.recorded(&bravo.address, &mail, "refused").await;
        assert_eq!(reasons, ["signer-unknown"]);
        toy.silent(0);
    }

    async fn mail_of_a_team_that_may_not_post_is_refused(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        let [alpha, bravo] = &toy.members[..] else { panic!() };
        toy.program.ok(&["team", "suspend", "ALPHA"]);
        toy.program.ok(&["list", "unsubscribe", "alert", "BRAVO"]);
        let mail = Letter::new(alpha).sealed(&toy, alpha);
        let reasons = toy.recorded(&alpha.address, &mail, "refused").await;
        assert_eq!(reasons, ["team-not-active"]);
        let mail = Letter::new(bravo).sealed(&toy, bravo);
        let reasons = toy.recorded(&bravo.address, &mail, "refused").await;
        assert_eq!(reasons, ["not-subscribed"]);
        toy.silent(0);
    }

    async fn replay_is_discarded_also_when_it_was_encrypted_again(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        let alpha = &toy.members[0];
        let letter = Letter::new(alpha);
        let signed = letter.signed(alpha.smime());
        let first = letter.smime(&toy, &signed);
        toy.post(&alpha.address, &first);
        toy.copies(2);
        let reasons = toy.recorded(&alpha.address, &first, "discarded").await;
        assert_eq!(reasons, ["replay"]);
        let mut renamed = letter.clone();
        renamed.message_id = Letter::new(alpha).message_id;
        let again = renamed.smime(&toy, &signed);
        assert_ne!(again, first);
        let reasons = toy.recorded("evil@elsewhere.example", &again, "discarded").await;
        assert_eq!(reasons, ["replay"]);
        toy.silent(2);
    }

    async fn database_does_not_tell_whether_a_known_text_was_sent(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        let alpha = &toy.members[0];
        let letter = Letter::new(alpha);
        toy.post(&alpha.address, &letter.sealed(&toy, alpha));
        toy.copies(2);
        toy.settled();
        let remembered = toy.sql("SELECT digest FROM posting_seen").await;
        assert_eq!(remembered.len(), 1);
        assert_ne!(remembered[0].to_ascii_uppercase(), plain_digest(&letter));
    }

    async fn replay_of_what_an_older_version_has_remembered_is_discarded(database: Database) {
        let mut toy = Toy::serving(database, &TEAMS).await;
        let letter = Letter::new(&toy.members[0]);
        let mail = letter.sealed(&toy, &toy.members[0]);
        let from = toy.members[0].address.clone();
        toy.post(&from, &mail);
        toy.copies(2);
        toy.settled();
        toy.kill();
        let mut raw = toy.program.database.raw(&toy.program.data().join("campanile.db")).await;
        let sql = "UPDATE posting_seen SET digest = $1";
        sqlx::query(sql).bind(plain_digest(&letter)).execute(&mut raw).await.unwrap();
        let sql = "UPDATE setting SET value = '0' WHERE name = 'replay_keyed'";
        sqlx::query(sql).execute(&mut raw).await.unwrap();
        drop(raw);
        toy.serve();
        assert_eq!(toy.recorded(&from, &mail, "discarded").await, ["replay"]);
        let remembered = toy.sql("SELECT digest FROM posting_seen").await;
        assert_ne!(remembered[0].to_ascii_uppercase(), plain_digest(&letter));
        toy.silent(2);
    }

    async fn same_mail_on_many_connections_at_once_is_distributed_once(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        let alpha = &toy.members[0];
        let mail = Letter::new(alpha).sealed(&toy, alpha);
        std::thread::scope(|scope| {
            for _ in 0..5 {
                scope.spawn(|| toy.post(&alpha.address, &mail));
            }
        });
        while toy.audit("message.settle").await.len() < 4 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        toy.copies(2);
        toy.silent(2);
        let entries = toy.audit("message.settle").await;
        assert!(entries.iter().all(|entry| entry["state"] == "discarded"), "{entries:?}");
    }
}

#[tokio::test]
async fn recipients_that_are_no_list_are_refused() {
    let toy = Toy::serving(Database::sqlite(), &TEAMS).await;
    let mut client = Client::connect(toy.port, "EHLO");
    assert!(client.say("MAIL FROM:<cert@alpha.example>").starts_with("250"));
    let reply = client.say("RCPT TO:<nobody@list.example>");
    assert!(reply.starts_with("550 5.1.1"), "{reply}");
    let reply = client.say("RCPT TO:<cert@bravo.example>");
    assert!(reply.starts_with("55"), "no relay for others: {reply}");
    let reply = client.say("RCPT TO:<ALERT@List.Example>");
    assert!(reply.starts_with("250"), "{reply}");
}

#[tokio::test]
async fn mail_that_came_back_from_the_list_is_no_posting() {
    let toy = Toy::serving(Database::sqlite(), &TEAMS).await;
    let alpha = &toy.members[0];
    toy.post(&alpha.address, &Letter::new(alpha).sealed(&toy, alpha));
    let copies = toy.copies(2);
    let own = copies.iter().find(|copy| copy.recipient == alpha.address);
    let reasons = toy.recorded(&alpha.address, &own.unwrap().bytes, "refused").await;
    assert!(reasons.iter().any(|reason| reason == "loop"), "{reasons:?}");
    eventually("nothing kept", || toy.spooled() == 0);
    assert_eq!(toy.hop.copies().len(), 2);
}
