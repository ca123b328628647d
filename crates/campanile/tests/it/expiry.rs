//! Teams and the operator are told in time when keys end.

use campanile::actions::{Actor, Key, LoginFor, issue_login};
use campanile::app::App;
use campanile::clock::Clock;
use campanile::config::{self, Environment};
use campanile::jobs::warn_key_expiry::look;
use campanile_core::mime;

use crate::support::{Copy, Database, Kind, Toy, eventually};

/// The certificate of ALPHA and its CA end in 90 days, the key of BRAVO never.
const TEAMS: [(&str, Kind); 2] = [("ALPHA", Kind::Smime), ("BRAVO", Kind::Openpgp)];
const DAY_SECONDS: i64 = 24 * 3600;
const OPERATOR: &str = "operator@noc.example";

async fn toy(database: Database) -> Toy {
    let toy = Toy::new(database, &TEAMS).await;
    let line = format!("operator = \"{OPERATOR}\"");
    toy.program.configure(|text| text.replace("# operator = \"operator@example.org\"", &line));
    toy
}

/// The data directory as opened by a server a number of days from now.
async fn in_days(toy: &Toy, days: i64) -> App {
    let dir = toy.program.data();
    let config = config::load(&dir, &Environment::default()).unwrap();
    // An hour later, as the certificates were made a moment ago.
    let now = Clock::System.now().plus_seconds(days * DAY_SECONDS + 3600);
    App::open_with(&dir, config, Clock::Fixed(now)).await.unwrap()
}

fn text(copy: &Copy) -> String {
    let mail = mime::read(&copy.bytes).unwrap();
    String::from_utf8(mail.decoded().unwrap().to_vec()).unwrap()
}

impl Toy {
    /// Lets the key of ALPHA end in five days.
    async fn end_in_five_days(&self) {
        let file = self.program.data().join("campanile.db");
        let mut raw = self.program.database.raw(&file).await;
        let end = Clock::System.now().plus_seconds(5 * DAY_SECONDS).micros();
        let sql = "UPDATE credential SET expires_at = $1 WHERE expires_at IS NOT NULL";
        sqlx::query(sql).bind(end).execute(&mut raw).await.unwrap();
    }
}

on_both_databases! {
    async fn each_warning_is_given_once_and_by_one_node(database: Database) {
        let toy = toy(database).await;
        let app = in_days(&toy, 20).await;
        assert_eq!(look(&app).await.unwrap(), 0, "70 days are left");
        // The key of ALPHA and the trust anchor, at 60, 30, 14, 7 and 1 days.
        for day in [31, 61, 77, 84, 89] {
            let (app, other) = (in_days(&toy, day).await, in_days(&toy, day).await);
            let (one, two) = tokio::join!(look(&app), look(&other));
            assert_eq!(one.unwrap() + two.unwrap(), 2, "{day}");
            assert_eq!(look(&in_days(&toy, day).await).await.unwrap(), 0, "{day}, again");
        }
        assert_eq!(look(&in_days(&toy, 91).await).await.unwrap(), 0, "it is over");
        let queue = toy.queue();
        let to = |team: &str| queue.iter().filter(|row| row["team"] == team).count();
        assert_eq!((to("ALPHA"), to("operator"), queue.len()), (5, 5, 10));
        assert!(queue.iter().all(|row| row["kind"] == "warning"));
        assert_eq!(toy.audit("key.warn").await.len(), 5);
    }

    async fn late_look_gives_the_latest_warning_only(database: Database) {
        let toy = toy(database).await;
        assert_eq!(look(&in_days(&toy, 80).await).await.unwrap(), 2);
        assert_eq!(toy.audit("key.warn").await[0]["warned"][0]["days"], 14);
    }

    async fn key_with_a_successor_is_not_warned_of(database: Database) {
        let toy = toy(database).await;
        toy.end_in_five_days().await;
        let next = toy.authority.issue(&toy.members[0].address);
        let file = toy.program.file("next.pem", next.pem());
        toy.program.ok(&["team", "key", "add", "ALPHA", "--smime", &file]);
        assert_eq!(look(&in_days(&toy, 0).await).await.unwrap(), 0);
    }

    async fn certificate_to_log_in_with_is_warned_of_until_there_is_a_newer_one(
        database: Database
    ) {
        let toy = toy(database).await;
        let issue = |name: &str| {
            let file = toy.program.database.dir().join(name);
            toy.program.ok(&["ca", "issue", "ALPHA", "--out", file.to_str().unwrap()]);
        };
        issue("first.p12");
        // The keys have ended by then, and nobody is told of what is over.
        assert_eq!(look(&in_days(&toy, 300).await).await.unwrap(), 0);
        assert_eq!(look(&in_days(&toy, 340).await).await.unwrap(), 1);
        let warned = toy.audit("key.warn").await;
        let subject = warned[0]["warned"][0]["subject"].as_str().unwrap();
        assert!(subject.starts_with("login "), "{subject}");
        let queue = toy.queue();
        let to = |team: &str| queue.iter().filter(|row| row["team"] == team).count();
        assert_eq!((to("ALPHA"), to("operator")), (1, 1));
        let later = in_days(&toy, 350).await;
        let again = LoginFor { team: Some("ALPHA".into()), ..LoginFor::default() };
        issue_login(&later, Actor::Operator, &again, Key::HandedOver).await.unwrap();
        assert_eq!(look(&later).await.unwrap(), 0, "there is a newer one");
    }

    async fn team_and_operator_get_mail_without_names_once(database: Database) {
        let mut toy = toy(database).await;
        toy.end_in_five_days().await;
        toy.serve();
        toy.copies(2);
        toy.settled();
        toy.kill();
        toy.serve();
        let alpha = toy.members[0].address.clone();
        let told = toy.hop.copies_to(&alpha);
        assert_eq!(told[0].field("Auto-Submitted"), "auto-generated");
        assert!(text(&told[0]).contains(&toy.members[0].smime().fingerprint()));
        let operator = toy.hop.copies_to(OPERATOR);
        let said = text(&operator[0]);
        assert!(said.contains("keys of teams: 1"), "{said}");
        assert!(!said.to_lowercase().contains("alpha"), "{said}");
        let log = || toy.server.as_ref().unwrap().log();
        eventually("the second start", || log().matches("serving").count() == 2);
        toy.settled();
        assert_eq!((told.len(), operator.len(), toy.hop.copies().len()), (1, 1, 2));
    }
}

#[tokio::test]
async fn revocation_list_is_warned_of_on_its_last_day() {
    let toy = toy(Database::sqlite()).await;
    let ca = toy.program.file("ca.pem", toy.authority.pem());
    let crl = toy.program.file("ca.crl", toy.authority.revoke(&[]));
    toy.program.ok(&["trust", "add", &ca, "--crl", &crl]);
    // It is good for seven days, as many are from the first day on.
    assert_eq!(look(&in_days(&toy, 0).await).await.unwrap(), 0);
    assert_eq!(look(&in_days(&toy, 6).await).await.unwrap(), 1);
    let warned = &toy.audit("key.warn").await[0]["warned"][0];
    assert_eq!(warned["days"], 1);
    assert!(warned["subject"].as_str().unwrap().starts_with("crl "));
}
