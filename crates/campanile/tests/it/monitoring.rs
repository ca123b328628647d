//! Metrics and health checks, asked of a running server.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use campanile::clock::Clock;
use campanile::store::SCHEMA_VERSION;

use crate::support::{Answer, Database, Kind, Letter, Toy, eventually};

const TEAMS: [(&str, Kind); 2] = [("ALPHA", Kind::Openpgp), ("BRAVO", Kind::Smime)];

/// Sends a request and returns the status and the whole answer.
fn ask(toy: &Toy, request: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", toy.monitor)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    write!(stream, "{request} HTTP/1.1\r\nHost: monitor.example\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer)
}

/// The value of one metric; the name goes with its labels.
fn metric(text: &str, name: &str) -> Option<i64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
}

fn metrics(toy: &Toy) -> String {
    let (status, text) = ask(toy, "GET /metrics");
    assert_eq!(status, 200, "{text}");
    text
}

/// Waits until a metric has a value.
fn becomes(toy: &Toy, name: &str, value: i64) {
    eventually(&format!("{name} {value}"), || metric(&metrics(toy), name) == Some(value));
}

on_both_databases! {
    async fn what_happens_to_mail_is_counted_and_nobody_is_named(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        let alpha = &toy.members[0];
        let letter = Letter::new(alpha);
        let sealed = letter.sealed(&toy, alpha);
        toy.post(&alpha.address, &sealed);
        toy.copies(2);
        toy.post(&alpha.address, &sealed);
        assert!(toy.submit(&alpha.address, &letter.in_clear()).starts_with("550"));
        becomes(&toy, "campanile_mails_total{state=\"discarded\"}", 1);
        becomes(&toy, "campanile_copies_total{state=\"delivered\"}", 2);
        let text = metrics(&toy);
        let expected = [
            ("campanile_mails_total{state=\"received\"}", 2),
            ("campanile_mails_total{state=\"distributed\"}", 1),
            ("campanile_mails_total{state=\"refused_at_door\"}", 1),
            ("campanile_mail_conditions_total{state=\"discarded\",condition=\"replay\"}", 1),
            (
                "campanile_mail_conditions_total{state=\"refused_at_door\",\
                 condition=\"not-encrypted\"}",
                1,
            ),
            ("campanile_relay_tries_total{outcome=\"accepted\"}", 2),
            ("campanile_copies_waiting", 0),
            ("campanile_mails_unopened", 0),
            ("campanile_database_reachable", 1),
        ];
        for (name, value) in expected {
            assert_eq!(metric(&text, name), Some(value), "{name} in {text}");
        }
        let version = env!("CARGO_PKG_VERSION");
        assert!(text.contains(&format!("campanile_build_info{{version=\"{version}\"}} 1")), "{text}");
        assert!(text.ends_with("# EOF\n"), "{text}");
        let lower = text.to_ascii_lowercase();
        for name in ["alpha", "bravo", "alert", "list.example", "subject", "127.0.0.1"] {
            assert!(!lower.contains(name), "{name} in {text}");
        }
    }

    async fn what_waits_is_shown_with_its_age(database: Database) {
        let mut toy = Toy::new(database, &TEAMS).await;
        toy.hop.stop();
        toy.script(1, &[Answer::AtRcpt("550 5.1.1 nobody")]);
        toy.serve();
        let alpha = &toy.members[0];
        toy.post(&alpha.address, &Letter::new(alpha).sealed(&toy, alpha));
        becomes(&toy, "campanile_copies_waiting", 2);
        becomes(&toy, "campanile_relay_tries_total{outcome=\"unsent\"}", 2);
        let hour_ago = Clock::System.now().plus_seconds(-3600).micros();
        let mut raw = toy.program.database.raw(&toy.program.data().join("campanile.db")).await;
        sqlx::query("UPDATE delivery SET created_at = $1").bind(hour_ago).execute(&mut raw)
            .await.unwrap();
        let age = metric(&metrics(&toy), "campanile_oldest_waiting_copy_age_seconds").unwrap();
        assert!((3600..7200).contains(&age), "{age}");
        toy.hop.start();
        toy.program.ok(&["queue", "retry"]);
        becomes(&toy, "campanile_copies_failed", 1);
        becomes(&toy, "campanile_copies_waiting", 0);
        let text = metrics(&toy);
        assert_eq!(metric(&text, "campanile_oldest_waiting_copy_age_seconds"), Some(0));
        assert_eq!(metric(&text, "campanile_copies_total{state=\"failed\"}"), Some(1));
        assert_eq!(metric(&text, "campanile_relay_tries_total{outcome=\"permanent\"}"), Some(1));
    }

    async fn server_is_ready_until_a_part_is_amiss_and_stays_alive(database: Database) {
        let toy = Toy::serving(database, &TEAMS).await;
        let amiss = |part: &str| {
            let (status, text) = ask(&toy, "GET /readyz");
            assert_eq!(status, 503, "{text}");
            assert!(text.contains(&format!("{part}: fail\n")), "{text}");
            assert_eq!(text.matches("fail").count(), 1, "{text}");
            assert_eq!(ask(&toy, "GET /healthz").0, 200);
        };
        let (status, text) = ask(&toy, "GET /readyz");
        assert_eq!(status, 200, "{text}");
        assert!(text.ends_with("database: ok\nspool: ok\nkeys: ok\n"), "{text}");
        let files = toy.program.data().join("keys/list/alert");
        let key = std::fs::read_dir(&files).unwrap().next().unwrap().unwrap().path();
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
        amiss("keys");
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
        let (spool, away) = (toy.program.data().join("spool"), toy.program.data().join("away"));
        std::fs::rename(&spool, &away).unwrap();
        amiss("spool");
        std::fs::rename(&away, &spool).unwrap();
        assert_eq!(toy.spooled(), 0, "probes leave nothing behind");
        assert_eq!(ask(&toy, "GET /readyz").0, 200);
        let mut raw = toy.program.database.raw(&toy.program.data().join("campanile.db")).await;
        sqlx::query("INSERT INTO schema_version (version, name) VALUES ($1, 'later')")
            .bind(SCHEMA_VERSION + 1).execute(&mut raw).await.unwrap();
        amiss("database");
    }
}

