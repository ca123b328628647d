//! Teams without a usable key: their copies wait, sealed, until they have one.

use campanile_core::mime;

use crate::support::{Copy, Database, Kind, Letter, Member, Toy, contains, entries, eventually};

const TEAMS: [(&str, Kind); 3] =
    [("ALPHA", Kind::Smime), ("BRAVO", Kind::Openpgp), ("CHARLIE", Kind::Smime)];

/// The team whose key is lost.
const CHARLIE: usize = 2;

fn is_notice(copy: &Copy) -> bool {
    copy.field("Auto-Submitted") == "auto-generated"
}

impl Toy {
    /// Posts a letter of BRAVO.
    fn post_letter(&self) -> Letter {
        let bravo = &self.members[1];
        let letter = Letter::new(bravo);
        self.post(&bravo.address, &letter.sealed(self, bravo));
        letter
    }

    fn held_copies(&self, count: usize) {
        eventually("held copies", || {
            let rows = self.queue();
            rows.len() == count && rows.iter().all(|row| row["state"] == "held")
        });
    }

    /// Registers a new key for the team that has lost its own.
    fn renew(&mut self, kind: Kind) {
        self.members[CHARLIE] = Member::new(&self.authority, "CHARLIE", kind);
        self.register(&self.members[CHARLIE]);
    }

    /// Posts two letters, each seen at two teams and held for the third with one notice in all;
    /// then renews the key, and both arrive.
    async fn loses_and_renews(&mut self) {
        let letters = [self.post_letter(), self.post_letter()];
        self.copies(5);
        self.held_copies(2);
        for entry in self.audit("message.distribute").await {
            assert_eq!((&entry["copies"], &entry["held"]), (&2.into(), &1.into()));
        }
        let charlie = self.members[CHARLIE].address.clone();
        let told = self.hop.copies_to(&charlie);
        assert_eq!(told.len(), 1, "one notice a day");
        self.content_free(&told[0], &letters);
        let received = entries(&self.program.data().join("spool/in"));
        assert_eq!(received.len(), 2, "sealed as received");

        self.renew(Kind::Openpgp);
        self.copies(7);
        let late = self.hop.copies_to(&charlie);
        let ids: Vec<_> = late[1..].iter().map(|copy| copy.field("Message-ID")).collect();
        for letter in &letters {
            let opened = |copy: &&Copy| self.open(&self.members[CHARLIE], copy) == letter.body();
            let copy = late[1..].iter().find(opened).unwrap();
            let id = copy.field("Message-ID");
            let others = self.hop.copies_to(&self.members[0].address);
            assert!(others.iter().any(|other| other.field("Message-ID") == id), "{ids:?}");
        }
        self.settled();
        assert_eq!(self.hop.copies().len(), 7);
    }

    fn content_free(&self, notice: &Copy, letters: &[Letter]) {
        assert!(is_notice(notice));
        let entity = mime::read(&notice.bytes).unwrap();
        let text = mime::text::body_text(&entity);
        assert!(text.contains("waiting for your team"), "{text}");
        for letter in letters {
            for secret in [&letter.canary, &letter.message_id, "outer words", "BRAVO"] {
                assert!(!text.contains(secret), "{secret}");
                assert!(!contains(&notice.bytes, secret.as_bytes()), "{secret}");
            }
        }
    }
}

on_both_databases! {
    async fn copy_for_a_key_revoked_by_its_authority_waits_for_a_new_one(database: Database) {
        let mut toy = Toy::serving(database, &TEAMS).await;
        let crl = toy.authority.revoke(&[toy.members[CHARLIE].smime()]);
        let (ca, crl) = (
            toy.program.file("ca.pem", toy.authority.pem()),
            toy.program.file("ca.crl", crl),
        );
        toy.program.ok(&["trust", "add", &ca, "--crl", &crl]);
        toy.loses_and_renews().await;
    }

    async fn copy_for_a_key_revoked_by_the_operator_waits_for_a_new_one(database: Database) {
        let mut toy = Toy::serving(database, &TEAMS).await;
        let fingerprint = toy.members[CHARLIE].smime().fingerprint();
        toy.program.ok(&["team", "key", "revoke", "CHARLIE", &fingerprint]);
        toy.loses_and_renews().await;
    }

    async fn team_that_never_had_a_key_is_not_told(database: Database) {
        let mut toy = Toy::serving(database, &TEAMS[..2]).await;
        toy.program.team("CHARLIE");
        toy.program.ok(&["list", "subscribe", "alert", "CHARLIE"]);
        let letter = toy.post_letter();
        toy.copies(2);
        toy.held_copies(1);
        assert_eq!(toy.audit("message.distribute").await[0]["held"], 1);
        toy.members.push(Member::new(&toy.authority, "CHARLIE", Kind::Smime));
        toy.register(&toy.members[CHARLIE]);
        let copies = toy.copies(3);
        assert_eq!(toy.open(&toy.members[CHARLIE], &copies[2]), letter.body());
        toy.settled();
    }
}

#[tokio::test]
async fn held_copy_that_is_lost_does_not_delay_the_next() {
    let mut toy = Toy::serving(Database::sqlite(), &TEAMS).await;
    let fingerprint = toy.members[CHARLIE].smime().fingerprint();
    toy.program.ok(&["team", "key", "revoke", "CHARLIE", &fingerprint]);
    toy.post_letter();
    toy.held_copies(1);
    let folder = toy.program.data().join("spool/in");
    let lost = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap();
    std::fs::remove_file(lost.path()).unwrap();
    let letter = toy.post_letter();
    toy.held_copies(2);
    toy.renew(Kind::Smime);
    let charlie = &toy.members[CHARLIE];
    let sealed = || {
        let mut copies = toy.hop.copies_to(&charlie.address);
        copies.retain(|copy| !is_notice(copy));
        copies
    };
    eventually("the second copy", || sealed().len() == 1);
    assert_eq!(toy.open(charlie, &sealed()[0]), letter.body());
}

#[tokio::test]
async fn suspended_team_gets_its_held_copy_when_it_is_active_again() {
    let mut toy = Toy::serving(Database::sqlite(), &TEAMS).await;
    let fingerprint = toy.members[CHARLIE].smime().fingerprint();
    toy.program.ok(&["team", "key", "revoke", "CHARLIE", &fingerprint]);
    let letter = toy.post_letter();
    toy.held_copies(1);
    toy.copies(3);
    toy.program.ok(&["team", "suspend", "CHARLIE"]);
    toy.renew(Kind::Openpgp);
    std::thread::sleep(std::time::Duration::from_secs(6));
    toy.held_copies(1);
    toy.program.ok(&["team", "activate", "CHARLIE"]);
    let copies = toy.copies(4);
    assert_eq!(toy.open(&toy.members[CHARLIE], &copies[3]), letter.body());
    toy.settled();
}
