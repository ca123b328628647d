//! Bounces come back to the return path of their copy.

use crate::support::{Answer, Client, Database, Kind, Letter, Toy, bounce, eventually};

const TEAMS: [(&str, Kind); 2] = [("ALPHA", Kind::Smime), ("BRAVO", Kind::Openpgp)];

impl Toy {
    /// Posts a letter and returns the return path of BRAVO's copy.
    fn path_of_bravo(&self) -> String {
        let alpha = &self.members[0];
        self.post(&alpha.address, &Letter::new(alpha).sealed(self, alpha));
        self.copies(2);
        self.settled();
        let copies = self.hop.copies_to(&self.members[1].address);
        copies[0].mail_from.clone()
    }

    fn bounce(&self, path: &str, mail: &[u8]) -> String {
        Client::connect(self.port, "EHLO").deliver("", path, mail)
    }
}

on_both_databases! {
    async fn bounce_is_shown_on_its_copy_and_changes_no_membership(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        let before = toy.program.json(&["team", "show", "BRAVO"]);
        let path = toy.path_of_bravo();
        let address = &toy.members[1].address;
        assert!(toy.bounce(&path, &bounce(address, "delayed")).starts_with("250"));
        assert!(toy.queue().is_empty(), "a delay is no failure");
        assert!(toy.bounce(&path, &bounce(address, "failed")).starts_with("250"));
        let row = toy.queued(1, "bounced");
        let reply = row["reply"].as_str().unwrap();
        assert!(reply.contains("5.1.1") && reply.contains("mailbox is gone"), "{row}");
        assert!(toy.bounce(&path, &bounce(address, "failed")).starts_with("250"));
        let entries = toy.audit("delivery.bounce").await;
        let moved: Vec<_> = entries.iter().map(|entry| entry["moved"].clone()).collect();
        assert_eq!(moved, [false, true, false]);
        assert_eq!(toy.program.json(&["team", "show", "BRAVO"]), before);
        assert_eq!(toy.spooled(), 0);

        let alpha = &toy.members[0];
        toy.post(&alpha.address, &Letter::new(alpha).sealed(&toy, alpha));
        toy.copies(4);
        toy.program.ok(&["queue", "drop", row["id"].as_str().unwrap()]);
        toy.settled();
    }

    async fn bounce_that_is_faster_than_the_answer_of_the_next_hop_is_shown(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        toy.script(1, &[Answer::BounceFirst(toy.port)]);
        let alpha = &toy.members[0];
        toy.post(&alpha.address, &Letter::new(alpha).sealed(&toy, alpha));
        let row = toy.queued(1, "bounced");
        assert!(row["reply"].as_str().unwrap().contains("mailbox is gone"), "{row}");
        toy.copies(2);
        eventually("an empty spool", || toy.spooled() == 0);
        assert_eq!(toy.hop.copies().len(), 2, "nothing is sent again");
    }

    async fn bounce_of_a_copy_whose_answer_was_lost_ends_its_tries(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        toy.script(1, &[Answer::CutAfterData]);
        let alpha = &toy.members[0];
        toy.post(&alpha.address, &Letter::new(alpha).sealed(&toy, alpha));
        let of_bravo = |state: &str, reply: &str| {
            toy.queue().iter().any(|row| {
                let replied = row["reply"].as_str().unwrap_or_default().contains(reply);
                row["team"] == "BRAVO" && row["state"] == state && replied
            })
        };
        eventually("a doubtful copy", || of_bravo("waiting", "perhaps delivered"));
        let copy = toy.hop.copies_to(&toy.members[1].address).remove(0);
        let report = bounce(&copy.recipient, "failed");
        assert!(toy.bounce(&copy.mail_from, &report).starts_with("250"));
        assert!(of_bravo("bounced", "mailbox is gone"));
        if toy.queue().iter().any(|row| row["state"] == "waiting") {
            // The broken connection was that of the other copy as well.
            toy.program.ok(&["queue", "retry"]);
        }
        toy.copies(2);
        eventually("an empty spool", || toy.spooled() == 0);
        assert!(toy.sql("SELECT id FROM sealed_body").await.is_empty(), "nobody needs a body");
        assert_eq!(toy.hop.copies().len(), 2, "nothing is sent again");
    }

    async fn bounce_to_a_forged_path_is_refused(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        let path = toy.path_of_bravo();
        let (local, domain) = path.split_once('@').unwrap();
        let last = if local.ends_with('0') { '1' } else { '0' };
        let other_mac = format!("{}{last}@{domain}", &local[..local.len() - 1]);
        let first = if &local[2..3] == "0" { '1' } else { '0' };
        let other_copy = format!("b-{first}{}@{domain}", &local[3..]);
        let cut = format!("{}@{domain}", &local[..local.len() - 1]);
        let (none, empty) = (format!("b-@{domain}"), format!("b--@{domain}"));
        for forged in [other_mac, other_copy, cut, none, empty] {
            let mut client = Client::connect(toy.port, "EHLO");
            assert!(client.say("MAIL FROM:<>").starts_with("250"));
            let reply = client.say(&format!("RCPT TO:<{forged}>"));
            assert!(reply.starts_with("550"), "{forged}: {reply}");
        }
        let mut client = Client::connect(toy.port, "EHLO");
        assert!(client.say("MAIL FROM:<>").starts_with("250"));
        let shouted = path.to_ascii_uppercase();
        assert!(client.say(&format!("RCPT TO:<{shouted}>")).starts_with("250"), "letter case");
        assert!(toy.audit("delivery.bounce").await.is_empty());
    }
}

#[tokio::test]
async fn answer_of_a_person_to_a_return_path_is_dropped() {
    let toy = Toy::serving(Database::sqlite(), &TEAMS).await;
    let path = toy.path_of_bravo();
    let mail = b"From: p@bravo.example\r\nSubject: Re: alert\r\n\r\nThank you, secret words\r\n";
    assert!(toy.bounce(&path, mail).starts_with("250"));
    assert!(toy.queue().is_empty());
    assert!(toy.audit("delivery.bounce").await.is_empty());
    assert_eq!(toy.spooled(), 0);
    let log = || toy.server.as_ref().unwrap().log();
    eventually("the drop in the log", || log().contains("no bounce"));
    assert!(!log().contains("secret words"));
}