#[tokio::test]
async fn monitor_can_ask_for_three_things_and_change_nothing() {
    let toy = Toy::serving(Database::sqlite(), &TEAMS).await;
    assert_eq!(ask(&toy, "GET /").0, 404);
    assert_eq!(ask(&toy, "GET /metrics/").0, 404);
    for address in ["/metrics", "/healthz", "/readyz"] {
        assert_eq!(ask(&toy, &format!("POST {address}")).0, 405, "{address}");
    }
}

#[tokio::test]
async fn every_metric_of_the_example_rules_is_there() {
    let toy = Toy::serving(Database::sqlite(), &TEAMS).await;
    let alpha = &toy.members[0];
    // Conditions are listed once there is one.
    toy.submit(&alpha.address, &Letter::new(alpha).in_clear());
    let text = metrics(&toy);
    let rules = include_str!("../../../../docs/operation/alerts.yml");
    let of_name = |c: char| c.is_ascii_lowercase() || c == '_';
    let words = rules.split(|c| !of_name(c)).filter(|word| word.starts_with("campanile_"));
    let names: std::collections::BTreeSet<_> = words.collect();
    assert!(names.len() > 5, "{names:?}");
    for name in names {
        let declared = format!("# TYPE {} ", name.trim_end_matches("_total"));
        assert!(text.contains(&declared), "{name} in {text}");
    }
}

#[tokio::test]
async fn running_server_leaves_no_core_file() {
    let toy = Toy::serving(Database::sqlite(), &TEAMS).await;
    let pid = toy.server.as_ref().unwrap().pid();
    let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    let numbers: Vec<_> = core.split_whitespace().filter(|word| *word == "0").collect();
    assert_eq!(numbers.len(), 2, "{core}");
}
