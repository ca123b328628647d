//! `campanile mail check`: the verdict without sending.

use serde_json::{Value, json};

use crate::support::{Database, Kind, Letter, Toy};

const TEAMS: [(&str, Kind); 3] =
    [("ALPHA", Kind::Smime), ("BRAVO", Kind::Openpgp), ("CHARLIE", Kind::OpenpgpV6)];

impl Toy {
    fn check(&self, mail: &[u8]) -> Value {
        let file = self.program.file("mail.eml", mail);
        self.program.json(&["mail", "check", "alert", &file])
    }
}

on_both_databases! {
    async fn check_tells_the_verdict_and_sends_nothing(database: Database) {
        let toy = Toy::new(database, &TEAMS).await;
        let [alpha, bravo, _] = &toy.members[..] else { panic!() };
        let mail = Letter::new(alpha).sealed(&toy, alpha);
        let told = toy.check(&mail);
        assert_eq!(told["disposition"], "accept");
        assert_eq!(told["reasons"], json!([]));
        assert_eq!(told["signer"], "ALPHA");
        assert!(told["layers"].as_array().unwrap().len() >= 2, "{told}");
        assert!(told["signed_at"].as_str().unwrap().ends_with('Z'), "{told}");
        let fingerprint = told["signatures"][0]["fingerprint"].as_str().unwrap();
        assert_eq!(fingerprint, alpha.smime().fingerprint());
        let recipients = told["recipients"].as_array().unwrap();
        let sealed: Vec<_> = recipients.iter().map(|row| row["sealed_as"].as_str()).collect();
        assert_eq!(sealed.len(), 3);
        assert_eq!(sealed[0], Some("smime-enveloped-aes256-cbc"));
        assert_eq!(sealed[2], Some("openpgp-seipdv2-aes256-ocb"));

        let told = toy.check(&Letter::new(bravo).sealed(&toy, bravo));
        assert_eq!((&told["disposition"], &told["signer"]), (&json!("accept"), &json!("BRAVO")));
        assert_eq!(toy.sql("SELECT id FROM message").await, [""; 0]);
        assert_eq!(toy.spooled(), 0);
    }

    async fn check_knows_what_was_distributed_before(database: Database) {
        let mut toy = Toy::new(database, &TEAMS).await;
        let alpha = &toy.members[0];
        let mail = Letter::new(alpha).sealed(&toy, alpha);
        assert_eq!(toy.check(&mail)["disposition"], "accept");
        assert_eq!(toy.check(&mail)["disposition"], "accept", "a check is not remembered");
        toy.serve();
        toy.post(&toy.members[0].address, &mail);
        toy.copies(3);
        let told = toy.check(&mail);
        assert_eq!(told["disposition"], "discard");
        assert_eq!(told["reasons"], json!(["replay"]));
    }
}

#[tokio::test]
async fn check_names_every_reason() {
    let toy = Toy::new(Database::sqlite(), &TEAMS).await;
    let [alpha, bravo, _] = &toy.members[..] else { panic!() };
    let letter = Letter::new(alpha);
    let told = toy.check(&letter.in_clear());
    assert_eq!(told["disposition"], "refuse");
    assert_eq!(told["reasons"], json!(["not-encrypted", "not-signed"]));
    assert_eq!(told["signer"], Value::Null);
    let told = toy.check(&letter.sealed(&toy, bravo));
    assert_eq!(told["reasons"], json!(["signer-not-from"]));
    let told = toy.check(b"");
    assert_eq!(told["disposition"], "refuse");
    let lf: Vec<u8> = letter.sealed(&toy, alpha);
    let lf: Vec<u8> = lf.into_iter().filter(|byte| *byte != b'\r').collect();
    assert_eq!(toy.check(&lf)["disposition"], "accept", "as saved by a mail program");
}

#[tokio::test]
async fn check_is_readable_for_people() {
    let toy = Toy::new(Database::sqlite(), &TEAMS).await;
    let bravo = &toy.members[1];
    let letter = Letter::new(bravo);
    let file = toy.program.file("mail.eml", letter.smime(&toy, &letter.entity));
    let text = toy.program.ok(&["mail", "check", "alert", &file]);
    assert!(text.contains("refuse"), "{text}");
    assert!(text.contains("not-signed: "), "{text}");
    assert!(text.contains("ALPHA: smime-enveloped-aes256-cbc"), "{text}");
    assert!(!text.contains(&letter.canary), "{text}");
    let at = ["--at", "2001-01-01T00:00:00Z"];
    let file = toy.program.file("mail.eml", letter.sealed(&toy, bravo));
    let arguments = ["mail", "check", "alert", &file, at[0], at[1]];
    assert!(toy.program.ok(&arguments).contains("signature-time-wrong: "));
}

#[tokio::test]
async fn check_of_a_wrong_list_file_or_time_says_what_to_do() {
    let toy = Toy::new(Database::sqlite(), &TEAMS).await;
    let file = toy.program.file("mail.eml", "x");
    let told = toy.program.refused(&["mail", "check", "alarm", &file]);
    assert!(told.contains("there is no list `alarm`"), "{told}");
    assert!(told.contains("`campanile list list`"), "{told}");
    let told = toy.program.refused(&["mail", "check", "alert", "missing.eml"]);
    assert!(told.contains("missing.eml"), "{told}");
    let arguments = ["mail", "check", "alert", &file, "--at", "yesterday"];
    let told = toy.program.refused(&arguments);
    assert!(told.contains("2026-"), "an example: {told}");
}
